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
    /// No split, and these: quad, H2, V2, H4, V4.
    Free { quad: bool, h2: bool, v2: bool, h4: bool, v4: bool },
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
                Choices::Free { quad: lw == lh && lw >= 3, h2, v2, h4: lh >= 4 && lw <= lh, v4: lw >= 4 && lh <= lw }
            }
        }
    }

    /// The parts that `split` makes, in coding order; those that lie wholly outside the plane are
    /// not coded.
    pub(crate) fn children(&self, split: Split) -> impl Iterator<Item = Self> + use<> {
        let (cols_log2, rows_log2) = match split {
            Split::None => (0, 0),
            Split::Quad => (1, 1),
            Split::H2 => (0, 1),
            Split::V2 => (1, 0),
            Split::H4 => (0, 2),
            Split::V4 => (2, 0),
        };
        let node = *self;
        let (log2_w, log2_h) = (node.log2_w - cols_log2, node.log2_h - rows_log2);
        (0..1usize << rows_log2).flat_map(move |row| {
            (0..1usize << cols_log2).map(move |col| Node {
                x: node.x + (col << log2_w),
                y: node.y + (row << log2_h),
                log2_w,
                log2_h,
            })
        })
    }
}

impl Choices {
    /// Whether `split` is among them.
    pub(crate) fn allow(self, split: Split) -> bool {
        match self {
            Self::Forced(only) => split == only,
            Self::Free { quad, h2, v2, h4, v4 } => match split {
                Split::None => true,
                Split::Quad => quad,
                Split::H2 => h2,
                Split::V2 => v2,
                Split::H4 => h4,
                Split::V4 => v4,
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
}
