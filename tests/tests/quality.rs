//! What the quality setting means: more quality, more bytes and less error; and what a small picture costs.

use kvant::{Chroma, Cicp, Decoder, Image, Metadata, PixelFormat};
use kvant_tests::check::{config, mse, round_trip};
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
        // Matrices flatten and filters fade with quality: squared error alone may stand still for a step.
        assert!(*next_error < error * 1.02, "error {error:.2} at q {q}, {next_error:.2} at q {next_q}");
    }
}

/// Steps of PQ and HLG are larger for the eye than those of sRGB, which quality makes up for.
#[test]
fn pictures_of_pq_and_hlg_are_quantised_finer() {
    let picture = crop(&testdata("chelsea.png"), (90, 20), (128, 128));
    let coded = |transfer: u8| {
        let mut metadata = Metadata::default();
        metadata.cicp = Some(Cicp { primaries: 9, transfer, matrix: 0, full_range: true });
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

/// A side of 64 has the lower half of its frequencies only: where the edge of a picture cuts a superblock to such a
/// block, the search has to go on to smaller ones.
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
