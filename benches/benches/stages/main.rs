//! Single kernels, and whole stages of decoding, through `kvant::bench_api`: nanoseconds a block,
//! samples or bins a second.

use std::time::Duration;

use criterion::Criterion;

mod decoding;
mod filters;
mod prediction;
mod quantisation;
mod range_coder;
mod transform;

/// The 19 sizes of a block.
fn sizes() -> impl Iterator<Item = (usize, usize)> {
    let sides = [4, 8, 16, 32, 64];
    sides.into_iter().flat_map(move |w| sides.map(|h| (w, h))).filter(|&(w, h)| w <= 4 * h && h <= 4 * w)
}

/// Less than a second each: there are hundreds, and they are steady.
fn short() -> Criterion {
    let times =
        Criterion::default().warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_millis(500));
    times.sample_size(20).nresamples(10_000)
}

criterion::criterion_group! {
    name = benches;
    config = short();
    targets =
        transform::single_kernels,
        transform::sizes_of_blocks,
        prediction::modes,
        prediction::cross_component,
        prediction::differences,
        quantisation::families,
        range_coder::bins,
        range_coder::bypass,
        filters::deblocking,
        filters::classified,
        filters::colour,
        decoding::entropy,
        decoding::samples,
        decoding::lossless
}
criterion::criterion_main!(benches);
