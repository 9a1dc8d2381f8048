//! How large the levels of a block are in bands of frequency, for the blocks beside it.

use super::super::block::TransformBlock;
use super::super::residual::coded_area;
use super::super::scan;
use super::super::tree::Node;

/// Bands of frequency relative to the block: see [`scan::Position::band`].
pub(crate) const BANDS: usize = 7;

/// Class of the mean magnitude of the levels in each band, 0 to 7.
pub(crate) type Spectrum = [u8; BANDS];

/// Class of a mean in 1/16.
fn mean_class(mean: u64) -> u8 {
    match mean {
        0 => 0,
        1..=2 => 1,
        3..=5 => 2,
        6..=10 => 3,
        11..=18 => 4,
        19..=31 => 5,
        32..=55 => 6,
        _ => 7,
    }
}

/// The spectrum of a block in one plane; `all` holds the superblock's levels.
pub(crate) fn spectrum(node: &Node, tb: &TransformBlock, all: &[i32]) -> Spectrum {
    let mut out = [0; BANDS];
    if tb.end == 0 {
        return out;
    }
    let (w, h) = coded_area(node);
    let mut sums = [0u64; BANDS];
    for (p, level) in scan::of(w, h).iter().zip(tb.levels(all)) {
        sums[p.band as usize] += level.unsigned_abs() as u64;
    }
    for ((class, sum), count) in out.iter_mut().zip(sums).zip(scan::bands(w, h)) {
        *class = mean_class(16 * sum / count.max(1) as u64);
    }
    out
}
