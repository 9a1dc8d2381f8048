//! The inverse two-dimensional transform: columns, clamp, rows; its residual goes straight into the
//! samples. BITSTREAM.md §9.8.
//!
//! Both passes are exact integer products with the matrices of `tables`, so any order of summing
//! gives the same values. No sum leaves 32 bits: a pass adds at most
//! `2^17 * sum over k of |M[k][n]|`, and that sum of at most 32 entries is at most
//! `sqrt(32) * 2048 < 11586` by Cauchy and Schwarz, so the total stays below `1.42 * 2^30`, and the
//! partial sums of the even and odd parts below the same bound.

// An index runs over several arrays at once.
#![allow(clippy::needless_range_loop)]

use super::basis::{Basis, COEF_MAX, COEF_MIN, MAX_TX, TxShape, TxType};
use super::tables::{DCT4, DCT8, DCT16, DCT32, DCT64, DST4, DST8, DST16, Matrix, basis_function};
use crate::image::plane::Block;
use crate::simd::arrays::{add, add_clipped, load, mul_add, one_by_one, opaque, store, sub, unrolled};
use crate::simd::{Simd, run};

const SHIFT_COLUMNS: u32 = 11;
const SHIFT_ROWS: u32 = 13;
/// Whether vectors have four numbers of 32 bits and there are few of them.
const NARROW: bool = cfg!(target_arch = "wasm32");

/// What stands between the passes: rows of as many columns as are coded.
pub(crate) type Room = [[i32; MAX_TX]; 64];
/// An empty one.
pub(crate) const ROOM: Room = [[0; MAX_TX]; 64];

/// Adds the residual of a block of `shape` to its prediction, which stands in `out`, and keeps
/// samples within their bits.
///
/// `coefs` has `min(h, 32)` rows of `min(w, 32)` coefficients, horizontal frequency along the row,
/// within 18 bits signed, scaled by 4. Those at a column `>= extent.0` or a row `>= extent.1` are
/// zero; the extent only saves work.
pub(crate) fn inverse(
    simd: Simd,
    coefs: &[i32],
    shape: TxShape,
    extent: (usize, usize),
    room: &mut Room,
    out: &mut Block<'_>,
) {
    let TxShape { w, h, tx, extra } = shape;
    let (shift, max) = (SHIFT_ROWS - extra, (1024u16 << extra) - 1);
    let stride = w.min(MAX_TX);
    let (cols, rows) = (extent.0.min(stride), extent.1.min(h.min(MAX_TX)));
    if cols == 0 || rows == 0 {
        return;
    }
    if cols == 1 && rows == 1 && tx == TxType::DCT {
        let value = flat(coefs[0], w, h, shift);
        return match w {
            4 => run!(simd, add_flat::<4>(value, max, out)),
            8 => run!(simd, add_flat::<8>(value, max, out)),
            16 => run!(simd, add_flat::<16>(value, max, out)),
            32 => run!(simd, add_flat::<32>(value, max, out)),
            _ => run!(simd, add_flat::<64>(value, max, out)),
        };
    }
    if tx == TxType::IDENTITY {
        return match w {
            4 => run!(simd, add_untransformed::<4>(coefs, rows, extra, max, out)),
            8 => run!(simd, add_untransformed::<8>(coefs, rows, extra, max, out)),
            16 => run!(simd, add_untransformed::<16>(coefs, rows, extra, max, out)),
            _ => run!(simd, add_untransformed::<32>(coefs, rows, extra, max, out)),
        };
    }
    let pass = Columns { coefs: &coefs[..stride * h.min(MAX_TX)], stride, cols, rows };
    match (tx.vertical, h) {
        (Basis::Dct2, 4) => run!(simd, pass.dct(&DCT4, room)),
        (Basis::Dct2, 8) => run!(simd, pass.dct(&DCT8, room)),
        (Basis::Dct2, 16) => run!(simd, pass.dct(&DCT16, room)),
        (Basis::Dct2, 32) => run!(simd, pass.dct(&DCT32, room)),
        (Basis::Dct2, 64) => run!(simd, pass.dct(&DCT64, room)),
        (Basis::Dst7, 4) => run!(simd, pass.dst(&DST4, room)),
        (Basis::Dst7, 8) => run!(simd, pass.dst(&DST8, room)),
        (Basis::Dst7, 16) => run!(simd, pass.dst(&DST16, room)),
        _ => panic!("no {:?} of {h} samples", tx.vertical),
    }
    let pass = Rows { room: &room[..h], cols, shift, max };
    match (tx.horizontal, w) {
        (Basis::Dct2, 4) => run!(simd, pass.whole::<4, 4>(&DCT4, out)),
        (Basis::Dct2, 8) => run!(simd, pass.whole::<8, 4>(&DCT8, out)),
        (Basis::Dct2, 16) => run!(simd, pass.split::<16, 16, 8, { if NARROW { 2 } else { 4 } }>(&DCT16, out)),
        (Basis::Dct2, 32) => run!(simd, pass.split::<32, 32, 16, { if NARROW { 1 } else { 2 } }>(&DCT32, out)),
        (Basis::Dct2, 64) => run!(simd, pass.split::<64, 32, 32, 1>(&DCT64, out)),
        (Basis::Dst7, 4) => run!(simd, pass.whole::<4, 4>(&DST4, out)),
        (Basis::Dst7, 8) => run!(simd, pass.whole::<8, 4>(&DST8, out)),
        (Basis::Dst7, 16) => run!(simd, pass.whole::<16, { if NARROW { 2 } else { 4 } }>(&DST16, out)),
        _ => panic!("no {:?} of {w} samples", tx.horizontal),
    }
}

/// The one value of a block with nothing but its lowest DCT coefficient.
fn flat(dc: i32, w: usize, h: usize, shift: u32) -> i32 {
    let gain = |side| basis_function(Basis::Dct2, side, 0)[0];
    round_row(between(dc * gain(h)) * gain(w), shift)
}

#[inline(always)]
fn between(sum: i32) -> i32 {
    ((sum + (1 << (SHIFT_COLUMNS - 1))) >> SHIFT_COLUMNS).clamp(COEF_MIN, COEF_MAX)
}

#[inline(always)]
fn rounded<const L: usize>(mut sums: [i32; L]) -> [i32; L] {
    for sum in &mut sums {
        *sum = between(*sum);
    }
    sums
}

#[inline(always)]
fn round_row(sum: i32, shift: u32) -> i32 {
    (sum + (1 << (shift - 1))) >> shift
}

#[inline(always)]
fn add_flat<const W: usize>(value: i32, max: u16, out: &mut Block<'_>) {
    for row in out.rows::<W>() {
        add_clipped(row, &[value; W], 0, max);
    }
}

/// Adds what the first `rows` rows of coefficients are without a transform.
#[inline(always)]
fn add_untransformed<const W: usize>(coefs: &[i32], rows: usize, extra: u32, max: u16, out: &mut Block<'_>) {
    for (row, coefs) in out.rows::<W>().zip(coefs.as_chunks::<W>().0).take(rows) {
        let mut quarters = [2; W];
        for x in 0..W {
            quarters[x] += coefs[x] << extra;
        }
        add_clipped(row, &quarters, 2, max);
    }
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
    /// Writes the low `cols` columns, rounded up to whole vectors, of `N` rows.
    #[inline(always)]
    fn dct<const N: usize, const K: usize>(self, m: &Matrix<N, K>, room: &mut Room) {
        let m = opaque(m);
        if NARROW || self.stride == 4 {
            for u in (0..self.cols).step_by(4) {
                self.dct_group::<N, K, 4>(m, u, room);
            }
        } else {
            for u in (0..self.cols).step_by(8) {
                self.dct_group::<N, K, 8>(m, u, room);
            }
        }
    }

    #[inline(always)]
    fn dst<const N: usize>(self, m: &Matrix<N, N>, room: &mut Room) {
        let m = opaque(m);
        if NARROW || self.stride == 4 {
            for u in (0..self.cols).step_by(4) {
                self.dst_group::<N, 4>(m, u, room);
            }
        } else {
            for u in (0..self.cols).step_by(8) {
                self.dst_group::<N, 8>(m, u, room);
            }
        }
    }

    /// `L` columns from `u` on: the transform of 2 points, then of 4 from it, up to `N`.
    #[inline(always)]
    fn dct_group<const N: usize, const K: usize, const L: usize>(self, m: &Matrix<N, K>, u: usize, room: &mut Room) {
        let flat = mul_add([0; L], m[0][0], load(self.coefs, u));
        let mut middle = [0; L];
        if N / 2 < K && N / 2 < self.rows {
            middle = mul_add(middle, m[N / 2 % K][0], load(self.coefs, N / 2 * self.stride + u));
        }
        store(&mut room[0], u, add(flat, middle));
        store(&mut room[1], u, sub(flat, middle));
        self.level::<N, K, L, 2, 2>(m, u, room);
        if N >= 8 {
            self.level::<N, K, L, 4, 4>(m, u, room);
        }
        if N >= 16 {
            if L == 4 {
                self.level::<N, K, L, 8, 4>(m, u, room);
            } else {
                self.level::<N, K, L, 8, 8>(m, u, room);
            }
        }
        if N >= 32 {
            self.level::<N, K, L, 16, 8>(m, u, room);
        }
        if N >= 64 {
            self.level::<N, K, L, 32, 8>(m, u, room);
        }
    }

    /// The transform of `2 * M` points from that of `M` points in the first rows of `room` (the
    /// even frequencies) and the odd ones, `B` at a time.
    #[inline(always)]
    fn level<const N: usize, const K: usize, const L: usize, const M: usize, const B: usize>(
        self,
        m: &Matrix<N, K>,
        u: usize,
        room: &mut Room,
    ) {
        let step = N / (2 * M);
        for n0 in (0..M).step_by(B) {
            let mut odd = [[0; L]; B];
            for k in (step..self.rows.min(K)).step_by(2 * step) {
                let x: [i32; L] = load(self.coefs, k * self.stride + u);
                let factors: [i32; B] = load(&m[k], n0);
                unrolled!(b in B {
                    one_by_one();
                    odd[b] = mul_add(odd[b], factors[b], x);
                });
            }
            unrolled!(b in B {
                one_by_one();
                let n = n0 + b;
                let even: [i32; L] = load(&room[n], u);
                let (low, high) = (add(even, odd[b]), sub(even, odd[b]));
                if 2 * M == N {
                    store(&mut room[n], u, rounded(low));
                    store(&mut room[2 * M - 1 - n], u, rounded(high));
                } else {
                    store(&mut room[n], u, low);
                    store(&mut room[2 * M - 1 - n], u, high);
                }
            });
        }
    }

    #[inline(always)]
    fn dst_group<const N: usize, const L: usize>(self, m: &Matrix<N, N>, u: usize, room: &mut Room) {
        for n0 in (0..N).step_by(4) {
            let mut sum = [[0; L]; 4];
            for k in 0..self.rows.min(N) {
                let x: [i32; L] = load(self.coefs, k * self.stride + u);
                let factors: [i32; 4] = load(&m[k], n0);
                unrolled!(b in 4 {
                    one_by_one();
                    sum[b] = mul_add(sum[b], factors[b], x);
                });
            }
            unrolled!(b in 4 {
                store(&mut room[n0 + b], u, rounded(sum[b]));
            });
        }
    }
}

/// The pass over rows: what it reads, and the greatest sample.
#[derive(Clone, Copy)]
struct Rows<'a> {
    room: &'a [[i32; MAX_TX]],
    cols: usize,
    shift: u32,
    max: u16,
}

impl Rows<'_> {
    /// `R` rows at a time, as a plain product.
    #[inline(always)]
    fn whole<const N: usize, const R: usize>(self, m: &Matrix<N, N>, out: &mut Block<'_>) {
        let m = opaque(m);
        for (rows, y) in self.room.as_chunks::<R>().0.iter().zip((0..).step_by(R)) {
            let mut sum = [[1 << (self.shift - 1); N]; R];
            for u in 0..self.cols.min(N) {
                one_by_one();
                unrolled!(r in R {
                    sum[r] = mul_add(sum[r], rows[r][u], m[u]);
                });
            }
            unrolled!(r in R {
                add_clipped(out.at(0, y + r), &sum[r], self.shift, self.max);
            });
        }
    }

    /// `R` rows at a time, for a DCT: even and odd frequencies give the sum and the difference of
    /// the two halves (`H` samples each) of a row.
    #[inline(always)]
    fn split<const N: usize, const K: usize, const H: usize, const R: usize>(
        self,
        m: &Matrix<N, K>,
        out: &mut Block<'_>,
    ) {
        let m = opaque(m);
        for (rows, y) in self.room.as_chunks::<R>().0.iter().zip((0..).step_by(R)) {
            let mut even = [[1 << (self.shift - 1); H]; R];
            let mut odd = [[0; H]; R];
            // An odd count reads one column more: a zero, as the first pass writes whole vectors.
            for u in (0..self.cols.min(K)).step_by(2) {
                one_by_one();
                let (m0, m1): ([i32; H], [i32; H]) = (load(&m[u], 0), load(&m[u + 1], 0));
                unrolled!(r in R {
                    even[r] = mul_add(even[r], rows[r][u], m0);
                    odd[r] = mul_add(odd[r], rows[r][u + 1], m1);
                });
            }
            unrolled!(r in R {
                let mut high = sub(even[r], odd[r]);
                high.reverse();
                add_clipped(out.at(0, y + r), &add(even[r], odd[r]), self.shift, self.max);
                add_clipped(out.at(H, y + r), &high, self.shift, self.max);
            });
        }
    }
}
