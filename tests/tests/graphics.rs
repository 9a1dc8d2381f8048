//! Drawn pictures never take more bytes than without loss, and then nothing of them is lost.

use kvant::bench_api::SplitMix64;
use kvant::{Chroma, Content, Decoder, EncodeError, Encoder, EncoderConfig, Image, Measure, PixelFormat, Target};
use kvant_tests::check::{decode, encode, psnr, round_trip};
use kvant_tests::pictures::{crop, from_bytes, from_fn, testdata};
use kvant_tests::synth::{Kind, picture};

/// Default settings but for these two.
fn config(quality: f32, effort: u8) -> EncoderConfig {
    EncoderConfig::default().with_quality(quality).with_effort(effort)
}

fn bytes_without_loss(picture: &Image) -> usize {
    let config = config(80.0, 5).with_lossless(true);
    encode(picture, &config).stream.len()
}

/// The pixels of `picture`, those of no alpha all alike.
fn shows(picture: &Image) -> Vec<u8> {
    let format = picture.format();
    let mut data = picture.data().to_vec();
    if format.has_alpha() {
        data.chunks_exact_mut(format.bytes_per_pixel()).filter(|p| p[3] == 0).for_each(|p| p.fill(0));
    }
    data
}

/// Error diffusion of a diagonal ramp to black and white (Floyd and Steinberg, 1976).
fn diffused(side: u32) -> Image {
    let n = side as usize;
    let mut values: Vec<i32> = (0..n * n).map(|i| 16 * 255 * (i % n + i / n) as i32 / (2 * n) as i32).collect();
    for i in 0..n * n {
        let value = if values[i] < 16 * 128 { 0 } else { 255 };
        let error = (values[i] - 16 * value) / 16;
        values[i] = value;
        let (x, below) = (i % n, i + n < n * n);
        let targets = [(1, 7, x + 1 < n), (n - 1, 3, x > 0 && below), (n, 5, below), (n + 1, 1, x + 1 < n && below)];
        targets.into_iter().filter(|t| t.2).for_each(|(at, share, _)| values[i + at] += share * error);
    }
    from_fn(side, side, PixelFormat::Rgb8, |x, y| [values[(y * side + x) as usize] as u8; 3])
}

/// A disc with a bar on nothing, edges soft.
fn icon(side: u32) -> Image {
    let n = side as i32;
    let pixel = |i: i32| {
        let (x, y) = (2 * (i % n) - n, 2 * (i / n) - n);
        let alpha = (n * n - x * x - y * y) * 64 / n;
        let colour = if x.abs() < n / 4 && y.abs() < n / 2 { [250, 250, 250] } else { [30, 110, 220] };
        let alpha = alpha.clamp(0, 255) as u8;
        if alpha == 0 { [0; 4] } else { [colour[0], colour[1], colour[2], alpha] }
    };
    let pixels: Vec<u8> = (0..n * n).flat_map(pixel).collect();
    from_bytes(side, side, PixelFormat::Rgba8, &pixels)
}

/// Kinds of graphics, by name.
fn graphics(side: u32) -> Vec<(&'static str, Image)> {
    let top = side - 1;
    let ramp = |at: u32, from: u32, to: u32| (from + (to - from) * at / top.max(1)) as u8;
    let (mut random, cells) = (SplitMix64::new(3), side.div_ceil(4));
    let drawn: Vec<usize> = (0..cells * cells).map(|_| random.below(8)).collect();
    let palette: Vec<[u8; 3]> = (0..8).map(|_| [0; 3].map(|_: u8| random.below(256) as u8)).collect();
    const BAYER: [u32; 16] = [0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5];
    let ordered = |x: u32, y: u32| 16 * x / side > BAYER[(y % 4 * 4 + x % 4) as usize];
    let draw = |pixel: &dyn Fn(u32, u32) -> [u8; 3]| from_fn(side, side, PixelFormat::Rgb8, pixel);
    vec![
        ("flat", draw(&|_, _| [77, 130, 200])),
        ("horizontal gradient", draw(&|x, _| [ramp(x, 0, 255), ramp(x, 100, 200), ramp(top - x, 0, 255)])),
        ("vertical gradient", draw(&|_, y| [ramp(y, 90, 250), ramp(y, 120, 240), 255])),
        ("diagonal gradient", draw(&|x, y| [ramp(x, 0, 255), ramp(y, 0, 255), ramp(x + y, 0, 120)])),
        ("dark gradient", draw(&|x, y| [ramp(x, 5, 25), ramp(x, 6, 24), ramp(x + y, 10, 22)])),
        ("gray gradient", from_fn(side, side, PixelFormat::Gray8, |x, y| [ramp(x + y, 20, 130); 3])),
        ("checker", draw(&|x, y| if (x / 4 + y / 4).is_multiple_of(2) { [230, 60, 20] } else { [20, 80, 160] })),
        ("fine checker", draw(&|x, y| [255 * ((x + y) % 2) as u8; 3])),
        ("lines", draw(&|x, y| if (x + 2 * y) % 9 < 2 || y.is_multiple_of(13) { [20, 20, 60] } else { [250; 3] })),
        ("pixel art", draw(&|x, y| palette[drawn[(y / 4 * cells + x / 4) as usize]])),
        ("ordered dither", draw(&|x, y| [255 * u8::from(ordered(x, y)); 3])),
        ("diffused dither", diffused(side)),
        ("icon", icon(side)),
        ("text", picture(Kind::Text, side, side, PixelFormat::Rgb8, 5)),
    ]
}

fn hold_for(side: u32, settings: &[(f32, u8)]) {
    for (name, picture) in graphics(side) {
        let most = bytes_without_loss(&picture);
        for &(quality, effort) in settings {
            let encoded = encode(&picture, &config(quality, effort));
            let what = || format!("{name} of {side}x{side} at quality {quality}, effort {effort}");
            assert!(encoded.stream.len() <= most, "{}: {} bytes, {most} without loss", what(), encoded.stream.len());
            let decoder = Decoder::new(&encoded.stream).expect("an intact stream");
            assert_eq!(decoder.info().lossless, encoded.lossless, "{}", what());
            let back = decoder.decode().expect("an intact stream");
            assert!(
                back == encoded.reconstruction && (!encoded.lossless || shows(&back) == shows(&picture)),
                "{}",
                what()
            );
        }
    }
}

#[test]
fn graphics_take_no_more_bytes_than_without_loss() {
    hold_for(16, &[(10.0, 9), (30.0, 1), (50.0, 5), (80.0, 9), (95.0, 5)]);
    hold_for(33, &[(10.0, 1), (50.0, 5), (95.0, 1)]);
    hold_for(64, &[(30.0, 1), (80.0, 1)]);
    hold_for(128, &[(60.0, 1)]);
}

#[test]
fn photographs_are_lossy_at_every_quality() {
    for (picture, side) in [("chelsea.png", 96), ("astronaut.png", 96), ("camera.png", 96), ("coffee.png", 40)] {
        let photograph = crop(&testdata(picture), (120, 60), (side, side));
        for quality in [10.0, 50.0, 90.0, 100.0] {
            let coded = encode(&photograph, &config(quality, 1));
            assert!(!coded.lossless || quality == 100.0, "{picture} at quality {quality}");
        }
    }
}

#[test]
fn what_is_said_to_be_a_photograph_is_lossy() {
    let text = picture(Kind::Text, 64, 64, PixelFormat::Rgb8, 5);
    let config = config(80.0, 5);
    assert!(encode(&text, &config).lossless);
    assert!(!encode(&text, &config.with_content(Content::Photo)).lossless);
}

#[test]
fn targets_are_met_by_what_loses_nothing_in_fewer_bytes() {
    let art = graphics(64).swap_remove(9).1;
    let most = bytes_without_loss(&art);
    let score = |effort, measure, value| {
        let encoder = Encoder::new(config(80.0, effort)).expect("valid settings");
        let target = Target::new(measure, value);
        let found = encoder.encode_to_target(&art.view(), &target, |e| {
            Ok::<_, EncodeError>(match measure {
                Measure::Bytes => e.stream.len() as f64,
                _ => psnr(&art, &e.reconstruction),
            })
        });
        let found = found.expect("a picture that can be coded");
        let again = encode(&art, &config(found.quality, effort));
        assert!(again.stream == found.encoded.stream);
        found
    };
    let large = score(3, Measure::Bytes, 3.0 * most as f64);
    assert!(large.met && large.encoded.lossless && large.value == most as f64, "{}", large.value);
    let fine = score(3, Measure::Psnr, 45.0);
    assert!(fine.met && fine.encoded.lossless && fine.value.is_infinite(), "{}", fine.value);
    let small = score(5, Measure::Bytes, 0.7 * most as f64);
    assert!(!small.encoded.lossless && small.value < 0.8 * most as f64, "{} of {most}", small.value);
}

#[test]
fn previews_and_hidden_colours_go_on_as_they_are() {
    let shown = icon(96);
    let repainted = |colour: [u8; 3]| {
        let pixels: Vec<u8> = shown
            .data()
            .chunks_exact(4)
            .flat_map(|p| match p[3] {
                0 => [colour[0], colour[1], colour[2], 0],
                _ => [p[0], p[1], p[2], p[3]],
            })
            .collect();
        from_bytes(96, 96, PixelFormat::Rgba8, &pixels)
    };
    let config = config(98.0, 3).with_chroma(Chroma::Yuv420);
    let plain = encode(&shown, &config);
    assert!(plain.lossless);
    for colour in [[255; 3], [9, 200, 40]] {
        assert!(plain.stream == encode(&repainted(colour), &config).stream);
        assert!(plain.stream.len() <= bytes_without_loss(&repainted(colour)));
    }
    let config = config.with_preview(true);
    let with_preview = round_trip(&shown, &config);
    let preview = Decoder::new(&with_preview.stream).and_then(|d| d.preview()).expect("intact").expect("a preview");
    assert!(with_preview.lossless && preview.width() == 12);
    let green = repainted([9, 200, 40]);
    let kept = round_trip(&green, &config.with_exact(true));
    assert!(kept.lossless && kept.reconstruction == green);
}

#[test]
fn several_tiles_are_settled_alike_on_any_number_of_threads() {
    let wide = from_fn(1100, 40, PixelFormat::Rgb8, |x, y| [250 - 40 * u8::from((x / 9 + y / 7).is_multiple_of(3)); 3]);
    let config = config(90.0, 1);
    let one = encode(&wide, &config);
    let config = config.with_threads(3);
    assert!(one.lossless && one.stream == encode(&wide, &config).stream);
    assert!(decode(&one.stream, 2, config.cpu) == wide);
}
