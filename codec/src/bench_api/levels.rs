//! The levels of a stream: which slots each looks at and what it is, as training of their start
//! needs it, and their coding without all else.

use std::ops::Range;

use super::walk::walk;
use crate::container;
use crate::entropy::LevelPlace;
use crate::entropy::Profile;
use crate::entropy::interval::{Interval, ReadInterval, WriteInterval};
use crate::entropy::levels::{CODEBOOK, FAR, LevelModels, NEAR, RATE, SET, SETS, bins_of, start};
use crate::entropy::trace::{Event, Trace};
use crate::error::DecodeError;
use crate::limits::Limits;
use crate::quant::family::{NEXT, STATES};

/// The states of the trellis: which one follows each, by the parity of the level.
pub const NEXT_STATES: [[u8; 2]; STATES] = NEXT;

/// Probabilities that levels look at: four for each slot of each set.
pub const LEVEL_PROBABILITIES: usize = SETS * SET;

/// Sets of slots: of the scalar quantiser, and of the two of a trellis.
pub const LEVEL_SETS: usize = SETS;

/// Entries of the codebook of a set.
pub const LEVEL_CODEBOOK: usize = CODEBOOK;

/// Log2 of how slowly they learn.
pub const LEVEL_RATE: u32 = RATE;

/// Runs of probabilities, and into how many of them these are grouped by what slots have in common,
/// coarsely and finely.
pub const LEVEL_GROUPS: [(Range<usize>, usize, usize); 2 * SETS] = {
    let mut groups = [const { (0..0, 0, 0) }; 2 * SETS];
    let mut set = 0;
    while set < SETS {
        let (start, middle, end) = (set * SET, set * SET + 4 * NEAR, (set + 1) * SET);
        // Classes of the sum around a level, in them places and frequencies.
        groups[2 * set] = (start..middle, 4 * NEAR / 24, 4 * NEAR / (24 * 5));
        groups[2 * set + 1] = (middle..end, 4 * FAR / 24, 4 * FAR / (24 * 9));
        set += 1;
    }
    groups
};

/// A bin of a level: the two probabilities that it looks at, and what it is.
pub type LevelBin = ([usize; 2], bool);

/// Hands over the bins of all levels of a stream with transforms or without; `trellis` where its
/// quantiser is that.
///
/// # Errors
/// As decoding.
pub fn level_bins(data: &[u8], trellis: bool, mut each: impl FnMut(LevelBin)) -> Result<(), DecodeError> {
    let mut level = |(near, far): (usize, usize), last: bool, magnitude: u32| {
        let set = if trellis { 1 + near / NEAR } else { 0 };
        let (near, far) = (near % NEAR, far % FAR);
        let base = set * SET;
        for (lane, bin) in bins_of(magnitude, last).into_iter().enumerate() {
            let probabilities = [base + 4 * near + lane, base + 4 * (NEAR + far) + lane];
            bin.into_iter().for_each(|bin| each((probabilities, bin)));
        }
    };
    each_level(data, |kept, magnitude| level(kept.slots(), kept.last, magnitude))
}

/// Hands over the levels of a stream with their magnitudes, cut at 4 or 5.
fn each_level(data: &[u8], mut each: impl FnMut(KeptLevel, u32)) -> Result<(), DecodeError> {
    walk(
        data,
        Trace::new,
        |c| &c.inner,
        |_, _| {},
        |c| {
            for event in c.events {
                if let Event::Level { slots: (near, far), last, magnitude, .. } = event {
                    each(KeptLevel { near: near as u32, far: far as u32, last }, magnitude);
                }
            }
        },
    )
}

/// What coding takes of a level.
#[derive(Debug, Clone, Copy)]
struct KeptLevel {
    near: u32,
    far: u32,
    last: bool,
}

impl LevelPlace for KeptLevel {
    #[inline(always)]
    fn slots(&self) -> (usize, usize) {
        (self.near as usize, self.far as usize)
    }
}

/// The bins of the levels of a stream, in a run of the range coder of their own.
#[derive(Debug)]
pub struct LevelRun {
    profile: Profile,
    trellis: bool,
    places: Vec<KeptLevel>,
    bins: usize,
    data: Vec<u8>,
}

impl LevelRun {
    /// Takes the levels of a lossy stream and codes them by `profile`.
    ///
    /// # Errors
    /// As decoding.
    pub fn new(data: &[u8], profile: Profile) -> Result<Self, DecodeError> {
        let trellis = container::parse(data, &Limits::default())?.header.is_trellis();
        let (mut places, mut magnitudes, mut bins) = (Vec::new(), Vec::new(), 0);
        each_level(data, |place, magnitude| {
            bins += bins_of(magnitude, place.last).into_iter().flatten().count();
            places.push(place);
            magnitudes.push(magnitude);
        })?;
        let mut run = Self { profile, trellis, places, bins, data: Vec::new() };
        let mut out = WriteInterval::new();
        run.code(&mut out, |i| magnitudes[i]);
        run.data = out.finish();
        Ok(run)
    }

    /// Bins of all levels.
    pub fn bins(&self) -> usize {
        self.bins
    }

    /// Reads them all; the sum of their magnitudes, cut at 4 or 5.
    pub fn decode(&self) -> u64 {
        self.code(&mut ReadInterval::new(&self.data), |_| 0)
    }

    fn code(&self, interval: &mut impl Interval, magnitude: impl Fn(usize) -> u32) -> u64 {
        match self.profile {
            Profile::Mixed => self.code_by::<false>(interval, magnitude),
            Profile::Fast => self.code_by::<true>(interval, magnitude),
        }
    }

    fn code_by<const FAST: bool>(&self, interval: &mut impl Interval, magnitude: impl Fn(usize) -> u32) -> u64 {
        let mut models = LevelModels::new(Profile::Mixed, self.trellis);
        let code = |(i, place): (usize, &KeptLevel)| models.code::<FAST>(place, place.last, magnitude(i), interval);
        self.places.iter().enumerate().map(code).map(u64::from).sum()
    }
}

/// Log-odds of a probability as a table of starts has them, before they are rounded to a byte.
pub fn start_odds(p: f64) -> f64 {
    ((p / (1.0 - p)).log2() * 8.0 + 128.0).clamp(48.0, 208.0)
}

/// The probability in 1/65536 that a byte of a table of starts stands for.
pub fn start_of(byte: u8) -> u16 {
    start(byte)
}
