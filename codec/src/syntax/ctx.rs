//! Which context a bin takes: pure functions of what is already coded. BITSTREAM.md §7.3.

use super::beside::Beside;
use super::level::BlockLevels;
use super::screen::Prediction;
use super::state::{Unit, UnitMap, UnitMode};
use super::tree::{Channel, Node};
use crate::entropy::Ctx;
use crate::entropy::contexts as group;
use crate::predict::{ChromaFamily, IntraMode};

fn channel_index(channel: Channel) -> usize {
    match channel {
        Channel::Luma => 0,
        Channel::Chroma => 1,
    }
}

/// Size of a block in three classes: up to 64 samples, up to 512, above.
fn size3(log2_area: u32) -> usize {
    match log2_area {
        0..=6 => 0,
        7..=9 => 1,
        _ => 2,
    }
}

/// Which neighbours of a node are divided more finely than it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SplitNeighbours {
    left: bool,
    above: bool,
}

impl SplitNeighbours {
    pub(crate) fn of(units: &UnitMap, node: &Node) -> Self {
        Self {
            left: units.left(node.x, node.y).is_some_and(|u| u32::from(u.log2_h) < node.log2_h),
            above: units.above(node.x, node.y).is_some_and(|u| u32::from(u.log2_w) < node.log2_w),
        }
    }

    fn count(self) -> usize {
        usize::from(self.left) + usize::from(self.above)
    }
}

/// The node is split.
pub(crate) fn split(channel: Channel, node: &Node, near: SplitNeighbours) -> Ctx {
    let area = (node.log2_w + node.log2_h - 4) as usize;
    group::SPLIT.at((channel_index(channel) * 9 + area) * 3 + near.count())
}

/// It is split into four squares.
pub(crate) fn split_quad(channel: Channel, node: &Node, near: SplitNeighbours) -> Ctx {
    group::SPLIT_QUAD.at((channel_index(channel) * 4 + node.log2_w as usize - 3) * 3 + near.count())
}

/// It is cut vertically.
pub(crate) fn split_vertical(channel: Channel, node: &Node, near: SplitNeighbours) -> Ctx {
    let shape = match node.log2_w.cmp(&node.log2_h) {
        std::cmp::Ordering::Less => 0,
        std::cmp::Ordering::Equal => 1,
        std::cmp::Ordering::Greater => 2,
    };
    let finer = match (near.left, near.above) {
        (true, false) => 0,
        (false, true) => 2,
        _ => 1,
    };
    let area = (node.log2_w + node.log2_h - 4) as usize;
    group::SPLIT_VERTICAL.at(((channel_index(channel) * 3 + shape) * 9 + area) * 3 + finer)
}

/// It is cut 1:2:1; `log2_side` is the side that is cut.
pub(crate) fn split_three(channel: Channel, vertical: bool, log2_side: u32, near: SplitNeighbours) -> Ctx {
    let direction = channel_index(channel) * 2 + usize::from(vertical);
    group::SPLIT_THREE.at((direction * 3 + log2_side as usize - 4) * 3 + near.count())
}

/// It is cut into quarters; `log2_side` is the side that is cut.
pub(crate) fn split_quarter(channel: Channel, vertical: bool, log2_side: u32) -> Ctx {
    group::SPLIT_QUARTER.at((channel_index(channel) * 2 + usize::from(vertical)) * 3 + log2_side as usize - 4)
}

/// The luma mode is a most probable one.
pub(crate) fn mpm(node: &Node, alike: bool) -> Ctx {
    group::MPM.at(size3(node.log2_w + node.log2_h) * 2 + usize::from(alike))
}

/// A luma mode that is not most probable is angular.
pub(crate) fn angular(node: &Node) -> Ctx {
    group::ANGULAR.at(size3(node.log2_w + node.log2_h))
}

/// A fitted model of chroma is a quadratic one.
pub(crate) fn quadratic(node: &Node) -> Ctx {
    group::QUADRATIC.at(size3(node.log2_w + node.log2_h))
}

/// The line of references is a further one.
pub(crate) fn line(node: &Node) -> Ctx {
    group::LINE.at(size3(node.log2_w + node.log2_h))
}

/// The luma mode is a learned one.
pub(crate) fn learned(units: &UnitMap, node: &Node) -> Ctx {
    let is = |u: Option<&Unit>| usize::from(u.is_some_and(Unit::is_learned));
    let near = is(units.left(node.x, node.y)) + is(units.above(node.x, node.y));
    group::LEARNED.at(size3(node.log2_w + node.log2_h) * 3 + near)
}

/// How many of a chroma block's neighbours have the family of mode.
pub(crate) fn chroma_neighbours(units: &UnitMap, node: &Node, family: ChromaFamily) -> usize {
    let is = |u: Option<&Unit>| usize::from(u.is_some_and(|u| u.mode == UnitMode::Chroma(family)));
    is(units.left(node.x, node.y)) + is(units.above(node.x, node.y))
}

/// A luma block between those of `near` is a copy.
pub(crate) fn copy(near: &[Prediction; 2]) -> Ctx {
    group::COPY.at(near.iter().filter(|s| matches!(s, Prediction::Copy(_))).count())
}

/// It has a palette.
pub(crate) fn palette(near: &[Prediction; 2]) -> Ctx {
    group::PALETTE.at(near.iter().filter(|s| matches!(s, Prediction::Palette(..))).count())
}

/// It has no transform.
pub(crate) fn identity(channel: Channel, node: &Node) -> Ctx {
    group::IDENTITY.at(channel_index(channel) * 3 + size3(node.log2_w + node.log2_h))
}

/// Class of a luma mode, for the choice of transforms: smooth, other simple, horizontal, diagonal,
/// vertical.
pub(crate) fn mode_class(mode: IntraMode) -> usize {
    match mode {
        IntraMode::Dc | IntraMode::Planar | IntraMode::Learned(_) => 0,
        IntraMode::Paeth | IntraMode::SmoothH | IntraMode::SmoothV => 1,
        IntraMode::Angular(..24) => 2,
        IntraMode::Angular(24..=40) => 3,
        IntraMode::Angular(_) => 4,
    }
}

/// Where a transform block stands: all that its contexts depend on besides its own levels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    /// 0 Y, 1 Cb, 2 Cr, 3 Cr where Cb is coded.
    plane: u8,
    /// How far up levels reach in the blocks beside it, by area: 0 to 174.
    extent: u8,
    /// What its levels look at.
    pub(crate) levels: BlockLevels,
}

impl Place {
    /// For plane `plane` (0 to 2) of the block at `node`; `after_coded`: Cr where Cb has levels.
    pub(crate) fn of(units: &UnitMap, node: &Node, plane: usize, after_coded: bool) -> Self {
        let slot = plane.saturating_sub(1);
        let area = (node.log2_w.min(5) + node.log2_h.min(5) - 4) as u8;
        let beside = Beside::of(units, node, slot);
        let extent = 7 * beside.extent() as u8 + area;
        let levels = BlockLevels::new(plane, beside.sum());
        Self { plane: plane as u8 + u8::from(after_coded), extent, levels }
    }

    fn channel(self) -> usize {
        usize::from(self.plane > 0)
    }

    /// The block has levels.
    pub(crate) fn coded(self) -> Ctx {
        group::CODED.at(self.extent as usize * 4 + self.plane as usize)
    }

    /// Position `i` of the unary class of the end.
    pub(crate) fn end_class(self, i: usize) -> Ctx {
        group::END_CLASS.at(self.extent as usize * 22 + self.channel() * 11 + i)
    }

    /// First bit within an end class.
    pub(crate) fn end_bit(self, class: usize) -> Ctx {
        group::END_BIT.at(self.extent as usize * 11 + class)
    }
}

/// Rice parameter for what a level has above its binary decisions; `sum` of the template, levels
/// cut at 255.
#[inline(always)]
pub(crate) fn rice(sum: u32) -> u32 {
    let expected = sum.saturating_sub(16) / 10;
    u32::BITS - (expected >> 1).leading_zeros()
}
