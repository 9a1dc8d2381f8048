//! What the quality setting means: more quality, more bytes and less error; and what a small
//! picture costs.

use kvant::{Chroma, Cicp, Content, Decoder, Image, Metadata, PixelFormat};
use kvant_tests::check::{config, mse, psnr, round_trip, samples};
use kvant_tests::pictures::{crop, from_fn, testdata};
use kvant_tests::synth::{Kind, picture};

/// Bytes and mean squared error at qualities 10, 15, ... 95.
fn curve(picture: &Image, chroma: Chroma, effort: u8) -> Vec<(u32, usize, f64)> {
    let point = |quality: u32| {
        let encoded = round_trip(picture, &config(quality as f32, effort, chroma));
        (quality, encoded.stream.len(), mse(picture, &encoded.reconstruction))
    };
    (10..=95).step_by(5).map(point).collect()
}

fn more_quality_takes_more_bytes_and_leaves_less_error(picture: &Image, chroma: Chroma, effort: u8) {
    let curve = curve(picture, chroma, effort);
    for pair in curve.windows(2) {
        let [(q, bytes, error), (next_q, next_bytes, next_error)] = pair else { unreachable!() };
        assert!(next_bytes > bytes, "{bytes} bytes at q {q}, {next_bytes} at q {next_q}");
        // Matrices flatten and filters fade with quality: squared error alone may stand still for a
        // step.
        assert!(*next_error < error * 1.02, "error {error:.2} at q {q}, {next_error:.2} at q {next_q}");
    }
}

/// Steps of PQ and HLG are larger for the eye than those of sRGB, which quality makes up for.
#[test]
fn pictures_of_pq_and_hlg_are_quantised_finer() {
    let picture = crop(&testdata("chelsea.png"), (90, 20), (128, 128));
    let coded = |transfer: u8| {
        let metadata = Metadata::default().with_cicp(Cicp { primaries: 9, transfer, matrix: 0, full_range: true });
        let view = picture.view().with_metadata(&metadata);
        let stream = kvant::encode(&view, &config(70.0, 1, Chroma::Yuv444)).unwrap();
        (Decoder::new(&stream).unwrap().info().qp, stream.len())
    };
    let [(srgb, least), (hlg, more), (pq, most)] = [13, 18, 16].map(coded);
    assert_eq!((srgb - hlg, srgb - pq), (13, 26));
    assert!(least < more && more < most, "{least}, {more}, {most}");
}

#[test]
fn quality_is_monotone_on_a_444_photograph() {
    let picture = crop(&testdata("chelsea.png"), (90, 20), (256, 256));
    more_quality_takes_more_bytes_and_leaves_less_error(&picture, Chroma::Yuv444, 3);
}

#[test]
fn quality_is_monotone_on_a_420_photograph() {
    let picture = crop(&testdata("coffee.png"), (100, 60), (256, 256));
    more_quality_takes_more_bytes_and_leaves_less_error(&picture, Chroma::Yuv420, 3);
}

#[test]
fn quality_is_monotone_on_a_gray_photograph_at_default_effort() {
    let picture = crop(&testdata("camera.png"), (160, 60), (192, 192));
    more_quality_takes_more_bytes_and_leaves_less_error(&picture, Chroma::Yuv444, 5);
}

/// A side of 64 has the lower half of its frequencies only: where the edge of a picture cuts a
/// superblock to such a block, the search has to go on to smaller ones.
#[test]
fn the_finest_quality_is_near_exact_on_noise_whatever_the_edges_cut() {
    for (width, height) in [(64, 48), (72, 64), (100, 20), (40, 68), (9, 130)] {
        for format in [PixelFormat::Gray8, PixelFormat::Rgb8] {
            let noise = picture(Kind::Noise, width, height, format, 7);
            for effort in [1, 3, 5, 7] {
                let error = mse(&noise, &round_trip(&noise, &config(100.0, effort, Chroma::Yuv444)).reconstruction);
                // 48 dB; white noise without half of its frequencies has an error of 2700, 14 dB.
                assert!(error < 1.0, "{width}x{height} {format:?} effort {effort}: mean squared error {error:.1}");
            }
        }
    }
}

#[test]
fn fractions_of_quality_count() {
    let picture = crop(&testdata("chelsea.png"), (90, 20), (192, 192));
    let bytes = |quality| round_trip(&picture, &config(quality, 2, Chroma::Yuv444)).stream.len();
    assert!(bytes(60.0) < bytes(61.5) && bytes(61.5) < bytes(63.0));
}

#[test]
fn a_flat_block_costs_24_bytes_and_its_few_bits() {
    for format in [PixelFormat::Gray8, PixelFormat::Rgb8] {
        let flat = from_fn(8, 8, format, |_, _| [128; 3]);
        let bytes = round_trip(&flat, &config(50.0, 5, Chroma::Yuv444)).stream.len();
        assert!(bytes <= 24 + 8, "{bytes} bytes for a flat 8x8 {format:?}");
    }
}

/// What comes back of `picture`, taken for a photograph, at qualities from `least` to 100 in steps
/// of a half.
fn at_high_quality(picture: &Image, least: f32, effort: u8) -> impl Iterator<Item = (f32, Image)> {
    let steps = (2.0 * (100.0 - least)) as u32;
    (0..=steps).map(move |step| {
        let quality = least + step as f32 / 2.0;
        let config = config(quality, effort, Chroma::Yuv444).with_content(Content::Photo);
        (quality, round_trip(picture, &config).reconstruction)
    })
}

#[test]
fn flat_colours_come_back_exactly_at_high_quality() {
    let colours = [[11, 0, 12], [255, 0, 0], [3, 200, 77], [254, 255, 253], [97, 98, 96], [0, 0, 255]];
    for (colour, side) in colours.into_iter().zip([64, 64, 40, 33, 64, 16]) {
        let flat = from_fn(side, side, PixelFormat::Rgb8, |_, _| colour);
        for (quality, back) in [1, 5].into_iter().flat_map(|effort| at_high_quality(&flat, 90.0, effort)) {
            assert!(back == flat, "{colour:?} became {:?} at quality {quality}", &back.data()[..3]);
        }
    }
    // Planes have two bits less.
    for value in [0u16, 700, 20_000, 45_001, 65_535] {
        let flat = Image::from_data(value.to_ne_bytes().repeat(64 * 64), 64, 64, PixelFormat::Gray16, 16).unwrap();
        for (quality, back) in at_high_quality(&flat, 95.0, 5) {
            let worst = samples(&back).iter().map(|s| s.abs_diff(value)).max().unwrap();
            assert!(worst <= 65, "{value} is {worst} off at quality {quality}");
        }
    }
}

#[test]
fn no_quality_above_90_gives_less_than_the_one_before() {
    let photograph = crop(&testdata("chelsea.png"), (90, 20), (64, 64));
    let inside = photograph.view();
    let bordered = from_fn(96, 96, PixelFormat::Rgb8, |x, y| {
        let at = |x: u32, y: u32| [0, 1, 2].map(|c| inside.row(y)[3 * x as usize + c]);
        if (16..80).contains(&x) && (16..80).contains(&y) { at(x - 16, y - 16) } else { [255; 3] }
    });
    let ramp = (0..64u32).flat_map(|y| (0..64u32).map(move |x| ((1000 * x + 15 * y) as u16).to_ne_bytes()));
    let ramp = Image::from_data(ramp.flatten().collect(), 64, 64, PixelFormat::Gray16, 16).unwrap();
    for picture in [photograph, bordered, ramp] {
        for effort in [1, 5] {
            let mut best = 0.0;
            for (quality, back) in at_high_quality(&picture, 90.0, effort) {
                // Above 70 dB, a twelfth of a level of 8 bits, chance decides; above 65 dB where no
                // block is tried twice.
                let found = psnr(&picture, &back).min(if effort == 1 { 65.0 } else { 70.0 });
                assert!(found > best - 0.1, "{found:.2} dB at quality {quality}, {best:.2} dB below it");
                best = found.max(best);
            }
        }
    }
}
