//! The inverse cosine transform of libjpeg (its accurate integer one, after Loeffler, Ligtenberg
//! and Moschytz), to the bit.

/// Bits behind the point of factors, and of samples between both passes.
const FACTOR_BITS: u32 = 13;
const PASS_BITS: u32 = 2;

/// `x` times 2^13.
const fn factor(x: f64) -> i32 {
    (x * (1 << FACTOR_BITS) as f64 + 0.5) as i32
}

/// One pass over eight values; the sums have [`FACTOR_BITS`] more behind the point.
#[inline]
fn pass(v: [i32; 8]) -> [i32; 8] {
    let mul = |a: i32, b: f64| a.wrapping_mul(factor(b));
    let add = i32::wrapping_add;
    let sub = i32::wrapping_sub;
    // Even part.
    let z = mul(add(v[2], v[6]), 0.541_196_100);
    let (t2, t3) = (sub(z, mul(v[6], 1.847_759_065)), add(z, mul(v[2], 0.765_366_865)));
    let (t0, t1) = (add(v[0], v[4]).wrapping_shl(FACTOR_BITS), sub(v[0], v[4]).wrapping_shl(FACTOR_BITS));
    let even = [add(t0, t3), add(t1, t2), sub(t1, t2), sub(t0, t3)];
    // Odd part.
    let [t0, t1, t2, t3] = [v[7], v[5], v[3], v[1]];
    let z5 = mul(add(add(t0, t2), add(t1, t3)), 1.175_875_602);
    let (z1, z2) = (mul(add(t0, t3), 0.899_976_223), mul(add(t1, t2), 2.562_915_447));
    let (z3, z4) = (sub(z5, mul(add(t0, t2), 1.961_570_560)), sub(z5, mul(add(t1, t3), 0.390_180_644)));
    let odd = [
        add(sub(mul(t3, 1.501_321_110), z1), z4),
        add(sub(mul(t2, 3.072_711_026), z2), z3),
        add(sub(mul(t1, 2.053_119_869), z2), z4),
        add(sub(mul(t0, 0.298_631_336), z1), z3),
    ];
    std::array::from_fn(|i| if i < 4 { add(even[i], odd[i]) } else { sub(even[7 - i], odd[7 - i]) })
}

/// `x` over 2^bits, rounded.
#[inline]
fn descale(x: i32, bits: u32) -> i32 {
    x.wrapping_add(1 << (bits - 1)) >> bits
}

/// The samples of a block of levels, into eight rows of `out`.
pub(super) fn inverse(levels: &[i16; 64], steps: &[u16; 64], out: &mut [u8], stride: usize) {
    if levels[1..] == [0; 63] {
        let value = descale(i32::from(levels[0]).wrapping_mul(steps[0].into()).wrapping_shl(PASS_BITS), PASS_BITS + 3);
        let value = value.wrapping_add(128).clamp(0, 255) as u8;
        return out.chunks_mut(stride).take(8).for_each(|row| row[..8].fill(value));
    }
    let mut between = [0i32; 64];
    for x in 0..8 {
        let column: [i32; 8] = std::array::from_fn(|y| i32::from(levels[8 * y + x]));
        if column == [0; 8] {
            continue;
        }
        let column = std::array::from_fn(|y| column[y].wrapping_mul(steps[8 * y + x].into()));
        for (y, value) in pass(column).into_iter().enumerate() {
            between[8 * y + x] = descale(value, FACTOR_BITS - PASS_BITS);
        }
    }
    for (row, out) in between.as_chunks::<8>().0.iter().zip(out.chunks_mut(stride)) {
        let values = pass(*row);
        for (out, value) in out.iter_mut().zip(values) {
            *out = descale(value, FACTOR_BITS + PASS_BITS + 3).wrapping_add(128).clamp(0, 255) as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::{FRAC_1_SQRT_2, PI};

    use super::*;

    #[test]
    fn samples_are_those_of_the_transform_in_floating_point() {
        for seed in 0..40u32 {
            let level =
                |i: u32| if i.is_multiple_of(seed % 7 + 1) { ((i * 7919 + seed * 31) % 61) as i16 - 30 } else { 0 };
            let levels: [i16; 64] = std::array::from_fn(|i| level(i as u32));
            let mut out = [0; 64];
            inverse(&levels, &[3; 64], &mut out, 8);
            for (i, &found) in out.iter().enumerate() {
                let basis = |k: usize, n: usize| {
                    let scale = if k == 0 { FRAC_1_SQRT_2 } else { 1.0 };
                    scale * ((2 * n + 1) as f64 * k as f64 * PI / 16.0).cos() / 2.0
                };
                let terms = (0..64).map(|k| f64::from(levels[k]) * 3.0 * basis(k / 8, i / 8) * basis(k % 8, i % 8));
                let right = (terms.sum::<f64>() + 128.0).clamp(0.0, 255.0);
                assert!((f64::from(found) - right).abs() < 1.0, "{found} {right}");
            }
        }
    }
}
