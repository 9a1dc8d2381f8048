//! Pixels of 16 bits from streams of fewer: all that the decoder knows of them, and nothing else.

use kvant::{Chroma, Decoder, DecoderOptions, Image, PixelFormat, PushDecoder, Scale};
use kvant_tests::check::{config, encode, samples};
use kvant_tests::pictures::{crop, from_fn, testdata, with_depth};
use kvant_tests::synth::{Kind, picture};

fn decoder(stream: &[u8], full_depth: bool) -> Decoder<'_> {
    let options = DecoderOptions { full_depth, ..DecoderOptions::default() };
    Decoder::with_options(stream, options).expect("an intact stream")
}

fn both(picture: &Image, quality: f32, lossless: bool, chroma: Chroma) -> [Image; 2] {
    let config = config(quality, 2, chroma).with_lossless(lossless);
    let stream = encode(picture, &config).stream;
    [false, true].map(|full| decoder(&stream, full).decode().expect("an intact stream"))
}

#[test]
fn they_round_to_the_pixels_of_the_source_depth() {
    let cat = crop(&testdata("chelsea.png"), (90, 20), (90, 70));
    let gray = crop(&testdata("camera.png"), (90, 20), (70, 60));
    let deep = picture(Kind::Gradient, 80, 50, PixelFormat::Rgba16, 3);
    let depths = [10, 12, 14, 15].map(|depth| with_depth(&deep, depth));
    for source in [cat, gray, picture(Kind::Gradient, 60, 40, PixelFormat::Rgba8, 4)].into_iter().chain(depths) {
        for chroma in [Chroma::Yuv444, Chroma::Yuv420] {
            let [plain, full] = both(&source, 80.0, false, chroma);
            assert_eq!((full.depth(), full.format().is_wide(), plain.depth()), (16, true, source.depth()));
            let step = 65535.0 / f64::from((1u32 << source.depth()) - 1);
            let mut finer = 0;
            for (a, b) in samples(&plain).iter().zip(samples(&full)) {
                let off = (f64::from(*a) * step - f64::from(b)).abs();
                assert!(off <= 0.502 * step + 1.5, "{a} of {} bits is {b} of 16", source.depth());
                finer += usize::from(off > 1.0);
            }
            assert!(source.depth() > 8 || finer * 3 > samples(&plain).len(), "{finer} of {}", samples(&plain).len());
        }
    }
}

#[test]
fn what_is_exact_stays_exact() {
    for format in [PixelFormat::Rgb8, PixelFormat::GrayAlpha8, PixelFormat::Rgba8] {
        let noise = picture(Kind::Noise, 40, 30, format, 6);
        let [plain, full] = both(&noise, 80.0, true, Chroma::Yuv444);
        assert!(samples(&plain).iter().zip(samples(&full)).all(|(&a, b)| 257 * a == b), "{format:?}");
    }
    for value in [0, 255] {
        let flat = from_fn(16, 16, PixelFormat::Rgb8, |_, _| [value; 3]);
        let [_, full] = both(&flat, 95.0, false, Chroma::Yuv444);
        assert!(samples(&full).iter().all(|&s| s == 257 * u16::from(value)), "{value}: {:?}", &samples(&full)[..3]);
    }
    let deep = picture(Kind::Gradient, 40, 30, PixelFormat::Rgb16, 6);
    let [plain, full] = both(&deep, 80.0, false, Chroma::Yuv444);
    assert!(plain == full);
}

#[test]
fn regions_reduced_pictures_and_pieces_have_them_too() {
    let cat = crop(&testdata("chelsea.png"), (20, 10), (120, 100));
    let config = config(80.0, 2, Chroma::Yuv420).with_preview(true);
    let stream = encode(&cat, &config).stream;
    let decoder = decoder(&stream, true);
    let whole = decoder.decode().unwrap();
    assert!(decoder.decode_region(30, 20, 50, 40).unwrap() == part(&whole, (30, 20), (50, 40)));
    let half = decoder.decode_scaled(Scale::Half).unwrap().image;
    assert_eq!((half.width(), half.depth()), (60, 16));
    assert_eq!(decoder.preview().unwrap().unwrap().depth(), 16);
    let mut pushed = PushDecoder::new(DecoderOptions { full_depth: true, ..DecoderOptions::default() });
    stream.chunks(100).for_each(|piece| drop(pushed.push(piece)));
    assert!(pushed.finish().unwrap() == whole);
}

/// The pixels of a picture of 16 bits in a rectangle.
fn part(whole: &Image, (x, y): (u32, u32), (width, height): (u32, u32)) -> Image {
    let n = whole.format().bytes_per_pixel();
    let view = whole.view();
    let rows = (y..y + height).flat_map(|y| &view.row(y)[x as usize * n..(x + width) as usize * n]);
    Image::from_data(rows.copied().collect(), width, height, whole.format(), 16).expect("as many bytes as pixels")
}

#[test]
fn a_smooth_dark_ramp_has_finer_steps() {
    let ramp = from_fn(256, 64, PixelFormat::Gray8, |x, _| [(10 + x / 16) as u8; 3]);
    let [plain, full] = both(&ramp, 60.0, false, Chroma::Yuv444);
    let distinct = |picture: &Image| {
        let mut values = samples(picture);
        values.sort_unstable();
        values.dedup();
        values.len()
    };
    assert!(distinct(&full) > 2 * distinct(&plain), "{} and {}", distinct(&full), distinct(&plain));
}
