//! What training of the start of levels' slots needs: which slots a level looks at, and what it is.

use std::ops::Range;

use super::walk::walk;
use crate::entropy::levels::{FAR, NEAR, SET_BYTES, SETS};
use crate::entropy::trace::{Event, Trace};
use crate::error::DecodeError;

/// Probabilities that levels look at: four for each slot of each set.
pub const LEVEL_PROBABILITIES: usize = SETS * SET_BYTES;

/// Runs of probabilities, and into how many of them these are grouped by what slots have in common, coarsely and finely.
pub const LEVEL_GROUPS: [(Range<usize>, usize, usize); 2 * SETS] = {
    let mut groups = [const { (0..0, 0, 0) }; 2 * SETS];
    let mut set = 0;
    while set < SETS {
        let (start, middle, end) = (set * SET_BYTES, set * SET_BYTES + 4 * NEAR, (set + 1) * SET_BYTES);
        // Classes of the sum around a level, in them places and frequencies.
        groups[2 * set] = (start..middle, 4 * NEAR / 24, 4 * NEAR / (24 * 5));
        groups[2 * set + 1] = (middle..end, 4 * FAR / 24, 4 * FAR / (24 * 9));
        set += 1;
    }
    groups
};

/// A bin of a level: the two probabilities that it looks at, and what it is.
pub type LevelBin = ([usize; 2], bool);

/// Hands over the bins of all levels of a stream with transforms or without; `trellis` where its quantiser is that.
///
/// # Errors
/// As decoding.
pub fn level_bins(data: &[u8], trellis: bool, mut each: impl FnMut(LevelBin)) -> Result<(), DecodeError> {
    let mut level = |(near, far): (usize, usize), last: bool, magnitude: u32| {
        let set = if trellis { 1 + near / NEAR } else { 0 };
        let (near, far) = (near % NEAR, far % FAR);
        let base = set * SET_BYTES;
        let mut bin = |lane: usize, bin| each(([base + 4 * near + lane, base + 4 * (NEAR + far) + lane], bin));
        if !last {
            bin(0, magnitude > 0);
        }
        if magnitude > 0 {
            bin(1, magnitude > 1);
        }
        if magnitude > 1 {
            bin(2, magnitude & 1 != 0);
            bin(3, magnitude > 3);
        }
    };
    walk(
        data,
        Trace::new,
        |c| &c.inner,
        |c| {
            for event in c.events {
                if let Event::Level { slots, last, magnitude, .. } = event {
                    level(slots, last, magnitude);
                }
            }
        },
    )
}

/// Probability of the level that a start's byte stands for, in 1/65536.
pub fn start_byte(p: f64) -> u8 {
    let odds = (p / (1.0 - p)).log2();
    (odds * 8.0 + 128.0).round().clamp(48.0, 208.0) as u8
}
