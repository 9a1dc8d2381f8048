//! The adaptive binary range coder. One element is a bin: time over elements is nanoseconds a bin.

use criterion::Criterion;
use kvant_benches::group;

const BINS: u64 = 1 << 16;

pub(crate) fn bins(criterion: &mut Criterion) {
    // Awaits `kvant::bench_api`: encode, decode and count, of bins with probability 1/2, 1/8 and 1/64, and bypass.
    group(criterion, "range-coder", BINS).finish();
}
