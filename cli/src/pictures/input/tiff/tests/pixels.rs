//! Samples of every kind, against the formula that they were made by.

use super::*;

/// Bits that look like chance.
fn noise(x: usize, y: usize, sample: usize) -> u64 {
    let seed = (x + 1000 * y + 1_000_000 * sample + 1) as u64;
    (seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 7).wrapping_mul(0xD6E8_FEB8_6659_FD93)
}

/// The same of so many bits.
fn value(bits: usize) -> impl Fn(usize, usize, usize) -> u64 {
    move |x, y, sample| noise(x, y, sample) >> (64 - bits)
}

/// A sample of `bits` as it is read: in 8 bits, or in 16.
fn scaled(value: u64, bits: usize) -> u16 {
    let to = |whole: u64| ((value * whole * 2 + ((1 << bits) - 1)) / (2 * ((1 << bits) - 1))) as u16;
    match bits {
        ..=8 => to(255),
        9..=16 => to(65535),
        _ => (value >> (bits - 16)) as u16,
    }
}

/// All samples of a picture, by a formula for each.
fn all(spec: &Spec, samples: usize, value: impl Fn(usize, usize, usize) -> u16) -> Vec<u16> {
    let pixels = (0..spec.height).flat_map(|y| (0..spec.width).map(move |x| (x, y)));
    pixels.flat_map(|(x, y)| (0..samples).map(move |s| (x, y, s))).map(|(x, y, s)| value(x, y, s)).collect()
}

#[test]
fn integers_of_every_depth_order_and_arrangement_are_read_exactly() {
    for (writer, bits) in Writer::all().flat_map(|w| [1, 2, 4, 6, 8, 12, 16, 24, 32, 64].map(|bits| (w, bits))) {
        for (samples, planar, tiled) in [(1, false, false), (1, false, true), (3, false, false), (3, true, true)] {
            for (compression, predictor) in [(1, 1), (5, 1), (5, 2), (8, 1), (8, 2), (32773, 2)] {
                let whole = [8, 16, 32, 64].contains(&bits);
                if tiled && bits < 8 || predictor == 2 && !whole {
                    continue;
                }
                let mut spec = Spec { samples, bits, planar, tiled, compression, predictor, ..gray() };
                spec.photometric = if samples == 3 { 2 } else { 1 };
                let stored = Spec { predictor: if compression == 32773 { 1 } else { predictor }, ..spec };
                let page = stored.page(writer, value(bits)).with(tags::PREDICTOR, Value::Short(vec![predictor]));
                let (image, _, said) = read(&writer.file(&[page])).unwrap();
                let expected = all(&spec, samples, |x, y, s| scaled(value(bits)(x, y, s), bits));
                assert!(image.samples() == expected, "{writer:?} {spec:?}");
                let reduced = format!("samples of {bits} bits are reduced to 16 bits");
                assert_eq!(said, if bits > 16 { reduced } else { String::new() });
            }
        }
    }
}

#[test]
fn floating_point_of_every_size_is_read_in_16_bits() {
    // The same numbers in each size: multiples of 1/1024 from 0 to 1.
    let number = |x: usize, y: usize, s: usize| (noise(x, y, s) % 1025) as f64 / 1024.0;
    let bits_of = |bits: usize, v: f64| match bits {
        64 => v.to_bits(),
        32 => u64::from((v as f32).to_bits()),
        _ if v == 0.0 => 0,
        // An exponent of 5 or 7 bits and a fraction of 10 or 16.
        _ => {
            let (bias, fraction) = if bits == 16 { (15, 10) } else { (63, 16) };
            let exponent = (v.to_bits() >> 52) as i64 - 1023;
            ((exponent + bias) as u64) << fraction | (v.to_bits() << 12 >> (64 - fraction))
        }
    };
    for (writer, bits) in Writer::all().flat_map(|w| [16, 24, 32, 64].map(|bits| (w, bits))) {
        for (compression, predictor, tiled) in [(1, 1, false), (8, 3, false), (5, 3, true), (8, 2, true)] {
            let spec = Spec { bits, floating: true, compression, predictor, tiled, ..rgb() };
            let page = spec.page(writer, |x, y, s| bits_of(bits, number(x, y, s)));
            let (image, _, said) = read(&writer.file(&[page])).unwrap();
            let expected = all(&spec, 3, |x, y, s| (number(x, y, s) * 65535.0).round() as u16);
            assert!(image.samples() == expected, "{writer:?} {spec:?}");
            assert_eq!(said, "samples in floating point are reduced to 16 bits");
        }
    }
}

#[test]
fn the_share_of_floats_outside_of_0_to_1_is_named() {
    let spec = Spec { width: 10, height: 10, bits: 32, floating: true, ..gray() };
    let said = |value: fn(usize) -> f32| {
        let page = spec.page(Writer::default(), |x, y, _| value(10 * y + x).to_bits().into());
        let (image, _, said) = read_page(page).unwrap();
        (image.samples(), said)
    };
    let (pixels, text) = said(|i| if i < 3 { [4.0, f32::NAN, -1.0][i] } else { 0.5 });
    assert_eq!(pixels[..4], [65535, 0, 0, 32768]);
    assert!(
        text.ends_with("3.0 % of the samples lie outside 0 to 1 and are clipped: they reach from -1 to 4"),
        "{text}"
    );
    let (pixels, text) = said(|i| (i + 1) as f32);
    assert!(pixels.iter().all(|&v| v == 65535));
    assert!(
        text.contains("99.0 %") && text.contains("from 1 to 100; most of the picture becomes black or white"),
        "{text}"
    );
    assert!(said(|_| f32::NAN).1.contains("they are no numbers"));
}

#[test]
fn bits_in_reversed_order_are_turned() {
    for compression in [1, 5, 8, 32773] {
        let spec = Spec { bits: 1, reversed: true, compression, ..gray() };
        let (image, ..) = read_page(spec.page(Writer::default(), value(1))).unwrap();
        assert_eq!(image.samples(), all(&spec, 1, |x, y, _| 255 * value(1)(x, y, 0) as u16), "{compression}");
    }
}

#[test]
fn white_is_zero_where_the_file_says_so() {
    for bits in [1, 8, 16] {
        let page = Spec { bits, ..gray() }.page(Writer::default(), value(bits));
        let (image, ..) = read_page(page.with(tags::PHOTOMETRIC, Value::Short(vec![0]))).unwrap();
        let whole = if bits == 16 { 65535 } else { 255 };
        assert_eq!(image.samples(), all(&gray(), 1, |x, y, s| whole - scaled(value(bits)(x, y, s), bits)));
    }
}

#[test]
fn further_samples_are_alpha_or_named() {
    // Kinds of the samples beyond the colours, the place of alpha among them, and what is said.
    let cases: [(&[u16], Option<usize>, &str); 6] = [
        (&[], Some(0), ""),
        (&[2], Some(0), ""),
        (&[0], None, "1 further channel is not carried"),
        (&[0, 2], Some(1), "1 further channel is not carried"),
        (&[2, 0, 0], Some(0), "2 further channels are not carried"),
        (&[0, 0], None, "2 further channels are not carried"),
    ];
    for (colours, bits, planar) in [(1, 8, false), (1, 16, true), (3, 8, true), (3, 16, false)] {
        for (kinds, alpha, expected) in cases {
            let samples = colours + kinds.len().max(1);
            let spec = Spec { samples, bits, planar, compression: 8, predictor: 2, ..gray() };
            let mut page = spec.page(Writer::default(), value(bits));
            page = page.with(tags::PHOTOMETRIC, Value::Short(vec![if colours == 3 { 2 } else { 1 }]));
            if !kinds.is_empty() {
                page = page.with(tags::EXTRA_SAMPLES, Value::Short(kinds.to_vec()));
            }
            let (image, _, said) = read_page(page).unwrap();
            let kept: Vec<_> = (0..colours).chain(alpha.map(|place| colours + place)).collect();
            let found = all(&spec, kept.len(), |x, y, s| value(bits)(x, y, kept[s]) as u16);
            assert!(image.samples() == found, "{colours} {bits} {kinds:?}");
            assert_eq!(said, expected);
        }
    }
}

#[test]
fn premultiplied_colours_are_divided_by_alpha_with_rounding() {
    for bits in [8, 16, 32] {
        let whole = (1u64 << bits) - 1;
        let alpha = |x: usize| whole * x as u64 / 18;
        let colour = |x: usize, y: usize, s: usize| noise(x, y, s) % (alpha(x) + 1);
        let spec = Spec { samples: 4, bits, ..rgb() };
        let page = spec.page(Writer::default(), |x, y, s| if s == 3 { alpha(x) } else { colour(x, y, s) });
        let (image, ..) = read_page(page.with(tags::EXTRA_SAMPLES, Value::Short(vec![1]))).unwrap();
        let divided = |x, y, s| match (s, alpha(x)) {
            (3, alpha) => scaled(alpha, bits),
            (_, 0) => 0,
            (_, alpha) => scaled((colour(x, y, s) as f64 * whole as f64 / alpha as f64).round() as u64, bits),
        };
        assert_eq!(image.samples(), all(&spec, 4, divided), "{bits}");
    }
    let spec = Spec { samples: 2, bits: 32, floating: true, ..gray() };
    let page =
        spec.page(Writer::default(), |x, _, s| if s == 1 { x as f32 / 32.0 } else { x as f32 / 64.0 }.to_bits().into());
    let (image, ..) = read_page(page.with(tags::EXTRA_SAMPLES, Value::Short(vec![1]))).unwrap();
    assert_eq!(image.samples()[..4], [0, 0, 32768, 2048]);
}

#[test]
fn premultiplied_colours_that_are_not_stored_as_such_are_divided_as_red_green_and_blue() {
    let divided = |colour: u16, alpha: u16| (colour * 255 + alpha / 2).checked_div(alpha).map_or(0, |v| v.min(255));
    let alpha = |x: usize| 14 * x as u16;
    let spec = Spec { samples: 2, photometric: 3, ..gray() };
    let page = spec.page(Writer::default(), |x, y, s| if s == 1 { alpha(x).into() } else { (x + 20 * y) as u64 });
    let page = page.with(tags::EXTRA_SAMPLES, Value::Short(vec![1]));
    let colour = |place: usize, s: usize| (place * (s + 1) % 256) as u16;
    let table = (0..768).map(|i| colour(i % 256, i / 256) << 8).collect();
    let (image, ..) = read_page(page.with(tags::COLOR_MAP, Value::Short(table))).unwrap();
    let expected = |x, y, s| if s == 3 { alpha(x) } else { divided(colour(x + 20 * y, s), alpha(x)) };
    assert_eq!(image.samples(), all(&spec, 4, expected));

    let spec = Spec { samples: 4, photometric: 6, ..gray() };
    let page = spec.page(Writer::default(), |x, _, s| if s == 3 { alpha(x).into() } else { [60, 150, 100][s] });
    let page = page.with(tags::EXTRA_SAMPLES, Value::Short(vec![1]));
    let (image, ..) = read_page(page.with(tags::YCBCR_SUBSAMPLING, Value::Short(vec![1, 1]))).unwrap();
    let expected = |x, _, s| if s == 3 { alpha(x) } else { divided([21, 72, 99][s], alpha(x)) };
    assert_eq!(image.samples(), all(&spec, 4, expected));
}

#[test]
fn palettes_of_more_than_8_bits_are_named() {
    for (value, reduced) in [(0x1200, false), (0x1212, false), (0x12, false), (0x1234, true)] {
        let mut table = vec![if value > 255 { 0xff00 } else { 0 }; 768];
        table[5] = value;
        let page = gray().page(Writer::default(), |_, _, _| 5).with(tags::PHOTOMETRIC, Value::Short(vec![3]));
        let (image, _, said) = read_page(page.with(tags::COLOR_MAP, Value::Short(table))).unwrap();
        assert_eq!(image.samples()[0], 0x12);
        assert_eq!(said, if reduced { "the palette's colours of 16 bits are reduced to 8 bits" } else { "" });
    }
}

#[test]
fn palettes_are_looked_up() {
    for bits in [1, 2, 4, 8] {
        let table: Vec<u16> = (0..3 << bits).map(|i| noise(i, 0, 7) as u16).collect();
        let page = Spec { bits, ..gray() }.page(Writer::default(), value(bits));
        let page =
            page.with(tags::PHOTOMETRIC, Value::Short(vec![3])).with(tags::COLOR_MAP, Value::Short(table.clone()));
        let (image, ..) = read_page(page.clone()).unwrap();
        let place = |x, y| value(bits)(x, y, 0) as usize;
        assert_eq!(image.samples(), all(&gray(), 3, |x, y, s| table[(s << bits) + place(x, y)] >> 8));
        let short = page.with(tags::COLOR_MAP, Value::Short(table[1..].to_vec()));
        assert!(read_page(short).unwrap_err().contains("palette is too short"));
    }
}

#[test]
fn inks_become_rgb_and_the_warning_says_how() {
    let spec = Spec { samples: 4, photometric: 5, ..gray() };
    let page = spec.page(Writer::default(), value(8));
    let (image, _, said) = read_page(page.clone()).unwrap();
    let plain = |x, y, s| {
        let light = |s| 255.0 - value(8)(x, y, s) as f64;
        (light(s) * light(3) / 255.0).round() as u16
    };
    assert_eq!(image.samples(), all(&spec, 3, plain));
    assert!(said.contains("CMYK was made RGB by a plain formula"), "{said}");
    let damaged = page.with(tags::ICC, Value::Bytes(vec![7; 500]));
    let (_, metadata, said) = read_page(damaged).unwrap();
    assert!(metadata.icc.is_none() && said.contains("profile is damaged") && said.contains("plain formula"), "{said}");
}

#[test]
fn reduced_chroma_is_spread_over_its_pixels() {
    // Blocks of luma, and what they share.
    let (luma, cb, cr) = (|x: usize, y: usize| 60 + x + 5 * y, |x: usize| 120 + 3 * x, |y: usize| 140 - 7 * y);
    for (h, v) in [(1usize, 1usize), (2, 1), (2, 2), (4, 2)] {
        let mut strip = Vec::new();
        for (by, bx) in (0..6usize.div_ceil(v)).flat_map(|by| (0..10usize.div_ceil(h)).map(move |bx| (by, bx))) {
            strip.extend((0..v).flat_map(|y| (0..h).map(move |x| luma(bx * h + x, by * v + y) as u8)));
            strip.extend([cb(bx) as u8, cr(by) as u8]);
        }
        let spec = Spec { width: 10, height: 6, photometric: 6, ..rgb() };
        let mut page = spec.page(Writer::default(), value(8)).with(tags::ROWS_PER_STRIP, Value::Short(vec![6]));
        page.chunks = vec![strip];
        let page = page.with(tags::YCBCR_SUBSAMPLING, Value::Short(vec![h as u16, v as u16]));
        let (image, ..) = read_page(page).unwrap();
        let expected = |x: usize, y: usize, s: usize| {
            let (y, b, r) = (luma(x, y) as f64, cb(x / h) as f64 - 128.0, cr(y / v) as f64 - 128.0);
            [y + 1.402 * r, y - 0.344136 * b - 0.714136 * r, y + 1.772 * b][s].round().clamp(0.0, 255.0) as u16
        };
        assert_eq!(image.samples(), all(&spec, 3, expected), "{h}x{v}");
    }
}

/// A page of one strip.
fn one_strip(spec: Spec, strip: Vec<u8>) -> Page {
    let page = spec.page(Writer::default(), value(spec.bits));
    Page { chunks: vec![strip], ..page }.with(tags::ROWS_PER_STRIP, Value::Short(vec![spec.height as u16]))
}

#[test]
fn fax_pages_are_read() {
    let black = |x: usize, y: usize| (x / 5 + y).is_multiple_of(3);
    let spec = Spec { width: 40, height: 12, bits: 1, compression: 4, ..gray() };
    let mut encoder = fax::encoder::Encoder::new(fax::VecWriter::new());
    for y in 0..spec.height {
        let row = (0..spec.width).map(|x| if black(x, y) { fax::Color::Black } else { fax::Color::White });
        encoder.encode_line(row, 40).unwrap();
    }
    let strip = encoder.finish().unwrap().finish();
    let page = one_strip(spec, strip).with(tags::PHOTOMETRIC, Value::Short(vec![0]));
    let (image, ..) = read_page(page.clone()).unwrap();
    assert_eq!(image.samples(), all(&spec, 1, |x, y, _| if black(x, y) { 0 } else { 255 }));
    let mut short = page;
    short.chunks[0].truncate(20);
    assert!(read_page(short).is_err());
    // Group 3: end of line, 7 white (1111), 1 black (010), end of line.
    let spec = Spec { width: 8, height: 1, bits: 1, compression: 3, ..gray() };
    let page = one_strip(spec, vec![0b0000_0000, 0b0001_1111, 0b0100_0000, 0b0000_0001]);
    let (image, ..) = read_page(page.with(tags::PHOTOMETRIC, Value::Short(vec![0]))).unwrap();
    assert_eq!(image.samples(), [255, 255, 255, 255, 255, 255, 255, 0]);
}

#[test]
fn jpeg_strips_are_read_with_their_tables() {
    for (colour, photometric, samples) in [(jpeg_encoder::ColorType::Luma, 1, 1), (jpeg_encoder::ColorType::Rgb, 6, 3)]
    {
        let spec = Spec { width: 32, height: 24, samples, photometric, compression: 7, ..gray() };
        let expected = all(&spec, samples, |x, y, s| (3 * x + 4 * y + 20 * s) as u16);
        let pixels: Vec<u8> = expected.iter().map(|&v| v as u8).collect();
        let mut file = Vec::new();
        jpeg_encoder::Encoder::new(&mut file, 98).encode(&pixels, 32, 24, colour).unwrap();
        let whole = one_strip(spec, file.clone());
        // Tables of quantisation and of codes, which may stand by themselves.
        let mut segments = (vec![0xff, 0xd8], vec![0xff, 0xd8]);
        let mut rest = &file[2..];
        while rest[1] != 0xda {
            let (segment, behind) = rest.split_at(2 + usize::from(u16::from_be_bytes([rest[2], rest[3]])));
            if matches!(rest[1], 0xdb | 0xc4) { &mut segments.0 } else { &mut segments.1 }.extend(segment);
            rest = behind;
        }
        segments.0.extend([0xff, 0xd9]);
        segments.1.extend(rest);
        let split = one_strip(spec, segments.1).with(tags::JPEG_TABLES, Value::Bytes(segments.0));
        for page in [whole, split] {
            let (image, _, said) = read_page(page).unwrap();
            let far = image.samples().iter().zip(&expected).map(|(a, b)| a.abs_diff(*b)).max();
            assert!(far <= Some(4) && said == "the input was already lossy", "{samples}: {far:?} {said}");
        }
        let cut = one_strip(spec, file[..file.len() / 2].to_vec());
        assert!(read_page(cut).is_err(), "{samples}");
    }
}

#[test]
fn bytes_behind_jpeg_pixels_are_warned_of_once() {
    let spec = Spec { width: 32, height: 48, compression: 7, ..gray() };
    let mut strip = Vec::new();
    jpeg_encoder::Encoder::new(&mut strip, 90).encode(&[77; 32 * 24], 32, 24, jpeg_encoder::ColorType::Luma).unwrap();
    let end = strip.len() - 2;
    strip.splice(end..end, [0x55; 300]);
    let page = Page { chunks: vec![strip; 2], ..spec.page(Writer::default(), value(8)) };
    let (.., said) = read_page(page.with(tags::ROWS_PER_STRIP, Value::Short(vec![24]))).unwrap();
    assert_eq!(said.matches("left over").count(), 1, "{said}");
}
