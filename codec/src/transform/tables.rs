//! The matrices of the bases: `M[k][n]`, frequency `k`, sample `n`, orthonormal times 2048, each
//! entry rounded. BITSTREAM.md §9.8.
//!
//! They are spelt by their distinct values, which a test computes again from the formulas.

use super::basis::Basis;

/// A matrix of `K` basis functions of `N` samples.
pub(crate) type Matrix<const N: usize, const K: usize> = [[i32; N]; K];

/// `round(2048 * sqrt(2/N) * cos(pi*j / 2N))` at `j`; at 0, where no basis function but the flat
/// one looks, its `round(2048 / sqrt(N))`.
pub(super) const COS4: [i32; 4] = [1024, 1338, 1024, 554];
pub(super) const COS8: [i32; 8] = [724, 1004, 946, 851, 724, 569, 392, 200];
pub(super) const COS16: [i32; 16] = [512, 721, 710, 693, 669, 639, 602, 560, 512, 459, 402, 341, 277, 210, 141, 71];
#[rustfmt::skip]
pub(super) const COS32: [i32; 32] = [
    362, 511, 510, 506, 502, 497, 490, 482, 473, 463, 452, 439, 426, 411, 396, 379,
    362, 344, 325, 305, 284, 263, 241, 219, 196, 172, 149, 124, 100, 75, 50, 25,
];
#[rustfmt::skip]
pub(super) const COS64: [i32; 64] = [
    256, 362, 362, 361, 360, 359, 358, 357, 355, 353, 351, 349, 346, 344, 341, 338,
    334, 331, 327, 323, 319, 315, 311, 306, 301, 296, 291, 285, 280, 274, 268, 262,
    256, 250, 243, 236, 230, 223, 216, 208, 201, 194, 186, 178, 171, 163, 155, 147,
    139, 130, 122, 114, 105, 97, 88, 79, 71, 62, 53, 44, 35, 27, 18, 9,
];

/// `round(2048 * 2/sqrt(2N+1) * sin(pi*j / (2N+1)))` at `j - 1`.
pub(super) const SIN4: [i32; 4] = [467, 878, 1182, 1345];
pub(super) const SIN8: [i32; 8] = [183, 359, 523, 669, 793, 889, 956, 989];
pub(super) const SIN16: [i32; 16] = [68, 135, 201, 265, 327, 385, 441, 492, 539, 581, 617, 649, 674, 693, 706, 712];

/// `M[k][n] = cos(pi*(2n+1)*k / 2N)`, from the values of the first quadrant.
const fn dct<const N: usize, const K: usize>(cos: &[i32; N]) -> Matrix<N, K> {
    let mut m = [[0; N]; K];
    let mut k = 0;
    while k < K {
        let mut n = 0;
        while n < N {
            let turn = (2 * n + 1) * k % (4 * N);
            let half = if turn > 2 * N { 4 * N - turn } else { turn };
            m[k][n] = if half > N {
                -cos[2 * N - half]
            } else if half == N {
                0
            } else {
                cos[half]
            };
            n += 1;
        }
        k += 1;
    }
    m
}

/// `M[k][n] = sin(pi*(2k+1)*(n+1) / (2N+1))`, from the values of the first quadrant.
const fn dst<const N: usize>(sin: &[i32; N]) -> Matrix<N, N> {
    let mut m = [[0; N]; N];
    let mut k = 0;
    while k < N {
        let mut n = 0;
        while n < N {
            let half = 2 * N + 1;
            let turn = (2 * k + 1) * (n + 1) % (2 * half);
            let angle = turn % half;
            let folded = if angle > N { half - angle } else { angle };
            let value = if folded == 0 { 0 } else { sin[folded - 1] };
            m[k][n] = if turn > half { -value } else { value };
            n += 1;
        }
        k += 1;
    }
    m
}

/// Basis function `k` of `n` samples, 4 to 64.
///
/// # Panics
/// Where `basis` has no such side.
pub(crate) fn basis_function(basis: Basis, n: usize, k: usize) -> &'static [i32] {
    match (basis, n) {
        (Basis::Dct2, 4) => &DCT4[k],
        (Basis::Dct2, 8) => &DCT8[k],
        (Basis::Dct2, 16) => &DCT16[k],
        (Basis::Dct2, 32) => &DCT32[k],
        (Basis::Dct2, 64) => &DCT64[k],
        (Basis::Dst7, 4) => &DST4[k],
        (Basis::Dst7, 8) => &DST8[k],
        (Basis::Dst7, 16) => &DST16[k],
        _ => panic!("no {basis:?} of {n} samples"),
    }
}

/// Frequencies that are looked at along the border of a block.
pub(crate) const LOW: usize = 8;

/// What a basis's basis functions are at the border of a block and along it.
#[derive(Debug)]
pub(crate) struct Border {
    /// Samples of the lowest basis functions, sample by sample; zeros where there are fewer
    /// functions.
    pub(crate) low: &'static [[i32; LOW]],
    /// The first sample of each basis function.
    pub(crate) first: &'static [i32],
}

/// A basis turned over, its lowest functions.
const fn low<const N: usize, const K: usize>(m: &Matrix<N, K>) -> [[i32; LOW]; N] {
    let mut out = [[0; LOW]; N];
    let mut n = 0;
    while n < N {
        let mut k = 0;
        while k < LOW && k < K {
            out[n][k] = m[k][n];
            k += 1;
        }
        n += 1;
    }
    out
}

const fn first<const N: usize, const K: usize>(m: &Matrix<N, K>) -> [i32; K] {
    let mut out = [0; K];
    let mut k = 0;
    while k < K {
        out[k] = m[k][0];
        k += 1;
    }
    out
}

/// What `basis` of `n` samples, 4 to 64, is at a border.
///
/// # Panics
/// Where `basis` has no such side.
pub(crate) fn border(basis: Basis, n: usize) -> &'static Border {
    macro_rules! border {
        ($matrix:ident, $n:literal, $k:literal) => {{
            static LOWEST: [[i32; LOW]; $n] = low(&$matrix);
            static FIRST: [i32; $k] = first(&$matrix);
            static BORDER: Border = Border { low: &LOWEST, first: &FIRST };
            &BORDER
        }};
    }
    match (basis, n) {
        (Basis::Dct2, 4) => border!(DCT4, 4, 4),
        (Basis::Dct2, 8) => border!(DCT8, 8, 8),
        (Basis::Dct2, 16) => border!(DCT16, 16, 16),
        (Basis::Dct2, 32) => border!(DCT32, 32, 32),
        (Basis::Dct2, 64) => border!(DCT64, 64, 32),
        (Basis::Dst7, 4) => border!(DST4, 4, 4),
        (Basis::Dst7, 8) => border!(DST8, 8, 8),
        (Basis::Dst7, 16) => border!(DST16, 16, 16),
        _ => panic!("no {basis:?} of {n} samples"),
    }
}

pub(crate) static DCT4: Matrix<4, 4> = dct(&COS4);
pub(crate) static DCT8: Matrix<8, 8> = dct(&COS8);
pub(crate) static DCT16: Matrix<16, 16> = dct(&COS16);
pub(crate) static DCT32: Matrix<32, 32> = dct(&COS32);
pub(crate) static DCT64: Matrix<64, 32> = dct(&COS64);
pub(crate) static DST4: Matrix<4, 4> = dst(&SIN4);
pub(crate) static DST8: Matrix<8, 8> = dst(&SIN8);
pub(crate) static DST16: Matrix<16, 16> = dst(&SIN16);
