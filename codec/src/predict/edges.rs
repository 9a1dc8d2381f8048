//! Reference samples of a block: the row above, the column to the left and the corner between them,
//! with the rule for what does not exist. BITSTREAM.md §9.2.

use crate::image::plane::{Plane, Rect};

/// Longest side of a block.
pub(crate) const MAX_SIDE: usize = 64;
/// Distances of the lines that directions may take their references from.
pub(crate) const LINES: [usize; 3] = [0, 1, 3];
/// The largest of them.
pub(crate) const MAX_LINE: usize = 3;
/// Room for the longest reference side, width + height of the largest block and the largest
/// distance: a multiple of four.
pub(crate) const MAX_EDGE: usize = 128 + MAX_LINE + 1;

/// How many reference samples of a block are reconstructed already and may be used.
#[derive(Debug, Copy, Clone, PartialEq, Eq)]
pub(crate) struct Available {
    /// Samples of the row above, from the block's first column on: 0 where there is no row above,
    /// at most w + h.
    pub(crate) top: usize,
    /// Samples of the column to the left, from the block's first row on: 0 to w + h.
    pub(crate) left: usize,
    /// Whether the sample above and to the left exists.
    pub(crate) corner: bool,
}

/// The reference samples of a block of w x h samples: w + h + `distance` on each side, none
/// missing.
#[derive(Debug, Clone)]
pub(crate) struct Edges {
    pub(crate) corner: u16,
    /// The row above, `w + h + distance` samples from the corner on; what follows is unspecified.
    pub(crate) top: [u16; MAX_EDGE],
    /// The column to the left, likewise.
    pub(crate) left: [u16; MAX_EDGE],
    /// Whether the row above exists (is not wholly substituted).
    pub(crate) has_top: bool,
    /// Whether the column to the left exists.
    pub(crate) has_left: bool,
    /// How many samples further than those beside the block they lie; the corner then lies as much
    /// further up and left.
    pub(crate) distance: usize,
}

impl Edges {
    /// Edges to be filled: all zero.
    pub(crate) fn new() -> Self {
        Self { corner: 0, top: [0; MAX_EDGE], left: [0; MAX_EDGE], has_top: false, has_left: false, distance: 0 }
    }

    /// The references of the block at `rect` of `plane`.
    #[cfg(test)]
    pub(crate) fn gather(plane: &Plane, rect: Rect, available: Available, depth: u32) -> Self {
        let mut edges = Self::new();
        edges.fill(plane, rect, available, depth, 0);
        edges
    }

    /// Makes these the references of the block at `rect` of `plane`. `available` must not reach out
    /// of the plane, and `distance` may be above 0 only where both sides and the corner exist.
    ///
    /// The missing end of a side repeats its last sample. A side missing as a whole repeats the
    /// first sample of the other side. A missing corner is the first sample above, which is the
    /// first at the left where there is no row above. With no neighbour at all everything is
    /// mid-grey.
    pub(crate) fn fill(&mut self, plane: &Plane, rect: Rect, available: Available, depth: u32, distance: usize) {
        let n = rect.w + rect.h + distance;
        let [from_top, from_left] =
            [available.top, available.left].map(|a| if a > 0 { (a + distance).min(n) } else { 0 });
        (self.has_top, self.has_left, self.distance) = (from_top > 0, from_left > 0, distance);
        // Where the references start.
        let (x, y) = (rect.x - distance, rect.y - distance);
        if self.has_top {
            self.top[..from_top].copy_from_slice(&plane.row(y - 1)[x..x + from_top]);
            let last = self.top[from_top - 1];
            repeat(&mut self.top[from_top..n], last);
        }
        if self.has_left {
            let (column, stride) = (plane.from(x - 1, y), plane.width());
            for (i, s) in self.left[..from_left].iter_mut().enumerate() {
                *s = column[i * stride];
            }
            let last = self.left[from_left - 1];
            repeat(&mut self.left[from_left..n], last);
        }
        match (self.has_top, self.has_left) {
            (true, true) => {}
            (true, false) => self.left[..n].fill(self.top[0]),
            (false, true) => self.top[..n].fill(self.left[0]),
            (false, false) => {
                self.top[..n].fill(1 << (depth - 1));
                self.left[..n].fill(1 << (depth - 1));
            }
        }
        self.corner = if available.corner { plane.get(x - 1, y - 1) } else { self.top[0] };
    }
}

/// Fills `to`, which mostly has a few samples, a multiple of four.
fn repeat(to: &mut [u16], sample: u16) {
    let (fours, rest) = to.as_chunks_mut::<4>();
    fours.fill([sample; 4]);
    rest.fill(sample);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp() -> Plane {
        let mut plane = Plane::new(32, 32);
        for (i, s) in plane.data_mut().iter_mut().enumerate() {
            *s = i as u16;
        }
        plane
    }

    const RECT: Rect = Rect { x: 8, y: 16, w: 8, h: 4 };

    #[test]
    fn available_samples_are_the_planes_and_missing_ends_repeat_the_last() {
        let edges = Edges::gather(&ramp(), RECT, Available { top: 8, left: 12, corner: true }, 10);
        assert_eq!(edges.corner, 15 * 32 + 7);
        assert!((0..12).all(|i| edges.top[i] as usize == 15 * 32 + 8 + i.min(7)));
        assert!((0..12).all(|i| edges.left[i] as usize == (16 + i) * 32 + 7));
    }

    #[test]
    fn further_lines_are_those_of_the_block_that_starts_as_much_further() {
        let mut edges = Edges::new();
        edges.fill(&ramp(), RECT, Available { top: 8, left: 12, corner: true }, 10, 3);
        assert_eq!(edges.corner, 12 * 32 + 4);
        // 3 more before the block's own, then those that exist; the last is repeated.
        assert!((0..15).all(|i| edges.top[i] as usize == 12 * 32 + 5 + i.min(10)));
        assert!((0..15).all(|i| edges.left[i] as usize == (13 + i) * 32 + 4));
    }

    #[test]
    fn missing_sides_come_from_the_other_side() {
        let edges = Edges::gather(&ramp(), RECT, Available { top: 8, left: 0, corner: false }, 10);
        assert!(edges.left[..12].iter().all(|&s| s == edges.top[0]) && edges.corner == edges.top[0]);
        let edges = Edges::gather(&ramp(), RECT, Available { top: 0, left: 4, corner: false }, 10);
        assert!(edges.top[..12].iter().all(|&s| s == edges.left[0]) && edges.corner == edges.left[0]);
        assert_eq!(edges.left[11], 19 * 32 + 7);
        let edges = Edges::gather(&ramp(), RECT, Available { top: 0, left: 0, corner: false }, 12);
        assert!(edges.top[..12].iter().chain(&edges.left[..12]).all(|&s| s == 2048) && edges.corner == 2048);
    }
}
