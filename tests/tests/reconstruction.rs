//! What the encoder reconstructs is what the decoder gives, whatever the settings.

use kvant::bench_api::{Kernels, LevelRun, Stages};
use kvant::{Chroma, CpuLevel, Encoder, EncoderConfig, Image, PixelFormat, Profile, Quantiser, TileSize, Tune};
use kvant_tests::check::{config, decode, encode, round_trip};
use kvant_tests::pictures::{crop, mirrored, testdata};
use kvant_tests::synth::{Kind, picture};

fn colour() -> Image {
    crop(&testdata("chelsea.png"), (140, 70), (150, 110))
}

fn gray() -> Image {
    crop(&testdata("camera.png"), (200, 80), (128, 97))
}

fn text() -> Image {
    picture(Kind::Text, 93, 70, PixelFormat::Rgb8, 7)
}

#[test]
fn at_every_effort() {
    for effort in 1..=9 {
        round_trip(&colour(), &config(60.0, effort, Chroma::Yuv444));
        round_trip(&colour(), &config(45.0, effort, Chroma::Yuv420));
        round_trip(&gray(), &config(70.0, effort, Chroma::Yuv444));
        round_trip(&text(), &config(80.0, effort, Chroma::Yuv444));
    }
}

#[test]
fn at_every_quality() {
    for step in 0..=40 {
        let quality = step as f32 * 2.5;
        round_trip(&colour(), &config(quality, 1, Chroma::Yuv444));
        round_trip(&text(), &config(quality, 3, Chroma::Yuv420));
        round_trip(&gray(), &config(quality, 2, Chroma::Yuv444));
    }
}

#[test]
fn with_every_tune_quantiser_and_tile_size() {
    for tune in [Tune::Perceptual, Tune::Psnr] {
        for quantiser in [None].into_iter().chain(Quantiser::ALL.map(Some)) {
            for tile_size in [TileSize::T512, TileSize::T1024] {
                for chroma in [Chroma::Yuv444, Chroma::Yuv420] {
                    let config =
                        config(55.0, 4, chroma).with_tune(tune).with_quantiser(quantiser).with_tile_size(tile_size);
                    round_trip(&colour(), &config);
                }
            }
        }
    }
}

#[test]
fn of_both_profiles_the_mixed_one_is_smaller() {
    for chroma in [Chroma::Yuv444, Chroma::Yuv420] {
        let [mixed, fast] = [Profile::Mixed, Profile::Fast].map(|profile| {
            let config = config(90.0, 3, chroma).with_profile(profile);
            round_trip(&colour(), &config)
        });
        assert!(mixed.stream.len() < fast.stream.len(), "{} and {}", mixed.stream.len(), fast.stream.len());
    }
}

#[test]
fn the_stages_of_the_benches_together_are_the_decoder() {
    for (profile, chroma) in [(Profile::Mixed, Chroma::Yuv444), (Profile::Fast, Chroma::Yuv420)] {
        let config = config(60.0, 3, chroma).with_profile(profile);
        let picture = colour();
        let stream = encode(&picture, &config).stream;
        let mut stages = Stages::new(CpuLevel::detect(), &stream).expect("an intact stream");
        assert!(stages.parse() > 0 && stages.signs() && stages.signs(), "signs are read as they are in decoding");
        let mut planes = stages.reconstructed();
        assert!(stages.reconstruct() == [planes.planes()], "with signs that are known, as with those that are read");
        stages.deblock(&mut planes);
        stages.classified(&mut planes);
        let mut out = Image::new(picture.width(), picture.height(), PixelFormat::Rgb8).expect("a picture of this size");
        stages.pixels(&planes, &mut out.view_mut());
        assert!(out == decode(&stream, 1, CpuLevel::Scalar));
        let levels = LevelRun::new(&stream, profile).expect("an intact stream");
        assert!(levels.bins() > stages.levels() && levels.decode() >= stages.levels() as u64);
    }
}

/// At effort 1, where no decision but rounding stands between coefficients and levels.
#[test]
fn the_coefficients_of_the_benches_are_what_levels_were_rounded_from() {
    let (picture, cpu) = (gray(), CpuLevel::detect());
    for (quantiser, least) in [(Quantiser::Uniform, 0.5), (Quantiser::DeadZone, 0.61)] {
        let config = config(60.0, 1, Chroma::Yuv444).with_quantiser(quantiser);
        let stages = Stages::new(cpu, &encode(&picture, &config).stream).expect("an intact stream");
        let source = Kernels::new(cpu).to_planes(&picture.view(), Chroma::Yuv444);
        let mut found = 0;
        stages.coefficients(&source, |x| found += x.iter().filter(|x| x.abs() >= least).count());
        assert!(found > 0 && stages.levels() == found, "{found} of {} with {quantiser}", stages.levels());
    }
}

#[test]
fn on_extreme_pictures() {
    for kind in Kind::ALL {
        for (seed, format) in [PixelFormat::Gray8, PixelFormat::Rgb8].into_iter().enumerate() {
            for quality in [0.0, 50.0, 100.0] {
                let extreme = picture(kind, 100, 75, format, seed as u64);
                round_trip(&extreme, &config(quality, 3, Chroma::Yuv444));
                round_trip(&extreme, &config(quality, 3, Chroma::Yuv420));
            }
        }
    }
}

#[test]
fn across_the_edges_of_tiles() {
    let wide = mirrored(&testdata("coffee.png"), 700, 600);
    for chroma in [Chroma::Yuv444, Chroma::Yuv420] {
        let config = config(30.0, 2, chroma).with_tile_size(TileSize::T512);
        round_trip(&wide, &config);
    }
}

#[test]
fn encode_gives_the_stream_of_encode_full() {
    let config = EncoderConfig::default();
    let encoder = Encoder::new(config.clone()).expect("valid settings");
    let stream = encoder.encode(&colour().view()).expect("an encodable picture");
    assert!(stream == round_trip(&colour(), &config).stream);
    assert_eq!(Ok(stream), kvant::encode(&colour().view(), &config));
}
