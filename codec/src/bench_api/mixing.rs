//! What training of the start of mixed bins needs: what their states see.

use super::walk::{AnyDecoder, walk};
use crate::entropy::inputs::{Inputs, STATES};
use crate::entropy::{BinCoder, Ctx};
use crate::error::DecodeError;

/// Number of states that mixed bins look at besides their contexts.
pub const MIXED_STATES: usize = STATES;

/// Reads, and counts the zeros and ones that each state sees.
struct States<'a> {
    from: AnyDecoder<'a>,
    seen: Vec<[u32; 2]>,
}

impl BinCoder for States<'_> {
    const DECODING: bool = true;
    const MIXED: bool = true;

    fn bin(&mut self, ctx: Ctx, value: bool) -> bool {
        self.from.bin(ctx, value)
    }

    fn mixed(&mut self, ctx: Ctx, inputs: impl FnOnce() -> Inputs, value: bool) -> bool {
        let inputs = inputs();
        let bin = self.from.mixed(ctx, || inputs, value);
        for state in inputs {
            self.seen[state as usize][usize::from(bin)] += 1;
        }
        bin
    }

    fn bypass(&mut self, bits: u32, value: u32) -> u32 {
        self.from.bypass(bits, value)
    }

    fn corrupt(&mut self, what: &'static str, value: u64, limit: u64) {
        self.from.corrupt(what, value, limit);
    }
}

/// Adds the zeros and ones that each of the [`MIXED_STATES`] sees in a stream to `counts`.
///
/// # Errors
/// As decoding.
pub fn count_states(data: &[u8], counts: &mut [[u32; 2]]) -> Result<(), DecodeError> {
    let tile = |coder: States<'_>| {
        for (all, tile) in counts.iter_mut().zip(coder.seen) {
            all[0] += tile[0];
            all[1] += tile[1];
        }
    };
    walk(data, |from| States { from, seen: vec![[0; 2]; STATES] }, |c| &c.from, tile)
}
