//! Position-dependent blending (after VVC's PDPC): predictions lean on the references near the
//! block's top and left. BITSTREAM.md §9.4.

// An index runs over several arrays at once.
#![allow(clippy::needless_range_loop)]

use crate::predict::edges::Edges;

/// No more rows or columns than this are blended: `3 << scale`, scale at most 2, rounded up to fill
/// vectors.
pub(crate) const FILLED: usize = 16;

/// Weight of a reference, of 64, for the `i`-th row or column away from it.
#[inline(always)]
pub(crate) fn weight(i: usize, scale: u32) -> i32 {
    if i < reach(scale) { 32 >> ((2 * i) >> scale) } else { 0 }
}

/// Number of rows or columns with a weight.
#[inline(always)]
pub(crate) fn reach(scale: u32) -> usize {
    3 << scale
}

/// Scale for a block of `w` x `h` samples in DC, planar and the two straight modes.
#[inline(always)]
pub(crate) fn size_scale(w: usize, h: usize) -> u32 {
    (w.ilog2() + h.ilog2() - 2) >> 2
}

/// The blending of DC and planar predictions of width `W`.
pub(crate) struct Blend<const W: usize> {
    scale: u32,
    top: [u16; W],
    /// Of the left column, by column.
    weights: [i32; W],
}

impl<const W: usize> Blend<W> {
    #[inline(always)]
    pub(crate) fn new(edges: &Edges, h: usize) -> Self {
        let scale = size_scale(W, h);
        let mut weights = [0; W];
        for (x, w) in weights.iter_mut().enumerate().take(FILLED) {
            *w = weight(x, scale);
        }
        Self { scale, top: *edges.top.first_chunk().expect("shorter than any edge"), weights }
    }

    /// Blends row `y`, at the left of which `left` lies.
    #[inline(always)]
    pub(crate) fn apply(&self, y: usize, left: u16, line: &mut [u16; W]) {
        let left = i32::from(left);
        let weight_top = weight(y, self.scale);
        if weight_top > 0 {
            for x in 0..W {
                let own = (64 - self.weights[x] - weight_top) * i32::from(line[x]);
                let sides = left * self.weights[x] + i32::from(self.top[x]) * weight_top;
                line[x] = ((sides + own + 32) >> 6) as u16;
            }
        } else {
            for x in 0..W.min(FILLED) {
                let own = (64 - self.weights[x]) * i32::from(line[x]);
                line[x] = ((left * self.weights[x] + own + 32) >> 6) as u16;
            }
        }
    }
}
