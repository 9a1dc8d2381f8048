//! Planar: the mean of a horizontal and a vertical linear interpolation (as in VVC, without its reference smoothing).
//! BITSTREAM.md §9.3.2.

use crate::predict::edges::Edges;
use crate::predict::pdpc;

#[inline(always)]
pub(crate) fn predict<const W: usize>(edges: &Edges, h: usize, out: &mut [u16]) {
    let (log2_w, log2_h) = (W.ilog2(), h.ilog2());
    let top: [u16; W] = *edges.top.first_chunk().expect("shorter than any edge");
    let (right, below) = (i32::from(edges.top[W]), i32::from(edges.left[h]));
    let shift = log2_w + log2_h + 1;
    for (y, row) in out.as_chunks_mut().0.iter_mut().enumerate() {
        let left = i32::from(edges.left[y]);
        let (from_top, from_below) = ((h - 1 - y) as i32, (y + 1) as i32 * below);
        let mut line = [0; W];
        for x in 0..W {
            let vertical = (from_top * i32::from(top[x]) + from_below) << log2_w;
            let horizontal = ((W - 1 - x) as i32 * left + (x + 1) as i32 * right) << log2_h;
            line[x] = ((vertical + horizontal + (1 << (shift - 1))) >> shift) as u16;
        }
        *row = line;
    }
    pdpc::blend::<W>(edges, h, out);
}
