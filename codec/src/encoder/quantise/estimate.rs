//! What a block costs, about, without its levels being chosen: those of a dead zone, and the bits
//! that magnitudes of their mean would take in each band of frequency.

use super::bands::{BANDS, product};
use super::{Coefficients, per_unit};
use crate::simd::arrays::{one_by_one, opaque};
use crate::simd::run;

/// What is added to a magnitude in steps before it is rounded down.
const ROUNDING: f32 = 0.4;
/// Bits that contexts take, of those of a geometric distribution: they know more of a level than
/// the mean of its band. docs/TUNING.md.
const KNOWN: f32 = 0.85;

/// What the magnitudes of a dead zone come to.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    /// Squared error, in squared steps.
    error: f32,
    /// Levels that are not zero.
    coded: u32,
    /// Magnitudes by band.
    magnitudes: [u32; BANDS],
}

/// A block's cost, about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Estimate {
    /// In squared steps.
    pub(crate) cost: f64,
    /// Whether there are levels.
    pub(crate) coded: bool,
}

impl Coefficients<'_> {
    /// What the block costs, about, where a bit costs `lambda`: it tells which of several
    /// predictions and transforms are worth choosing levels for.
    pub(crate) fn estimate(&self, lambda: f64) -> Estimate {
        let (w, h) = self.node.coded_area();
        let values = &self.values[..w * h];
        let scale = per_unit(self.qp) as f32;
        let bands = self.reciprocals.bands(self.node);
        let sums = run!(self.simd, sums(values, self.reciprocals(), &bands.of, scale));
        let mut bits = sums.coded as f32;
        for (&sum, &(count, product_of_count)) in sums.magnitudes.iter().zip(&bands.counts) {
            if sum > 0 {
                bits += product(sum + count) - product(sum) - product_of_count;
            }
        }
        let cost = sums.error + lambda as f32 * KNOWN * bits;
        Estimate { cost: cost.into(), coded: sums.coded > 0 }
    }
}

#[inline(always)]
fn sums(coefficients: &[i32], reciprocals: &[f32], bands: &[u32], scale: f32) -> Sums {
    let (mut errors, mut coded, mut magnitudes) = ([0.0; 8], [0; 8], [[0; 8]; BANDS]);
    let chunks = coefficients.as_chunks::<8>().0.iter().zip(reciprocals.as_chunks::<8>().0);
    for ((c, r), bands) in chunks.zip(bands.as_chunks::<8>().0) {
        one_by_one();
        let (mut x, mut levels, mut any) = ([0.0f32; 8], [0; 8], 0);
        for i in 0..8 {
            x[i] = c[i].unsigned_abs() as i32 as f32 * r[i] * scale;
        }
        for i in 0..8 {
            let (level, error) = whole(x[i] + ROUNDING);
            levels[i] = level;
            x[i] -= error;
        }
        for i in 0..8 {
            errors[i] += x[i] * x[i];
        }
        for level in levels {
            any |= level;
        }
        if any > 0 {
            for i in 0..8 {
                coded[i] += u32::from(levels[i] > 0);
            }
            for (band, sums) in (0..).zip(&mut magnitudes) {
                one_by_one();
                let mut of_band = [0; 8];
                for i in 0..8 {
                    of_band[i] = u32::from(bands[i] == band).wrapping_neg();
                }
                for i in 0..8 {
                    sums[i] += levels[i] & of_band[i];
                }
            }
        }
    }
    // Those of the loop stay in registers.
    let copies = (errors, coded, magnitudes);
    let (errors, coded, magnitudes) = opaque(&copies);
    let error =
        ((errors[0] + errors[4]) + (errors[1] + errors[5])) + ((errors[2] + errors[6]) + (errors[3] + errors[7]));
    let mut sums = Sums { error, coded: coded.iter().sum(), magnitudes: [0; BANDS] };
    for (sum, magnitudes) in sums.magnitudes.iter_mut().zip(magnitudes) {
        *sum = magnitudes.iter().sum();
    }
    sums
}

/// `x` rounded down, from 0 to 2^22, but that a whole number may be the one below; as it is and as
/// a float.
#[inline(always)]
fn whole(x: f32) -> (u32, f32) {
    const LARGE: f32 = (1u32 << 23) as f32;
    let x = if x < LARGE / 2.0 { x } else { LARGE / 2.0 };
    let large = x - 0.5 + LARGE;
    (large.to_bits() - LARGE.to_bits(), large - LARGE)
}
