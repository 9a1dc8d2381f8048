//! Which samples of a plane are reconstructed, by 4x4 units: they are what a block may be predicted from.
//! BITSTREAM.md §9.1, §9.2.

use bitvec::vec::BitVec;

use crate::image::plane::Rect;
use crate::predict::edges::Available;

/// A bit for each 4x4 unit of a plane.
#[derive(Debug)]
pub(crate) struct Ready {
    cols: usize,
    rows: usize,
    units: BitVec,
}

impl Ready {
    /// Nothing is ready in a plane of `width` x `height` samples.
    pub(crate) fn new(width: usize, height: usize) -> Self {
        let (cols, rows) = (width / 4, height / 4);
        Self { cols, rows, units: BitVec::repeat(false, cols * rows) }
    }

    /// Sets or clears the bits of a block.
    pub(crate) fn set(&mut self, rect: Rect, ready: bool) {
        for y in rect.y / 4..(rect.y + rect.h).div_ceil(4).min(self.rows) {
            let end = (rect.x + rect.w).div_ceil(4).min(self.cols);
            self.units[y * self.cols + rect.x / 4..y * self.cols + end].fill(ready);
        }
    }

    /// Whether the bits of all of `rect` are set.
    pub(crate) fn covers(&self, rect: Rect) -> bool {
        let (cols, rows) = ((rect.x + rect.w).div_ceil(4), (rect.y + rect.h).div_ceil(4));
        cols <= self.cols
            && rows <= self.rows
            && (rect.y / 4..rows).all(|y| self.units[y * self.cols..][rect.x / 4..cols].all())
    }

    /// How far the row above and the column at the left of a block are ready, up to width + height samples.
    pub(crate) fn around(&self, rect: Rect) -> Available {
        let (x, y) = (rect.x / 4, rect.y / 4);
        let reach = (rect.w + rect.h) / 4;
        let top = if y > 0 {
            let row = (y - 1) * self.cols;
            self.units[row + x..row + self.cols.min(x + reach)].leading_ones()
        } else {
            0
        };
        let left = if x > 0 {
            (y..self.rows.min(y + reach)).take_while(|y| self.units[y * self.cols + x - 1]).count()
        } else {
            0
        };
        Available { top: 4 * top, left: 4 * left, corner: x > 0 && y > 0 && self.units[(y - 1) * self.cols + x - 1] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reach_ends_where_blocks_are_missing_or_the_plane_ends() {
        let mut r = Ready::new(64, 32);
        r.set(Rect { x: 0, y: 0, w: 32, h: 16 }, true);
        r.set(Rect { x: 0, y: 16, w: 8, h: 12 }, true);
        let at = |x, y, w, h| r.around(Rect { x, y, w, h });
        assert_eq!(at(0, 0, 16, 16), Available { top: 0, left: 0, corner: false });
        assert_eq!(at(8, 16, 8, 8), Available { top: 16, left: 12, corner: true });
        assert_eq!(at(24, 16, 16, 8), Available { top: 8, left: 0, corner: true });
        assert_eq!(at(32, 8, 8, 8), Available { top: 0, left: 8, corner: true });
    }
}
