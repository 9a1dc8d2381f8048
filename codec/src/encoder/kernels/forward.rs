//! The forward two-dimensional transform: the transpose of the decoder's, rows after columns.
//!
//! Between the passes values keep 3 fractional bits of the orthonormal scale. With residuals of at
//! most 1023 the sums of the first pass stay below `1023 * sqrt(64) * 2048 < 2^24` (Cauchy and
//! Schwarz), what is between the passes below `2^13 * 2^3`, and the sums of the second below
//! `2^16 * 2^14`.
// An index runs over several arrays at once.
#![allow(clippy::needless_range_loop)]

use crate::simd::arrays::{add, load, mul_add, one_by_one, opaque, store, sub};
use crate::simd::{Simd, run};
use crate::transform::tables::{DCT4, DCT8, DCT16, DCT32, DCT64, DST4, DST8, DST16, Matrix};
use crate::transform::{Basis, COEF_MAX, COEF_MIN, MAX_TX, TxShape, TxType};

/// The transforms besides [`TxType::DCT`]: sine both ways, along rows, along columns.
pub(crate) const SINE: TxType = TxType { vertical: Basis::Dst7, horizontal: Basis::Dst7 };
pub(crate) const SINE_ROWS: TxType = TxType { horizontal: Basis::Dst7, ..TxType::DCT };
pub(crate) const SINE_COLUMNS: TxType = TxType { vertical: Basis::Dst7, ..TxType::DCT };

const SHIFT_COLUMNS: u32 = 11 - 3;
const SHIFT_ROWS: u32 = 11 + 3 - 2;

/// Coefficients of the residuals of a block (within ±1023 at 10 bits, row by row): `min(h, 32)`
/// rows of `min(w, 32)`, orthonormal times 4 at 10 bits, clamped to the format's range.
pub(crate) fn forward(simd: Simd, residual: &[i32], shape: TxShape, out: &mut [i32]) {
    let TxShape { w, h, tx, extra } = shape;
    let rows = h.min(MAX_TX);
    let residual = &residual[..w * h];
    if tx == TxType::IDENTITY {
        for (c, &r) in out.iter_mut().zip(residual) {
            *c = (4 * r + (1 << extra >> 1)) >> extra;
        }
        return;
    }
    if w <= MAX_TX {
        let out = &mut out[..w * rows];
        columns(simd, residual, shape, out);
        rows_in_place(simd, w, tx.horizontal, out);
    } else {
        let mut between = [0; 2 * MAX_TX * MAX_TX];
        let between = &mut between[..w * rows];
        columns(simd, residual, shape, between);
        run!(simd, rows_split::<64, 32, 16>(&EVEN64, &ODD64, between));
        for (to, from) in out.chunks_exact_mut(MAX_TX).zip(between.chunks_exact(w)) {
            to.copy_from_slice(&from[..MAX_TX]);
        }
    }
}

/// The pass over columns: `min(h, 32)` frequencies of each of the `w` columns.
fn columns(simd: Simd, residual: &[i32], shape: TxShape, out: &mut [i32]) {
    let pass = Pass { w: shape.w, shift: SHIFT_COLUMNS + shape.extra };
    match (shape.tx.vertical, shape.h) {
        (Basis::Dct2, 4) => run!(simd, columns_dct::<4, 4, 2>(&DCT4, residual, pass, out)),
        (Basis::Dct2, 8) => run!(simd, columns_dct::<8, 8, 4>(&DCT8, residual, pass, out)),
        (Basis::Dct2, 16) => run!(simd, columns_dct::<16, 16, 8>(&DCT16, residual, pass, out)),
        (Basis::Dct2, 32) => run!(simd, columns_dct::<32, 32, 16>(&DCT32, residual, pass, out)),
        (Basis::Dct2, 64) => run!(simd, columns_dct::<64, 32, 32>(&DCT64, residual, pass, out)),
        (Basis::Dst7, 4) => run!(simd, columns_dst::<4>(&DST4, residual, pass, out)),
        (Basis::Dst7, 8) => run!(simd, columns_dst::<8>(&DST8, residual, pass, out)),
        (Basis::Dst7, 16) => run!(simd, columns_dst::<16>(&DST16, residual, pass, out)),
        _ => panic!("no {:?} of {} samples", shape.tx.vertical, shape.h),
    }
}

/// The pass over rows of up to 32 samples, in place.
fn rows_in_place(simd: Simd, w: usize, basis: Basis, out: &mut [i32]) {
    match (basis, w) {
        (Basis::Dct2, 4) => run!(simd, rows_whole::<4, 4>(&TURNED_DCT4, out)),
        (Basis::Dct2, 8) => run!(simd, rows_whole::<8, 4>(&TURNED_DCT8, out)),
        (Basis::Dct2, 16) => run!(simd, rows_split::<16, 8, 8>(&EVEN16, &ODD16, out)),
        (Basis::Dct2, 32) => run!(simd, rows_split::<32, 16, 16>(&EVEN32, &ODD32, out)),
        (Basis::Dst7, 4) => run!(simd, rows_whole::<4, 4>(&TURNED_DST4, out)),
        (Basis::Dst7, 8) => run!(simd, rows_whole::<8, 4>(&TURNED_DST8, out)),
        (Basis::Dst7, 16) => run!(simd, rows_whole::<16, 4>(&TURNED_DST16, out)),
        _ => panic!("no {basis:?} of {w} samples"),
    }
}

static TURNED_DCT4: Matrix<4, 4> = part(&DCT4, 0, 1);
static TURNED_DCT8: Matrix<8, 8> = part(&DCT8, 0, 1);
static TURNED_DST4: Matrix<4, 4> = part(&DST4, 0, 1);
static TURNED_DST8: Matrix<8, 8> = part(&DST8, 0, 1);
static TURNED_DST16: Matrix<16, 16> = part(&DST16, 0, 1);
static EVEN16: Matrix<8, 8> = part(&DCT16, 0, 2);
static ODD16: Matrix<8, 8> = part(&DCT16, 1, 2);
static EVEN32: Matrix<16, 16> = part(&DCT32, 0, 2);
static ODD32: Matrix<16, 16> = part(&DCT32, 1, 2);
static EVEN64: Matrix<16, 32> = part(&DCT64, 0, 2);
static ODD64: Matrix<16, 32> = part(&DCT64, 1, 2);

/// `F` frequencies from `first` on, `step` apart, over the first `S` samples, one row a sample.
const fn part<const N: usize, const K: usize, const F: usize, const S: usize>(
    m: &Matrix<N, K>,
    first: usize,
    step: usize,
) -> Matrix<F, S> {
    let mut turned = [[0; F]; S];
    let mut x = 0;
    while x < S {
        let mut i = 0;
        while i < F {
            turned[x][i] = m[first + step * i][x];
            i += 1;
        }
        x += 1;
    }
    turned
}

/// What the pass over columns needs to know.
#[derive(Debug, Clone, Copy)]
struct Pass {
    /// Samples of a row.
    w: usize,
    /// What brings sums down to the values between the passes.
    shift: u32,
}

impl Pass {
    #[inline(always)]
    fn between(self, sum: i32) -> i32 {
        (sum + (1 << (self.shift - 1))) >> self.shift
    }
}

#[inline(always)]
fn round_row(sum: i32) -> i32 {
    ((sum + (1 << (SHIFT_ROWS - 1))) >> SHIFT_ROWS).clamp(COEF_MIN, COEF_MAX)
}

#[inline(always)]
fn columns_dct<const N: usize, const K: usize, const H: usize>(
    m: &Matrix<N, K>,
    residual: &[i32],
    pass: Pass,
    out: &mut [i32],
) {
    let m = opaque(m);
    if pass.w == 4 {
        dct_group::<N, K, H, 4>(m, residual, 0, pass, out);
    } else {
        for x in (0..pass.w).step_by(8) {
            dct_group::<N, K, H, 8>(m, residual, x, pass, out);
        }
    }
}

/// `L` columns from `x` on: differences of mirrored samples give the odd frequencies, and their
/// sums are a column of half the length, for the even ones.
#[inline(always)]
fn dct_group<const N: usize, const K: usize, const H: usize, const L: usize>(
    m: &Matrix<N, K>,
    residual: &[i32],
    x: usize,
    pass: Pass,
    out: &mut [i32],
) {
    let mut sums = [[0; L]; H];
    let mut differences = [[0; L]; H];
    for n in 0..H {
        let (a, b): ([i32; L], [i32; L]) = (load(residual, n * pass.w + x), load(residual, (N - 1 - n) * pass.w + x));
        sums[n] = add(a, b);
        differences[n] = sub(a, b);
    }
    if H >= 32 {
        level::<N, K, L, 32>(m, &differences, x, pass, out);
        fold(&mut sums, &mut differences, 16);
    }
    if H >= 16 {
        level::<N, K, L, 16>(m, &differences, x, pass, out);
        fold(&mut sums, &mut differences, 8);
    }
    if H >= 8 {
        level::<N, K, L, 8>(m, &differences, x, pass, out);
        fold(&mut sums, &mut differences, 4);
    }
    if H >= 4 {
        level::<N, K, L, 4>(m, &differences, x, pass, out);
        fold(&mut sums, &mut differences, 2);
    }
    level::<N, K, L, 2>(m, &differences, x, pass, out);
    fold(&mut sums, &mut differences, 1);
    level::<N, K, L, 1>(m, &differences, x, pass, out);
    store(out, x, mul_add([0; L], m[0][0], sums[0]).map(|sum| pass.between(sum)));
}

/// Sums and differences of the mirrored pairs of the first `2 * half` sums.
#[inline(always)]
fn fold<const L: usize>(sums: &mut [[i32; L]], differences: &mut [[i32; L]], half: usize) {
    for n in 0..half {
        let (a, b) = (sums[n], sums[2 * half - 1 - n]);
        sums[n] = add(a, b);
        differences[n] = sub(a, b);
    }
}

/// The frequencies that the `M` differences of a level give, as many at once as registers hold.
#[inline(always)]
fn level<const N: usize, const K: usize, const L: usize, const M: usize>(
    m: &Matrix<N, K>,
    differences: &[[i32; L]],
    x: usize,
    pass: Pass,
    out: &mut [i32],
) {
    match M * K / N {
        0 => {}
        1 => frequencies::<N, K, L, M, 1>(m, &differences[..M], x, pass, out),
        2 => frequencies::<N, K, L, M, 2>(m, &differences[..M], x, pass, out),
        4 => frequencies::<N, K, L, M, 4>(m, &differences[..M], x, pass, out),
        _ => frequencies::<N, K, L, M, 8>(m, &differences[..M], x, pass, out),
    }
}

/// The odd multiples of `N / 2M` below `K`, `B` at a time, from the `M` differences of their level.
#[inline(always)]
fn frequencies<const N: usize, const K: usize, const L: usize, const M: usize, const B: usize>(
    m: &Matrix<N, K>,
    differences: &[[i32; L]],
    x: usize,
    pass: Pass,
    out: &mut [i32],
) {
    let step = N / (2 * M);
    for k0 in (step..K).step_by(2 * B * step) {
        let rows: [&[i32; N]; B] = std::array::from_fn(|b| &m[(k0 + 2 * b * step) % K]);
        let mut sum = [[0; L]; B];
        for (n, &d) in differences.iter().enumerate() {
            one_by_one();
            for b in 0..B {
                sum[b] = mul_add(sum[b], rows[b][n], d);
            }
        }
        for b in 0..B {
            store(out, (k0 + 2 * b * step) * pass.w + x, sum[b].map(|sum| pass.between(sum)));
        }
    }
}

#[inline(always)]
fn columns_dst<const N: usize>(m: &Matrix<N, N>, residual: &[i32], pass: Pass, out: &mut [i32]) {
    let m = opaque(m);
    if pass.w == 4 {
        dst_group::<N, 4>(m, residual, 0, pass, out);
    } else {
        for x in (0..pass.w).step_by(8) {
            dst_group::<N, 8>(m, residual, x, pass, out);
        }
    }
}

#[inline(always)]
fn dst_group<const N: usize, const L: usize>(
    m: &Matrix<N, N>,
    residual: &[i32],
    x: usize,
    pass: Pass,
    out: &mut [i32],
) {
    for k0 in (0..N).step_by(4) {
        let mut sum = [[0; L]; 4];
        for n in 0..N {
            one_by_one();
            let sample: [i32; L] = load(residual, n * pass.w + x);
            for b in 0..4 {
                sum[b] = mul_add(sum[b], m[k0 + b][n], sample);
            }
        }
        for b in 0..4 {
            store(out, (k0 + b) * pass.w + x, sum[b].map(|sum| pass.between(sum)));
        }
    }
}

/// The pass over rows in place, `R` rows at a time, as a plain product with the turned matrix.
#[inline(always)]
fn rows_whole<const N: usize, const R: usize>(turned: &Matrix<N, N>, out: &mut [i32]) {
    let turned = opaque(turned);
    for rows in out.chunks_exact_mut(R * N) {
        let mut sum = [[0; N]; R];
        for x in 0..N {
            one_by_one();
            for r in 0..R {
                sum[r] = mul_add(sum[r], rows[r * N + x], turned[x]);
            }
        }
        for r in 0..R {
            store(rows, r * N, sum[r].map(round_row));
        }
    }
}

/// The pass over rows in place, two at a time, for a DCT of `N` samples: `F` even frequencies from
/// the sums of the mirrored `H` pairs of samples and `F` odd ones from their differences.
#[inline(always)]
fn rows_split<const N: usize, const H: usize, const F: usize>(
    even: &Matrix<F, H>,
    odd: &Matrix<F, H>,
    out: &mut [i32],
) {
    let (even, odd) = (opaque(even), opaque(odd));
    for rows in out.chunks_exact_mut(2 * N) {
        let mut folded = [([0; H], [0; H]); 2];
        for (row, (sum, difference)) in rows.chunks_exact(N).zip(&mut folded) {
            let low: [i32; H] = load(row, 0);
            let mut high: [i32; H] = load(row, H);
            high.reverse();
            (*sum, *difference) = (add(low, high), sub(low, high));
        }
        let mut sums = [([0; F], [0; F]); 2];
        for x in 0..H {
            one_by_one();
            for r in 0..2 {
                sums[r].0 = mul_add(sums[r].0, folded[r].0[x], even[x]);
                sums[r].1 = mul_add(sums[r].1, folded[r].1[x], odd[x]);
            }
        }
        for (row, (e, o)) in rows.chunks_exact_mut(N).zip(sums) {
            let (e, o) = (e.map(round_row), o.map(round_row));
            for i in 0..F {
                row[2 * i] = e[i];
                row[2 * i + 1] = o[i];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::forward;
    use crate::random::SplitMix64;
    use crate::simd::{CpuLevel, Simd};
    use crate::transform::TxShape;
    use crate::transform::tests::{added, basis_function, sizes, types};

    fn levels() -> [Simd; 2] {
        [Simd::new(CpuLevel::Scalar), Simd::new(CpuLevel::detect())]
    }

    fn greatest_error(residual: &[i32], w: usize, h: usize, extra: u32) -> i32 {
        let mut worst = 0;
        for tx in types(w, h) {
            let shape = TxShape { w, h, tx, extra };
            let results = levels().map(|simd| {
                let mut coefs = vec![0; w.min(32) * h.min(32)];
                forward(simd, residual, shape, &mut coefs);
                let back = added(simd, &coefs, shape, (w.min(32), h.min(32)));
                (coefs, back)
            });
            assert_eq!(results[0], results[1], "{w}x{h} {tx:?}");
            let back = &results[0].1;
            worst = residual.iter().zip(back).fold(worst, |worst, (a, b)| worst.max((a - b).abs()));
        }
        worst
    }

    #[test]
    fn inverse_undoes_forward_as_far_as_the_entries_of_the_matrices_go() {
        let mut random = SplitMix64::new(3);
        for (w, h) in sizes().filter(|&(w, h)| w <= 32 && h <= 32) {
            // Entries of three or four digits leave 0.3 % of full scale at worst.
            for (amplitude, bound, extra) in [(127, 1, 0), (255, 1, 0), (1023, 4, 0), (1023, 4, 2), (4095, 18, 4)] {
                for _ in 0..10 {
                    let residual: Vec<i32> = (0..w * h).map(|_| random.range(-amplitude, amplitude)).collect();
                    let error = greatest_error(&residual, w, h, extra);
                    assert!(error <= bound, "{w}x{h} {amplitude} {extra}: {error}");
                }
                for value in [-amplitude, amplitude] {
                    let error = greatest_error(&vec![value; w * h], w, h, extra);
                    assert!(error <= bound, "{w}x{h} flat {value} {extra}: {error}");
                }
            }
        }
    }

    #[test]
    fn inverse_undoes_forward_within_one_on_low_pass_blocks_of_64() {
        for (w, h) in sizes().filter(|&(w, h)| w == 64 || h == 64) {
            for (u, v) in [(0.0, 0.0), (1.0, 0.0), (0.0, 3.0), (2.0, 5.0), (15.0, 7.0)] {
                let wave =
                    |i: usize, f: f64, n: usize| (std::f64::consts::PI * (2 * i + 1) as f64 * f / (2 * n) as f64).cos();
                let residual: Vec<i32> =
                    (0..w * h).map(|i| (255.0 * wave(i % w, u, w) * wave(i / w, v, h)).round() as i32).collect();
                let error = greatest_error(&residual, w, h, 0);
                assert!(error <= 1, "{w}x{h}: {error}");
            }
        }
    }

    #[test]
    fn forward_is_the_scaled_orthonormal_transform() {
        let mut random = SplitMix64::new(4);
        for (w, h) in sizes() {
            for tx in types(w, h) {
                let residual: Vec<i32> = (0..w * h).map(|_| random.range(-255, 255)).collect();
                let mut coefs = vec![0; w.min(32) * h.min(32)];
                forward(levels()[1], &residual, TxShape { w, h, tx, extra: 0 }, &mut coefs);
                for (u, v) in [(0, 0), (1, 0), (0, 1), (2, 3), (w.min(32) - 1, h.min(32) - 1)] {
                    let exact: f64 = (0..w * h)
                        .map(|i| {
                            4.0 * f64::from(residual[i])
                                * basis_function(tx.horizontal, w, u, i % w)
                                * basis_function(tx.vertical, h, v, i / w)
                        })
                        .sum();
                    let coef = f64::from(coefs[v * w.min(32) + u]);
                    // Half a step of rounding, and that of the matrices' entries.
                    assert!((coef - exact).abs() < 0.6 + 0.002 * 4.0 * 255.0, "{w}x{h} {tx:?} {u} {v}: {coef} {exact}");
                }
            }
        }
    }
}
