//! Inverse and forward transforms, each kernel and size. One element is a sample.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion};
use kvant::bench_api::{Basis, Kernels, Room};
use kvant_benches::{Random, cpu_levels, elements, group};

use crate::sizes;

/// Sides that a kernel exists for.
fn sides(basis: Basis) -> &'static [usize] {
    match basis {
        Basis::Dct2 => &[4, 8, 16, 32, 64],
        Basis::Dst7 => &[4, 8, 16],
    }
}

/// Numbers from `-reach` to `reach`, as many as asked for.
fn numbers(count: usize, reach: u32) -> Vec<i32> {
    let mut random = Random::new(1);
    (0..count).map(|_| random.below(2 * reach + 1) as i32 - reach as i32).collect()
}

/// A kernel runs only as one direction of a block: here of one as narrow across it as vectors are
/// wide and the format allows, with DCT-II across. Names say the kernel, its direction and the
/// block, all of which is timed.
pub(crate) fn single_kernels(criterion: &mut Criterion) {
    let mut group = group(criterion, "transform-kernel", 1);
    for (basis, name) in [(Basis::Dct2, "dct2"), (Basis::Dst7, "dst7")] {
        for &n in sides(basis) {
            let across = (n / 4).max(8);
            let directions =
                [("vertical", (across, n), [basis, Basis::Dct2]), ("horizontal", (n, across), [Basis::Dct2, basis])];
            for (direction, (w, h), tx) in directions {
                group.throughput(elements(w * h));
                let extent = (w.min(32), h.min(32));
                let (coefficients, residual) = (numbers(extent.0 * extent.1, 1000), numbers(w * h, 255));
                let (mut out, mut room, mut samples) = (vec![0; w * h], Room::default(), vec![512; w * h]);
                for (cpu, level) in cpu_levels() {
                    let kernels = Kernels::new(level);
                    let id = |stage| {
                        BenchmarkId::new(format!("{stage}/{name}-{n}-{direction}/{cpu}"), format!("in-{w}x{h}"))
                    };
                    group.bench_function(id("inverse"), |b| {
                        b.iter(|| {
                            let coefficients = black_box(&coefficients);
                            kernels.inverse(coefficients, (w, h), tx, extent, &mut room, black_box(&mut samples));
                        });
                    });
                    group.bench_function(id("forward"), |b| {
                        b.iter(|| kernels.forward(black_box(&residual), (w, h), tx, black_box(&mut out)));
                    });
                }
            }
        }
    }
    group.finish();
}

/// All sizes, DCT-II both ways: forward, and inverse of all coefficients and of the 4x4 lowest.
pub(crate) fn sizes_of_blocks(criterion: &mut Criterion) {
    const DCT: [Basis; 2] = [Basis::Dct2; 2];
    let mut group = group(criterion, "transform", 1);
    for (w, h) in sizes() {
        group.throughput(elements(w * h));
        let (cols, rows) = (w.min(32), h.min(32));
        let (full, residual) = (numbers(cols * rows, 1000), numbers(w * h, 255));
        let mut low = full.clone();
        for (i, c) in low.iter_mut().enumerate() {
            *c = if i % cols < 4 && i / cols < 4 { *c } else { 0 };
        }
        let (mut out, mut room, mut samples) = (vec![0; w * h], Room::default(), vec![512; w * h]);
        for (cpu, level) in cpu_levels() {
            let kernels = Kernels::new(level);
            let id = |stage| BenchmarkId::new(format!("{stage}/{cpu}"), format!("{w}x{h}"));
            for (stage, coefficients, extent) in [("inverse", &full, (cols, rows)), ("inverse-low", &low, (4, 4))] {
                group.bench_function(id(stage), |b| {
                    b.iter(|| {
                        let coefficients = black_box(coefficients);
                        kernels.inverse(coefficients, (w, h), DCT, extent, &mut room, black_box(&mut samples));
                    });
                });
            }
            group.bench_function(id("forward"), |b| {
                b.iter(|| kernels.forward(black_box(&residual), (w, h), DCT, black_box(&mut out)));
            });
        }
    }
    group.finish();
}
