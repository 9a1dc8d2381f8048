//! Smooth H and smooth V: quadratic blends from one side towards the last sample of the other (as
//! in AV1). BITSTREAM.md §9.3.4.

use crate::image::plane::Block;
use crate::predict::edges::Edges;

/// Weight of the near side, of 256, at position `i` of `N`: a parabola from 256 at the first sample
/// to `256 / N` at the last, rounded. AV1's tables are the same parabola, cut to 255.
const fn weights<const N: usize>() -> [u16; N] {
    let mut table = [0; N];
    let (end, last) = (256 / N, (N - 1) * (N - 1));
    let mut i = 0;
    while i < N {
        let t = N - 1 - i;
        table[i] = ((end * last + (256 - end) * t * t + last / 2) / last) as u16;
        i += 1;
    }
    table
}

static WEIGHTS_4: [u16; 4] = weights();
static WEIGHTS_8: [u16; 8] = weights();
static WEIGHTS_16: [u16; 16] = weights();
static WEIGHTS_32: [u16; 32] = weights();
static WEIGHTS_64: [u16; 64] = weights();

/// The weights along a side of `n` samples.
pub(crate) fn weights_for(n: usize) -> &'static [u16] {
    match n {
        4 => &WEIGHTS_4,
        8 => &WEIGHTS_8,
        16 => &WEIGHTS_16,
        32 => &WEIGHTS_32,
        _ => &WEIGHTS_64,
    }
}

#[inline(always)]
pub(crate) fn horizontal<const W: usize>(edges: &Edges, out: &mut Block<'_>) {
    let weights: [u16; W] = *weights_for(W).first_chunk().expect("a table for each width");
    let far = i32::from(edges.top[W - 1]);
    for (row, &left) in out.rows().zip(&edges.left) {
        let left = i32::from(left);
        let mut line = [0; W];
        for (s, &weight) in line.iter_mut().zip(&weights) {
            let weight = i32::from(weight);
            *s = ((weight * left + (256 - weight) * far + 128) >> 8) as u16;
        }
        *row = line;
    }
}

#[inline(always)]
pub(crate) fn vertical<const W: usize>(edges: &Edges, out: &mut Block<'_>) {
    let top: [u16; W] = *edges.top.first_chunk().expect("shorter than any edge");
    let far = i32::from(edges.left[out.h - 1]);
    let weights = weights_for(out.h);
    for (row, &weight) in out.rows().zip(weights) {
        let weight = i32::from(weight);
        let mut line = [0; W];
        for (s, &t) in line.iter_mut().zip(&top) {
            *s = ((weight * i32::from(t) + (256 - weight) * far + 128) >> 8) as u16;
        }
        *row = line;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_follow_the_published_parabola() {
        // AV1 specification, smooth prediction weights, where the first is 255.
        assert_eq!(weights_for(4), [256, 149, 85, 64]);
        assert_eq!(weights_for(8), [256, 197, 146, 105, 73, 50, 37, 32]);
    }
}
