//! The inverse two-dimensional transform: columns, clamp, rows. BITSTREAM.md §9.8.
//!
//! Both passes are exact integer products with the matrices of `tables`, so any order of summing gives the same
//! values. No sum leaves 32 bits: a pass adds at most `2^17 * sum over k of |M[k][n]|`, and that sum of at most 32
//! entries is at most `sqrt(32) * 2048 < 11586` by Cauchy and Schwarz, so the total stays below `1.42 * 2^30`, and
//! the partial sums of the even and odd parts below the same bound.

// An index runs over several arrays at once.
#![allow(clippy::needless_range_loop)]

use super::lanes::{add, load, mul_add, one_by_one, opaque, store, sub};
use super::tables::{DCT4, DCT8, DCT16, DCT32, DCT64, DST4, DST8, DST16, Matrix, basis};
use super::{COEF_MAX, COEF_MIN, Kernel, MAX_TX, TxShape, TxType};
use crate::simd::Simd;
use crate::transform::run;

const SHIFT_COLUMNS: u32 = 11;
const SHIFT_ROWS: u32 = 13;

/// Residual of a block of `shape`, row by row in `out`.
///
/// `coefs` has `min(h, 32)` rows of `min(w, 32)` coefficients, horizontal frequency along the row, within 18 bits
/// signed, scaled by 4. Those at a column `>= extent.0` or a row `>= extent.1` are zero; the extent only saves work.
pub(crate) fn inverse(simd: Simd, coefs: &[i32], shape: TxShape, extent: (usize, usize), out: &mut [i32]) {
    let TxShape { w, h, tx, extra } = shape;
    let shift = SHIFT_ROWS - extra;
    let stride = w.min(MAX_TX);
    let (cols, rows) = (extent.0.min(stride), extent.1.min(h.min(MAX_TX)));
    let out = &mut out[..w * h];
    if cols == 0 || rows == 0 {
        out.fill(0);
        return;
    }
    if cols == 1 && rows == 1 && tx == TxType::DCT {
        out.fill(flat(coefs[0], w, h, shift));
        return;
    }
    if tx == TxType::IDENTITY {
        for (r, &c) in out.iter_mut().zip(coefs) {
            *r = ((c << extra) + 2) >> 2;
        }
        return;
    }
    let pass = Columns { coefs: &coefs[..stride * h.min(MAX_TX)], stride, cols, rows };
    match (tx.vertical, h) {
        (Kernel::Dct2, 4) => run!(simd, pass.dct(&DCT4, w, out)),
        (Kernel::Dct2, 8) => run!(simd, pass.dct(&DCT8, w, out)),
        (Kernel::Dct2, 16) => run!(simd, pass.dct(&DCT16, w, out)),
        (Kernel::Dct2, 32) => run!(simd, pass.dct(&DCT32, w, out)),
        (Kernel::Dct2, 64) => run!(simd, pass.dct(&DCT64, w, out)),
        (Kernel::Dst7, 4) => run!(simd, pass.dst(&DST4, w, out)),
        (Kernel::Dst7, 8) => run!(simd, pass.dst(&DST8, w, out)),
        (Kernel::Dst7, 16) => run!(simd, pass.dst(&DST16, w, out)),
        _ => panic!("no {:?} of {h} samples", tx.vertical),
    }
    match (tx.horizontal, w) {
        (Kernel::Dct2, 4) => run!(simd, rows_whole::<4, 4>(&DCT4, cols, shift, out)),
        (Kernel::Dct2, 8) => run!(simd, rows_whole::<8, 4>(&DCT8, cols, shift, out)),
        (Kernel::Dct2, 16) => run!(simd, rows_split::<16, 16, 8, 4>(&DCT16, cols, shift, out)),
        (Kernel::Dct2, 32) => run!(simd, rows_split::<32, 32, 16, 2>(&DCT32, cols, shift, out)),
        (Kernel::Dct2, 64) => run!(simd, rows_split::<64, 32, 32, 1>(&DCT64, cols, shift, out)),
        (Kernel::Dst7, 4) => run!(simd, rows_whole::<4, 4>(&DST4, cols, shift, out)),
        (Kernel::Dst7, 8) => run!(simd, rows_whole::<8, 4>(&DST8, cols, shift, out)),
        (Kernel::Dst7, 16) => run!(simd, rows_whole::<16, 4>(&DST16, cols, shift, out)),
        _ => panic!("no {:?} of {w} samples", tx.horizontal),
    }
}

/// The one value of a block with nothing but its lowest DCT coefficient.
fn flat(dc: i32, w: usize, h: usize, shift: u32) -> i32 {
    let gain = |side| basis(Kernel::Dct2, side, 0)[0];
    round_row(between(dc * gain(h)) * gain(w), shift)
}

#[inline(always)]
fn between(sum: i32) -> i32 {
    ((sum + (1 << (SHIFT_COLUMNS - 1))) >> SHIFT_COLUMNS).clamp(COEF_MIN, COEF_MAX)
}

#[inline(always)]
fn round_row(sum: i32, shift: u32) -> i32 {
    (sum + (1 << (shift - 1))) >> shift
}

/// The pass over columns: what it reads.
#[derive(Clone, Copy)]
struct Columns<'a> {
    coefs: &'a [i32],
    stride: usize,
    cols: usize,
    rows: usize,
}

impl Columns<'_> {
    /// Writes the low `cols` columns, rounded up to whole vectors, of `N` rows, `w` apart.
    #[inline(always)]
    fn dct<const N: usize, const K: usize>(self, m: &Matrix<N, K>, w: usize, out: &mut [i32]) {
        let m = opaque(m);
        if w == 4 {
            self.dct_group::<N, K, 4>(m, 0, w, out);
        } else {
            for u in (0..self.cols).step_by(8) {
                self.dct_group::<N, K, 8>(m, u, w, out);
            }
        }
    }

    #[inline(always)]
    fn dst<const N: usize>(self, m: &Matrix<N, N>, w: usize, out: &mut [i32]) {
        let m = opaque(m);
        if w == 4 {
            self.dst_group::<N, 4>(m, 0, w, out);
        } else {
            for u in (0..self.cols).step_by(8) {
                self.dst_group::<N, 8>(m, u, w, out);
            }
        }
    }

    /// `L` columns from `u` on: the transform of 2 points, then of 4 from it, up to `N`.
    #[inline(always)]
    fn dct_group<const N: usize, const K: usize, const L: usize>(
        self,
        m: &Matrix<N, K>,
        u: usize,
        w: usize,
        out: &mut [i32],
    ) {
        let flat = mul_add([0; L], m[0][0], load(self.coefs, u));
        let mut middle = [0; L];
        if N / 2 < K && N / 2 < self.rows {
            middle = mul_add(middle, m[N / 2 % K][0], load(self.coefs, N / 2 * self.stride + u));
        }
        store(out, u, add(flat, middle));
        store(out, w + u, sub(flat, middle));
        self.level::<N, K, L, 2, 2>(m, u, w, out);
        if N >= 8 {
            self.level::<N, K, L, 4, 4>(m, u, w, out);
        }
        if N >= 16 {
            if L == 4 {
                self.level::<N, K, L, 8, 4>(m, u, w, out);
            } else {
                self.level::<N, K, L, 8, 8>(m, u, w, out);
            }
        }
        if N >= 32 {
            self.level::<N, K, L, 16, 8>(m, u, w, out);
        }
        if N >= 64 {
            self.level::<N, K, L, 32, 8>(m, u, w, out);
        }
    }

    /// The transform of `2 * M` points from that of `M` points in the first rows of `out` (the even frequencies) and
    /// the odd ones, `B` at a time.
    #[inline(always)]
    fn level<const N: usize, const K: usize, const L: usize, const M: usize, const B: usize>(
        self,
        m: &Matrix<N, K>,
        u: usize,
        w: usize,
        out: &mut [i32],
    ) {
        let step = N / (2 * M);
        for n0 in (0..M).step_by(B) {
            let mut odd = [[0; L]; B];
            for k in (step..self.rows.min(K)).step_by(2 * step) {
                one_by_one();
                let x: [i32; L] = load(self.coefs, k * self.stride + u);
                let factors: [i32; B] = load(&m[k], n0);
                for b in 0..B {
                    odd[b] = mul_add(odd[b], factors[b], x);
                }
            }
            for b in 0..B {
                let n = n0 + b;
                let even: [i32; L] = load(out, n * w + u);
                let (low, high) = (add(even, odd[b]), sub(even, odd[b]));
                if 2 * M == N {
                    store(out, n * w + u, low.map(between));
                    store(out, (2 * M - 1 - n) * w + u, high.map(between));
                } else {
                    store(out, n * w + u, low);
                    store(out, (2 * M - 1 - n) * w + u, high);
                }
            }
        }
    }

    #[inline(always)]
    fn dst_group<const N: usize, const L: usize>(self, m: &Matrix<N, N>, u: usize, w: usize, out: &mut [i32]) {
        for n0 in (0..N).step_by(4) {
            let mut sum = [[0; L]; 4];
            for k in 0..self.rows.min(N) {
                one_by_one();
                let x: [i32; L] = load(self.coefs, k * self.stride + u);
                let factors: [i32; 4] = load(&m[k], n0);
                for b in 0..4 {
                    sum[b] = mul_add(sum[b], factors[b], x);
                }
            }
            for b in 0..4 {
                store(out, (n0 + b) * w + u, sum[b].map(between));
            }
        }
    }
}

/// The pass over rows in place, `R` rows at a time, as a plain product.
#[inline(always)]
fn rows_whole<const N: usize, const R: usize>(m: &Matrix<N, N>, cols: usize, shift: u32, out: &mut [i32]) {
    let m = opaque(m);
    for rows in out.chunks_exact_mut(R * N) {
        let mut sum = [[0; N]; R];
        for u in 0..cols.min(N) {
            one_by_one();
            for r in 0..R {
                sum[r] = mul_add(sum[r], rows[r * N + u], m[u]);
            }
        }
        for r in 0..R {
            store(rows, r * N, sum[r].map(|sum| round_row(sum, shift)));
        }
    }
}

/// The pass over rows in place, `R` rows at a time, for a DCT: even and odd frequencies give the sum and the
/// difference of the two halves (`H` samples each) of a row.
#[inline(always)]
fn rows_split<const N: usize, const K: usize, const H: usize, const R: usize>(
    m: &Matrix<N, K>,
    cols: usize,
    shift: u32,
    out: &mut [i32],
) {
    let m = opaque(m);
    for rows in out.chunks_exact_mut(R * N) {
        let mut even = [[0; H]; R];
        let mut odd = [[0; H]; R];
        // An odd count reads one column more: a zero, as the first pass writes whole vectors.
        for u in (0..cols.min(K)).step_by(2) {
            one_by_one();
            let (m0, m1): ([i32; H], [i32; H]) = (load(&m[u], 0), load(&m[u + 1], 0));
            for r in 0..R {
                even[r] = mul_add(even[r], rows[r * N + u], m0);
                odd[r] = mul_add(odd[r], rows[r * N + u + 1], m1);
            }
        }
        for r in 0..R {
            store_halves(rows, r * N, even[r], odd[r], shift);
        }
    }
}

/// Writes a row from its even and odd parts.
#[inline(always)]
fn store_halves<const H: usize>(rows: &mut [i32], at: usize, even: [i32; H], odd: [i32; H], shift: u32) {
    let round = |sum| round_row(sum, shift);
    store(rows, at, add(even, odd).map(round));
    let mut high = sub(even, odd).map(round);
    high.reverse();
    store(rows, at + H, high);
}
