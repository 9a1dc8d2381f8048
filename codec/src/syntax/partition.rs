//! How a node is divided, as it is coded. BITSTREAM.md §5.1.

use super::ctx;
use super::state::UnitMap;
use super::tree::{Channel, Choices, Node, Split};
use crate::entropy::BinCoder;

/// Codes the split of `node`.
pub(crate) fn split<C: BinCoder>(c: &mut C, channel: Channel, units: &UnitMap, node: &Node, value: Split) -> Split {
    let (quad, h2, v2, h3, v3) = match node.choices(units.width(), units.height()) {
        Choices::Forced(only) => return only,
        Choices::Free { quad, h2, v2, h3, v3 } => (quad, h2, v2, h3, v3),
    };
    if !(quad || h2 || v2) {
        return Split::None;
    }
    c.element("split");
    let near = ctx::SplitNeighbours::of(units, node);
    if !c.bin(ctx::split(channel, node, near), value != Split::None) {
        return Split::None;
    }
    if quad && c.bin(ctx::split_quad(channel, node, near), value == Split::Quad) {
        return Split::Quad;
    }
    let vertical = match (h2, v2) {
        (true, true) => {
            c.bin(ctx::split_vertical(channel, node, near), matches!(value, Split::V2 | Split::V3 | Split::V4))
        }
        (_, vertical) => vertical,
    };
    let (two, three, four) =
        if vertical { (Split::V2, Split::V3, Split::V4) } else { (Split::H2, Split::H3, Split::H4) };
    if !(if vertical { v3 } else { h3 }) {
        return two;
    }
    let side = if vertical { node.log2_w } else { node.log2_h };
    if c.bin(ctx::split_three(channel, vertical, side, near), value == three) {
        three
    } else if c.bin(ctx::split_quarter(channel, vertical, side), value == four) {
        four
    } else {
        two
    }
}
