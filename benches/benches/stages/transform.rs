//! Inverse and forward transforms, each kind and size. One element is a sample.

use criterion::Criterion;
use kvant_benches::group;

/// Points of the one-dimensional kernels; a 64-point transform keeps its 32 low ones.
const POINTS: [usize; 5] = [4, 8, 16, 32, 64];

/// Sides of the two-dimensional blocks, those of halves and quarters among them.
const BLOCKS: [(usize, usize); 11] =
    [(4, 4), (8, 8), (16, 16), (32, 32), (64, 64), (4, 8), (8, 16), (16, 32), (4, 16), (8, 32), (16, 64)];

pub(crate) fn one_dimensional(criterion: &mut Criterion) {
    for points in POINTS {
        // Awaits `kvant::bench_api`: DCT-II of all sizes, DST-VII of 4 to 16.
        group(criterion, "transform-1d", points as u64).finish();
    }
}

pub(crate) fn two_dimensional(criterion: &mut Criterion) {
    for (width, height) in BLOCKS {
        // Awaits `kvant::bench_api`: inverse of a full block and of one with a few low coefficients, and forward.
        group(criterion, "transform-2d", (width * height) as u64).finish();
    }
}
