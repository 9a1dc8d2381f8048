//! Intra prediction and the difference that ranks it, on square blocks of a picture. One element is
//! a sample.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion};
use kvant::Chroma;
use kvant::bench_api::{Kernels, Luma, Rect, References};
use kvant_benches::{Picture, cpu_levels, elements, group};

const PICTURE: &str = "astronaut.png";
const SIDES: [usize; 5] = [4, 8, 16, 32, 64];
/// Angles are numbered from the bottom left (0) by way of left (16), top left (32) and top (48). Of
/// those timed, 24 and 40 project one side before the other, 56 reads the row above and blends with
/// the left.
const MODES: [(&str, u8); 10] = [
    ("dc", 0),
    ("planar", 1),
    ("paeth", 2),
    ("smooth-h", 3),
    ("smooth-v", 4),
    ("vertical", 5 + 48),
    ("angle-24", 5 + 24),
    ("angle-40", 5 + 40),
    ("angle-56", 5 + 56),
    ("learned", 5 + 64),
];

/// Where the block is: with detail, and all neighbours.
fn block(side: usize) -> Rect {
    Rect { x: 192, y: 192, size: (side, side) }
}

pub(crate) fn modes(criterion: &mut Criterion) {
    let plane = Picture::testdata(PICTURE).plane(1);
    let mut group = group(criterion, "predict", 1);
    for side in SIDES {
        group.throughput(elements(side * side));
        let references = References::gather(&plane, block(side));
        let mut out = vec![0; side * side];
        for (cpu, level) in cpu_levels() {
            let kernels = Kernels::new(level);
            for (name, mode) in MODES {
                let id = BenchmarkId::new(format!("{name}/{cpu}"), format!("{side}x{side}"));
                group.bench_function(id, |b| {
                    b.iter(|| kernels.predict(mode, black_box(&references), (side, side), black_box(&mut out)));
                });
            }
        }
    }
    group.finish();
}

/// Gathering luma, which has no CPU levels, and the two predictions from it: CCLM with its fit, CfL
/// with its mean.
pub(crate) fn cross_component(criterion: &mut Criterion) {
    let picture = Picture::testdata(PICTURE);
    let (luma_plane, chroma_plane) = (picture.plane(1), picture.plane(0));
    let mut group = group(criterion, "predict-from-luma", 1);
    for side in SIDES {
        group.throughput(elements(side * side));
        let size = format!("{side}x{side}");
        let mut luma = Luma::default();
        for (name, chroma) in [("420", Chroma::Yuv420), ("444", Chroma::Yuv444)] {
            // Chroma samples of 4:2:0 lie at half the position.
            let rect = if chroma == Chroma::Yuv420 { Rect { x: 96, y: 96, ..block(side) } } else { block(side) };
            group.bench_function(BenchmarkId::new(format!("gather-{name}"), &size), |b| {
                b.iter(|| luma.gather(black_box(&luma_plane), rect, chroma));
            });
        }
        luma.gather(&luma_plane, block(side), Chroma::Yuv444);
        let references = References::gather(&chroma_plane, block(side));
        let mut out = vec![0; side * side];
        for (cpu, level) in cpu_levels() {
            let kernels = Kernels::new(level);
            group.bench_function(BenchmarkId::new(format!("cclm/{cpu}"), &size), |b| {
                b.iter(|| {
                    kernels.predict_cclm(black_box(&luma), black_box(&references), block(side), black_box(&mut out));
                });
            });
            group.bench_function(BenchmarkId::new(format!("cfl/{cpu}"), &size), |b| {
                b.iter(|| kernels.predict_cfl(black_box(&luma), black_box(&references), 5, black_box(&mut out)));
            });
        }
    }
    group.finish();
}

pub(crate) fn differences(criterion: &mut Criterion) {
    let picture = Picture::testdata(PICTURE);
    let (red, green) = (picture.channel(0), picture.channel(1));
    let mut group = group(criterion, "satd", 1);
    for side in SIDES {
        group.throughput(elements(side * side));
        let (a, b) = (&red[..side * side], &green[..side * side]);
        for (cpu, level) in cpu_levels() {
            let kernels = Kernels::new(level);
            group.bench_function(BenchmarkId::new(cpu, format!("{side}x{side}")), |bencher| {
                bencher.iter(|| kernels.satd(black_box(a), black_box(b), (side, side)));
            });
        }
    }
    group.finish();
}
