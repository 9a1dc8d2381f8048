//! Single kernels through `kvant::bench_api`: nanoseconds a block, samples or bins a second.

mod prediction;
mod quantisation;
mod range_coder;
mod transform;

criterion::criterion_group!(
    benches,
    transform::one_dimensional,
    transform::two_dimensional,
    prediction::modes,
    quantisation::families,
    range_coder::real_bins
);
criterion::criterion_main!(benches);
