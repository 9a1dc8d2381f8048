//! Random pictures and settings: whatever they are, the decoder gives what the encoder
//! reconstructed.

use kvant::{Chroma, Content, CpuLevel, EncoderConfig, PixelFormat, Profile, Quantiser, TileSize, Tune};
use kvant_tests::check::{decode, encode, round_trip};
use kvant_tests::pictures::with_depth;
use kvant_tests::synth::{Kind, picture};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::FileFailurePersistence;

/// Parameters of the encoder that reach the stream's header or its levels, with their ranges.
const PARAMETERS: [(&str, f64, f64); 25] = [
    ("qp", -1.0, 447.0),
    ("rounding", 0.0, 0.5),
    ("shrink1", -8.0, 7.0),
    ("shrink2", -8.0, 7.0),
    ("shrink3", -8.0, 7.0),
    ("trellis_shrink1", -8.0, 7.0),
    ("trellis_shrink2", -8.0, 7.0),
    ("trellis_shrink3", -8.0, 7.0),
    ("luma_dc", 0.0, 31.0),
    ("luma_slope", 0.0, 63.0),
    ("luma_curve", -8.0, 7.0),
    ("chroma_dc", 0.0, 31.0),
    ("chroma_slope", 0.0, 63.0),
    ("chroma_curve", -8.0, 7.0),
    ("cb_qp", -64.0, 63.0),
    ("cr_qp", -64.0, 63.0),
    ("adaptive", 0.0, 4.0),
    ("adaptive_light", 0.0, 1.0),
    ("adaptive_gain", 0.0, 3.0),
    ("adaptive_error", 0.0, 10.0),
    ("adaptive_finer", 0.0, 2.0),
    ("adaptive_coarser", 0.0, 2.0),
    ("filter_rule", 0.0, 1.0),
    ("deblock", -1.0, 15.0),
    ("deblock_sharpness", 0.0, 7.0),
];

prop_compose! {
    /// A parameter within its range, at either end of it often.
    fn any_parameter()(
        (name, min, max) in select(&PARAMETERS[..]),
        at in prop_oneof![Just(0.0), Just(1.0), 0.0..=1.0f64],
    ) -> (String, f64) {
        (name.into(), min + (max - min) * at)
    }
}

prop_compose! {
    fn any_config(max_effort: u8)(
        quality in 0.0..=100.0f32,
        effort in 1..=max_effort,
        chroma in select(&[Chroma::Yuv444, Chroma::Yuv420][..]),
        tile_size in select(&[TileSize::T512, TileSize::T1024][..]),
        profile in select(&[Profile::Mixed, Profile::Fast][..]),
        tune in select(&[Tune::Perceptual, Tune::Psnr][..]),
        quantiser in prop_oneof![Just(None), select(&Quantiser::ALL[..]).prop_map(Some)],
        content in select(&[Content::Auto, Content::Photo, Content::Screen][..]),
        threads in 1..=3usize,
        cpu in select(vec![CpuLevel::Scalar, CpuLevel::detect()]),
        alpha_quality in prop_oneof![Just(100), 0..=100u8],
        exact: bool,
    ) -> EncoderConfig {
        EncoderConfig::default()
            .with_alpha_quality(alpha_quality)
            .with_exact(exact)
            .with_quality(quality)
            .with_effort(effort)
            .with_chroma(chroma)
            .with_tile_size(tile_size)
            .with_profile(profile)
            .with_tune(tune)
            .with_quantiser(quantiser)
            .with_content(content)
            .with_threads(threads)
            .with_cpu(cpu)
    }
}

fn any_kind() -> impl Strategy<Value = Kind> {
    select(&Kind::ALL[..])
}

/// Formats of 8 bits more often: they are what pictures have as a rule.
fn any_format() -> impl Strategy<Value = PixelFormat> {
    prop_oneof![2 => select(PixelFormat::ALL[..4].to_vec()), 1 => select(PixelFormat::ALL[4..].to_vec())]
}

fn cases(cases: u32) -> ProptestConfig {
    let found = concat!(env!("CARGO_MANIFEST_DIR"), "/proptest-regressions.txt");
    ProptestConfig {
        cases,
        max_shrink_iters: 200,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(found))),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn small_pictures_of_any_kind_survive_low_efforts(
        kind in any_kind(), format in any_format(), (w, h) in (1..=96u32, 1..=96u32), seed: u64, config in any_config(4),
    ) {
        round_trip(&picture(kind, w, h, format, seed), &config);
    }
}

proptest! {
    #![proptest_config(cases(100))]

    #[test]
    fn small_pictures_of_any_kind_survive_all_efforts(
        kind in any_kind(), format in any_format(), (w, h) in (1..=72u32, 1..=72u32), seed: u64, config in any_config(9),
    ) {
        round_trip(&picture(kind, w, h, format, seed), &config);
    }

    #[test]
    fn every_value_of_the_header_survives(
        kind in any_kind(), format in any_format(), (w, h) in (1..=80u32, 1..=80u32), seed: u64, config in any_config(5),
        parameters in prop::collection::vec(any_parameter(), 1..=6),
    ) {
        let mut config = config;
        config.parameters = parameters;
        round_trip(&picture(kind, w, h, format, seed), &config);
    }

    #[test]
    fn every_depth_survives(
        kind in any_kind(), format in select(PixelFormat::ALL[4..].to_vec()), depth in 9..=16u8, (w, h) in (1..=80u32, 1..=80u32),
        seed: u64, config in any_config(5),
    ) {
        round_trip(&with_depth(&picture(kind, w, h, format, seed), depth), &config);
    }

    #[test]
    fn lossless_pictures_of_any_kind_are_exact(
        kind in any_kind(), format in any_format(), (w, h) in (1..=96u32, 1..=96u32), seed: u64, config in any_config(5),
    ) {
        let config = config.with_lossless(true);
        round_trip(&picture(kind, w, h, format, seed), &config);
    }

    #[test]
    fn screens_survive_with_the_tools_for_them(
        format in any_format(), (w, h) in (1..=200u32, 1..=140u32), seed: u64, config in any_config(5),
    ) {
        let config = config.with_content(Content::Screen);
        round_trip(&picture(Kind::Screen, w, h, format, seed), &config);
    }

    #[test]
    fn thin_pictures_of_several_tiles_survive(
        kind in any_kind(), format in any_format(), (long, thin) in (500..=1600u32, 1..=12u32), upright: bool, seed: u64,
        config in any_config(3),
    ) {
        let (w, h) = if upright { (thin, long) } else { (long, thin) };
        round_trip(&picture(kind, w, h, format, seed), &config);
    }

    #[test]
    fn threads_and_cpu_level_change_no_byte_and_no_pixel(
        kind in any_kind(), format in any_format(), (w, h) in (1..=96u32, 1..=96u32), seed: u64, config in any_config(5),
    ) {
        let original = picture(kind, w, h, format, seed);
        let reference = encode(&original, &config);
        let mut other = config.clone();
        (other.threads, other.cpu) = (1, CpuLevel::Scalar);
        prop_assert_eq!(&reference.stream, &encode(&original, &other).stream);
        for threads in [1, 2] {
            prop_assert!(decode(&reference.stream, threads, CpuLevel::Scalar) == reference.reconstruction);
        }
    }
}
