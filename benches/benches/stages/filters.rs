//! Passes over whole pictures: the filters, where one element is a sample, and conversion of
//! colours, where it is a pixel.

use std::hint::black_box;

use criterion::{BatchSize, BenchmarkId, Criterion};
use kvant::bench_api::{Blocks, Kernels, Plane};
use kvant::{Chroma, Image, PixelFormat};
use kvant_benches::{Picture, cpu_levels, group};

const PICTURE: &str = "astronaut.png";
/// Of a picture at quality 40.
const QP: u16 = 280;
const STRENGTH: u8 = 4;
const SHARPNESS: u8 = 2;

/// The picture's green as coarse quantisation leaves it: squares with their mean and a quarter of
/// their detail.
fn blocky(picture: &Picture, side: usize) -> Plane {
    let (mut samples, width) = (picture.channel(1), picture.width());
    for corner in (0..samples.len()).filter(|i| (i / width).is_multiple_of(side) && (i % width).is_multiple_of(side)) {
        let places = || (0..side * side).map(|i| corner + i / side * width + i % side);
        let mean = places().map(|i| u32::from(samples[i])).sum::<u32>() / (side * side) as u32;
        for i in places() {
            samples[i] = ((3 * mean + u32::from(samples[i])) / 4) as u16;
        }
    }
    Plane::new(width, &samples)
}

/// A plane of equal blocks.
pub(crate) fn deblocking(criterion: &mut Criterion) {
    let picture = Picture::testdata(PICTURE);
    let (width, height) = (picture.width(), picture.pixels() as usize / picture.width());
    let mut group = group(criterion, "deblock", picture.pixels());
    for side in [4usize, 8, 16, 64] {
        let plane = blocky(&picture, side);
        let blocks = Blocks::uniform(width, height, side.ilog2() as u8, QP);
        for (cpu, level) in cpu_levels() {
            let kernels = Kernels::new(level);
            let mut filtered = plane.clone();
            kernels.deblock(&mut filtered, &blocks, STRENGTH, SHARPNESS);
            assert!(filtered != plane, "there is something to filter");
            group.bench_function(BenchmarkId::new(cpu, format!("{side}x{side}")), |b| {
                let filter = |plane: &mut Plane| kernels.deblock(plane, black_box(&blocks), STRENGTH, SHARPNESS);
                b.iter_batched_ref(|| plane.clone(), filter, BatchSize::LargeInput);
            });
        }
    }
    group.finish();
}

/// The classified filter over a plane of blocks of 8x8.
pub(crate) fn classified(criterion: &mut Criterion) {
    let picture = Picture::testdata(PICTURE);
    let (width, height) = (picture.width(), picture.pixels() as usize / picture.width());
    let (plane, blocks) = (blocky(&picture, 8), Blocks::uniform(width, height, 3, QP));
    let mut group = group(criterion, "classified", picture.pixels());
    for (cpu, level) in cpu_levels() {
        let kernels = Kernels::new(level);
        group.bench_function(BenchmarkId::from_parameter(cpu), |b| {
            let filter = |plane: &mut Plane| kernels.classified(plane, black_box(&blocks), 8);
            b.iter_batched_ref(|| plane.clone(), filter, BatchSize::LargeInput);
        });
    }
    group.finish();
}

/// To planes, which are allocated, and back into an existing picture.
pub(crate) fn colour(criterion: &mut Criterion) {
    let picture = Picture::testdata(PICTURE);
    let view = picture.view();
    let mut group = group(criterion, "colour", picture.pixels());
    for (name, chroma) in [("444", Chroma::Yuv444), ("420", Chroma::Yuv420)] {
        for (cpu, level) in cpu_levels() {
            let kernels = Kernels::new(level);
            let planes = kernels.to_planes(&view, chroma);
            let mut out = Image::new(view.width(), view.height(), PixelFormat::Rgb8).expect("a picture of this size");
            group.bench_function(BenchmarkId::new(format!("to-planes/{cpu}"), name), |b| {
                b.iter(|| kernels.to_planes(black_box(&view), chroma));
            });
            group.bench_function(BenchmarkId::new(format!("to-pixels/{cpu}"), name), |b| {
                b.iter(|| kernels.to_pixels(black_box(&planes), chroma, &mut out.view_mut()));
            });
        }
    }
    group.finish();
}
