//! The inverse transform against its definition, and the tables against their formulas.

#![allow(clippy::needless_range_loop)]

use super::tables::{self, Matrix};
use super::{Basis, COEF_MAX, COEF_MIN, ROOM, TxShape, TxType, inverse};
use crate::image::plane::{Plane, Rect};
use crate::random::SplitMix64;
use crate::simd::{CpuLevel, Simd};

pub(crate) const SIDES: [usize; 5] = [4, 8, 16, 32, 64];

/// The 19 sizes of a block: sides 4 to 64, at most 4 times as long as wide.
pub(crate) fn sizes() -> impl Iterator<Item = (usize, usize)> {
    SIDES.into_iter().flat_map(|w| SIDES.map(|h| (w, h))).filter(|&(w, h)| w <= 4 * h && h <= 4 * w)
}

/// The bases that exist for both sides of a block.
pub(crate) fn types(w: usize, h: usize) -> impl Iterator<Item = TxType> {
    let bases = |side| [Basis::Dct2, Basis::Dst7].into_iter().filter(move |&k| k == Basis::Dct2 || side <= 16);
    bases(h).flat_map(move |vertical| bases(w).map(move |horizontal| TxType { vertical, horizontal }))
}

pub(crate) fn basis_function(basis: Basis, side: usize, k: usize, n: usize) -> f64 {
    let (size, k, n) = (side as f64, k as f64, n as f64);
    let pi = std::f64::consts::PI;
    match basis {
        Basis::Dct2 if k == 0.0 => (1.0 / size).sqrt(),
        Basis::Dct2 => (2.0 / size).sqrt() * (pi * (2.0 * n + 1.0) * k / (2.0 * size)).cos(),
        Basis::Identity => f64::from(u8::from(k == n)),
        Basis::Dst7 => 2.0 / (2.0 * size + 1.0).sqrt() * (pi * (2.0 * k + 1.0) * (n + 1.0) / (2.0 * size + 1.0)).sin(),
    }
}

fn entry(basis: Basis, side: usize, k: usize, n: usize) -> i64 {
    (2048.0 * basis_function(basis, side, k, n)).round() as i64
}

fn check<const N: usize, const K: usize>(basis: Basis, m: &Matrix<N, K>) {
    for k in 0..K {
        for n in 0..N {
            assert_eq!(i64::from(m[k][n]), entry(basis, N, k, n), "{basis:?} {N}: {k} {n}");
        }
        let norm: i32 = m[k].iter().map(|v| v * v).sum();
        assert!((norm - (1 << 22)).abs() < 1 << 13, "{basis:?} {N}: row {k} has norm {norm}");
    }
    for n in 0..N {
        let bound: i64 = m.iter().map(|row| i64::from(row[n].abs())).sum();
        assert!(bound <= 11585 && (bound << 17) + (1 << 12) <= i64::from(i32::MAX), "{basis:?} {N}: {bound}");
    }
}

#[test]
fn without_a_transform_coefficients_are_four_times_the_residual() {
    let simd = Simd::new(CpuLevel::Scalar);
    let coefs: Vec<i32> = (0..32 * 8).map(|i| i * 37 % 2001 - 1000).collect();
    let shape = TxShape { w: 32, h: 8, tx: TxType::IDENTITY, extra: 0 };
    for (&r, &c) in added(simd, &coefs, shape, (32, 8)).iter().zip(&coefs) {
        assert!((4 * r - c).abs() <= 2, "{c} became {r}");
    }
}

#[test]
fn tables_are_the_rounded_formulas_and_sums_fit_32_bits() {
    check(Basis::Dct2, &tables::DCT4);
    check(Basis::Dct2, &tables::DCT8);
    check(Basis::Dct2, &tables::DCT16);
    check(Basis::Dct2, &tables::DCT32);
    check(Basis::Dct2, &tables::DCT64);
    check(Basis::Dst7, &tables::DST4);
    check(Basis::Dst7, &tables::DST8);
    check(Basis::Dst7, &tables::DST16);
}

/// The residual that [`inverse`] adds, no further from zero than the greatest sample: what becomes
/// of the least and of the greatest sample shows it.
pub(crate) fn added(simd: Simd, coefs: &[i32], shape: TxShape, extent: (usize, usize)) -> Vec<i32> {
    let (w, h, most) = (shape.w, shape.h, (1024 << shape.extra) - 1);
    let [above, below] = [0, most].map(|sample| {
        // A column and a row around the block show whether they stay.
        let mut plane = Plane::new(w + 2, h + 1);
        plane.data_mut().fill(sample as u16);
        inverse(simd, coefs, shape, extent, &mut ROOM.clone(), &mut plane.block(Rect { x: 1, y: 0, w, h }));
        let row = |y: usize| plane.row(y).iter().map(|&s| i32::from(s) - sample);
        assert!(row(h).all(|r| r == 0) && (0..h).all(|y| row(y).next() == Some(0) && row(y).next_back() == Some(0)));
        (0..h).flat_map(|y| row(y).skip(1).take(w)).collect::<Vec<_>>()
    });
    above.iter().zip(&below).map(|(a, b)| a + b).collect()
}

/// The definition, with 64-bit sums.
fn reference(coefs: &[i32], shape: TxShape) -> Vec<i32> {
    let TxShape { w, h, tx, extra } = shape;
    let (cols, rows) = (w.min(32), h.min(32));
    let mv: Vec<i64> = (0..rows * h).map(|i| entry(tx.vertical, h, i / h, i % h)).collect();
    let mh: Vec<i64> = (0..cols * w).map(|i| entry(tx.horizontal, w, i / w, i % w)).collect();
    let mut between = vec![0i64; cols * h];
    for y in 0..h {
        for u in 0..cols {
            let sum: i64 = (0..rows).map(|v| i64::from(coefs[v * cols + u]) * mv[v * h + y]).sum();
            between[y * cols + u] = ((sum + (1 << 10)) >> 11).clamp(-131_072, 131_071);
        }
    }
    let mut out = vec![0; w * h];
    for y in 0..h {
        for x in 0..w {
            let sum: i64 = (0..cols).map(|u| between[y * cols + u] * mh[u * w + x]).sum();
            out[y * w + x] = i32::try_from((sum + (1 << (12 - extra))) >> (13 - extra)).unwrap();
        }
    }
    out
}

fn levels() -> [Simd; 2] {
    [Simd::new(CpuLevel::Scalar), Simd::new(CpuLevel::detect())]
}

fn agree(coefs: &[i32], w: usize, h: usize, tx: TxType, extent: (usize, usize)) {
    for extra in [0, 2, 4] {
        let shape = TxShape { w, h, tx, extra };
        let most = (1024 << extra) - 1;
        let expected: Vec<i32> = reference(coefs, shape).iter().map(|&r| r.clamp(-most, most)).collect();
        for simd in levels() {
            for extent in [extent, (w.min(32), h.min(32))] {
                assert_eq!(added(simd, coefs, shape, extent), expected, "{shape:?} {extent:?} {simd:?}");
            }
        }
    }
}

#[test]
fn inverse_is_its_definition_for_random_coefficients_of_any_extent() {
    let mut random = SplitMix64::new(1);
    for (w, h) in sizes() {
        for tx in types(w, h) {
            for _ in 0..12 {
                let (cols, rows) = (w.min(32), h.min(32));
                let extent = (random.range(1, cols as i32) as usize, random.range(1, rows as i32) as usize);
                let reach = 1 << random.range(4, 17);
                let mut coefs = vec![0; cols * rows];
                for v in 0..extent.1 {
                    for u in 0..extent.0 {
                        coefs[v * cols + u] = random.range(-reach, reach).clamp(COEF_MIN, COEF_MAX);
                    }
                }
                agree(&coefs, w, h, tx, extent);
            }
            let cols = w.min(32);
            for (u, v) in [(0, 0), (1, 0), (0, 1), (2, 3)] {
                let mut coefs = vec![0; cols * h.min(32)];
                coefs[v * cols + u] = random.range(-5000, 5000);
                agree(&coefs, w, h, tx, (u + 1, v + 1));
            }
        }
    }
}

#[test]
fn inverse_is_its_definition_for_the_largest_sums() {
    let mut random = SplitMix64::new(2);
    for (w, h) in sizes() {
        for tx in types(w, h) {
            let (cols, rows) = (w.min(32), h.min(32));
            for _ in 0..6 {
                // The signs of one sample's basis functions make every term of its sum positive.
                let (x, y) = (random.range(0, w as i32 - 1) as usize, random.range(0, h as i32 - 1) as usize);
                let sign = random.range(0, 1) == 0;
                let coefs: Vec<i32> = (0..cols * rows)
                    .map(|i| {
                        let positive = (entry(tx.vertical, h, i / cols, y) * entry(tx.horizontal, w, i % cols, x)) > 0;
                        if positive == sign { -COEF_MIN } else { COEF_MIN }
                    })
                    .collect();
                agree(&coefs, w, h, tx, (cols, rows));
            }
        }
    }
}

#[test]
fn inverse_of_nothing_is_nothing() {
    for (w, h) in sizes() {
        let coefs = vec![0; w.min(32) * h.min(32)];
        agree(&coefs, w, h, TxType::DCT, (0, 0));
        agree(&coefs, w, h, TxType::DCT, (3, 0));
    }
}
