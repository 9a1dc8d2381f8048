//! The adaptive binary range coder. One element is a bin: time over elements is nanoseconds a bin.
//! Setting up the models of all contexts is part of the time, some hundredths of a nanosecond a
//! bin. It has no CPU levels.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion};
use kvant::bench_api::{count_bins, range_decode, range_decode_bypass, range_encode, range_encode_bypass};
use kvant_benches::{Random, group};

const BINS: usize = 1 << 16;
/// Contexts that the bins go through in turn.
const CONTEXTS: u16 = 16;

/// Bins that are 1 with probability 1/2, 1/8 and 1/64.
pub(crate) fn bins(criterion: &mut Criterion) {
    let mut group = group(criterion, "range-coder", BINS as u64);
    for inverse in [2, 8, 64] {
        let mut random = Random::new(3);
        let bins: Vec<_> = (0..BINS).map(|i| (i as u16 % CONTEXTS, random.below(inverse) == 0)).collect();
        let data = range_encode(&bins);
        let ones = bins.iter().filter(|bin| bin.1).count();
        assert_eq!(range_decode(&data, bins.iter().map(|bin| bin.0)), ones, "what was coded comes back");
        let probability = format!("p=1-{inverse}");
        group.bench_function(BenchmarkId::new("encode", &probability), |b| b.iter(|| range_encode(black_box(&bins))));
        group.bench_function(BenchmarkId::new("decode", &probability), |b| {
            b.iter(|| range_decode(black_box(&data), (0..BINS).map(|i| i as u16 % CONTEXTS)));
        });
        group.bench_function(BenchmarkId::new("count", &probability), |b| b.iter(|| count_bins(black_box(&bins))));
    }
    group.finish();
}

/// Bypass bins, one and eight at a call. Counting them is an addition, and not timed.
pub(crate) fn bypass(criterion: &mut Criterion) {
    let mut group = group(criterion, "range-coder", BINS as u64);
    for bits in [1, 8] {
        let mut random = Random::new(4);
        let values: Vec<_> = (0..BINS / bits as usize).map(|_| random.below(1 << bits)).collect();
        let data = range_encode_bypass(&values, bits);
        assert_eq!(
            range_decode_bypass(&data, bits, values.len()),
            values.iter().sum::<u32>(),
            "what was coded comes back"
        );
        let calls = format!("bypass-{bits}");
        group.bench_function(BenchmarkId::new("encode", &calls), |b| {
            b.iter(|| range_encode_bypass(black_box(&values), black_box(bits)));
        });
        group.bench_function(BenchmarkId::new("decode", &calls), |b| {
            b.iter(|| range_decode_bypass(black_box(&data), black_box(bits), values.len()));
        });
    }
    group.finish();
}
