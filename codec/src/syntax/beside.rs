//! What the spectra of the blocks beside a block lead it to expect. BITSTREAM.md §7.3, §7.5.

use super::spectrum::Spectrum;
use super::state::{Unit, UnitMap};
use super::tree::Node;

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
    pub(crate) fn extent(&self) -> usize {
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
