//! Golden streams that the encoder makes.

use kvant::{
    Chroma, Cicp, Content, CpuLevel, EncoderConfig, Image, Metadata, Orientation, PixelFormat, Profile, Quantiser,
    Resolution, ResolutionUnit, TileSize, Tune,
};

use super::Case;
use crate::check::{config, decode, encode};
use crate::pictures::{crop, mirrored, testdata, with_depth};
use crate::synth::{Kind, picture};

/// A picture and its settings; the decoder must make of the stream what the encoder says.
fn case(name: &'static str, why: &'static str, picture: Image, config: EncoderConfig) -> Case {
    let make = move || {
        let encoded = encode(&picture, &config);
        let decoded = decode(&encoded.stream, 1, CpuLevel::Scalar);
        assert!(decoded == encoded.reconstruction, "{name}: decoder and encoder differ");
        encoded.stream
    };
    Case { name, why, make: Box::new(make) }
}

/// With sections of all types, a preview among them.
fn told(name: &'static str, why: &'static str, picture: Image, config: EncoderConfig) -> Case {
    let metadata = Metadata::default()
        .with_orientation(Orientation::Rotate90)
        .with_cicp(Cicp { primaries: 12, transfer: 13, matrix: 0, full_range: true })
        .with_icc((0..200u32).map(|i| ((i * i) >> 5) as u8).collect::<Vec<_>>())
        .with_exif(*b"II*\0\x08\0\0\0\0\0\0\0\0\0")
        .with_xmp(b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>".repeat(4))
        .with_text("Title", "Chelsea")
        .with_text("Author", "\u{e9}\u{4e2d}")
        .with_resolution(Resolution { x: 300, y: 301, unit: ResolutionUnit::Inch })
        .with_other(8, [1, 2, 3])
        .with_other(300, []);
    let config = config.with_preview(true);
    let make = move || kvant::encode(&picture.view().with_metadata(&metadata), &config).expect("valid settings");
    Case { name, why, make: Box::new(make) }
}

/// What the streams are made of: between them, every tool of the format.
pub(super) fn cases() -> Vec<Case> {
    let groups =
        [colour_cases(), tool_cases(), sample_cases(), size_cases(), content_cases(), screen_cases(), told_cases()];
    groups.into_iter().flatten().collect()
}

fn chelsea(size: (u32, u32)) -> Image {
    crop(&testdata("chelsea.png"), (130, 60), size)
}

fn coffee(size: (u32, u32)) -> Image {
    crop(&testdata("coffee.png"), (180, 40), size)
}

/// Gray, and colour with and without subsampling.
fn colour_cases() -> Vec<Case> {
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
    ]
}

/// Matrices, quantisers, efforts and profiles.
fn tool_cases() -> Vec<Case> {
    vec![
        case(
            "psnr-q70",
            "flat matrices",
            crop(&testdata("astronaut.png"), (160, 40), (128, 128)),
            config(70.0, 5, Chroma::Yuv444).with_tune(Tune::Psnr),
        ),
        case(
            "deadzone-q75",
            "scalar quantiser with a dead zone, lowest effort",
            coffee((128, 96)),
            config(75.0, 1, Chroma::Yuv444).with_quantiser(Quantiser::DeadZone),
        ),
        case(
            "trellis-q85",
            "trellis-coded quantiser",
            coffee((128, 96)),
            config(85.0, 5, Chroma::Yuv444).with_quantiser(Quantiser::Trellis),
        ),
        case("effort9-q80", "what only the widest search chooses", chelsea((96, 72)), config(80.0, 9, Chroma::Yuv444)),
        case(
            "fast-q80",
            "fast profile: one context a bin",
            chelsea((133, 97)),
            config(80.0, 5, Chroma::Yuv444).with_profile(Profile::Fast),
        ),
        case(
            "fast-420-q30",
            "fast profile at 4:2:0",
            coffee((67, 45)),
            config(30.0, 5, Chroma::Yuv420).with_profile(Profile::Fast),
        ),
    ]
}

/// Alpha, deep samples, and what is lossless.
fn sample_cases() -> Vec<Case> {
    vec![
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
            config(70.0, 3, Chroma::Yuv444).with_tile_size(TileSize::T512).with_alpha_quality(40),
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
            config(90.0, 5, Chroma::Yuv444).with_content(Content::Screen),
        ),
        case(
            "lossless-rgb",
            "lossless: a photograph",
            chelsea((96, 72)),
            config(80.0, 5, Chroma::Yuv444).with_lossless(true),
        ),
        case(
            "lossless-rgba12",
            "lossless: 12 bits, alpha",
            with_depth(&picture(Kind::Gradient, 60, 40, PixelFormat::Rgba16, 13), 12),
            config(80.0, 5, Chroma::Yuv444).with_lossless(true),
        ),
    ]
}

/// Sizes and tiles.
fn size_cases() -> Vec<Case> {
    vec![
        case("one-pixel", "the smallest picture", chelsea((1, 1)), config(80.0, 5, Chroma::Yuv444)),
        case(
            "tiles-q15",
            "six tiles, indexed; 4:2:0",
            mirrored(&testdata("astronaut.png"), 1030, 540),
            config(15.0, 3, Chroma::Yuv420).with_tile_size(TileSize::T512),
        ),
        case(
            "tiles-strip-q50",
            "three tiles of a gray strip 3 pixels wide",
            crop(&mirrored(&testdata("brick.png"), 512, 1030), (100, 0), (3, 1030)),
            config(50.0, 5, Chroma::Yuv444).with_tile_size(TileSize::T512),
        ),
    ]
}

/// The finest and the coarsest quantiser, and text.
fn content_cases() -> Vec<Case> {
    vec![
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
    ]
}

/// Screens.
fn screen_cases() -> Vec<Case> {
    vec![
        case(
            "screen444-q70",
            "a screen: copies, palettes, blocks without a transform",
            picture(Kind::Screen, 200, 150, PixelFormat::Rgb8, 5),
            config(70.0, 5, Chroma::Yuv444).with_content(Content::Screen),
        ),
        case(
            "screen420-q85",
            "the same at 4:2:0: chroma copies by halved vectors",
            picture(Kind::Screen, 130, 110, PixelFormat::Rgb8, 6),
            config(85.0, 5, Chroma::Yuv420).with_content(Content::Screen),
        ),
        case(
            "screen-gray-q60",
            "the same in gray",
            picture(Kind::Screen, 110, 90, PixelFormat::Gray8, 7),
            config(60.0, 5, Chroma::Yuv444).with_content(Content::Screen),
        ),
    ]
}

/// Metadata of all kinds.
fn told_cases() -> Vec<Case> {
    vec![
        told(
            "sections-rgb",
            "all sections, a preview, turned pixels",
            chelsea((48, 40)),
            config(70.0, 5, Chroma::Yuv420),
        ),
        told(
            "sections-lossless-gray",
            "the same of a lossless gray picture",
            crop(&testdata("camera.png"), (200, 90), (30, 20)),
            config(80.0, 5, Chroma::Yuv444).with_lossless(true),
        ),
    ]
}
