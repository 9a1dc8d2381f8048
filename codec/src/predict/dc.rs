//! DC: the mean of the references. BITSTREAM.md §9.3.1.

use crate::image::plane::Block;
use crate::predict::edges::Edges;
use crate::predict::pdpc::Blend;

/// The rounded mean of both sides of a square, of the longer side of another block, or of the one
/// side that exists. The number of samples is always a power of two.
#[inline(always)]
pub(crate) fn mean(edges: &Edges, w: usize, h: usize) -> u16 {
    let sum = |side: &[u16]| side.iter().map(|&s| u32::from(s)).sum::<u32>();
    let use_top = if edges.has_top == edges.has_left { w >= h } else { edges.has_top };
    let use_left = if edges.has_top == edges.has_left { h >= w } else { edges.has_left };
    let (mut total, mut count) = (0, 0);
    if use_top {
        total += sum(&edges.top[..w]);
        count += w as u32;
    }
    if use_left {
        total += sum(&edges.left[..h]);
        count += h as u32;
    }
    ((total + (count >> 1)) >> count.ilog2()) as u16
}

#[inline(always)]
pub(crate) fn predict<const W: usize>(edges: &Edges, out: &mut Block<'_>) {
    let (mean, blend) = (mean(edges, W, out.h), Blend::<W>::new(edges, out.h));
    for ((y, row), &left) in out.rows().enumerate().zip(&edges.left) {
        let mut line = [mean; W];
        blend.apply(y, left, &mut line);
        *row = line;
    }
}
