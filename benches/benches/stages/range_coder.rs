//! The adaptive binary range coder on the bins of a real stream. One element is a bin: 1000 divided by the rate in
//! Melem/s is nanoseconds a bin.

use std::hint::black_box;

use criterion::Criterion;
use kvant::Chroma;
use kvant::bench_api::{bins, range_decode, range_encode};
use kvant_benches::{Picture, config, group};

pub(crate) fn real_bins(criterion: &mut Criterion) {
    for quality in [30.0, 90.0] {
        let picture = Picture::testdata("chelsea.png");
        let stream = kvant::encode(&picture.view(), &config(quality, 3, Chroma::Yuv444)).expect("an encodable picture");
        let tiles = bins(&stream).expect("an intact stream");
        let sequence: Vec<(u16, bool)> = tiles.into_iter().flat_map(|(bins, _)| bins).collect();
        let coded = range_encode(&sequence);

        let mut coder = group(criterion, "range-coder", sequence.len() as u64);
        coder.bench_function(format!("encode/q{quality}"), |b| b.iter(|| range_encode(black_box(&sequence))));
        let contexts = || sequence.iter().map(|&(context, _)| context);
        coder.bench_function(format!("decode/q{quality}"), |b| b.iter(|| range_decode(black_box(&coded), contexts())));
        coder.finish();
    }
}
