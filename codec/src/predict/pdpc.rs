//! Position-dependent blending (after VVC's PDPC): predictions lean on the references near the block's top and left.
//! BITSTREAM.md §9.4.

use crate::predict::edges::Edges;

/// No more rows or columns than this are blended: `3 << scale`, scale at most 2.
pub(crate) const MAX_REACH: usize = 12;

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

/// Blends a DC or planar prediction of width `W` in place.
#[inline(always)]
pub(crate) fn blend<const W: usize>(edges: &Edges, h: usize, out: &mut [u16]) {
    let scale = size_scale(W, h);
    let mut column_weights = [0; W];
    for (x, weight_left) in column_weights.iter_mut().enumerate() {
        *weight_left = weight(x, scale);
    }
    let top: [u16; W] = *edges.top.first_chunk().expect("shorter than any edge");
    for (y, row) in out.as_chunks_mut::<W>().0.iter_mut().enumerate() {
        let left = i32::from(edges.left[y]);
        let weight_top = weight(y, scale);
        // Past the reach of the row above only the first columns change.
        let columns = if weight_top > 0 { W } else { W.min(16) };
        let mut line = *row;
        for x in 0..columns {
            let own = (64 - column_weights[x] - weight_top) * i32::from(line[x]);
            let side = left * column_weights[x] + i32::from(top[x]) * weight_top;
            line[x] = ((side + own + 32) >> 6) as u16;
        }
        *row = line;
    }
}
