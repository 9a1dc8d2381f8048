//! Pictures of every format and depth: alpha, lossless coding, and what a stream says besides
//! pixels.

use kvant::{
    Chroma, Cicp, ConfigError, DecodeError, Decoder, DecoderOptions, EncodeError, Encoder, EncoderConfig, Image,
    ImageError, ImageView, Limits, Measure, Metadata, Orientation, PixelFormat, Resolution, ResolutionUnit, Target,
};
use kvant_tests::check::{alpha, config, encode, psnr, round_trip, samples};
use kvant_tests::pictures::{crop, from_bytes, testdata, with_depth};
use kvant_tests::synth::{Kind, picture};

/// A photograph.
fn cat() -> Image {
    crop(&testdata("chelsea.png"), (130, 60), (200, 150))
}

/// The same with samples of two bytes: 8 bits of the picture, and finer ones that follow the
/// neighbour.
fn deep_cat() -> Image {
    let cat = cat();
    let data = cat.data().iter().zip(cat.data().iter().skip(3).chain(&[0; 3]));
    let wide = data.flat_map(|(&v, &next)| (u16::from(v) * 256 + u16::from(next) / 2).to_ne_bytes()).collect();
    Image::from_data(wide, cat.width(), cat.height(), PixelFormat::Rgb16, 16).expect("two bytes a sample")
}

/// `picture` with a disc of alpha that fades out: nothing shows beyond.
fn with_disc(picture: &Image) -> Image {
    let (w, h) = (picture.width(), picture.height());
    let pixels = picture.data().chunks_exact(3).zip(0..).flat_map(|(p, i)| {
        let (x, y) = (i % w, i / w);
        let distance = x.abs_diff(w / 2).pow(2) + y.abs_diff(h / 2).pow(2);
        [p[0], p[1], p[2], 255u32.saturating_sub(distance / 12) as u8]
    });
    from_bytes(w, h, PixelFormat::Rgba8, &pixels.collect::<Vec<_>>())
}

#[test]
fn depths_are_coded_as_well_as_eight_bits() {
    // At one quality the quantiser is the same whatever the depth, so the quality is too.
    for quality in [40.0, 80.0, 95.0] {
        let at = |picture: &Image| {
            let encoded = round_trip(picture, &config(quality, 5, Chroma::Yuv444));
            (psnr(picture, &encoded.reconstruction), encoded.stream.len() as f64)
        };
        let (psnr8, bytes8) = at(&cat());
        for depth in [9, 10, 12, 14, 16] {
            let (psnr, bytes) = at(&with_depth(&deep_cat(), depth));
            // Of 8 bits the rounding of pixels is a part of the error: up to half a decibel at high
            // quality. A QP offset that turns out otherwise moves so small a picture by a fifth.
            let more = psnr - psnr8;
            assert!((-0.4..0.8).contains(&more), "q{quality}, {depth} bits: {psnr} dB and {psnr8} of 8 bits");
            assert!(
                (bytes / bytes8 - 1.0).abs() < 0.05,
                "q{quality}, {depth} bits: {bytes} bytes and {bytes8} of 8 bits"
            );
        }
    }
}

#[test]
fn deep_pictures_have_finer_errors_than_8_bits_allow() {
    let deep = deep_cat();
    let mut fine = config(100.0, 5, Chroma::Yuv444);
    fine.parameters = vec![("qp".into(), 0.0)];
    let found = psnr(&deep, &round_trip(&deep, &fine).reconstruction);
    // Rounding to 8 bits alone leaves 58.9 dB.
    assert!(found > 60.0, "{found} dB");
}

#[test]
fn lossless_photographs_are_exact_and_smaller_than_their_pixels() {
    for picture in [cat(), crop(&testdata("camera.png"), (10, 20), (150, 130)), with_depth(&deep_cat(), 12)] {
        let config = config(50.0, 5, Chroma::Yuv420).with_lossless(true);
        let encoded = round_trip(&picture, &config);
        assert!(encoded.stream.len() * 4 < picture.data().len() * 3, "{} bytes", encoded.stream.len());
        let decoder = Decoder::new(&encoded.stream).expect("an intact stream");
        assert!(decoder.info().lossless && decoder.info().chroma == Chroma::Yuv444);
        let mut blocks = 0;
        decoder.blocks(|_| blocks += 1).expect("an intact stream");
        assert_eq!(blocks, 0);
    }
}

#[test]
fn alpha_is_exact_and_hidden_colours_cost_nothing() {
    let disc = with_disc(&cat());
    let config = config(70.0, 5, Chroma::Yuv444);
    let cleaned = round_trip(&disc, &config);
    let config = config.with_exact(true);
    let exact = round_trip(&disc, &config);
    assert!(cleaned.stream.len() * 10 < exact.stream.len() * 9, "{} {}", cleaned.stream.len(), exact.stream.len());
    // What shows is about as good: QP offsets are shared out over the picture, and hidden cells ask
    // for none.
    let shown = |a: &Image| -> f64 {
        let pairs = disc.data().chunks_exact(4).zip(a.data().chunks_exact(4)).filter(|(p, _)| p[3] > 0);
        let errors = pairs.map(|(p, q)| (0..3).map(|c| f64::from(p[c].abs_diff(q[c])).powi(2)).sum::<f64>());
        errors.sum::<f64>()
    };
    let ratio = shown(&cleaned.reconstruction) / shown(&exact.reconstruction);
    assert!((0.8..1.25).contains(&ratio), "{ratio}");
}

#[test]
fn alpha_quality_trades_values_for_bytes() {
    let disc = with_disc(&cat());
    let size = |quality| {
        let config = config(70.0, 1, Chroma::Yuv444).with_alpha_quality(quality);
        let encoded = round_trip(&disc, &config);
        let mut values = alpha(&encoded.reconstruction);
        values.sort_unstable();
        values.dedup();
        (encoded.stream.len(), values.len())
    };
    let ((full, all), (half, some), (least, two)) = (size(100), size(60), size(0));
    assert!(full > half && half > least, "{full} {half} {least}");
    assert!(all > 200 && some == 14 && two == 2, "{all} {some} {two}");
}

#[test]
fn opaque_and_empty_alpha_cost_a_few_bytes() {
    for value in [0, 255] {
        let pixels: Vec<u8> = cat().data().chunks_exact(3).flat_map(|p| [p[0], p[1], p[2], value]).collect();
        let rgba = from_bytes(cat().width(), cat().height(), PixelFormat::Rgba8, &pixels);
        let with = config(60.0, 3, Chroma::Yuv444).with_exact(true);
        let (a, b) = (round_trip(&rgba, &with).stream.len(), round_trip(&cat(), &with).stream.len());
        assert!(a <= b + 16, "alpha {value}: {a} bytes and {b} without");
    }
}

fn metadata() -> Metadata {
    Metadata::default()
        .with_orientation(Orientation::Transverse)
        .with_cicp(Cicp { primaries: 12, transfer: 13, matrix: 0, full_range: true })
        .with_icc((0..3000u32).map(|i| (i * i / 7) as u8).collect::<Vec<u8>>())
        .with_exif(b"MM\0*\0\0\0\x08\0\0\0\0\0\0")
        .with_xmp(b"<x:xmpmeta/>".repeat(30))
        .with_other(40, [7; 9])
        .with_other(4000, [])
}

#[test]
fn metadata_comes_back_byte_for_byte_and_changes_no_pixel() {
    let cat = crop(&cat(), (0, 0), (40, 30));
    for lossless in [false, true] {
        let config = config(70.0, 3, Chroma::Yuv444).with_lossless(lossless);
        let metadata = metadata().with_text("Author", "Zo\u{eb}").with_resolution(Resolution {
            x: 300,
            y: 150,
            unit: ResolutionUnit::Inch,
        });
        let view = cat.view().with_metadata(&metadata);
        let encoded = Encoder::new(config.clone()).unwrap().encode_full(&view).unwrap();
        let decoder = Decoder::new(&encoded.stream).expect("an intact stream");
        assert_eq!(decoder.metadata().as_ref(), Ok(&metadata));
        let info = decoder.info();
        assert_eq!((info.orientation, info.width, info.height), (Orientation::Transverse, 40, 30));
        assert!(decoder.decode().expect("an intact stream") == encode(&cat, &config).reconstruction);
    }
}

#[test]
fn metadata_keeps_to_its_limit() {
    let metadata = metadata();
    let view = cat();
    let stream = kvant::encode(&view.view().with_metadata(&metadata), &config(50.0, 1, Chroma::Yuv444)).unwrap();
    let open = |max_metadata| {
        let options =
            DecoderOptions { limits: Limits { max_metadata, ..Limits::default() }, ..DecoderOptions::default() };
        Decoder::with_options(&stream, options).and_then(|d| d.metadata())
    };
    assert!(open(1 << 20).is_ok());
    // The packet shrinks to a few bytes in the file; what it unpacks to counts as well.
    let packed = open(3300).unwrap_err();
    assert!(matches!(
        packed,
        DecodeError::Limit { what: "metadata bytes", limit: 3300.., .. } | DecodeError::Limit { .. }
    ));
    assert!(matches!(open(100), Err(DecodeError::Limit { what: "metadata bytes", .. })));
}

#[test]
fn settings_that_cannot_be_are_refused() {
    let config = EncoderConfig::default();
    assert_eq!(Encoder::new(config.clone().with_alpha_quality(101)).err(), Some(ConfigError::AlphaQuality(101)));
    let encoder = Encoder::new(config.with_lossless(true)).expect("valid settings");
    let target = Target::new(Measure::Bytes, 1000.0);
    let result = encoder.encode_to_target(&cat().view(), &target, |_| Ok::<_, EncodeError>(0.0));
    assert_eq!(result.err(), Some(EncodeError::Config(ConfigError::LosslessTarget)));
}

#[test]
fn depths_that_the_bytes_cannot_hold_are_refused() {
    let depth = |format: PixelFormat, depth| {
        let data = vec![0; format.bytes_per_pixel()];
        let stride = data.len();
        ImageView::new(&data, 1, 1, stride, format).and_then(|v| v.with_depth(depth).map(|v| v.depth()))
    };
    for format in PixelFormat::ALL {
        for bits in 0..=17 {
            let valid = if format.is_wide() { (9..=16).contains(&bits) } else { bits == 8 };
            let expected = if valid { Ok(bits) } else { Err(ImageError::Depth { depth: bits, format }) };
            assert_eq!(depth(format, bits), expected);
        }
    }
}

#[test]
fn samples_beyond_the_depth_count_as_the_largest() {
    let data: Vec<u8> = [1023u16, 1024, 65535, 5].iter().flat_map(|v| v.to_ne_bytes()).collect();
    let view = ImageView::new(&data, 4, 1, 8, PixelFormat::Gray16).and_then(|v| v.with_depth(10)).unwrap();
    let config = config(50.0, 1, Chroma::Yuv444).with_lossless(true);
    let stream = kvant::encode(&view, &config).unwrap();
    assert_eq!(samples(&kvant::decode(&stream).unwrap()), [1023, 1023, 1023, 5]);
}

#[test]
fn every_format_survives_in_several_tiles() {
    for (seed, format) in (1..).zip(PixelFormat::ALL) {
        for lossless in [false, true] {
            let config = config(60.0, 2, Chroma::Yuv420)
                .with_tile_size(kvant::TileSize::T512)
                .with_lossless(lossless)
                .with_threads(2);
            round_trip(&picture(Kind::Screen, 1030, 20, format, seed), &config);
        }
    }
}
