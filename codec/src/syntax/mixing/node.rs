//! What the bins of splits and luma modes look at.

use super::super::ctx;
use super::super::state::{Channel, Unit, UnitMap};
use super::super::tree::Node;
use super::{magnitude, qp_class, shape};
use crate::entropy::inputs::{self, EXTRA, Inputs, Kind};
use crate::predict::IntraMode;

/// Of a node that reaches over no edge of the tile.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct NodeInputs {
    aspects: [u32; EXTRA],
    /// Class of the area, 0 to 2.
    area: u32,
    /// 0 luma, 1 chroma.
    channel: u32,
}

/// Class of a neighbour's mode, 0 to 4; 5 where there is none.
fn mode_class(channel: Channel, unit: Option<&Unit>) -> u32 {
    unit.map_or(5, |u| match channel {
        Channel::Luma => ctx::mode_class(IntraMode(u.mode)) as u32,
        Channel::Chroma => u.mode as u32,
    })
}

impl NodeInputs {
    /// For a node in the tree of `units`; `qp` of the picture, `luma` the luma unit at the centre of a chroma node.
    pub(crate) fn of(units: &UnitMap, node: &Node, qp: u16, luma: Option<&Unit>) -> Self {
        let (x, y, w, h) = (node.x, node.y, node.w(), node.h());
        if x + w > units.width() || y + h > units.height() {
            return Self::default();
        }
        let channel = if luma.is_some() { Channel::Chroma } else { Channel::Luma };
        let (left, above) = (units.left(x, y), units.above(x, y));
        let (low, right) = (units.left(x, y + h - 1), units.above(x + w - 1, y));
        let area = node.log2_w + node.log2_h - 4;
        let sides = (left.map_or(4, |u| u.log2_h as u32 - 2), above.map_or(4, |u| u.log2_w as u32 - 2));
        let mode = |u: Option<&Unit>| u.map_or(0, |u| u.mode as u32);
        let (first, second) = match luma {
            Some(l) => (l.mode as u32, (l.log2_w as u32 - 2) * 5 + l.log2_h as u32 - 2),
            None => (mode(low), mode(right)),
        };
        Self {
            aspects: [
                shape(node) * 8 + qp_class(qp),
                (mode_class(channel, low) * 6 + mode_class(channel, right)) * 9 + area,
                (magnitude(left, 0, 5) * 6 + magnitude(above, 0, 5)) * 9 + area,
                (sides.0 * 5 + sides.1) * 9 + area,
                first,
                second,
            ],
            area: area / 3,
            channel: u32::from(luma.is_some()),
        }
    }

    /// A bin of a split.
    pub(crate) fn split(&self, kind: Kind) -> Inputs {
        kind.at(self.aspects.map(|a| a * 2 + self.channel), self.area + 3 * self.channel)
    }

    /// A bin of a luma mode.
    pub(crate) fn mode(&self, kind: Kind) -> Inputs {
        kind.at(self.aspects, self.area)
    }

    /// Bin `i` of the unary index among the most probable modes.
    pub(crate) fn mpm_index(&self, i: usize) -> Inputs {
        let i = i as u32;
        inputs::MPM_INDEX.at(self.aspects.map(|a| a * 5 + i), i)
    }
}
