//! What the levels of a transform block look at outside of the block.

use super::super::state::{Unit, UnitMap};
use super::super::tree::Node;
use super::spectrum::Spectrum;

/// Of a transform block.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct BlockInputs {
    /// 0 luma, 1 chroma.
    pub(super) channel: u32,
    /// 0 Y, 1 Cb, 2 Cr.
    pub(super) plane: u32,
    /// By band: sum of the neighbours' classes, 0 to 28.
    pub(super) expected: Spectrum,
}

/// Sums of the spectra at two places along a side.
fn side(units: [Option<&Unit>; 2], slot: usize) -> Option<Spectrum> {
    let [a, b] = units;
    let (a, b) = (a?.spectrum[slot], b?.spectrum[slot]);
    Some(std::array::from_fn(|band| a[band] + b[band]))
}

impl BlockInputs {
    /// For plane `plane` (0 to 2) of the block at `node`.
    pub(crate) fn of(units: &UnitMap, node: &Node, plane: usize) -> Self {
        let slot = plane.saturating_sub(1);
        let (x, y, w, h) = (node.x, node.y, node.w(), node.h());
        let left = side([units.left(x, y + h / 4), units.left(x, y + h - 1)], slot);
        let above = side([units.above(x + w / 4, y), units.above(x + w - 1, y)], slot);
        let (left, above) = (left.or(above).unwrap_or_default(), above.or(left).unwrap_or_default());
        Self {
            channel: u32::from(plane > 0),
            plane: plane as u32,
            expected: std::array::from_fn(|band| left[band] + above[band]),
        }
    }
}
