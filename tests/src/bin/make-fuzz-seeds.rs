//! Writes the seeds of the fuzz targets, `fuzz/seeds/`, anew: small streams of every kind, and pictures with settings.

use std::fs;
use std::path::Path;

use kvant::{Chroma, Image, PixelFormat, TileSize};
use kvant_tests::check::{config, encode};
use kvant_tests::pictures::{crop, testdata};
use kvant_tests::root;
use kvant_tests::synth::{Kind, Random, picture};

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
        let mut config = config(quality, effort, chroma);
        config.tile_size = TileSize::T512;
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
    streams
}

/// Settings and pixels: the target reads any bytes as such, the first two dozen as settings.
fn inputs() -> Vec<(String, Vec<u8>)> {
    let camera = testdata("camera.png");
    let mut random = Random::new(6);
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
