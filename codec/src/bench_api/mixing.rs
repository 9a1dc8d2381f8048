//! What training of the mixer's start needs: what states see, and how weights end.

use super::walk::{AnyDecoder, walk};
use crate::entropy::inputs::{Inputs, SETS, STATES};
use crate::entropy::mixer::{INPUTS, Mixer};
use crate::entropy::range::RangeEncoder;
use crate::entropy::{BinCoder, Ctx};
use crate::error::DecodeError;

/// Number of states that mixed bins look at besides their contexts.
pub const MIXED_STATES: usize = STATES;
/// Number of sets of weights.
pub const WEIGHT_SETS: usize = SETS;
/// Number of weights in a set.
pub const WEIGHTS: usize = INPUTS;

/// Reads with one coder and gives what it reads to another.
struct Transcoder<'a, W> {
    from: AnyDecoder<'a>,
    to: W,
}

impl<W: BinCoder> BinCoder for Transcoder<'_, W> {
    const DECODING: bool = true;
    const MIXED: bool = true;

    fn bin(&mut self, ctx: Ctx, value: bool) -> bool {
        let bin = self.from.bin(ctx, value);
        self.to.bin(ctx, bin)
    }

    fn mixed(&mut self, ctx: Ctx, inputs: impl FnOnce() -> Inputs, value: bool) -> bool {
        let inputs = inputs();
        let bin = self.from.mixed(ctx, || inputs, value);
        self.to.mixed(ctx, || inputs, bin)
    }

    fn bypass(&mut self, bits: u32, value: u32) -> u32 {
        let value = self.from.bypass(bits, value);
        self.to.bypass(bits, value)
    }

    fn corrupt(&mut self, what: &'static str, value: u64, limit: u64) {
        self.from.corrupt(what, value, limit);
    }
}

/// Counts the zeros and ones that each state sees.
struct States(Vec<[u32; 2]>);

impl BinCoder for States {
    const DECODING: bool = false;
    const MIXED: bool = true;

    fn bin(&mut self, _ctx: Ctx, value: bool) -> bool {
        value
    }

    fn mixed(&mut self, _ctx: Ctx, inputs: impl FnOnce() -> Inputs, value: bool) -> bool {
        for state in inputs().states {
            self.0[state as usize][usize::from(value)] += 1;
        }
        value
    }

    fn bypass(&mut self, _bits: u32, value: u32) -> u32 {
        value
    }

    fn corrupt(&mut self, _what: &'static str, _value: u64, _limit: u64) {}
}

/// Adds the zeros and ones that each of the [`MIXED_STATES`] sees in a stream to `counts`.
///
/// # Errors
/// As decoding.
pub fn count_states(data: &[u8], counts: &mut [[u32; 2]]) -> Result<(), DecodeError> {
    let mut tile = |coder: Transcoder<'_, States>| {
        for (all, tile) in counts.iter_mut().zip(coder.to.0) {
            all[0] += tile[0];
            all[1] += tile[1];
        }
    };
    walk(data, |from| Transcoder { from, to: States(vec![[0; 2]; STATES]) }, |c| &c.from, &mut tile)
}

/// Codes what a stream is made of with the mixer, from a start of states (a byte each: log-odds in 1/8 octave plus 128,
/// or 0) and of weights in 1/16384, which then are as at the end. The bytes of all tiles.
///
/// # Errors
/// As decoding.
pub fn mix(
    data: &[u8],
    states: &[u8; MIXED_STATES],
    weights: &mut [[i16; WEIGHTS]; WEIGHT_SETS],
) -> Result<usize, DecodeError> {
    let mut bytes = 0;
    let mut at = *weights;
    walk(
        data,
        |from| Transcoder { from, to: RangeEncoder::new(Mixer::start(states, weights)) },
        |coder| &coder.from,
        |coder| {
            at.copy_from_slice(&coder.to.predictor().weights());
            bytes += coder.to.finish().len();
        },
    )?;
    *weights = at;
    Ok(bytes)
}
