//! Previews: what they show, what of the file they need, what they cost.

use std::ops::Range;

use kvant::{Chroma, DecodeError, Decoder, Image, Metadata, Orientation, PixelFormat, PushDecoder, Scale, TileSize};
use kvant_tests::check::{config, psnr, samples};
use kvant_tests::pictures::{crop, from_fn, testdata};
use kvant_tests::repaired;
use kvant_tests::synth::{Kind, picture};

/// The stream of `picture` with a preview, a long block behind it and an orientation.
fn stream(picture: &Image, lossless: bool) -> Vec<u8> {
    let config =
        config(80.0, 2, Chroma::Yuv444).with_preview(true).with_lossless(lossless).with_tile_size(TileSize::T512);
    let metadata = Metadata::default()
        .with_orientation(Orientation::Rotate90)
        .with_icc(b"profile")
        .with_exif((0..5000u32).map(|i| ((i * i) >> 7) as u8).collect::<Vec<u8>>());
    kvant::encode(&picture.view().with_metadata(&metadata), &config).expect("valid settings")
}

/// The mean of each square of 8x8 pixels, in floating point: no alpha.
fn means(picture: &Image) -> Vec<f64> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let (channels, values) = (picture.format().channels(), samples(picture));
    let clipped = |at: usize, all: usize| -> Range<usize> { 8 * at..(8 * at + 8).min(all) };
    let mut out = Vec::new();
    for (y, x) in (0..height.div_ceil(8)).flat_map(|y| (0..width.div_ceil(8)).map(move |x| (y, x))) {
        for c in 0..channels {
            let square =
                clipped(y, height).flat_map(|y| clipped(x, width).map(move |x| (y * width + x) * channels + c));
            let found: Vec<f64> = square.map(|i| f64::from(values[i])).collect();
            out.push(found.iter().sum::<f64>() / found.len() as f64);
        }
    }
    out
}

#[test]
fn a_preview_shows_the_picture_at_an_eighth_of_its_size() {
    let deep = picture(Kind::Gradient, 141, 97, PixelFormat::Gray16, 4);
    for (picture, lossless) in [
        (testdata("coffee.png"), false),
        (crop(&testdata("camera.png"), (10, 20), (501, 299)), false),
        (deep, false),
        (crop(&testdata("chelsea.png"), (0, 0), (67, 45)), true),
    ] {
        let stream = stream(&picture, lossless);
        let decoder = Decoder::new(&stream).expect("an intact stream");
        let preview = decoder.preview().expect("an intact preview").expect("a preview");
        assert_eq!((preview.width(), preview.height()), (picture.width().div_ceil(8), picture.height().div_ceil(8)));
        assert_eq!((preview.format(), preview.depth()), (picture.format(), picture.depth()));
        let max = f64::from((1u32 << picture.depth()) - 1);
        let pairs = samples(&preview).into_iter().map(f64::from).zip(means(&picture));
        let mse = pairs.map(|(a, b)| (a - b).powi(2)).sum::<f64>() / samples(&preview).len() as f64;
        let psnr = 10.0 * (max * max / mse).log10();
        assert!(psnr > 24.0, "{psnr} dB for {}x{}", picture.width(), picture.height());
        let whole = decoder.decode().expect("the picture is there too");
        assert!(kvant_tests::check::psnr(&whole, &picture) > 30.0);
    }
}

#[test]
fn hidden_colours_do_not_show_in_a_preview() {
    // A red disc on transparent green: no green may bleed into its edge.
    let inside = |x: u32, y: u32| (x as i32 - 60).pow(2) + (y as i32 - 60).pow(2) < 2500;
    let rgba: Vec<u8> = (0..120 * 120)
        .flat_map(|i| if inside(i % 120, i / 120) { [230, 20, 10, 255] } else { [0, 255, 0, 0] })
        .collect();
    let picture = Image::from_data(rgba, 120, 120, PixelFormat::Rgba8, 8).expect("as many bytes as pixels");
    let stream = stream(&picture, false);
    let preview = Decoder::new(&stream).and_then(|d| d.preview()).expect("intact").expect("a preview");
    let (mut clear, mut solid) = (0, 0);
    for pixel in preview.data().chunks_exact(4) {
        match pixel[3] {
            0 => clear += 1,
            alpha => {
                solid += usize::from(alpha == 255);
                assert!(pixel[0] > 150 && pixel[1] < 100, "{pixel:?}");
            }
        }
    }
    assert!(clear > 40 && solid > 70, "{clear} transparent, {solid} opaque");
}

#[test]
fn a_preview_needs_what_is_before_its_end_and_no_more() {
    let stream = stream(&crop(&testdata("coffee.png"), (100, 100), (300, 200)), false);
    let whole = Decoder::new(&stream).expect("an intact stream");
    let needed = whole.info().preview.as_ref().expect("a preview").end as usize + 4;
    let preview = whole.preview().expect("intact");
    assert!(needed < stream.len() - 5000, "the long block stands behind it");
    for cut in [needed, needed + 1, stream.len() - 1] {
        let decoder = Decoder::new(&stream[..cut]).expect("the header is whole");
        assert!(decoder.preview().expect("the preview is whole") == preview, "cut to {cut}");
        assert_eq!(decoder.intact_metadata().expect("the profile is whole").icc.as_deref(), Some(&b"profile"[..]));
        assert!(decoder.decode().is_err() && (cut > stream.len() / 2 || decoder.metadata().is_err()), "cut to {cut}");
    }
    for cut in [needed - 1, needed - 100] {
        let error = Decoder::new(&stream[..cut]).and_then(|d| d.preview());
        assert!(matches!(error, Err(DecodeError::Truncated { .. })), "cut to {cut}: {error:?}");
    }
}

#[test]
fn a_damaged_preview_is_no_absent_one() {
    let picture = crop(&testdata("chelsea.png"), (0, 0), (90, 70));
    let stream = stream(&picture, false);
    let place = Decoder::new(&stream).expect("intact").info().preview.clone().expect("a preview");
    let mut damaged = stream.clone();
    damaged[place.start as usize + 30] ^= 4;
    let decoder = Decoder::new(&damaged).expect("an intact header");
    let error = decoder.preview().expect_err("it is damaged");
    assert!(matches!(error, DecodeError::Damaged { what: "preview", .. }), "{error:?}");
    let scaled = decoder.decode_scaled(Scale::Eighth);
    assert_eq!(scaled.map(|s| s.from_preview), Err(error.clone()));
    let partial = decoder.decode_partial().expect("the picture is intact");
    assert!(partial.missing.is_empty() && partial.fault.as_ref() == Some(&error), "{:?}", partial.fault);
    assert_eq!(decoder.intact_metadata().map(|m| m.exif.is_some()), Ok(true));
    // While bytes come, as soon as it is there.
    let mut pushed = PushDecoder::default();
    let _ = pushed.push(&damaged[..place.end as usize]);
    assert_eq!(pushed.preview(), Ok(None));
    let _ = pushed.push(&damaged[place.end as usize..]);
    assert_eq!(pushed.preview(), Err(error));
}

#[test]
fn a_preview_of_another_shape_is_refused() {
    let stream = stream(&crop(&testdata("chelsea.png"), (0, 0), (90, 70)), false);
    let place = Decoder::new(&stream).expect("intact").info().preview.clone().expect("a preview");
    // Of the byte that follows signature and draft, 5 bits are the length of the width, the rest
    // its highest bits.
    let mut wrong = stream.clone();
    wrong[place.start as usize + 5] ^= 1;
    let wrong = repaired(&wrong);
    let decoder = Decoder::new(&wrong).expect("an intact header");
    let error = decoder.preview().expect_err("another size");
    assert!(error.to_string().contains("of the preview"), "{error}");
    assert!(decoder.decode().is_ok(), "the picture does not depend on it");
}

#[test]
fn pictures_without_a_preview_say_so_and_are_as_they_were() {
    let picture = crop(&testdata("chelsea.png"), (30, 30), (64, 48));
    let config = config(60.0, 2, Chroma::Yuv444);
    let plain = kvant::encode(&picture.view(), &config).expect("valid settings");
    assert_eq!(Decoder::new(&plain).and_then(|d| d.preview()), Ok(None));
    let with = kvant::encode(&picture.view(), &config.with_preview(true)).expect("valid settings");
    assert!(kvant::decode(&plain) == kvant::decode(&with));
    assert_eq!(Decoder::new(&with).expect("intact").metadata(), Ok(Metadata::default()));
}

#[test]
fn a_preview_takes_less_than_a_thirtieth() {
    for name in ["coffee.png", "chelsea.png"] {
        let picture = testdata(name);
        let config = config(80.0, 1, Chroma::Yuv444).with_preview(true);
        let stream = kvant::encode(&picture.view(), &config).expect("valid settings");
        let place = Decoder::new(&stream).expect("intact").info().preview.clone().expect("a preview");
        let share = (place.end - place.start) as f64 / stream.len() as f64;
        assert!(share < 0.03, "{name}: {:.2} %", 100.0 * share);
    }
}

#[test]
fn the_smallest_pictures_have_previews_of_a_pixel() {
    let dot = from_fn(1, 1, PixelFormat::Rgb8, |_, _| [200, 100, 50]);
    let stream = stream(&dot, false);
    let preview = Decoder::new(&stream).and_then(|d| d.preview()).expect("intact").expect("a preview");
    assert_eq!((preview.width(), preview.height()), (Scale::Eighth.of(1), 1));
    assert!(psnr(&preview, &dot) > 25.0);
}
