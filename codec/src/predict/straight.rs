//! The pure horizontal and vertical modes: a copied side, plus the gradient of the other side near
//! it. BITSTREAM.md §9.3.5.

use crate::image::plane::Block;
use crate::predict::edges::Edges;
use crate::predict::pdpc::{self, FILLED};
use crate::simd::arrays::clip;

#[inline(always)]
pub(crate) fn horizontal<const W: usize>(edges: &Edges, depth: u32, out: &mut Block<'_>) {
    let scale = pdpc::size_scale(W, out.h);
    let (corner, max) = (i32::from(edges.corner), (1 << depth) - 1);
    let top: [u16; W] = *edges.top.first_chunk().expect("shorter than any edge");
    for ((y, row), &left) in out.rows::<W>().enumerate().zip(&edges.left) {
        let weight = pdpc::weight(y, scale);
        if weight == 0 {
            *row = [left; W];
            continue;
        }
        let mut line = [0; W];
        for (s, &t) in line.iter_mut().zip(&top) {
            let gradient = (weight * (i32::from(t) - corner) + 32) >> 6;
            *s = clip(i32::from(left) + gradient, max);
        }
        *row = line;
    }
}

#[inline(always)]
pub(crate) fn vertical<const W: usize>(edges: &Edges, depth: u32, out: &mut Block<'_>) {
    let scale = pdpc::size_scale(W, out.h);
    let (corner, max) = (i32::from(edges.corner), (1 << depth) - 1);
    let top: [u16; W] = *edges.top.first_chunk().expect("shorter than any edge");
    let mut weights = [0; FILLED];
    for (x, weight) in weights.iter_mut().enumerate() {
        *weight = pdpc::weight(x, scale);
    }
    for (row, &left) in out.rows::<W>().zip(&edges.left) {
        let mut line = top;
        let step = i32::from(left) - corner;
        for (s, &weight) in line.iter_mut().zip(&weights) {
            *s = clip(i32::from(*s) + ((weight * step + 32) >> 6), max);
        }
        *row = line;
    }
}
