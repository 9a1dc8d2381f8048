//! Planar: the mean of a horizontal and a vertical linear interpolation (as in VVC, without its
//! reference smoothing). BITSTREAM.md §9.3.2.

use crate::image::plane::Block;
use crate::predict::edges::Edges;
use crate::predict::pdpc::Blend;

#[inline(always)]
pub(crate) fn predict<const W: usize>(edges: &Edges, out: &mut Block<'_>) {
    let h = out.h;
    let (log2_w, log2_h) = (W.ilog2(), h.ilog2());
    let (right, below) = (i32::from(edges.top[W]), i32::from(edges.left[h]));
    let shift = log2_w + log2_h + 1;
    let blend = Blend::<W>::new(edges, h);
    // The vertical part grows by the same from row to row.
    let (mut vertical, mut growth) = ([0; W], [0; W]);
    for x in 0..W {
        let top = i32::from(edges.top[x]);
        vertical[x] = (top << (log2_h + log2_w)) + (1 << (shift - 1));
        growth[x] = (below - top) << log2_w;
    }
    for ((y, row), &left) in out.rows().enumerate().zip(&edges.left) {
        let (start, slope) = (i32::from(left) << (log2_w + log2_h), (right - i32::from(left)) << log2_h);
        let mut line = [0; W];
        for x in 0..W {
            vertical[x] += growth[x];
            line[x] = ((vertical[x] + start + (x as i32 + 1) * slope) >> shift) as u16;
        }
        blend.apply(y, left, &mut line);
        *row = line;
    }
}
