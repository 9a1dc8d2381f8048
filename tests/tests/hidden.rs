//! Colours under transparent pixels: nothing that shows depends on them, and no byte does unless
//! they are asked for.

use kvant::bench_api::SplitMix64;
use kvant::{Chroma, Content, EncoderConfig, Image, PixelFormat, TileSize};
use kvant_tests::check::{config, encode, round_trip};
use kvant_tests::pictures::{crop, testdata};

/// A disc with a soft edge that lies across blocks of 2x2 at every offset, with holes.
fn disc(x: u32, y: u32) -> ([u8; 3], u8) {
    let distance = (x as i32 - 47).pow(2) + (y as i32 - 41).pow(2);
    let alpha = if (x * 7 + y * 3).is_multiple_of(29) { 0 } else { ((1500 - distance) / 2).clamp(0, 255) };
    ([220, 30 + (x / 2) as u8, 10 + (y / 3) as u8], alpha as u8)
}

/// `drawing` with `hidden` where its alpha is 0.
fn drawn(
    (width, height): (u32, u32),
    format: PixelFormat,
    drawing: impl Fn(u32, u32) -> ([u8; 3], u8),
    mut hidden: impl FnMut() -> [u8; 3],
) -> Image {
    let channels = if format.has_colour() { 3 } else { 1 };
    let pixel = |i: u32| {
        let (colour, alpha) = drawing(i % width, i / width);
        let colour = if alpha == 0 { hidden() } else { colour };
        let samples = colour[..channels].iter().copied().chain([alpha]);
        let bytes = |v: u8| if format.is_wide() { (u16::from(v) * 257).to_ne_bytes().to_vec() } else { vec![v] };
        samples.flat_map(bytes).collect::<Vec<u8>>()
    };
    let data = (0..width * height).flat_map(pixel).collect();
    Image::from_data(data, width, height, format, if format.is_wide() { 16 } else { 8 })
        .expect("as many bytes as pixels")
}

fn hold_for(
    size: (u32, u32),
    format: PixelFormat,
    drawing: impl Fn(u32, u32) -> ([u8; 3], u8),
    config: &EncoderConfig,
) {
    let mut random = SplitMix64::new(5);
    let noise = drawn(size, format, &drawing, || [0; 3].map(|_: u8| random.below(256) as u8));
    let black = drawn(size, format, &drawing, || [0; 3]);
    let green = drawn(size, format, &drawing, || [0, 255, 0]);
    let [noise, black, green] = [noise, black, green].map(|p| encode(&p, config).stream);
    assert!(noise == black && noise == green, "{format:?} {}x{}: {config:?}", size.0, size.1);
}

const FORMATS: [PixelFormat; 4] =
    [PixelFormat::Rgba8, PixelFormat::Rgba16, PixelFormat::GrayAlpha8, PixelFormat::GrayAlpha16];

#[test]
fn no_byte_depends_on_them() {
    for chroma in [Chroma::Yuv444, Chroma::Yuv420] {
        for (format, size) in FORMATS.into_iter().zip([(95, 83), (64, 70), (33, 90), (96, 41)]) {
            let mut config = config(85.0, 3, chroma);
            hold_for(size, format, disc, &config);
            (config.preview, config.alpha_quality, config.effort) = (true, 30, 1);
            hold_for(size, format, disc, &config);
            (config.content, config.quality) = (Content::Screen, 60.0);
            hold_for(size, format, disc, &config);
        }
    }
}

#[test]
fn nor_in_a_photograph_of_several_tiles() {
    let cat = crop(&testdata("chelsea.png"), (20, 20), (400, 260));
    let photograph = |x: u32, y: u32| {
        let at = 3 * (y as usize % 260 * 400 + x as usize % 400);
        let alpha = if (x / 40 + y / 30).is_multiple_of(3) { 0 } else { 255 - (x % 5) as u8 };
        ([0, 1, 2].map(|c| cat.data()[at + c]), alpha)
    };
    let config = config(50.0, 1, Chroma::Yuv420).with_tile_size(TileSize::T512);
    hold_for((530, 100), PixelFormat::Rgba8, photograph, &config);
}

/// Largest error of `picture`, at quality 90 and 4:2:0, in the pixels whose alpha is 255.
fn worst(picture: &Image) -> u8 {
    let config = config(90.0, 5, Chroma::Yuv420).with_content(Content::Photo);
    let back = round_trip(picture, &config).reconstruction;
    let pixels = picture.data().chunks_exact(4).zip(back.data().chunks_exact(4)).filter(|(p, _)| p[3] == 255);
    pixels.flat_map(|(p, q)| (0..3).map(|c| p[c].abs_diff(q[c]))).max().expect("something shows")
}

#[test]
fn they_do_not_bleed_into_what_shows_where_chroma_is_reduced() {
    let size = (96, 84);
    let hard = |x: u32, y: u32| {
        let inside = (x as i32 - 47).pow(2) + (y as i32 - 41).pow(2) < 1300;
        ([220, 20, 10], if inside { 255 } else { 0 })
    };
    let hard = worst(&drawn(size, PixelFormat::Rgba8, hard, || [0, 255, 0]));
    assert!(hard < 12, "visible red is {hard} off");
    // Of every four pixels one is faint and green: it takes its chroma from the others, not they
    // from it.
    let faint =
        |x: u32, y: u32| if x % 2 == 1 && y.is_multiple_of(2) { ([0, 255, 0], 2) } else { ([220, 20, 10], 255) };
    let faint = worst(&drawn(size, PixelFormat::Rgba8, faint, || [0; 3]));
    assert!(faint < 24, "opaque red is {faint} off");
}

#[test]
fn they_come_back_like_others_where_they_are_asked_for() {
    let config = config(90.0, 5, Chroma::Yuv420).with_exact(true).with_content(Content::Photo);
    let hidden =
        drawn((64, 64), PixelFormat::Rgba8, |x, _| ([20, 30, 200], if x < 31 { 0 } else { 255 }), || [0, 200, 0]);
    let back = round_trip(&hidden, &config).reconstruction;
    for x in [0, 10, 24, 40, 63] {
        let (wanted, found) = (&hidden.data()[4 * x..][..4], &back.data()[4 * x..][..4]);
        assert!(wanted.iter().zip(found).all(|(a, b)| a.abs_diff(*b) < 8), "{wanted:?} became {found:?} at {x}");
    }
}
