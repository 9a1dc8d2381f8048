//! Learned modes: a small matrix makes a grid of eight by eight points of a few means of the
//! references, and linear interpolation between these and the references makes the block.
//! BITSTREAM.md §9.3.7.
//!
//! `train-matrices` (package kvant-benches) made the matrices from blocks of coded pictures. Each
//! serves twice: as it is, and mirrored at the diagonal.

// An index runs over several arrays at once.
#![allow(clippy::needless_range_loop)]

use crate::image::plane::Block;
use crate::predict::by_side::by_side;
use crate::predict::edges::{Edges, MAX_EDGE};
use crate::predict::mode::MATRICES;
use crate::simd::{Kernel, LANES, Lanes, Row, Simd};

/// Points along a side of the grid.
pub(crate) const GRID: usize = 8;
/// What a matrix looks at: four means along each side, the corner, a mean behind the end of each
/// side.
pub(crate) const FEATURES: usize = 11;
/// Coefficients are in 1/64.
const SHIFT: u32 = 6;

/// By matrix and feature: a coefficient for each point, row by row.
pub(crate) const TABLE: &[u8; MATRICES * FEATURES * GRID * GRID] = include_bytes!("learned.bin");

/// Mean of 2^`log2` samples from `start` on, rounded.
#[inline(always)]
fn mean(side: &[u16; MAX_EDGE], start: usize, log2: u32) -> i32 {
    let sum: i32 = side[start..start + (1 << log2)].iter().map(|&s| i32::from(s)).sum();
    (sum + (1 << log2 >> 1)) >> log2
}

/// What the matrices look at around a block of `w` x `h` samples: the means of the quarters of the
/// top and of the left side, the corner, a mean behind the end of either side; each less the mean
/// of the first eight, and that mean.
#[inline(always)]
pub(crate) fn features(edges: &Edges, w: usize, h: usize) -> ([i32; FEATURES], i32) {
    let (step_w, step_h) = (w.ilog2() - 2, h.ilog2() - 2);
    let mut f = [0; FEATURES];
    for i in 0..4 {
        f[i] = mean(&edges.top, i << step_w, step_w);
        f[i + 4] = mean(&edges.left, i << step_h, step_h);
    }
    f[8] = i32::from(edges.corner);
    f[9] = mean(&edges.top, w, step_w.max(1));
    f[10] = mean(&edges.left, h, step_h.max(1));
    let middle = (f[..8].iter().sum::<i32>() + 4) >> 3;
    f.iter_mut().for_each(|f| *f -= middle);
    (f, middle)
}

/// The features that a mirrored matrix sees: with the sides exchanged.
#[inline(always)]
pub(crate) fn mirrored([a, b, c, d, e, f, g, h, corner, top, left]: [i32; FEATURES]) -> [i32; FEATURES] {
    [e, f, g, h, a, b, c, d, corner, left, top]
}

/// The grid by matrix number `matrix`, by row.
#[inline(always)]
fn grid<L: Lanes>(lanes: L, matrix: usize, features: &[i32; FEATURES], middle: i32, max: i32) -> [[i32; GRID]; GRID] {
    let table = &TABLE.as_chunks::<{ GRID * GRID }>().0[matrix * FEATURES..][..FEATURES];
    // Features by twos; the last one has none beside it.
    let mut weights = [lanes.weights([[0; 2]; 4]); FEATURES.div_ceil(2)];
    for (weights, features) in weights.iter_mut().zip(features.chunks(2)) {
        let second = features.get(1).map_or(0, |&f| f as i16);
        *weights = lanes.weights([[features[0] as i16, second]; 4]);
    }
    let (least, most) = (lanes.splat(-middle as i16), lanes.splat((max - middle) as i16));
    let mut grid = [[0; GRID]; GRID];
    for (k, points) in grid.as_flattened_mut().as_chunks_mut::<LANES>().0.iter_mut().enumerate() {
        let mut sums = lanes.nothing();
        for (weights, rows) in weights.iter().zip(table.chunks(2)) {
            let [a, b] = [coefficients(&rows[0], k), coefficients(&rows[rows.len() - 1], k)];
            sums = lanes.weigh(sums, lanes.load(&a), lanes.load(&b), weights);
        }
        let words = lanes.stored(lanes.clamp(lanes.shifted(sums, SHIFT), least, most));
        for (point, word) in points.iter_mut().zip(words) {
            *point = i32::from(word as i16) + middle;
        }
    }
    grid
}

/// Part `k` of the coefficients of a feature.
#[inline(always)]
fn coefficients(row: &[u8; GRID * GRID], k: usize) -> Row {
    let mut out = [0; LANES];
    for (to, &c) in out.iter_mut().zip(&row[LANES * k..LANES * k + LANES]) {
        *to = i16::from(c as i8);
    }
    out
}

/// Predicts a block, samples of `depth` bits, by learned mode `index`: a matrix, mirrored where it
/// is odd.
pub(crate) fn predict(simd: Simd, index: usize, edges: &Edges, depth: u32, out: &mut Block<'_>) {
    by_side!(simd, out.w, Learned { index, edges, depth, out });
}

/// A learned mode and the block of width `W` to predict by it.
///
/// Lines of samples run through points first, along the matrix's rows, then the samples between two
/// lines follow. In a mirrored block the lines stand.
struct Learned<'a, 'b, const W: usize> {
    index: usize,
    edges: &'a Edges,
    depth: u32,
    out: &'a mut Block<'b>,
}

impl<const W: usize> Kernel for Learned<'_, '_, W> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let Self { index, edges, depth, out } = self;
        let h = out.h;
        let (features, middle) = features(edges, W, h);
        let (every, log2) = if h < GRID { (GRID / h, 0) } else { (1, h.ilog2() - GRID.ilog2()) };
        let max = (1 << depth) - 1;
        let cells = (0..h).step_by(1 << log2).zip((every - 1..).step_by(every));
        if index.is_multiple_of(2) {
            let grid = grid(lanes, index / 2, &features, middle, max);
            let mut above = [0; W];
            above.iter_mut().zip(&edges.top).for_each(|(to, &s)| *to = s.into());
            for (y, point) in cells {
                let below = along::<W>(edges.left[y + (1 << log2) - 1].into(), &grid[point]);
                for part in 0..1 << log2 {
                    let mut line = [0; W];
                    for x in 0..W {
                        line[x] = between(above[x], below[x], part + 1, log2) as u16;
                    }
                    *out.at(0, y + part as usize) = line;
                }
                above = below;
            }
        } else {
            let grid = grid(lanes, index / 2, &mirrored(features), middle, max);
            let (mut above, mut below, mut points) = ([0; GRID], [0; GRID], [0; GRID]);
            for i in 0..GRID {
                above[i] = edges.top[((i + 1) * W).div_ceil(GRID) - 1].into();
            }
            for (y, point) in cells {
                for i in 0..GRID {
                    below[i] = grid[i][point];
                }
                for part in 0..1 << log2 {
                    let y = y + part as usize;
                    for i in 0..GRID {
                        points[i] = between(above[i], below[i], part + 1, log2);
                    }
                    let (from, mut line) = (along::<W>(edges.left[y].into(), &points), [0; W]);
                    for x in 0..W {
                        line[x] = from[x] as u16;
                    }
                    *out.at(0, y) = line;
                }
                above = below;
            }
        }
    }
}

/// A row of `W` samples from the reference `before` it through `points`, of which one of 4 takes
/// every second.
#[inline(always)]
fn along<const W: usize>(mut before: i32, points: &[i32; GRID]) -> [i32; W] {
    let mut row = [0; W];
    if W < GRID {
        for x in 0..W {
            row[x] = points[(x + 1) * GRID / W - 1];
        }
        return row;
    }
    for (samples, &point) in row.chunks_exact_mut(W / GRID).zip(points) {
        for (sample, part) in samples.iter_mut().zip(1..) {
            *sample = between(before, point, part, W.ilog2() - GRID.ilog2());
        }
        before = point;
    }
    row
}

/// `part` / 2^`log2` of the way from `a` to `b`, rounded.
#[inline(always)]
fn between(a: i32, b: i32, part: i32, log2: u32) -> i32 {
    ((a << log2) + (b - a) * part + (1 << log2 >> 1)) >> log2
}
