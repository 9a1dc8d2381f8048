//! How large the levels of a block are in bands of frequency, for the blocks beside it.

use super::block::TransformBlock;
use super::residual::coded_area;
use super::scan;
use super::state::{Unit, UnitMap};
use super::tree::Node;

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

/// Spectra of the blocks at the left of a block and above it, sums of two places along a side each.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Beside {
    left: Spectrum,
    above: Spectrum,
}

impl Beside {
    /// In slot `slot` of the units around `node`; of a side that there is not, those of the other.
    pub(crate) fn of(units: &UnitMap, node: &Node, slot: usize) -> Self {
        let (x, y, w, h) = (node.x, node.y, node.w(), node.h());
        let side = |units: [Option<&Unit>; 2]| -> Option<Spectrum> {
            let [a, b] = units;
            let (a, b) = (a?.spectrum[slot], b?.spectrum[slot]);
            Some(std::array::from_fn(|band| a[band] + b[band]))
        };
        let left = side([units.left(x, y + h / 4), units.left(x, y + h - 1)]);
        let above = side([units.above(x + w / 4, y), units.above(x + w - 1, y)]);
        Self { left: left.or(above).unwrap_or_default(), above: above.or(left).unwrap_or_default() }
    }

    /// The sum of both, 0 to 28 by band.
    pub(crate) fn sum(&self) -> Spectrum {
        std::array::from_fn(|band| self.left[band] + self.above[band])
    }

    /// How far up levels reach at the left and above: 0 to 24.
    pub(crate) fn reach(&self) -> usize {
        filled(&self.left) * 5 + filled(&self.above)
    }
}

/// The highest of four pairs of bands that holds levels, from 1; 0 where none does.
fn filled(s: &Spectrum) -> usize {
    match s {
        [.., a, b] if a + b > 0 => 4,
        [_, _, _, a, b, ..] if a + b > 0 => 3,
        [_, a, b, ..] if a + b > 0 => 2,
        [a, ..] => usize::from(*a > 0),
    }
}
