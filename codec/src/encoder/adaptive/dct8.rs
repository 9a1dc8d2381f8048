//! The cosine transform of eight samples by the scheme of Arai, Agui and Nakajima (1988), on many
//! at a time: frequencies come out, and go in again, with factors of their own, which whoever uses
//! them takes into account. In floating point.
// An index runs over several arrays at once.
#![allow(clippy::needless_range_loop)]

use std::f32::consts::{FRAC_1_SQRT_2, SQRT_2};

/// cos(k pi / 16) times the square root of 2, 1 for k = 0: what each frequency is multiplied by
/// besides the square root of 8 (forward), and is to be multiplied by besides its inverse
/// (backward).
pub(in crate::encoder) const FACTORS: [f64; 8] = [
    1.0,
    1.387_039_845_322_148,
    1.306_562_964_876_377,
    1.175_875_602_419_359,
    1.0,
    0.785_694_958_387_102,
    0.541_196_100_146_197,
    0.275_899_379_282_943,
];

/// cos(3 pi / 8).
const COS_3_8: f32 = 0.382_683_43;
/// cos(pi / 8) less and plus that.
const DIFFERENCE: f32 = 0.541_196_1;
const SUM: f32 = 1.306_563;

/// Puts frequencies in place of samples: number `k` of transform `i` is at `rows[k][i]`.
#[inline(always)]
pub(in crate::encoder) fn forward<const N: usize>(rows: &mut [[f32; N]; 8]) {
    for i in 0..N {
        let (s07, d07) = (rows[0][i] + rows[7][i], rows[0][i] - rows[7][i]);
        let (s16, d16) = (rows[1][i] + rows[6][i], rows[1][i] - rows[6][i]);
        let (s25, d25) = (rows[2][i] + rows[5][i], rows[2][i] - rows[5][i]);
        let (s34, d34) = (rows[3][i] + rows[4][i], rows[3][i] - rows[4][i]);
        let (outer, outer_turn) = (s07 + s34, s07 - s34);
        let (inner, inner_turn) = (s16 + s25, s16 - s25);
        rows[0][i] = outer + inner;
        rows[4][i] = outer - inner;
        let turned = (inner_turn + outer_turn) * FRAC_1_SQRT_2;
        rows[2][i] = outer_turn + turned;
        rows[6][i] = outer_turn - turned;
        let (low, middle, high) = (d34 + d25, d25 + d16, d16 + d07);
        let common = (low - high) * COS_3_8;
        let (low, high) = (DIFFERENCE * low + common, SUM * high + common);
        let middle = middle * FRAC_1_SQRT_2;
        let (plus, minus) = (d07 + middle, d07 - middle);
        rows[5][i] = minus + low;
        rows[3][i] = minus - low;
        rows[1][i] = plus + high;
        rows[7][i] = plus - high;
    }
}

/// The way back.
#[inline(always)]
pub(in crate::encoder) fn backward<const N: usize>(rows: &mut [[f32; N]; 8]) {
    for i in 0..N {
        let (sum, difference) = (rows[0][i] + rows[4][i], rows[0][i] - rows[4][i]);
        let both = rows[2][i] + rows[6][i];
        let turned = (rows[2][i] - rows[6][i]) * SQRT_2 - both;
        let (e0, e3) = (sum + both, sum - both);
        let (e1, e2) = (difference + turned, difference - turned);
        let (s53, d53) = (rows[5][i] + rows[3][i], rows[5][i] - rows[3][i]);
        let (s17, d17) = (rows[1][i] + rows[7][i], rows[1][i] - rows[7][i]);
        let o0 = s17 + s53;
        let middle = (s17 - s53) * SQRT_2;
        let common = (d53 + d17) * (2.0 * (COS_3_8 + DIFFERENCE));
        let (low, high) = (common - d17 * (2.0 * DIFFERENCE), common - d53 * (2.0 * SUM));
        let o1 = high - o0;
        let o2 = middle - o1;
        let o3 = low - o2;
        (rows[0][i], rows[7][i]) = (e0 + o0, e0 - o0);
        (rows[1][i], rows[6][i]) = (e1 + o1, e1 - o1);
        (rows[2][i], rows[5][i]) = (e2 + o2, e2 - o2);
        (rows[3][i], rows[4][i]) = (e3 + o3, e3 - o3);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    #[test]
    fn frequencies_are_those_of_the_cosine_transform_and_lead_back() {
        let samples: [[f32; 8]; 8] = std::array::from_fn(|n| std::array::from_fn(|i| ((n * 37 + i * 11) % 23) as f32));
        let mut rows = samples;
        forward(&mut rows);
        for i in 0..8 {
            for k in 0..8 {
                let scale = if k == 0 { 0.125f64.sqrt() } else { 0.5 };
                let cosine = |n: usize| ((2 * n + 1) as f64 * k as f64 * PI / 16.0).cos();
                let exact: f64 = (0..8).map(|n| scale * f64::from(samples[n][i]) * cosine(n)).sum();
                let factor = FACTORS[k] * 8f64.sqrt();
                assert!((f64::from(rows[k][i]) / factor - exact).abs() < 1e-4, "{k}");
                rows[k][i] = (exact * FACTORS[k] / 8f64.sqrt()) as f32;
            }
        }
        backward(&mut rows);
        let pairs = rows.as_flattened().iter().zip(samples.as_flattened());
        assert!(pairs.clone().all(|(a, b)| (a - b).abs() < 1e-4), "{rows:?}");
    }
}
