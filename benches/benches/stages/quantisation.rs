//! Quantisers and the dequantiser, on square blocks at quality 60. One element is a coefficient.
//! None has CPU levels.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion};
use kvant::Quantiser;
use kvant::bench_api::Quantisation;
use kvant_benches::{Random, elements, group};

const SIDES: [usize; 4] = [4, 8, 16, 32];
const QUALITY: f32 = 60.0;
/// Blocks quantised in turn, so that branches are not learnt by heart.
const BLOCKS: usize = 64;

/// Coefficients of a block: Laplacian, of mean magnitude four steps at frequency 0 and less in
/// inverse proportion above, by frequency in cycles of 8 samples, as residuals of textures have
/// them.
fn block(random: &mut Random, side: usize, step: f64) -> Vec<i32> {
    let frequency = |i: usize| ((i % side + i / side) * 8) as f64 / side as f64;
    (0..side * side).map(|i| random.laplacian(4.0 * step / (1.0 + frequency(i))).round() as i32).collect()
}

pub(crate) fn families(criterion: &mut Criterion) {
    let new = |side, quantiser| Quantisation::new((side, side), QUALITY, quantiser).expect("a quality in range");
    let mut group = group(criterion, "quantise", 1);
    for side in SIDES {
        group.throughput(elements(BLOCKS * side * side));
        let size = format!("{side}x{side}");
        let mut random = Random::new(2);
        let mut levels = Vec::new();
        for (name, quantiser) in
            [("dead-zone", Quantiser::DeadZone), ("rdoq", Quantiser::Rdoq), ("trellis", Quantiser::Trellis)]
        {
            let mut quantisation = new(side, quantiser);
            let blocks: Vec<_> = (0..BLOCKS).map(|_| block(&mut random, side, quantisation.step())).collect();
            levels = blocks.iter().map(|block| quantisation.quantise(block).to_vec()).collect();
            group.bench_function(BenchmarkId::new(name, &size), |b| {
                b.iter(|| {
                    for block in &blocks {
                        black_box(quantisation.quantise(black_box(block)));
                    }
                });
            });
        }
        let mut out = vec![0; side * side];
        for (name, quantiser) in [("dequantise", Quantiser::Rdoq), ("dequantise-trellis", Quantiser::Trellis)] {
            let mut quantisation = new(side, quantiser);
            group.bench_function(BenchmarkId::new(name, &size), |b| {
                b.iter(|| {
                    for levels in &levels {
                        quantisation.dequantise(black_box(levels), black_box(&mut out));
                    }
                });
            });
        }
    }
    group.finish();
}
