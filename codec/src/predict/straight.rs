//! The pure horizontal and vertical modes: a copied side, plus the gradient of the other side near it.
//! BITSTREAM.md §9.3.5.

use crate::predict::edges::Edges;
use crate::predict::pdpc;

#[inline(always)]
pub(crate) fn horizontal<const W: usize>(edges: &Edges, h: usize, depth: u32, out: &mut [u16]) {
    let scale = pdpc::size_scale(W, h);
    let (corner, max) = (i32::from(edges.corner), (1 << depth) - 1);
    let top: [u16; W] = *edges.top.first_chunk().expect("shorter than any edge");
    for (y, row) in out.as_chunks_mut::<W>().0.iter_mut().enumerate() {
        let left = edges.left[y];
        let weight = pdpc::weight(y, scale);
        if weight == 0 {
            *row = [left; W];
            continue;
        }
        let mut line = [0; W];
        for (s, &t) in line.iter_mut().zip(&top) {
            let gradient = (weight * (i32::from(t) - corner) + 32) >> 6;
            *s = (i32::from(left) + gradient).clamp(0, max) as u16;
        }
        *row = line;
    }
}

#[inline(always)]
pub(crate) fn vertical<const W: usize>(edges: &Edges, h: usize, depth: u32, out: &mut [u16]) {
    let scale = pdpc::size_scale(W, h);
    let (corner, max) = (i32::from(edges.corner), (1 << depth) - 1);
    let top: [u16; W] = *edges.top.first_chunk().expect("shorter than any edge");
    // One column more than the reach, to fill vectors.
    let mut weights = [0; 16];
    for (x, weight) in weights.iter_mut().enumerate() {
        *weight = pdpc::weight(x, scale);
    }
    for (row, &left) in out.as_chunks_mut::<W>().0.iter_mut().zip(&edges.left) {
        let mut line = top;
        let step = i32::from(left) - corner;
        for (s, &weight) in line.iter_mut().zip(&weights) {
            *s = (i32::from(*s) + ((weight * step + 32) >> 6)).clamp(0, max) as u16;
        }
        *row = line;
    }
}
