//! Intra prediction, each family of modes on each square size. One element is a predicted sample.

use criterion::Criterion;
use kvant_benches::group;

const SIDES: [usize; 5] = [4, 8, 16, 32, 64];

pub(crate) fn modes(criterion: &mut Criterion) {
    for side in SIDES {
        // Awaits `kvant::bench_api`: DC, planar, Paeth, smooth, three angles, cross-component linear model.
        group(criterion, "predict", (side * side) as u64).finish();
    }
}
