//! The operations of [`Lanes`] in WebAssembly, on two vectors of eight lanes. All that is compiled
//! with simd128 has it.
#![allow(unsafe_code)]

use std::arch::wasm32::*;
use std::mem::transmute;

use super::lanes::{LANES, Lanes, Row};

/// simd128 is part of the target.
#[derive(Debug, Clone, Copy)]
pub(super) struct Simd128;

/// Lanes 0 to 7, then 8 to 15.
type Pair = [v128; 2];

/// Operations on two vectors that are one instruction.
macro_rules! binary {
    ($($name:ident: $instruction:ident,)*) => {
        $(
            #[inline(always)]
            fn $name(self, a: Pair, b: Pair) -> Pair {
                [$instruction(a[0], b[0]), $instruction(a[1], b[1])]
            }
        )*
    };
}

impl Lanes for Simd128 {
    type Words = Pair;
    type Sums = [v128; 4];
    /// Each for four lanes.
    type Weights = [v128; 4];

    binary! {
        add: i16x8_add,
        sub: i16x8_sub,
        min: i16x8_min,
        max: i16x8_max,
        greater: i16x8_gt,
        and: v128_and,
        but: v128_andnot,
    }

    #[inline(always)]
    fn load(self, row: &Row) -> Pair {
        // SAFETY: both have 32 bytes, and any bits are a value of either.
        unsafe { transmute::<Row, Pair>(*row) }
    }

    #[inline(always)]
    fn samples(self, samples: &[u16; LANES]) -> Pair {
        // SAFETY: as above.
        unsafe { transmute::<[u16; LANES], Pair>(*samples) }
    }

    #[inline(always)]
    fn stored(self, words: Pair) -> [u16; LANES] {
        // SAFETY: as above.
        unsafe { transmute::<Pair, [u16; LANES]>(words) }
    }

    #[inline(always)]
    fn splat(self, value: i16) -> Pair {
        [i16x8_splat(value); 2]
    }

    #[inline(always)]
    fn abs(self, a: Pair) -> Pair {
        [i16x8_abs(a[0]), i16x8_abs(a[1])]
    }

    #[inline(always)]
    fn shr(self, a: Pair, bits: u32) -> Pair {
        [i16x8_shr(a[0], bits), i16x8_shr(a[1], bits)]
    }

    #[inline(always)]
    fn select(self, mask: Pair, a: Pair, b: Pair) -> Pair {
        [v128_bitselect(a[0], b[0], mask[0]), v128_bitselect(a[1], b[1], mask[1])]
    }

    #[inline(always)]
    fn any(self, a: Pair) -> bool {
        v128_any_true(v128_or(a[0], a[1]))
    }

    #[inline(always)]
    fn spread(self, values: [i16; LANES / 4]) -> Pair {
        // SAFETY: both have 8 bytes, and any bits are a value of either.
        let all = u64x2_splat(unsafe { transmute::<[i16; LANES / 4], u64>(values) });
        [i16x8_shuffle::<0, 0, 0, 0, 1, 1, 1, 1>(all, all), i16x8_shuffle::<2, 2, 2, 2, 3, 3, 3, 3>(all, all)]
    }

    #[inline(always)]
    fn first_of_four(self, [low, high]: Pair) -> Pair {
        [i16x8_shuffle::<0, 0, 0, 0, 4, 4, 4, 4>(low, low), i16x8_shuffle::<0, 0, 0, 0, 4, 4, 4, 4>(high, high)]
    }

    #[inline(always)]
    fn last_of_four(self, [low, high]: Pair) -> Pair {
        [i16x8_shuffle::<3, 3, 3, 3, 7, 7, 7, 7>(low, low), i16x8_shuffle::<3, 3, 3, 3, 7, 7, 7, 7>(high, high)]
    }

    #[inline(always)]
    fn zip(self, a: Pair, b: Pair) -> [Pair; 2] {
        [[zip_low(a[0], b[0]), zip_low(a[1], b[1])], [zip_high(a[0], b[0]), zip_high(a[1], b[1])]]
    }

    #[inline(always)]
    fn transpose(self, rows: [Pair; LANES]) -> [Pair; LANES] {
        let mut columns = rows;
        for across in 0..2 {
            for down in 0..2 {
                let mut part = [rows[0][0]; 8];
                for (to, row) in part.iter_mut().zip(&rows[8 * down..]) {
                    *to = row[across];
                }
                let turned = eights(&part);
                for (to, from) in columns[8 * across..].iter_mut().zip(turned) {
                    to[down] = from;
                }
            }
        }
        columns
    }

    #[inline(always)]
    fn interleave(self, channels: [Pair; 3]) -> [u8; 3 * LANES] {
        let [a, b, c] = channels.map(|words| u8x16_narrow_i16x8(words[0], words[1]));
        // Two channels where they belong, then the third between them.
        let thirds = [
            i8x16_shuffle::<0, 16, 0, 1, 17, 0, 2, 18, 0, 3, 19, 0, 4, 20, 0, 5>(a, b),
            i8x16_shuffle::<21, 0, 6, 22, 0, 7, 23, 0, 8, 24, 0, 9, 25, 0, 10, 26>(a, b),
            i8x16_shuffle::<0, 11, 27, 0, 12, 28, 0, 13, 29, 0, 14, 30, 0, 15, 31, 0>(a, b),
        ];
        let thirds = [
            i8x16_shuffle::<0, 1, 16, 3, 4, 17, 6, 7, 18, 9, 10, 19, 12, 13, 20, 15>(thirds[0], c),
            i8x16_shuffle::<0, 21, 2, 3, 22, 5, 6, 23, 8, 9, 24, 11, 12, 25, 14, 15>(thirds[1], c),
            i8x16_shuffle::<26, 1, 2, 27, 4, 5, 28, 7, 8, 29, 10, 11, 30, 13, 14, 31>(thirds[2], c),
        ];
        // SAFETY: both have 48 bytes, and any bits are a value of either.
        unsafe { transmute::<[v128; 3], [u8; 3 * LANES]>(thirds) }
    }

    #[inline(always)]
    fn nothing(self) -> [v128; 4] {
        [i32x4_splat(0); 4]
    }

    #[inline(always)]
    fn weights(self, pairs: [[i16; 2]; 4]) -> [v128; 4] {
        // SAFETY: both have 4 bytes, and any bits are a value of either.
        pairs.map(|pair| i32x4_splat(unsafe { transmute::<[i16; 2], i32>(pair) }))
    }

    #[inline(always)]
    fn weigh(self, sums: [v128; 4], a: Pair, b: Pair, weights: &[v128; 4]) -> [v128; 4] {
        let mut out = sums;
        for half in 0..2 {
            let low = i32x4_dot_i16x8(zip_low(a[half], b[half]), weights[2 * half]);
            let high = i32x4_dot_i16x8(zip_high(a[half], b[half]), weights[2 * half + 1]);
            out[2 * half] = i32x4_add(sums[2 * half], low);
            out[2 * half + 1] = i32x4_add(sums[2 * half + 1], high);
        }
        out
    }

    #[inline(always)]
    fn shifted(self, sums: [v128; 4], factor: i32, shift: u32) -> Pair {
        let (factor, half) = (i32x4_splat(factor), i32x4_splat(1 << (shift - 1)));
        let [a, b, c, d] = sums.map(|sums| i32x4_shr(i32x4_add(i32x4_mul(sums, factor), half), shift));
        [i16x8_narrow_i32x4(a, b), i16x8_narrow_i32x4(c, d)]
    }

    #[inline(always)]
    fn quads(self, rows: [Pair; 4]) -> [[u32; LANES / 4]; 4] {
        rows.map(|row| {
            let (low, high) = (i32x4_extadd_pairwise_i16x8(row[0]), i32x4_extadd_pairwise_i16x8(row[1]));
            let (even, odd) = (i32x4_shuffle::<0, 2, 4, 6>(low, high), i32x4_shuffle::<1, 3, 5, 7>(low, high));
            // SAFETY: both have 16 bytes, and any bits are a value of either.
            unsafe { transmute::<v128, [u32; LANES / 4]>(i32x4_add(even, odd)) }
        })
    }
}

/// The first four lanes of both in turn.
#[inline(always)]
fn zip_low(a: v128, b: v128) -> v128 {
    i16x8_shuffle::<0, 8, 1, 9, 2, 10, 3, 11>(a, b)
}

/// The last four lanes of both in turn.
#[inline(always)]
fn zip_high(a: v128, b: v128) -> v128 {
    i16x8_shuffle::<4, 12, 5, 13, 6, 14, 7, 15>(a, b)
}

/// Columns in place of rows of eight vectors.
#[inline(always)]
fn eights(rows: &[v128; 8]) -> [v128; 8] {
    let mut twos = *rows;
    for i in 0..4 {
        twos[i] = zip_low(rows[2 * i], rows[2 * i + 1]);
        twos[i + 4] = zip_high(rows[2 * i], rows[2 * i + 1]);
    }
    // Columns 2i and 2i + 1 of rows 0 to 3, then of rows 4 to 7.
    let mut fours = twos;
    for i in 0..4 {
        let (upper, lower) = (twos[2 * i], twos[2 * i + 1]);
        let to = 4 * (i / 2) + 2 * (i % 2);
        fours[to] = i32x4_shuffle::<0, 4, 1, 5>(upper, lower);
        fours[to + 1] = i32x4_shuffle::<2, 6, 3, 7>(upper, lower);
    }
    let mut columns = fours;
    for i in 0..2 {
        for k in 0..2 {
            let (upper, lower) = (fours[4 * i + k], fours[4 * i + k + 2]);
            columns[4 * i + 2 * k] = i64x2_shuffle::<0, 2>(upper, lower);
            columns[4 * i + 2 * k + 1] = i64x2_shuffle::<1, 3>(upper, lower);
        }
    }
    columns
}
