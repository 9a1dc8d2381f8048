//! The partition of a superblock: nodes, splits, and which splits a node may have. BITSTREAM.md
//! §5.1.

use crate::image::plane::Rect;

/// Log2 of the side of a superblock, in luma samples.
pub(crate) const SUPERBLOCK_LOG2: u32 = 6;
/// Side of a superblock, in luma samples.
pub(crate) const SUPERBLOCK: usize = 1 << SUPERBLOCK_LOG2;

/// Luma, or the two chroma planes that share a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Channel {
    Luma,
    Chroma,
}

/// How a node is divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Split {
    /// Not at all: the node is a block.
    None,
    /// Into four squares.
    Quad,
    /// Into an upper and a lower half.
    H2,
    /// Into a left and a right half.
    V2,
    /// Into a quarter, a half and a quarter, one above the other.
    H3,
    /// Into a quarter, a half and a quarter, side by side.
    V3,
    /// Into four, one above the other.
    H4,
    /// Into four, side by side.
    V4,
}

/// A rectangle of the partition, position and size in samples of its plane, position within the
/// tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) x: usize,
    pub(crate) y: usize,
    pub(crate) log2_w: u32,
    pub(crate) log2_h: u32,
}

/// The splits that a node may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Choices {
    /// Only this one: the node reaches over the edge of the tile.
    Forced(Split),
    /// No split, and these: quad; H2; V2; H3 and H4; V3 and V4.
    Free { quad: bool, h2: bool, v2: bool, h3: bool, v3: bool },
}

impl Node {
    pub(crate) fn w(&self) -> usize {
        1 << self.log2_w
    }

    pub(crate) fn h(&self) -> usize {
        1 << self.log2_h
    }

    /// Its samples.
    pub(crate) fn rect(&self) -> Rect {
        Rect { x: self.x, y: self.y, w: self.w(), h: self.h() }
    }

    /// Width and height of the coefficients that are coded: of a side of 64 only the low 32
    /// frequencies.
    pub(crate) fn coded_area(&self) -> (usize, usize) {
        (self.w().min(32), self.h().min(32))
    }

    /// What may be done with this node in a plane of `width` x `height` samples. Sides stay at 4 or
    /// above and no block is longer than four times its width.
    pub(crate) fn choices(&self, width: usize, height: usize) -> Choices {
        let (lw, lh) = (self.log2_w, self.log2_h);
        let h2 = lh >= 3 && lw < lh + 2;
        let v2 = lw >= 3 && lh < lw + 2;
        let right = self.x + self.w() > width;
        let bottom = self.y + self.h() > height;
        match (right, bottom) {
            (true, true) if lw == lh => Choices::Forced(Split::Quad),
            (true, true) => Choices::Forced(if lw > lh { Split::V2 } else { Split::H2 }),
            (true, false) => Choices::Forced(if v2 { Split::V2 } else { Split::H2 }),
            (false, true) => Choices::Forced(if h2 { Split::H2 } else { Split::V2 }),
            (false, false) => {
                Choices::Free { quad: lw == lh && lw >= 3, h2, v2, h3: lh >= 4 && lw <= lh, v3: lw >= 4 && lh <= lw }
            }
        }
    }

    /// The parts that `split` makes, in coding order; those that lie wholly outside the plane are
    /// not coded.
    pub(crate) fn children(&self, split: Split) -> impl Iterator<Item = Self> + use<> {
        let node = *self;
        let count = match split {
            Split::None => 1,
            Split::H2 | Split::V2 => 2,
            Split::H3 | Split::V3 => 3,
            Split::Quad | Split::H4 | Split::V4 => 4,
        };
        (0..count).map(move |i| match split {
            Split::None => node,
            Split::Quad => node.column(i % 2, node.log2_w - 1).row(i / 2, node.log2_h - 1),
            Split::H2 => node.row(i, node.log2_h - 1),
            Split::V2 => node.column(i, node.log2_w - 1),
            // The half starts behind one quarter, what follows it behind three.
            Split::H3 => Self { log2_h: node.log2_h - 2 + i as u32 % 2, ..node.row(i + i / 2, node.log2_h - 2) },
            Split::V3 => Self { log2_w: node.log2_w - 2 + i as u32 % 2, ..node.column(i + i / 2, node.log2_w - 2) },
            Split::H4 => node.row(i, node.log2_h - 2),
            Split::V4 => node.column(i, node.log2_w - 2),
        })
    }

    /// Part `i` of those of height 2^`log2_h`, one above the other.
    fn row(self, i: usize, log2_h: u32) -> Self {
        Self { y: self.y + (i << log2_h), log2_h, ..self }
    }

    /// Part `i` of those of width 2^`log2_w`, side by side.
    fn column(self, i: usize, log2_w: u32) -> Self {
        Self { x: self.x + (i << log2_w), log2_w, ..self }
    }
}

impl Choices {
    /// Whether `split` is among them.
    pub(crate) fn allow(self, split: Split) -> bool {
        match self {
            Self::Forced(only) => split == only,
            Self::Free { quad, h2, v2, h3, v3 } => match split {
                Split::None => true,
                Split::Quad => quad,
                Split::H2 => h2,
                Split::V2 => v2,
                Split::H3 | Split::H4 => h3,
                Split::V3 | Split::V4 => v3,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Follows forced splits and the given free choice down to blocks.
    fn blocks(node: Node, w: usize, h: usize, out: &mut Vec<Node>) {
        if node.x >= w || node.y >= h {
            return;
        }
        match node.choices(w, h) {
            Choices::Forced(split) => node.children(split).for_each(|n| blocks(n, w, h, out)),
            Choices::Free { .. } => out.push(node),
        }
    }

    #[test]
    fn forced_splits_cover_every_padded_size_exactly_with_legal_blocks() {
        for step in [4, 8] {
            for w in (step..=64).step_by(step) {
                for h in (step..=64).step_by(step) {
                    let mut out = Vec::new();
                    blocks(Node { x: 0, y: 0, log2_w: 6, log2_h: 6 }, w, h, &mut out);
                    let area: usize = out.iter().map(|n| n.w() * n.h()).sum();
                    assert_eq!(area, w * h);
                    for n in &out {
                        assert!(n.x + n.w() <= w && n.y + n.h() <= h && n.w() >= 4 && n.h() >= 4);
                        assert!(n.w() <= 4 * n.h() && n.h() <= 4 * n.w(), "{n:?}");
                    }
                }
            }
        }
    }

    /// Every split that a node may have, and every one of its parts, down to blocks.
    #[test]
    fn parts_tile_their_node_and_are_no_longer_than_four_times_their_width() {
        const SPLITS: [Split; 7] = [Split::Quad, Split::H2, Split::V2, Split::H3, Split::V3, Split::H4, Split::V4];
        let mut nodes = vec![Node { x: 0, y: 0, log2_w: 6, log2_h: 6 }];
        let mut seen = std::collections::HashSet::new();
        while let Some(node) = nodes.pop() {
            for split in SPLITS.into_iter().filter(|&s| node.choices(64, 64).allow(s)) {
                let mut covered = vec![0; 64 * 64];
                for part in node.children(split) {
                    assert!(part.w() <= 4 * part.h() && part.h() <= 4 * part.w(), "{split:?} of {node:?}");
                    for y in part.y..part.y + part.h() {
                        covered[y * 64 + part.x..][..part.w()].iter_mut().for_each(|n| *n += 1);
                    }
                    // What a node within the plane may have depends on its size alone.
                    if seen.insert((part.log2_w, part.log2_h)) {
                        nodes.push(part);
                    }
                }
                for (i, n) in covered.into_iter().enumerate() {
                    let (x, y) = (i % 64, i / 64);
                    let inside = (node.x..node.x + node.w()).contains(&x) && (node.y..node.y + node.h()).contains(&y);
                    assert_eq!(n, i32::from(inside), "{split:?} of {node:?} at {x}, {y}");
                }
            }
        }
    }

    #[test]
    fn three_parts_are_a_quarter_a_half_and_a_quarter() {
        let node = Node { x: 32, y: 16, log2_w: 4, log2_h: 5 };
        let rows: Vec<_> = node.children(Split::H3).map(|n| (n.x, n.y, n.w(), n.h())).collect();
        assert_eq!(rows, [(32, 16, 16, 8), (32, 24, 16, 16), (32, 40, 16, 8)]);
        let columns: Vec<_> = node.children(Split::V3).map(|n| (n.x, n.y, n.w(), n.h())).collect();
        assert_eq!(columns, [(32, 16, 4, 32), (36, 16, 8, 32), (44, 16, 4, 32)]);
    }
}
