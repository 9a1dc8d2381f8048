//! Which samples of a plane are reconstructed: they are what a block may be predicted from.
//! BITSTREAM.md §9.1, §9.2.

use crate::image::plane::Rect;
use crate::predict::edges::Available;

/// Samples along a side of a unit.
const UNIT: usize = 4;

/// How far each row and each column of a plane is ready, in units.
///
/// Blocks come in an order in which all that lies above and to the left of one comes before it. So
/// what is ready begins at the top left, its edge is a flight of stairs, and the next block stands
/// in a corner of them.
#[derive(Debug)]
pub(crate) struct Ready {
    rows: Box<[u16]>,
    cols: Box<[u16]>,
}

impl Ready {
    /// Nothing is ready in a plane of `width` x `height` samples.
    pub(crate) fn new(width: usize, height: usize) -> Self {
        Self { rows: vec![0; height / UNIT].into(), cols: vec![0; width / UNIT].into() }
    }

    /// Bytes that one of a plane of `width` x `height` samples takes.
    pub(crate) fn memory(width: usize, height: usize) -> u64 {
        ((width + height) / UNIT * size_of::<u16>()) as u64
    }

    /// All rows above row `y` are ready, and nothing else.
    pub(crate) fn begin_row(&mut self, y: usize) {
        let (above, below) = self.rows.split_at_mut(y / UNIT);
        above.fill(self.cols.len() as u16);
        below.fill(0);
        self.cols.fill((y / UNIT) as u16);
    }

    /// Makes the next block ready, or a larger one all of whose blocks are.
    pub(crate) fn add(&mut self, rect: Rect) {
        self.reach(rect, (rect.x + rect.w) / UNIT, (rect.y + rect.h) / UNIT);
    }

    /// Takes the last block away again, or all that is ready of one.
    pub(crate) fn remove(&mut self, rect: Rect) {
        self.reach(rect, rect.x / UNIT, rect.y / UNIT);
    }

    /// The rows that go through a block are ready up to column `x`, the columns up to row `y`.
    fn reach(&mut self, rect: Rect, x: usize, y: usize) {
        let part = |start: usize, len: usize, all: usize| start / UNIT..((start + len) / UNIT).min(all);
        let (rows, cols) = (part(rect.y, rect.h, self.rows.len()), part(rect.x, rect.w, self.cols.len()));
        self.rows[rows].fill(x as u16);
        self.cols[cols].fill(y as u16);
    }

    /// Whether all of `rect` is ready.
    pub(crate) fn covers(&self, rect: Rect) -> bool {
        let (right, bottom) = ((rect.x + rect.w).div_ceil(UNIT), (rect.y + rect.h).div_ceil(UNIT));
        right <= self.cols.len() && bottom <= self.rows.len() && usize::from(self.cols[right - 1]) >= bottom
    }

    /// How far the row above and the column at the left of a block are ready, up to width + height
    /// samples.
    pub(crate) fn around(&self, rect: Rect) -> Available {
        let (x, y) = (rect.x / UNIT, rect.y / UNIT);
        let most = (rect.w + rect.h) / UNIT;
        let beyond = |ready: u16, start: usize| usize::from(ready).saturating_sub(start).min(most);
        let above = if y > 0 { self.rows[y - 1] } else { 0 };
        let left = if x > 0 { self.cols[x - 1] } else { 0 };
        Available {
            top: UNIT * beyond(above, x),
            left: UNIT * beyond(left, y),
            corner: x > 0 && usize::from(above) >= x,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reach_ends_where_blocks_are_missing_or_the_plane_ends() {
        let mut r = Ready::new(64, 32);
        r.add(Rect { x: 0, y: 0, w: 32, h: 16 });
        r.add(Rect { x: 0, y: 16, w: 8, h: 12 });
        let at = |r: &Ready, x, y, w, h| r.around(Rect { x, y, w, h });
        assert_eq!(at(&r, 0, 0, 16, 16), Available { top: 0, left: 0, corner: false });
        assert_eq!(at(&r, 8, 16, 8, 8), Available { top: 16, left: 12, corner: true });
        assert_eq!(at(&r, 24, 16, 16, 8), Available { top: 8, left: 0, corner: true });
        assert_eq!(at(&r, 32, 8, 8, 8), Available { top: 0, left: 8, corner: true });
        r.remove(Rect { x: 0, y: 16, w: 8, h: 12 });
        assert_eq!(at(&r, 8, 16, 8, 8), Available { top: 16, left: 0, corner: true });
    }

    /// Against a map of the units, over the blocks of a tile in coding order: superblocks of
    /// quarters of halves.
    #[test]
    fn stairs_say_what_a_map_says() {
        let (width, height) = (80, 48);
        let (mut ready, mut map) = (Ready::new(width, height), vec![vec![false; width / UNIT]; height / UNIT]);
        let blocks = (0..height).step_by(32).flat_map(|y| (0..width).step_by(32).map(move |x| (x, y)));
        let blocks = blocks.flat_map(|(x, y)| [(0, 0), (16, 0), (0, 16), (16, 16)].map(|(u, v)| (x + u, y + v)));
        let halves = blocks.flat_map(|(x, y)| match (x + y) / 16 % 3 {
            0 => [Rect { x, y, w: 16, h: 16 }; 2],
            1 => [0, 8].map(|d| Rect { x: x + d, y, w: 8, h: 16 }),
            _ => [0, 8].map(|d| Rect { x, y: y + d, w: 16, h: 8 }),
        });
        for rect in halves.filter(|r| r.x + r.w <= width && r.y + r.h <= height) {
            let unit = |x: usize, y: usize| map.get(y / UNIT).and_then(|row| row.get(x / UNIT)).is_some_and(|&u| u);
            let run = |at: &dyn Fn(usize) -> bool| (0..rect.w + rect.h).take_while(|&i| at(i)).count();
            let Rect { x, y, .. } = rect;
            let expected = Available {
                top: run(&|i| y > 0 && unit(x + i, y - 1)),
                left: run(&|i| x > 0 && unit(x - 1, y + i)),
                corner: x > 0 && y > 0 && unit(x - 1, y - 1),
            };
            if !unit(x, y) {
                assert_eq!(ready.around(rect), expected, "{rect:?}");
            }
            for from in [Rect { x: x / 2, y: y / 2, ..rect }, Rect { x: x & 16, ..rect }, rect] {
                let all = (0..from.w * from.h).all(|i| unit(from.x + i % from.w, from.y + i / from.w));
                assert_eq!(ready.covers(from), all, "{from:?}");
            }
            ready.add(rect);
            map[y / UNIT..(y + rect.h) / UNIT].iter_mut().for_each(|row| row[x / UNIT..(x + rect.w) / UNIT].fill(true));
        }
    }
}
