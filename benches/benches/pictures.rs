//! Whole encodes and decodes of a picture of `testdata/`, one thread, in pixels a second.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use kvant::{Chroma, CpuLevel, Decoder, DecoderOptions, EncoderConfig};
use kvant_benches::{Picture, config, group, slow_group};

const PICTURE: &str = "astronaut.png";
const QUALITIES: [f32; 3] = [30.0, 60.0, 90.0];
const CHROMAS: [(&str, Chroma); 2] = [("444", Chroma::Yuv444), ("420", Chroma::Yuv420)];

fn encode(criterion: &mut Criterion) {
    let picture = Picture::testdata(PICTURE);
    let run = |config: &EncoderConfig| kvant::encode(&black_box(picture.view()), config).expect("an encodable picture");
    let default_effort = EncoderConfig::default().effort;

    let mut qualities = slow_group(criterion, "encode", picture.pixels());
    for (name, chroma) in CHROMAS {
        for quality in QUALITIES {
            let config = config(quality, default_effort, chroma);
            qualities.bench_function(BenchmarkId::new(name, format!("q{quality}")), |b| b.iter(|| run(&config)));
        }
    }
    qualities.finish();

    // A smaller picture: the highest effort takes seconds.
    let picture = Picture::testdata("chelsea.png");
    let run = |config: &EncoderConfig| kvant::encode(&black_box(picture.view()), config).expect("an encodable picture");
    let mut efforts = slow_group(criterion, "encode-effort", picture.pixels());
    for effort in 1..=9 {
        let config = config(60.0, effort, Chroma::Yuv444);
        efforts.bench_function(BenchmarkId::from_parameter(effort), |b| b.iter(|| run(&config)));
    }
    efforts.finish();
}

fn decode(criterion: &mut Criterion) {
    let picture = Picture::testdata(PICTURE);
    let mut decodes = group(criterion, "decode", picture.pixels());
    for (name, chroma) in CHROMAS {
        for quality in QUALITIES {
            let config = config(quality, EncoderConfig::default().effort, chroma);
            let stream = kvant::encode(&picture.view(), &config).expect("an encodable picture");
            for cpu in [CpuLevel::detect(), CpuLevel::Scalar] {
                let options = DecoderOptions { cpu, ..DecoderOptions::default() };
                let run = || Decoder::with_options(black_box(&stream), options).and_then(|decoder| decoder.decode());
                let id = BenchmarkId::new(format!("{name}/{cpu:?}").to_lowercase(), format!("q{quality}"));
                decodes.bench_function(id, |b| b.iter(|| run().expect("an intact stream")));
            }
        }
    }
    decodes.finish();
}

criterion_group!(benches, encode, decode);
criterion_main!(benches);
