//! Palettes: a block's few luma colours and the map of which sample has which. BITSTREAM.md §5.6.

use super::recent::Recent;
use super::tree::Node;
use crate::entropy::contexts as group;
use crate::entropy::{BinCoder, tree};

/// Most colours of a palette.
pub(crate) const MAX_COLOURS: usize = 8;

/// The colours of a block, the eight high bits of luma samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Palette {
    colours: [u8; MAX_COLOURS],
    len: u8,
}

impl Palette {
    /// With the first [`MAX_COLOURS`] of `colours`.
    pub(crate) fn new(colours: &[u8]) -> Self {
        let mut palette = Self { colours: [0; MAX_COLOURS], len: colours.len().min(MAX_COLOURS) as u8 };
        palette.colours.iter_mut().zip(colours).for_each(|(to, &from)| *to = from);
        palette
    }

    pub(crate) fn colours(&self) -> &[u8] {
        &self.colours[..self.len.into()]
    }

    /// The samples of `depth` bits that `indices` stand for.
    pub(crate) fn paint(&self, indices: &[u8], depth: u32, out: &mut [u16]) {
        for (sample, &i) in out.iter_mut().zip(indices) {
            *sample = u16::from(self.colours[usize::from(i) % MAX_COLOURS]) << (depth - 8);
        }
    }
}

/// Codes a palette, its colours among `recent` first.
pub(crate) fn palette<C: BinCoder>(c: &mut C, recent: &[u8], value: &Palette) -> Palette {
    c.element("palette");
    let len = tree(c, group::PALETTE_SIZE.at(0), 3, u32::from(value.len).wrapping_sub(1) & 7) as usize + 1;
    let mut colours = Recent::<u8, MAX_COLOURS>::new();
    for (i, &colour) in recent.iter().enumerate() {
        if colours.values().len() == len {
            break;
        }
        if c.bin(group::PALETTE_REUSE.at(i), value.colours().contains(&colour)) {
            colours.append(colour);
        }
    }
    // A writer's palette has its recent colours first, in order.
    let known = colours.values().len();
    let mut out = Palette { colours: [0; MAX_COLOURS], len: len as u8 };
    out.colours[..known].copy_from_slice(colours.values());
    for i in known..len {
        out.colours[i] = c.bypass(8, value.colours[i].into()) as u8;
    }
    out
}

/// Pattern by the ranks of the second to fourth neighbour among the distinct ones: rank of the
/// second (0, 1) x of the third (0 to 2) x of the fourth (0 to 3).
const PATTERN: [u8; 24] = [
    0, 1, 0, 0, 2, 3, 4, 0, 0, 0, 0, 0, //
    5, 6, 7, 0, 8, 9, 10, 0, 11, 12, 13, 14,
];

/// Which of the neighbours' indices (above, left, above left, above right) are equal: 0 to 14.
fn pattern(near: [u8; 4]) -> usize {
    let [above, left, corner, right] = near;
    let second = usize::from(left != above);
    let third = match corner {
        _ if corner == above => 0,
        _ if corner == left => second,
        _ => second + 1,
    };
    let fourth = match right {
        _ if right == above => 0,
        _ if right == left => second,
        _ if right == corner => third,
        _ => second.max(third) + 1,
    };
    PATTERN[second * 12 + third * 4 + fourth].into()
}

/// The indices in the order in which they are tried: those of the neighbours, each once, then the
/// others.
fn order(near: [u8; 4]) -> [u8; MAX_COLOURS] {
    let (mut order, mut n, mut seen) = ([0; MAX_COLOURS], 0, 0u32);
    for index in near.into_iter().chain(0..MAX_COLOURS as u8) {
        if seen >> index & 1 == 0 {
            seen |= 1 << index;
            order[n] = index;
            n += 1;
        }
    }
    order
}

/// Codes the indices (below `colours`) of the block at `node`, row by row.
pub(crate) fn index_map<C: BinCoder>(c: &mut C, node: &Node, colours: usize, map: &mut [u8]) {
    if colours == 1 {
        return map.fill(0);
    }
    c.element("palette indices");
    let (w, h) = (node.w(), node.h());
    for y in 0..h {
        for x in 0..w {
            let at = y * w + x;
            let left = if x > 0 {
                map[at - 1]
            } else if y > 0 {
                map[at - w]
            } else {
                0
            };
            let above = if y > 0 { map[at - w] } else { left };
            let corner = if x > 0 && y > 0 { map[at - w - 1] } else { above };
            let right = if y > 0 && x + 1 < w { map[at - w + 1] } else { above };
            map[at] = index(c, [above, left, corner, right], colours, map[at]);
        }
    }
}

/// Codes one of two indices and more by its place among those of the neighbours, all of them below
/// `colours`.
fn index<C: BinCoder>(c: &mut C, near: [u8; 4], colours: usize, value: u8) -> u8 {
    let contexts = pattern(near) * 7;
    // Mostly it is the one above, and nobody asks for the order.
    if c.bin(group::PALETTE_INDEX.at(contexts), near[0] == value) {
        return near[0];
    }
    let order = order(near);
    let mut candidates = order.into_iter().filter(|&i| usize::from(i) < colours).skip(1).peekable();
    let mut tried = 1;
    while let Some(candidate) = candidates.next() {
        if candidates.peek().is_none() || c.bin(group::PALETTE_INDEX.at(contexts + tried), candidate == value) {
            return candidate;
        }
        tried += 1;
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::learnt::Start;
    use crate::entropy::range::{RangeDecoder, RangeEncoder};

    #[test]
    fn patterns_number_the_fifteen_ways_in_which_four_neighbours_agree() {
        let mut seen = std::collections::BTreeMap::new();
        for n in 0..256u32 {
            let near = [n & 3, n >> 2 & 3, n >> 4 & 3, n >> 6].map(|v| v as u8);
            let equal: Vec<bool> =
                (0..4).flat_map(|i| (0..i).map(move |j| (i, j))).map(|(i, j)| near[i] == near[j]).collect();
            let pattern = pattern(near);
            assert_eq!(*seen.entry(equal).or_insert(pattern), pattern);
        }
        let patterns: std::collections::BTreeSet<usize> = seen.values().copied().collect();
        assert!(seen.len() == 15 && patterns.into_iter().eq(0..15));
    }

    #[test]
    fn palettes_and_maps_are_read_as_written() {
        let recent = [40, 7, 99, 250];
        for colours in [&[3][..], &[7, 250], &[99, 1, 2], &[40, 7, 99, 250, 0, 1, 2, 255]] {
            for (log2_w, log2_h) in [(2, 2), (4, 2), (3, 5), (6, 6)] {
                let node = Node { x: 0, y: 0, log2_w, log2_h };
                let written = Palette::new(colours);
                let area = node.w() * node.h();
                let mut map: Vec<u8> = (0..area).map(|i| (i * i / 7 % colours.len()) as u8).collect();
                let mut encoder = RangeEncoder::<false>::new(Start::default());
                palette(&mut encoder, &recent, &written);
                index_map(&mut encoder, &node, colours.len(), &mut map);
                let data = encoder.finish();
                let mut decoder = RangeDecoder::<false>::new(Start::default(), &data);
                let read = palette(&mut decoder, &recent, &Palette::new(&[]));
                let mut indices = vec![0; area];
                index_map(&mut decoder, &node, read.colours().len(), &mut indices);
                assert_eq!((read, indices), (written, map));
                assert_eq!(decoder.finish(), None);
            }
        }
    }
}
