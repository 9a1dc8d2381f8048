//! How large the levels of a block are in bands of frequency, for the blocks beside it.

use super::scan::{self, Position};
use super::tree::Node;

/// Bands of frequency relative to the block: see [`scan::Position::band`].
pub(crate) const BANDS: usize = 7;

/// Class of the mean magnitude of the levels in each band, 0 to 7.
pub(crate) type Spectrum = [u8; BANDS];

/// Means, in 1/16, at which the classes above the first begin.
const CLASSES: [u32; 7] = [1, 3, 6, 11, 19, 32, 56];
/// Magnitudes count up to here: one of them makes the mean of any band the last class.
const MOST: u32 = 4096;

/// Class of the mean of `count` magnitudes whose sum is `sum`.
#[inline(always)]
fn class(sum: u32, count: u32) -> u8 {
    CLASSES.iter().map(|&least| u8::from(16 * sum >= least * count.max(1))).sum()
}

/// Magnitudes of a block's levels, summed up by band; one more than there are, a power of two.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sums([u32; BANDS + 1]);

impl Sums {
    /// Adds that of the level at `p`.
    #[inline(always)]
    pub(super) fn add(&mut self, p: &Position, magnitude: u32) {
        self.0[usize::from(p.band) % (BANDS + 1)] += magnitude.min(MOST);
    }

    /// The spectrum of a block with a coded area of `w` x `h`.
    pub(super) fn spectrum(self, w: usize, h: usize) -> Spectrum {
        let mut out = [0; BANDS];
        for ((to, sum), count) in out.iter_mut().zip(self.0).zip(scan::bands(w, h)) {
            *to = class(sum, count.into());
        }
        out
    }
}

/// The spectrum of the levels, in scan order, of a block in one plane.
pub(crate) fn spectrum(node: &Node, levels: &[i32]) -> Spectrum {
    if levels.is_empty() {
        return Spectrum::default();
    }
    let (w, h) = node.coded_area();
    let mut sums = Sums::default();
    for (p, level) in scan::of(w, h).iter().zip(levels) {
        sums.add(p, level.unsigned_abs());
    }
    sums.spectrum(w, h)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_those_of_the_mean() {
        for count in 1..300 {
            for sum in 0..5 * count {
                let expected = match 16 * sum / count {
                    0 => 0,
                    1..=2 => 1,
                    3..=5 => 2,
                    6..=10 => 3,
                    11..=18 => 4,
                    19..=31 => 5,
                    32..=55 => 6,
                    _ => 7,
                };
                assert_eq!(class(sum, count), expected, "{sum} / {count}");
            }
        }
        // The largest band has less than half of the largest area.
        assert_eq!((class(MOST, 1024), class(MOST * 1024, 1024)), (7, 7));
    }
}
