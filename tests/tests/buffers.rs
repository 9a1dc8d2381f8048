//! Decoding into a caller's buffer, whose format may have more than the picture.

use kvant::{
    Chroma, DecodeError, Decoder, DecoderOptions, EncoderConfig, Image, ImageError, ImageViewMut, PixelFormat, Scale,
    TileSize,
};
use kvant_tests::check::{config, reduced, samples};
use kvant_tests::pictures::{crop, mirrored, testdata, with_depth};
use kvant_tests::synth::{Kind, picture};

fn encode(picture: &Image, change: fn(EncoderConfig) -> EncoderConfig) -> Vec<u8> {
    let config = config(60.0, 1, Chroma::Yuv444).with_tile_size(TileSize::T512);
    kvant::encode(&picture.view(), &change(config)).expect("valid settings")
}

/// Streams of pictures of every kind of pixel.
fn streams() -> Vec<(&'static str, Vec<u8>)> {
    let coffee = mirrored(&testdata("coffee.png"), 530, 140);
    let deep = picture(Kind::Gradient, 70, 50, PixelFormat::Rgb16, 4);
    vec![
        ("two tiles, 4:2:0", encode(&coffee, |c| c.with_chroma(Chroma::Yuv420).with_preview(true))),
        ("gray", encode(&crop(&testdata("camera.png"), (90, 60), (77, 90)), |c| c.with_preview(true))),
        ("gray and alpha", encode(&picture(Kind::Gradient, 60, 80, PixelFormat::GrayAlpha8, 2), |c| c)),
        ("colours and alpha", encode(&picture(Kind::Screen, 90, 70, PixelFormat::Rgba8, 3), |c| c)),
        ("lossless", encode(&crop(&coffee, (500, 0), (30, 40)), |c| c.with_lossless(true))),
        ("lossless gray", encode(&picture(Kind::Noise, 40, 30, PixelFormat::Gray8, 4), |c| c.with_lossless(true))),
        (
            "lossless gray and alpha",
            encode(&picture(Kind::Screen, 40, 30, PixelFormat::GrayAlpha8, 4), |c| c.with_lossless(true)),
        ),
        ("10 bits", encode(&with_depth(&deep, 10), |c| c)),
        ("16 bits", encode(&deep, |c| c)),
    ]
}

/// The pixels of `picture`, whose samples have `depth` bits, as ones of `format`.
fn converted(picture: &Image, depth: u8, format: PixelFormat) -> Vec<u16> {
    let from = picture.format();
    let opaque = ((1u32 << depth) - 1) as u16;
    let mut out = Vec::new();
    for pixel in samples(picture).chunks(from.channels()) {
        let (colours, alpha) = if from.has_alpha() { pixel.split_at(pixel.len() - 1) } else { (pixel, &[opaque][..]) };
        let times = if format.has_colour() && !from.has_colour() { 3 } else { 1 };
        (0..times).for_each(|_| out.extend_from_slice(colours));
        out.extend_from_slice(if format.has_alpha() { alpha } else { &[] });
    }
    out
}

/// A buffer of `format`, and its samples after `decode`.
fn into(
    (width, height): (u32, u32),
    format: PixelFormat,
    decode: impl FnOnce(&mut ImageViewMut<'_>) -> Result<(), DecodeError>,
) -> Result<Vec<u16>, DecodeError> {
    let mut image = Image::new(width, height, format).expect("a small picture");
    decode(&mut image.view_mut())?;
    Ok(samples(&image))
}

/// Decodes the whole picture, in the bits that a buffer of `format` gets.
fn whole(stream: &[u8], format: PixelFormat) -> Image {
    let depth = Decoder::new(stream).expect("intact").info().depth;
    let options = DecoderOptions::default().with_full_depth(format.is_wide() && depth == 8);
    Decoder::with_options(stream, options).and_then(|d| d.decode()).expect("intact")
}

#[test]
fn a_buffer_gets_what_its_format_has_and_the_picture_has_not() {
    let mut conversions = 0;
    for (what, stream) in streams() {
        let decoder = Decoder::new(&stream).expect("intact");
        let info = decoder.info();
        let (from, size) = (info.format, (info.width, info.height));
        for to in PixelFormat::ALL {
            let found = into(size, to, |out| decoder.decode_into(out));
            let lost = from.has_alpha() && !to.has_alpha()
                || from.has_colour() && !to.has_colour()
                || from.is_wide() && !to.is_wide();
            if lost {
                let refused = Err(ImageError::Conversion { from, to }.into());
                assert_eq!(found, refused, "{what}");
                assert_eq!(into((9, 9), to, |out| decoder.decode_region_into(0, 0, out)), refused, "{what}");
                continue;
            }
            conversions += 1;
            let whole = whole(&stream, to);
            let expected = converted(&whole, whole.depth(), to);
            assert!(found.as_ref() == Ok(&expected), "{what} as {to:?}");
        }
    }
    assert_eq!(conversions, 4 + 8 + 4 + 2 + 4 + 8 + 4 + 2 + 2);
}

#[test]
fn regions_and_reduced_pictures_are_those_of_the_picture_in_any_format() {
    for (what, stream) in streams() {
        let decoder = Decoder::new(&stream).expect("intact");
        let (width, height) = (decoder.info().width, decoder.info().height);
        for to in [PixelFormat::Rgba8, PixelFormat::Rgba16] {
            if decoder.info().format.is_wide() && !to.is_wide() {
                continue;
            }
            let whole = whole(&stream, to);
            for (x, y, w, h) in [(3, 5, 20, 9), (width - 20, height - 10, 20, 10)] {
                let found = into((w, h), to, |out| decoder.decode_region_into(x, y, out)).expect("a region");
                assert!(
                    found == converted(&crop(&whole, (x, y), (w, h)), whole.depth(), to),
                    "{what}: {w}x{h}+{x}+{y} as {to:?}"
                );
            }
            let mut means = vec![Scale::Half, Scale::Quarter];
            means.extend(decoder.info().preview.is_none().then_some(Scale::Eighth));
            for scale in means {
                let size = (scale.of(width), scale.of(height));
                let found =
                    into(size, to, |out| decoder.decode_scaled_into(scale, out).map(|preview| assert!(!preview)));
                let mut pixels = Image::with_depth(width, height, to, whole.depth()).expect("a small picture");
                decoder.decode_into(&mut pixels.view_mut()).expect("intact");
                assert!(found == Ok(reduced(&pixels, scale.factor() as usize)), "{what} at {scale:?} as {to:?}");
            }
        }
    }
}

#[test]
fn a_preview_becomes_what_the_buffer_is() {
    for (what, stream) in streams() {
        let decoder = Decoder::new(&stream).expect("intact");
        let size = (decoder.info().width.div_ceil(8), decoder.info().height.div_ceil(8));
        let preview = decoder.preview().expect("intact");
        let mut there = false;
        let found =
            into(size, PixelFormat::Rgba16, |out| decoder.preview_into(out).map(|is| there = is)).expect("intact");
        assert_eq!(there, preview.is_some(), "{what}");
        let Some(preview) = preview else { continue };
        let found8 = into(size, PixelFormat::Rgba8, |out| decoder.preview_into(out).map(drop));
        assert!(found8 == Ok(converted(&preview, 8, PixelFormat::Rgba8)), "{what}");
        assert_eq!(found.len(), 4 * (size.0 * size.1) as usize);
        let scaled = into(size, PixelFormat::Rgba8, |out| decoder.decode_scaled_into(Scale::Eighth, out).map(drop));
        assert!(scaled == found8, "{what}");
        let wrong = into((size.0 + 1, size.1), PixelFormat::Rgba8, |out| decoder.preview_into(out).map(drop));
        assert_eq!(wrong, Err(ImageError::Mismatch.into()), "{what}");
    }
}

#[test]
fn buffers_of_other_sizes_are_refused() {
    let stream = &streams()[0].1;
    let decoder = Decoder::new(stream).expect("intact");
    let (width, height) = (decoder.info().width, decoder.info().height);
    let refused = Err(ImageError::Mismatch.into());
    assert_eq!(into((width, height - 1), PixelFormat::Rgb8, |out| decoder.decode_into(out)), refused);
    let scaled = into((width, height), PixelFormat::Rgb8, |out| decoder.decode_scaled_into(Scale::Half, out).map(drop));
    assert_eq!(scaled, refused);
    let region = into((10, 10), PixelFormat::Rgb8, |out| decoder.decode_region_into(width - 9, 0, out));
    assert!(matches!(region, Err(DecodeError::Region { width: 10, .. })), "{region:?}");
}
