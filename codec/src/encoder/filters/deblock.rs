//! Choosing the strength of deblocking.

use super::super::parameters::Parameters;
use super::super::satd::{Pair, sse};
use super::sample::Sample;
use crate::filter::Deblock;
use crate::simd::Simd;

/// Strengths tried, the likely ones first: of coarse steps, and of fine ones.
const COARSE: [u8; 5] = [6, 5, 4, 3, 2];
const FINE: [u8; 5] = [2, 3, 4, 5, 6];
/// The first quantiser parameter of a coarse step.
const QP: u16 = 160;

/// The parameters for luma and chroma: the strength that is set, or the one with the least squared error, or none.
pub(super) fn choose(simd: Simd, sample: &mut Sample, parameters: &Parameters) -> [Deblock; 2] {
    let sharpness = parameters.deblock_sharpness as u8;
    let with = |strength: u8| Deblock { strength, sharpness };
    if parameters.deblock >= 0.0 {
        return [with(parameters.deblock as u8); 2];
    }
    let strengths = if sample.header.qp < QP { FINE } else { COARSE };
    let mut out = [Deblock::OFF; 2];
    for (channel, planes) in [0..1, 1..sample.header.planes()].into_iter().enumerate() {
        let none = planes.clone().map(|p| error(simd, sample, p)).sum();
        let mut best = (u64::MAX, Deblock::OFF);
        for parameters in strengths.map(with) {
            let deblocked = planes.clone().map(|p| {
                sample.deblock(simd, p, parameters);
                error(simd, sample, p)
            });
            let sum = deblocked.sum();
            // They have one least value; the fine ones leave off from none.
            if sum >= best.0 || (strengths == FINE && sum >= none) {
                break;
            }
            best = (sum, parameters);
        }
        if best.0 < none {
            out[channel] = best.1;
        }
    }
    out
}

/// The squared error of plane `p`.
fn error(simd: Simd, sample: &Sample, p: usize) -> u64 {
    let (a, b) = (&sample.filtered[p], &sample.source[p]);
    let rows = |rows: std::ops::Range<usize>| {
        let pair =
            Pair { a: a.from(0, rows.start), a_stride: a.width(), b: b.from(0, rows.start), b_stride: b.width() };
        sse(simd, pair, a.width(), rows.len())
    };
    sample.rows(p).map(rows).sum()
}
