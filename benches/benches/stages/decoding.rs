//! The stages of decoding, each alone on what those before it gave, on a stream of a photograph in
//! both profiles, at the machine's best CPU level. What an element is differs: a bin, a level, a
//! sample, a pixel.

use std::hint::black_box;

use criterion::{BatchSize, BenchmarkId, Criterion};
use kvant::bench_api::{LevelRun, Reconstructed, Stages, bins, decode_lossless, encode_lossless};
use kvant::{Chroma, CpuLevel, Image, PixelFormat, Profile};
use kvant_benches::{Picture, config, cpu_levels, elements, group, slow_group};

const PICTURE: &str = "astronaut.png";
const QUALITY: f32 = 75.0;
const PROFILES: [(&str, Profile); 2] = [("mixed", Profile::Mixed), ("fast", Profile::Fast)];

type Filter = fn(&Stages, &mut Reconstructed);

/// A stream of the picture, soon made.
fn stream(picture: &Picture, profile: Profile) -> Vec<u8> {
    let config = config(QUALITY, 3, Chroma::Yuv444).with_profile(profile);
    kvant::encode(&picture.view(), &config).expect("an encodable picture")
}

/// All that is entropy coding: parsing but for the signs, the bins of levels without all else, the
/// signs.
pub(crate) fn entropy(criterion: &mut Criterion) {
    let picture = Picture::testdata(PICTURE);
    let mut group = group(criterion, "decoding", 1);
    for (name, profile) in PROFILES {
        let stream = stream(&picture, profile);
        let tiles = bins(&stream).expect("an intact stream");
        let mut stages = Stages::new(CpuLevel::detect(), &stream).expect("an intact stream");
        let levels = LevelRun::new(&stream, profile).expect("an intact stream");
        let others: usize = tiles.iter().map(|(bins, bypass)| bins.len() + *bypass as usize).sum();
        group.throughput(elements(others + levels.bins()));
        group.bench_function(BenchmarkId::new("parse", name), |b| b.iter(|| black_box(&stages).parse()));
        group.throughput(elements(levels.bins()));
        group.bench_function(BenchmarkId::new("levels", name), |b| b.iter(|| black_box(&levels).decode()));
        group.throughput(elements(stages.levels()));
        group.bench_function(BenchmarkId::new("signs", name), |b| b.iter(|| black_box(&mut stages).signs()));
    }
    group.finish();
}

/// What makes samples of what is parsed, and pixels of these; the profiles do the same.
pub(crate) fn samples(criterion: &mut Criterion) {
    let picture = Picture::testdata(PICTURE);
    let stages = Stages::new(CpuLevel::detect(), &stream(&picture, Profile::Mixed)).expect("an intact stream");
    let mut group = group(criterion, "decoding", stages.samples() as u64);
    group.bench_function("reconstruct", |b| b.iter(|| black_box(&stages).reconstruct()));
    let planes = stages.reconstructed();
    let filters: [(&str, Filter); 2] = [("deblock", Stages::deblock), ("classified", Stages::classified)];
    for (name, filter) in filters {
        group.bench_function(name, |b| {
            b.iter_batched_ref(|| planes.clone(), |planes| filter(black_box(&stages), planes), BatchSize::LargeInput);
        });
    }
    group.throughput(elements(picture.pixels() as usize));
    let (width, height) = (picture.view().width(), picture.view().height());
    let mut out = Image::new(width, height, PixelFormat::Rgb8).expect("a picture of this size");
    group.bench_function("pixels", |b| b.iter(|| stages.pixels(black_box(&planes), &mut out.view_mut())));
    group.finish();
}

/// Three lossless planes of a part of the picture.
pub(crate) fn lossless(criterion: &mut Criterion) {
    let picture = Picture::testdata(PICTURE);
    let (width, height) = (picture.width(), 64);
    let part = |channel| picture.channel(channel)[128 * width..][..height * width].iter().map(|s| s >> 2).collect();
    let planes: [Vec<u16>; 3] = [0, 1, 2].map(part);
    let data = encode_lossless(CpuLevel::detect(), &planes, width, 8);
    let mut group = slow_group(criterion, "lossless", (3 * width * height) as u64);
    for (name, cpu) in cpu_levels() {
        let decode = || decode_lossless(cpu, black_box(&data), (width, height), 3, 8);
        assert!(decode().expect("what was encoded") == planes, "what was coded comes back");
        group.bench_function(BenchmarkId::new("decode", name), |b| b.iter(decode));
    }
    group.finish();
}
