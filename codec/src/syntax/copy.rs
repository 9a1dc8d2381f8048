//! Block vectors: how they are coded, and which ones are legal. BITSTREAM.md §5.5.

use super::recent::Recent;
use super::screen::Prediction;
use super::state::UnitMap;
use super::tree::Node;
use super::vector::Vector;
use crate::entropy::contexts as group;
use crate::entropy::{BinCoder, tree};
use crate::image::plane::Rect;

/// Most vectors that may be expected.
const EXPECTED: usize = 4;
/// Bits of the class of a component's magnitude.
const CLASS_BITS: u32 = 4;
/// Largest class: magnitudes below 2^10, the largest side of a tile.
const MAX_CLASS: u32 = 9;

/// Whether a block at `rect` may copy by `vector`: what it copies lies in the tile and is coded
/// already.
pub(crate) fn is_legal(vector: Vector, units: &UnitMap, rect: Rect) -> bool {
    vector.source(rect).is_some_and(|from| units.is_coded(from))
}

/// The vectors that the block at a node is expected to have, most probable first.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expected(Recent<Vector, EXPECTED>);

impl Expected {
    /// From the predictions of the blocks at the left and above, and the vectors used last.
    pub(crate) fn of(left: Prediction, above: Prediction, recent: &[Vector]) -> Self {
        let mut list = Recent::new();
        let near = [left, above].into_iter().filter_map(Prediction::vector);
        for vector in near.chain(recent.iter().copied()) {
            list.append(vector);
        }
        Self(list)
    }

    pub(crate) fn vectors(&self) -> &[Vector] {
        self.0.values()
    }
}

/// Codes the vector of the block at `node`.
pub(crate) fn vector<C: BinCoder>(
    c: &mut C,
    units: &UnitMap,
    node: &Node,
    expected: &Expected,
    value: Vector,
) -> Vector {
    c.element("block vector");
    let list = expected.vectors();
    let index = list.iter().position(|&v| v == value);
    let vector = if !list.is_empty() && c.bin(group::VECTOR_EXPECTED.at(0), index.is_some()) {
        let index = index.unwrap_or(0);
        let mut i = 0;
        while i + 1 < list.len() && c.bin(group::VECTOR_INDEX.at(i), index > i) {
            i += 1;
        }
        list[i]
    } else {
        Vector { x: component(c, 0, value.x), y: component(c, 1, value.y) }
    };
    if !is_legal(vector, units, node.rect()) {
        let reach = |v: i16| u64::from(v.unsigned_abs());
        c.corrupt("block vector", reach(vector.x), reach(vector.y));
    }
    vector
}

/// Codes component `axis` (0 horizontal, 1 vertical) of a vector.
fn component<C: BinCoder>(c: &mut C, axis: usize, value: i16) -> i16 {
    if c.bin(group::VECTOR_ZERO.at(axis), value == 0) {
        return 0;
    }
    let negative = c.bin(group::VECTOR_SIGN.at(axis), value < 0);
    let magnitude = u32::from(value.unsigned_abs());
    let class = tree(c, group::VECTOR_CLASS.at(axis * 15), CLASS_BITS, magnitude.max(1).ilog2());
    if class > MAX_CLASS {
        c.corrupt("class of a block vector", class.into(), MAX_CLASS.into());
        return 0;
    }
    let low = c.bypass(class, magnitude & ((1 << class) - 1));
    let magnitude = ((1 << class) + low) as i16;
    if negative { -magnitude } else { magnitude }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::learnt::Start;
    use crate::entropy::range::{RangeDecoder, RangeEncoder};
    use crate::predict::IntraMode;
    use crate::syntax::block::LumaBlock;

    /// A plane of 64x64 samples whose first `columns` 8x8 blocks of each row are coded.
    fn units(columns: usize) -> UnitMap {
        let mut units = UnitMap::with_copies(64, 64);
        for i in (0..64).filter(|i| i % 8 < columns) {
            let node = Node { x: i % 8 * 8, y: i / 8 * 8, log2_w: 3, log2_h: 3 };
            let unit = LumaBlock::blank(node, 0, IntraMode::Dc).unit();
            units.set(node.x, node.y, unit);
        }
        units
    }

    const NODE: Node = Node { x: 32, y: 8, log2_w: 3, log2_h: 3 };

    fn round_trip(value: Vector, expected: &Expected) -> (Vector, bool) {
        let units = units(4);
        // The writer's own units are all coded: it does not look.
        let mut encoder = RangeEncoder::<false>::new(Start::default());
        let all = super::tests::units(8);
        if is_legal(value, &all, NODE.rect()) {
            vector(&mut encoder, &all, &NODE, expected, value);
        } else {
            return (value, false);
        }
        let data = encoder.finish();
        let mut decoder = RangeDecoder::<false>::new(Start::default(), &data);
        let read = vector(&mut decoder, &units, &NODE, expected, Vector::default());
        (read, decoder.damage().is_none())
    }

    #[test]
    fn vectors_are_read_as_written_and_those_to_samples_not_coded_are_damage() {
        let expected =
            Expected::of(Prediction::Copy(Vector { x: -9, y: 3 }), Prediction::Intra, &[Vector { x: -32, y: 40 }]);
        for y in -8..=48 {
            for x in -32..=24 {
                let value = Vector { x, y };
                // Coded are the columns of samples up to 31, and blocks are 8 wide.
                assert_eq!(round_trip(value, &expected), (value, x <= -8), "{value:?}");
            }
        }
    }

    #[test]
    fn sources_beyond_the_tile_are_not_legal() {
        let all = units(8);
        for (x, y, legal) in
            [(-32, 0, true), (-33, 0, false), (0, -9, false), (24, 48, true), (25, 0, false), (0, 49, false)]
        {
            assert_eq!(is_legal(Vector { x, y }, &all, NODE.rect()), legal, "{x} {y}");
        }
    }
}
