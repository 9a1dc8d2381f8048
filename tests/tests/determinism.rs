//! The same picture and settings give the same bytes, and the same bytes the same pixels, for any
//! number of threads and any CPU level.

use kvant::bench_api::SplitMix64;
use kvant::{
    Chroma, Content, CpuLevel, DecodeError, Decoder, DecoderOptions, Encoder, EncoderConfig, Image, PixelFormat,
    Profile, Quantiser, TileSize,
};
use kvant_tests::campaign::every;
use kvant_tests::check::{config, decode, encode, first_difference};
use kvant_tests::damage::overwrite;
use kvant_tests::pictures::{mirrored, testdata};
use kvant_tests::repaired;
use kvant_tests::synth::{self, Kind};

/// Three tiles of 512 across, two down, the last of them partial.
const SIZE: (u32, u32) = (1060, 540);

/// One tile of several rows of superblocks, the last of them partial.
const ONE_TILE: (u32, u32) = (331, 277);

fn same_for_threads_and_cpu(picture: &Image, mut config: EncoderConfig) {
    config.tile_size = TileSize::T512;
    let reference = encode(picture, &config);
    let levels = [CpuLevel::detect(), CpuLevel::Scalar];
    for (threads, cpu) in [(2, levels[0]), (3, levels[0]), (4, levels[0]), (0, levels[1])] {
        (config.threads, config.cpu) = (threads, cpu);
        let other = encode(picture, &config);
        assert!(reference.stream == other.stream, "bytes differ with {threads} threads on {cpu:?}");
        assert!(reference.reconstruction == other.reconstruction, "pixels differ with {threads} threads on {cpu:?}");
    }
    for threads in [0, 1, 2, 3] {
        for cpu in [CpuLevel::Scalar, CpuLevel::detect()] {
            let decoded = decode(&reference.stream, threads, cpu);
            let difference = first_difference(&reference.reconstruction, &decoded);
            assert_eq!(difference, None, "decoded with {threads} threads on {cpu:?}");
        }
    }
}

#[test]
fn a_444_picture_of_six_tiles_at_default_effort() {
    same_for_threads_and_cpu(
        &mirrored(&testdata("astronaut.png"), SIZE.0, SIZE.1),
        config(60.0, EncoderConfig::default().effort, Chroma::Yuv444),
    );
}

#[test]
fn a_420_picture_of_six_tiles_at_effort_3() {
    same_for_threads_and_cpu(&mirrored(&testdata("coffee.png"), SIZE.0, SIZE.1), config(35.0, 3, Chroma::Yuv420));
}

#[test]
fn a_gray_picture_of_six_tiles_at_effort_1() {
    same_for_threads_and_cpu(&mirrored(&testdata("brick.png"), SIZE.0, SIZE.1), config(80.0, 1, Chroma::Yuv444));
}

#[test]
fn a_picture_of_six_tiles_in_the_fast_profile() {
    let config = config(50.0, 3, Chroma::Yuv444).with_profile(Profile::Fast);
    same_for_threads_and_cpu(&mirrored(&testdata("coffee.png"), SIZE.0, SIZE.1), config);
}

#[test]
fn a_high_effort_on_two_tiles() {
    same_for_threads_and_cpu(&mirrored(&testdata("chelsea.png"), 560, 96), config(70.0, 8, Chroma::Yuv444));
}

#[test]
fn one_tile_at_default_effort_and_of_a_trellis() {
    let picture = mirrored(&testdata("astronaut.png"), ONE_TILE.0, ONE_TILE.1);
    let mut config = config(75.0, EncoderConfig::default().effort, Chroma::Yuv444);
    same_for_threads_and_cpu(&picture, config.clone());
    (config.quantiser, config.effort) = (Some(Quantiser::Trellis), 4);
    same_for_threads_and_cpu(&picture, config);
}

#[test]
fn one_tile_at_low_efforts() {
    for (effort, chroma, profile) in [
        (1, Chroma::Yuv420, Profile::Mixed),
        (2, Chroma::Yuv444, Profile::Fast),
        (3, Chroma::Yuv420, Profile::Fast),
        (3, Chroma::Yuv444, Profile::Mixed),
    ] {
        let config = config(60.0, effort, chroma).with_profile(profile);
        same_for_threads_and_cpu(&mirrored(&testdata("coffee.png"), ONE_TILE.0, ONE_TILE.1), config);
    }
}

#[test]
fn one_tile_of_gray_with_alpha_of_deep_samples_and_of_a_screen() {
    let made = |kind, format| synth::picture(kind, ONE_TILE.0, ONE_TILE.1, format, 7);
    same_for_threads_and_cpu(&made(Kind::Checker, PixelFormat::GrayAlpha8), config(50.0, 3, Chroma::Yuv444));
    same_for_threads_and_cpu(&made(Kind::Gradient, PixelFormat::Rgba8), config(50.0, 2, Chroma::Yuv420));
    same_for_threads_and_cpu(&made(Kind::Gradient, PixelFormat::Rgb16), config(80.0, 3, Chroma::Yuv444));
    let screen = config(60.0, 5, Chroma::Yuv444).with_content(Content::Screen);
    same_for_threads_and_cpu(&made(Kind::Screen, PixelFormat::Rgb8), screen);
}

#[test]
fn one_encoder_serves_several_threads_at_once() {
    fn shared<T: Send + Sync>(value: T) -> T {
        value
    }
    let encoder = shared(Encoder::new(config(50.0, 2, Chroma::Yuv420)).expect("valid settings"));
    let picture = mirrored(&testdata("chelsea.png"), 160, 120);
    let streams: Vec<_> = std::thread::scope(|scope| {
        let run = || encoder.encode(&picture.view()).expect("an encodable picture");
        let handles: Vec<_> = (0..4).map(|_| scope.spawn(run)).collect();
        handles.into_iter().map(|handle| handle.join().expect("no panic")).collect()
    });
    assert!(streams.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn damaged_tiles_give_the_same_on_any_number_of_threads() {
    let config = config(40.0, 1, Chroma::Yuv444).with_tile_size(TileSize::T512);
    let stream = encode(&mirrored(&testdata("coffee.png"), SIZE.0, SIZE.1), &config).stream;
    let mut random = SplitMix64::new(15);
    for round in 0..60 / every(6) {
        let mut damaged = overwrite(&stream[64..], 1 + random.below(3), &mut random);
        damaged.splice(..0, stream[..64].iter().copied());
        // Without that no tile whose bytes are damaged is looked at.
        let damaged = if round % 4 == 0 { damaged } else { repaired(&damaged) };
        let decoded = |threads| {
            let options = DecoderOptions { threads, ..DecoderOptions::default() };
            let decoder = Decoder::with_options(&damaged, options)?;
            Ok::<_, DecodeError>((decoder.decode(), decoder.decode_partial()))
        };
        let expected = decoded(1);
        for threads in [2, 3, 8] {
            assert!(decoded(threads) == expected, "round {round} on {threads} threads");
        }
    }
}
