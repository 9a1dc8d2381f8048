//! What a transform block's flag and end look at, and what its levels look at outside of the block.

use super::super::state::{Unit, UnitMap};
use super::super::tree::Node;
use super::spectrum::{BANDS, Spectrum};
use super::{bit_length, magnitude, qp_class, shape};
use crate::entropy::inputs::{self, EXTRA, Inputs};
use crate::transform::{Kernel, TxType};

/// A transform block before its levels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setting<'a> {
    pub(crate) units: &'a UnitMap,
    pub(crate) node: &'a Node,
    /// 0 Y, 1 Cb, 2 Cr.
    pub(crate) plane: usize,
    /// Class of the luma mode, 0 to 4, or 5 and the family of the chroma mode.
    pub(crate) mode: usize,
    /// Quantiser parameter of the plane.
    pub(crate) qp: u16,
    /// Of a chroma block: luma's unit at its centre.
    pub(crate) luma: Option<&'a Unit>,
    /// Of Cr: end of Cb's levels.
    pub(crate) cb_end: u16,
}

/// Of a transform block.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct BlockInputs {
    aspects: [u32; EXTRA],
    /// 0 luma, 1 chroma.
    pub(super) channel: u32,
    /// 0 Y, 1 Cb, 2 Cr.
    pub(super) plane: u32,
    /// 0 Y, 1 Cb, 2 Cr, 3 Cr where Cb is coded.
    role: u32,
    /// Class of the area, 0 to 3.
    pub(super) size: u32,
    /// Quantiser parameter and mode, 0 to 63.
    pub(super) setting: u32,
    /// By band: sum of the neighbours' classes, 0 to 28.
    pub(super) expected: Spectrum,
    /// By band: luma's class at the centre of a chroma block; of a luma block its transforms.
    pub(super) other: Spectrum,
}

/// Sums of the spectra at two places along a side.
fn side(units: [Option<&Unit>; 2], slot: usize) -> Option<Spectrum> {
    let [a, b] = units;
    let (a, b) = (a?.spectrum[slot], b?.spectrum[slot]);
    Some(std::array::from_fn(|band| a[band] + b[band]))
}

/// The highest of four pairs of bands that holds levels, from 1; 0 where none does.
fn filled(s: &Spectrum) -> u32 {
    match s {
        [.., a, b] if a + b > 0 => 4,
        [_, _, _, a, b, ..] if a + b > 0 => 3,
        [_, a, b, ..] if a + b > 0 => 2,
        [a, ..] => u32::from(*a > 0),
    }
}

impl BlockInputs {
    pub(crate) fn of(s: &Setting<'_>) -> Self {
        let Setting { units, node, plane, .. } = *s;
        let slot = plane.saturating_sub(1);
        let (x, y, w, h) = (node.x, node.y, node.w(), node.h());
        let left = side([units.left(x, y + h / 4), units.left(x, y + h - 1)], slot);
        let above = side([units.above(x + w / 4, y), units.above(x + w - 1, y)], slot);
        let (left, above) = (left.or(above).unwrap_or_default(), above.or(left).unwrap_or_default());
        let area = node.log2_w.min(5) + node.log2_h.min(5) - 4;
        let size = (area / 2).min(3);
        let qp = qp_class(s.qp);
        let near = [units.left(x, y), units.above(x, y)].map(|u| magnitude(u, slot, 6));
        let beside = s.luma.map_or(0, |u| magnitude(Some(u), 0, 7) * 12 + bit_length(s.cb_end as u32));
        let lows = (left[0] + above[0]) as u32 / 2;
        Self {
            aspects: [
                shape(node) * 8 + s.mode as u32,
                (near[0] * 7 + near[1]) * 4 + size,
                (qp * 7 + area) * 4,
                (filled(&left) * 5 + filled(&above)) * 7 + area,
                beside,
                (lows * 4 + size) * 4 + qp / 2,
            ],
            channel: u32::from(plane > 0),
            plane: plane as u32,
            role: plane as u32 + u32::from(s.cb_end > 0),
            size,
            setting: qp * 8 + s.mode as u32,
            expected: std::array::from_fn(|band| left[band] + above[band]),
            other: s.luma.map_or([0; BANDS], |u| u.spectrum[0]),
        }
    }

    /// Notes the transforms of a luma block.
    pub(crate) fn set_transforms(&mut self, tx: TxType) {
        let sine = |kernel| u8::from(kernel == Kernel::Dst7);
        let transforms = 2 * sine(tx.vertical) + sine(tx.horizontal);
        self.other = [transforms; BANDS];
        self.aspects[2] += transforms as u32;
    }

    /// The bin that tells whether there are levels.
    pub(crate) fn coded(&self) -> Inputs {
        inputs::CODED.at(self.aspects.map(|a| a * 4 + self.role), self.role)
    }

    /// Bin `class` of the unary class of the end.
    pub(crate) fn end_class(&self, class: u32) -> Inputs {
        let i = self.channel * 11 + class;
        inputs::END_CLASS.at(self.aspects.map(|a| a * 22 + i), i)
    }

    /// First bit within a class of the end.
    pub(crate) fn end_bit(&self, class: u32) -> Inputs {
        inputs::END_BIT.at(self.aspects.map(|a| a * 11 + class), self.channel)
    }
}
