//! Choosing the strength of deblocking.

use std::sync::atomic::{AtomicU64, Ordering};

use super::super::parameters::Parameters;
use super::sample::{Sample, SamplePlane};
use crate::encoder::kernels::satd::{Pair, sse};
use crate::filter::Deblock;
use crate::simd::Simd;
use crate::threads::Workers;

/// Strengths tried, the likely ones first: of coarse steps, and of fine ones.
const COARSE: [u8; 5] = [6, 5, 4, 3, 2];
const FINE: [u8; 5] = [2, 3, 4, 5, 6];
/// The first quantiser parameter of a coarse step.
const QP: u16 = 160;

/// The parameters for `planes`, luma or chroma: the strength that is set, or the one with the least
/// squared error, or none.
pub(super) fn choose(
    simd: Simd,
    workers: &Workers,
    sample: &Sample,
    planes: &mut [SamplePlane],
    parameters: &Parameters,
) -> Deblock {
    let sharpness = parameters.deblock_sharpness as u8;
    let with = |strength: u8| Deblock { strength, sharpness };
    if parameters.deblock >= 0.0 {
        return with(parameters.deblock as u8);
    }
    let strengths = if sample.header.qp < QP { FINE } else { COARSE };
    let none = planes.iter().map(|plane| error(simd, sample, plane)).sum();
    let mut best = (u64::MAX, Deblock::OFF);
    for parameters in strengths.map(with) {
        let sum = AtomicU64::new(0);
        workers.each(planes.iter_mut(), |plane| {
            sample.deblock(simd, plane, parameters);
            sum.fetch_add(error(simd, sample, plane), Ordering::Relaxed);
        });
        let sum = sum.into_inner();
        // They have one least value; the fine ones leave off from none.
        if sum >= best.0 || (strengths == FINE && sum >= none) {
            break;
        }
        best = (sum, parameters);
    }
    if best.0 < none { best.1 } else { Deblock::OFF }
}

/// The squared error of `plane`.
fn error(simd: Simd, sample: &Sample, plane: &SamplePlane) -> u64 {
    let (a, b) = (&plane.filtered, &plane.source);
    let rows = |rows: std::ops::Range<usize>| {
        let pair =
            Pair { a: a.from(0, rows.start), a_stride: a.width(), b: b.from(0, rows.start), b_stride: b.width() };
        sse(simd, pair, a.width(), rows.len())
    };
    sample.rows(plane).map(rows).sum()
}
