//! The dead zone, for all levels of a block at once.

use crate::encoder::quantise::{Coefficients, Rule, per_unit};
use crate::simd::run;
use crate::syntax::residual::MAX_LEVEL;
use crate::syntax::scan;
use crate::transform::MAX_CODED;

/// Appends the levels of `coefficients` to `levels`, in scan order up to the last that is not zero;
/// returns how many those are.
pub(super) fn round(coefficients: &Coefficients<'_>, rule: &Rule, levels: &mut Vec<i32>) -> u16 {
    let (simd, (w, h)) = (coefficients.simd, coefficients.node.coded_area());
    let (values, reciprocals) = (&coefficients.values[..w * h], &coefficients.reciprocals()[..w * h]);
    let (scale, rounding) = (per_unit(coefficients.qp) as f32, rule.rounding as f32);
    if run!(simd, largest(values, reciprocals)) * scale < 1.0 - rounding {
        return 0;
    }
    let mut out = [0; MAX_CODED];
    let out = &mut out[..w * h];
    let end = run!(simd, divide(values, reciprocals, (scale, rounding), scan::indices(w, h), out));
    levels.extend(scan::of(w, h)[..end].iter().map(|p| out[usize::from(p.raster)]));
    end as u16
}

/// The largest product of a magnitude and its reciprocal.
#[inline(always)]
fn largest(values: &[i32], reciprocals: &[f32]) -> f32 {
    let mut most = [0.0f32; 16];
    for (c, r) in values.as_chunks::<16>().0.iter().zip(reciprocals.as_chunks::<16>().0) {
        for i in 0..16 {
            let x = c[i].unsigned_abs() as i32 as f32 * r[i];
            most[i] = if x > most[i] { x } else { most[i] };
        }
    }
    most.into_iter().fold(0.0, f32::max)
}

/// Levels row by row; returns how many positions of the scan, of which `indices` are the numbers,
/// reach up to the last level that is not zero.
#[inline(always)]
fn divide(
    values: &[i32],
    reciprocals: &[f32],
    (scale, rounding): (f32, f32),
    indices: &[u16],
    out: &mut [i32],
) -> usize {
    let mut reach = [0i32; 8];
    let blocks = values.as_chunks::<8>().0.iter().zip(reciprocals.as_chunks::<8>().0);
    let blocks = blocks.zip(indices.as_chunks::<8>().0).zip(out.as_chunks_mut::<8>().0);
    for (((c, r), indices), out) in blocks {
        for i in 0..8 {
            let x = c[i].unsigned_abs() as i32 as f32 * r[i] * scale;
            let level = whole(x + (rounding - 0.5)).min(MAX_LEVEL as i32);
            // The sign of the coefficient.
            let sign = c[i] >> 31;
            out[i] = (level ^ sign) - sign;
            let here = if level > 0 { i32::from(indices[i]) + 1 } else { 0 };
            reach[i] = if here > reach[i] { here } else { reach[i] };
        }
    }
    reach.into_iter().fold(0, i32::max) as usize
}

/// The whole number nearest to `x`, which is below 2^22: the last bits of a sum that has no room
/// for others.
#[inline(always)]
fn whole(x: f32) -> i32 {
    const ONE_AND_A_HALF: f32 = (3 << 22) as f32;
    (x + ONE_AND_A_HALF).to_bits() as i32 - ONE_AND_A_HALF.to_bits() as i32
}
