//! Golden streams: files in `tests/golden/` with the SHA-256 of the pixels that every decoder must make of them.
//!
//! While the format is a draft, `cargo run -p kvant-tests --bin regenerate-golden` writes them anew, in the commit that
//! raises the draft number. From format 1.0 on streams are only added.

use std::fs;
use std::io;
use std::path::PathBuf;

use kvant::{Chroma, Content, CpuLevel, EncoderConfig, Image, PixelFormat, Profile, Quantiser, TileSize, Tune};
use serde::{Deserialize, Serialize};

use crate::check::{config, decode, encode};
use crate::pictures::{crop, mirrored, testdata, with_depth};
use crate::synth::{Kind, picture};
use crate::{pixels_sha256, root};

/// `tests/golden/golden.json`.
#[derive(Debug, Serialize, Deserialize)]
pub struct Manifest {
    /// Draft number of all streams.
    pub draft: u8,
    /// The streams, in the order of [`cases`].
    pub streams: Vec<Entry>,
}

/// One golden stream and what it decodes to.
#[derive(Debug, Serialize, Deserialize)]
pub struct Entry {
    /// File name within the folder.
    pub file: String,
    /// What it holds and why.
    pub why: String,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// `gray8` or `rgb8`.
    pub format: String,
    /// SHA-256 of the decoded pixels ([`pixels_sha256`]).
    pub pixels_sha256: String,
}

/// A picture and the settings that make a golden stream of it.
#[derive(Debug)]
pub struct Case {
    name: &'static str,
    why: &'static str,
    picture: Image,
    config: EncoderConfig,
}

/// The folder of the streams and their manifest.
pub fn folder() -> PathBuf {
    root().join("tests/golden")
}

/// The manifest's text name of a pixel format.
pub fn format_name(format: PixelFormat) -> &'static str {
    match format {
        PixelFormat::Gray8 => "gray8",
        PixelFormat::GrayAlpha8 => "grayalpha8",
        PixelFormat::Rgb8 => "rgb8",
        PixelFormat::Rgba8 => "rgba8",
        PixelFormat::Gray16 => "gray16",
        PixelFormat::GrayAlpha16 => "grayalpha16",
        PixelFormat::Rgb16 => "rgb16",
        PixelFormat::Rgba16 => "rgba16",
        other => unreachable!("no golden stream of {other:?}"),
    }
}

/// Reads the manifest.
///
/// # Errors
/// Where the file is missing or not what [`regenerate`] writes.
pub fn manifest() -> io::Result<Manifest> {
    Ok(serde_json::from_slice(&fs::read(folder().join("golden.json"))?)?)
}

/// Empties the folder, encodes all cases anew and writes streams and manifest; returns the manifest.
///
/// # Errors
/// Where a file cannot be written.
pub fn regenerate() -> io::Result<Manifest> {
    let folder = folder();
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let mut manifest = Manifest { draft: 0, streams: Vec::new() };
    for case in cases() {
        let encoded = encode(&case.picture, &case.config);
        let decoded = decode(&encoded.stream, 1, CpuLevel::Scalar);
        assert!(decoded == encoded.reconstruction, "{}: decoder and encoder differ", case.name);
        let file = format!("{}.kvt", case.name);
        fs::write(folder.join(&file), &encoded.stream)?;
        manifest.draft = kvant::Decoder::new(&encoded.stream).expect("decoded above").info().draft;
        manifest.streams.push(Entry {
            file,
            why: case.why.into(),
            width: decoded.width(),
            height: decoded.height(),
            format: format_name(decoded.format()).into(),
            pixels_sha256: pixels_sha256(&decoded),
        });
    }
    let mut json = serde_json::to_string_pretty(&manifest)?;
    json.push('\n');
    fs::write(folder.join("golden.json"), json)?;
    Ok(manifest)
}

/// What the streams are made of: between them, every tool of the format.
// A list.
#[allow(clippy::too_many_lines)]
pub fn cases() -> Vec<Case> {
    let chelsea = |size| crop(&testdata("chelsea.png"), (130, 60), size);
    let coffee = |size| crop(&testdata("coffee.png"), (180, 40), size);
    let case = |name, why, picture, config| Case { name, why, picture, config };
    let with = |mut config: EncoderConfig, change: fn(&mut EncoderConfig)| {
        change(&mut config);
        config
    };
    vec![
        case(
            "gray-q50",
            "gray: one tree",
            crop(&testdata("camera.png"), (190, 60), (150, 101)),
            config(50.0, 5, Chroma::Yuv444),
        ),
        case(
            "rgb444-q10",
            "4:4:4, low quality: filters, large blocks",
            chelsea((133, 97)),
            config(10.0, 5, Chroma::Yuv444),
        ),
        case("rgb444-q90", "4:4:4, high quality: small blocks", chelsea((133, 97)), config(90.0, 5, Chroma::Yuv444)),
        case("rgb420-q60", "4:2:0, even size", coffee((160, 120)), config(60.0, 5, Chroma::Yuv420)),
        case("rgb420-odd-q40", "4:2:0, odd size: chroma rounds up", coffee((67, 45)), config(40.0, 5, Chroma::Yuv420)),
        case(
            "psnr-q70",
            "flat matrices",
            crop(&testdata("astronaut.png"), (160, 40), (128, 128)),
            with(config(70.0, 5, Chroma::Yuv444), |c| c.tune = Tune::Psnr),
        ),
        case(
            "deadzone-q75",
            "scalar quantiser with a dead zone, lowest effort",
            coffee((128, 96)),
            with(config(75.0, 1, Chroma::Yuv444), |c| c.quantiser = Some(Quantiser::DeadZone)),
        ),
        case(
            "trellis-q85",
            "trellis-coded quantiser",
            coffee((128, 96)),
            with(config(85.0, 5, Chroma::Yuv444), |c| c.quantiser = Some(Quantiser::Trellis)),
        ),
        case("effort9-q80", "what only the widest search chooses", chelsea((96, 72)), config(80.0, 9, Chroma::Yuv444)),
        case(
            "fast-q80",
            "plain profile: one context a bin",
            chelsea((133, 97)),
            with(config(80.0, 5, Chroma::Yuv444), |c| c.profile = Profile::Fast),
        ),
        case(
            "fast-420-q30",
            "plain profile at 4:2:0",
            coffee((67, 45)),
            with(config(30.0, 5, Chroma::Yuv420), |c| c.profile = Profile::Fast),
        ),
        case(
            "rgba-q60",
            "alpha, lossless beside lossy colour",
            picture(Kind::Screen, 90, 70, PixelFormat::Rgba8, 9),
            config(60.0, 5, Chroma::Yuv444),
        ),
        case(
            "grayalpha16-tiles-q70",
            "gray and alpha of 16 bits in three tiles, few values of alpha",
            picture(Kind::Gradient, 1030, 9, PixelFormat::GrayAlpha16, 4),
            with(config(70.0, 3, Chroma::Yuv444), |c| (c.tile_size, c.alpha_quality) = (TileSize::T512, 40)),
        ),
        case(
            "rgb10-420-q80",
            "10 bits a sample at 4:2:0, 12 inside",
            with_depth(&picture(Kind::Gradient, 75, 50, PixelFormat::Rgb16, 11), 10),
            config(80.0, 5, Chroma::Yuv420),
        ),
        case(
            "rgb16-screen-q90",
            "16 bits a sample, 14 inside, with palettes",
            picture(Kind::Screen, 80, 60, PixelFormat::Rgb16, 12),
            with(config(90.0, 5, Chroma::Yuv444), |c| c.content = Content::Screen),
        ),
        case(
            "lossless-rgb",
            "lossless: a photograph",
            chelsea((96, 72)),
            with(config(80.0, 5, Chroma::Yuv444), |c| c.lossless = true),
        ),
        case(
            "lossless-rgba12",
            "lossless: 12 bits, alpha",
            with_depth(&picture(Kind::Gradient, 60, 40, PixelFormat::Rgba16, 13), 12),
            with(config(80.0, 5, Chroma::Yuv444), |c| c.lossless = true),
        ),
        case("one-pixel", "the smallest picture", chelsea((1, 1)), config(80.0, 5, Chroma::Yuv444)),
        case(
            "tiles-q15",
            "six tiles, indexed; 4:2:0",
            mirrored(&testdata("astronaut.png"), 1030, 540),
            with(config(15.0, 3, Chroma::Yuv420), |c| c.tile_size = TileSize::T512),
        ),
        case(
            "tiles-strip-q50",
            "three tiles of a gray strip 3 pixels wide",
            crop(&mirrored(&testdata("brick.png"), 512, 1030), (100, 0), (3, 1030)),
            with(config(50.0, 5, Chroma::Yuv444), |c| c.tile_size = TileSize::T512),
        ),
        case(
            "noise-q100",
            "largest levels: finest quantiser on noise",
            picture(Kind::Noise, 48, 40, PixelFormat::Rgb8, 1),
            config(100.0, 5, Chroma::Yuv444),
        ),
        case(
            "rgb420-q0",
            "coarsest quantiser",
            mirrored(&testdata("coffee.png"), 200, 333),
            config(0.0, 5, Chroma::Yuv420),
        ),
        case(
            "text-q60",
            "sharp strokes on a flat ground",
            picture(Kind::Text, 120, 90, PixelFormat::Rgb8, 3),
            config(60.0, 5, Chroma::Yuv444),
        ),
        case(
            "screen444-q70",
            "a screen: copies, palettes, blocks without a transform",
            picture(Kind::Screen, 200, 150, PixelFormat::Rgb8, 5),
            with(config(70.0, 5, Chroma::Yuv444), |c| c.content = Content::Screen),
        ),
        case(
            "screen420-q85",
            "the same at 4:2:0: chroma copies by halved vectors",
            picture(Kind::Screen, 130, 110, PixelFormat::Rgb8, 6),
            with(config(85.0, 5, Chroma::Yuv420), |c| c.content = Content::Screen),
        ),
        case(
            "screen-gray-q60",
            "the same in gray",
            picture(Kind::Screen, 110, 90, PixelFormat::Gray8, 7),
            with(config(60.0, 5, Chroma::Yuv444), |c| c.content = Content::Screen),
        ),
    ]
}
