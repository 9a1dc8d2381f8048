//! Writes the seeds of the fuzz targets, `fuzz/seeds/`, anew: small streams of every kind, and
//! pictures with settings.

use std::fs;
use std::path::Path;

use kvant::bench_api::SplitMix64;
use kvant::bench_api::encode_lossless;
use kvant::{Chroma, Cicp, CpuLevel, Image, Metadata, Orientation, PixelFormat, Profile, TileSize};
use kvant_tests::check::{config, encode};
use kvant_tests::pictures::{crop, testdata};
use kvant_tests::root;
use kvant_tests::synth::{Kind, picture};

fn main() -> std::io::Result<()> {
    let seeds = root().join("fuzz/seeds");
    let streams = streams();
    if seeds.exists() {
        fs::remove_dir_all(&seeds)?;
    }
    for (name, stream) in &streams {
        write(&seeds.join("decode"), name, stream)?;
        // A header and the first bytes of what follows.
        write(&seeds.join("header"), name, &stream[..stream.len().min(48)])?;
    }
    let inputs = inputs();
    for (name, input) in &inputs {
        write(&seeds.join("roundtrip"), name, input)?;
    }
    for (name, input) in planes() {
        write(&seeds.join("lossless"), &name, &input)?;
    }
    for (name, input) in kernels() {
        write(&seeds.join("levels"), &name, &input)?;
    }
    for (name, input) in choices() {
        write(&seeds.join("seeded"), &name, &input)?;
    }
    println!("{} streams and {} pictures in {}", streams.len(), inputs.len(), seeds.display());
    Ok(())
}

fn write(folder: &Path, name: &str, data: &[u8]) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    fs::write(folder.join(name), data)
}

/// Streams small enough to be mutated thousands of times a second.
fn streams() -> Vec<(String, Vec<u8>)> {
    let cat = crop(&testdata("chelsea.png"), (200, 100), (72, 66));
    let camera = crop(&testdata("camera.png"), (200, 90), (72, 66));
    let text = picture(Kind::Text, 72, 66, PixelFormat::Rgb8, 1);
    let strip = picture(Kind::Gradient, 1030, 3, PixelFormat::Rgb8, 2);
    let mut streams = Vec::new();
    let mut add = |name: &str, picture: &Image, quality, effort, chroma| {
        let config = config(quality, effort, chroma).with_tile_size(TileSize::T512);
        streams.push((format!("{name}-q{quality}-e{effort}"), encode(picture, &config).stream));
    };
    for (quality, effort) in [(10.0, 5), (40.0, 8), (75.0, 3)] {
        add("rgb444", &cat, quality, effort, Chroma::Yuv444);
        add("rgb420", &cat, quality, effort, Chroma::Yuv420);
        add("gray", &camera, quality, effort, Chroma::Yuv444);
        add("text", &text, quality, effort, Chroma::Yuv444);
    }
    add("rgb444-small", &crop(&cat, (0, 0), (9, 5)), 90.0, 5, Chroma::Yuv444);
    add("one-pixel", &crop(&cat, (0, 0), (1, 1)), 50.0, 5, Chroma::Yuv444);
    add("tiles", &strip, 30.0, 3, Chroma::Yuv444);
    add("tiles-420", &strip, 30.0, 3, Chroma::Yuv420);
    add("rgba16", &picture(Kind::Screen, 40, 33, PixelFormat::Rgba16, 3), 60.0, 3, Chroma::Yuv444);
    add("gray-alpha", &picture(Kind::Text, 50, 20, PixelFormat::GrayAlpha8, 4), 50.0, 3, Chroma::Yuv444);
    for (name, picture) in [("rgb444", &cat), ("text", &text), ("tiles", &strip)] {
        let fast = config(60.0, 5, Chroma::Yuv444).with_profile(Profile::Fast).with_tile_size(TileSize::T512);
        streams.push((format!("fast-{name}"), encode(picture, &fast).stream));
    }
    let lossless = config(50.0, 3, Chroma::Yuv444).with_lossless(true);
    streams.push(("lossless".to_owned(), encode(&crop(&cat, (10, 10), (24, 20)), &lossless).stream));
    let rgba = picture(Kind::Screen, 30, 30, PixelFormat::Rgba8, 5);
    streams.push(("lossless-rgba".to_owned(), encode(&rgba, &lossless).stream));
    streams.push(("metadata".to_owned(), with_metadata(&crop(&cat, (0, 0), (16, 16)))));
    streams
}

/// A stream with a section of every kind.
fn with_metadata(picture: &Image) -> Vec<u8> {
    let metadata = Metadata::default()
        .with_orientation(Orientation::Rotate90)
        .with_cicp(Cicp { primaries: 9, transfer: 16, matrix: 0, full_range: true })
        .with_icc(b"profile ".repeat(20))
        .with_exif(b"II*\0\x08\0\0\0\0\0")
        .with_xmp(b"<x/>")
        .with_other(99, [1, 2, 3]);
    let config = config(40.0, 3, Chroma::Yuv444).with_preview(true);
    kvant::encode(&picture.view().with_metadata(&metadata), &config).expect("valid settings")
}

/// Lossless planes behind their shape: sides less one, one plane or (1) three, depth less one.
fn planes() -> Vec<(String, Vec<u8>)> {
    let mut inputs = Vec::new();
    for (index, kind) in Kind::ALL.into_iter().enumerate() {
        let name = format!("{kind:?}").to_lowercase();
        for (format, many) in [(PixelFormat::Gray8, 0), (PixelFormat::Rgb8, 1)] {
            let channels = format.channels();
            let made = picture(kind, 17, 12, format, index as u64);
            let channel = |k| made.data().iter().skip(k).step_by(channels).map(|&s| s.into()).collect::<Vec<u16>>();
            let planes: Vec<_> = (0..channels).map(channel).collect();
            let mut input = vec![16, 11, many, 7];
            input.extend(encode_lossless(CpuLevel::detect(), &planes, 17, 8));
            inputs.push((format!("{name}-{channels}"), input));
        }
    }
    inputs
}

/// For each kernel some parameters and samples.
fn kernels() -> Vec<(String, Vec<u8>)> {
    let mut random = SplitMix64::new(7);
    let mut input = |first: u8| [first].into_iter().chain((0..99).map(|_| random.next() as u8)).collect();
    (0..9).flat_map(|kernel| (0..4).map(move |i| (kernel, i))).map(|(k, i)| (format!("{k}-{i}"), input(k))).collect()
}

/// Choices, two bytes for one: none, so that chance has all of them, and by chance ever more.
fn choices() -> Vec<(String, Vec<u8>)> {
    let mut random = SplitMix64::new(8);
    let mut input = |length: usize| (0..length).map(|_| random.next() as u8).collect();
    [0, 16, 64, 200, 201, 400, 800, 1600].map(|length| (format!("bytes-{length}"), input(length))).into()
}

/// Settings and pixels: the target reads any bytes as such, the first two dozen as settings.
fn inputs() -> Vec<(String, Vec<u8>)> {
    let camera = testdata("camera.png");
    let mut random = SplitMix64::new(6);
    let mut input = |pixels: &[u8]| {
        let settings = (0..24).map(|_| random.next() as u8);
        settings.chain(pixels.iter().copied()).collect::<Vec<u8>>()
    };
    let mut inputs = Vec::new();
    for (index, kind) in Kind::ALL.into_iter().enumerate() {
        let made = picture(kind, 24, 24, PixelFormat::Gray8, index as u64);
        inputs.push((format!("{kind:?}").to_lowercase(), input(made.data())));
    }
    for index in 0..12 {
        let part = crop(&camera, (index * 40, index * 30 + 20), (32, 32));
        inputs.push((format!("photo-{index}"), input(part.data())));
    }
    inputs
}
