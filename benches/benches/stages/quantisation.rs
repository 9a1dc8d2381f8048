//! Quantisers and the dequantiser, each family on each square size. One element is a coefficient.

use criterion::Criterion;
use kvant_benches::group;

const SIDES: [usize; 4] = [4, 8, 16, 32];

pub(crate) fn families(criterion: &mut Criterion) {
    for side in SIDES {
        // Awaits `kvant::bench_api`: dead zone, RDOQ, dequantiser, on coefficients of a Laplacian distribution.
        group(criterion, "quantise", (side * side) as u64).finish();
    }
}
