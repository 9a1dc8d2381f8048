//! The operations of [`Lanes`] in WebAssembly, on two vectors of eight lanes. All that is compiled
//! with simd128 has it. Nothing is a loop: engines keep arrays in memory that a loop runs over, and
//! modules are compiled for size, with loops left as they are.
#![allow(unsafe_code)]

use std::arch::wasm32::*;
use std::mem::{MaybeUninit, transmute};

use super::lanes::{LANES, Lanes, Row};

/// simd128 is part of the target.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Simd128;

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
    /// Both numbers of each pair.
    type Weights = [i32; 4];

    binary! {
        add: i16x8_add,
        add_cut: i16x8_add_sat,
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
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = rows;
        // Squares of eight by eight: the upper half of the rows, then the lower one.
        let left = [
            eights([a[0], b[0], c[0], d[0], e[0], f[0], g[0], h[0]]),
            eights([i[0], j[0], k[0], l[0], m[0], n[0], o[0], p[0]]),
        ];
        let right = [
            eights([a[1], b[1], c[1], d[1], e[1], f[1], g[1], h[1]]),
            eights([i[1], j[1], k[1], l[1], m[1], n[1], o[1], p[1]]),
        ];
        let [[a, b, c, d, e, f, g, h], [i, j, k, l, m, n, o, p]] = [beside(left), beside(right)];
        [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p]
    }

    #[inline(always)]
    fn turn(self, from: &[[u16; LANES]; LANES], to: &mut [[u16; LANES]; LANES]) {
        // A quarter after the other, for that all of it does not fit the registers.
        turn_quarter::<0, 0>(from, to);
        turn_quarter::<0, 8>(from, to);
        turn_quarter::<8, 0>(from, to);
        turn_quarter::<8, 8>(from, to);
    }

    #[inline(always)]
    fn interleave(self, channels: [Pair; 3]) -> [u8; 3 * LANES] {
        let [a, b, c] = channels;
        let (a, b, c) = (bytes(a), bytes(b), bytes(c));
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
    fn weights(self, pairs: [[i16; 2]; 4]) -> [i32; 4] {
        // SAFETY: both have 16 bytes, and any bits are a value of either.
        unsafe { transmute::<[[i16; 2]; 4], [i32; 4]>(pairs) }
    }

    #[inline(always)]
    fn weigh(self, [p, q, r, s]: [v128; 4], a: Pair, b: Pair, &[i, j, k, l]: &[i32; 4]) -> [v128; 4] {
        [
            i32x4_add(p, i32x4_dot_i16x8(zip_low(a[0], b[0]), i32x4_splat(i))),
            i32x4_add(q, i32x4_dot_i16x8(zip_high(a[0], b[0]), i32x4_splat(j))),
            i32x4_add(r, i32x4_dot_i16x8(zip_low(a[1], b[1]), i32x4_splat(k))),
            i32x4_add(s, i32x4_dot_i16x8(zip_high(a[1], b[1]), i32x4_splat(l))),
        ]
    }

    /// Half by half, for that all of it does not fit the registers.
    const PARTS: usize = 2;

    #[inline(always)]
    fn weigh_held<const PART: usize>(
        self,
        mut sums: [v128; 4],
        [a, b]: [&Row; 2],
        [[low, high], [lower, higher]]: &[[Pair; 2]; 2],
        weights: &[i32; 4],
    ) -> [v128; 4] {
        let (a, b) = (self.load(a)[PART], self.load(b)[PART]);
        let (first, second) = ([low[PART], high[PART]], [lower[PART], higher[PART]]);
        let narrow = i16x8_add(clamp(a, first), clamp(b, first));
        let wide = i16x8_add(clamp(a, second), clamp(b, second));
        let [low, high] = [i32x4_splat(weights[2 * PART]), i32x4_splat(weights[2 * PART + 1])];
        sums[2 * PART] = i32x4_add(sums[2 * PART], i32x4_dot_i16x8(zip_low(narrow, wide), low));
        sums[2 * PART + 1] = i32x4_add(sums[2 * PART + 1], i32x4_dot_i16x8(zip_high(narrow, wide), high));
        now(sums[2 * PART]);
        now(sums[2 * PART + 1]);
        sums
    }

    #[inline(always)]
    fn shifted(self, [a, b, c, d]: [v128; 4], shift: u32) -> Pair {
        let (a, b) = (rounded(a, shift), rounded(b, shift));
        let (c, d) = (rounded(c, shift), rounded(d, shift));
        [i16x8_narrow_i32x4(a, b), i16x8_narrow_i32x4(c, d)]
    }

    #[inline(always)]
    fn quads(self, [a, b, c, d]: [Pair; 4]) -> [[u32; LANES / 4]; 4] {
        [fours(a), fours(b), fours(c), fours(d)]
    }

    #[inline(always)]
    fn anew<T>(self, value: &T) -> &T {
        std::hint::black_box(value)
    }

    #[inline(always)]
    fn now(self, [a, b, c, d]: [Pair; 4]) {
        for [low, high] in [a, b, c, d] {
            now(low);
            now(high);
        }
    }
}

/// Adds `sums` >> `shift` to samples and keeps these from 0 to `max`, which has 14 bits at most. The
/// compiler cuts numbers of 32 bits to 16 by shuffles that engines take several instructions for.
#[inline(always)]
pub(crate) fn add_clipped<const N: usize>(samples: &mut [u16; N], sums: &[i32; N], shift: u32, max: u16) {
    let (eights, four) = samples.as_chunks_mut::<8>();
    let (sums, last) = sums.as_chunks::<8>();
    for (samples, sums) in eights.iter_mut().zip(sums) {
        // SAFETY: both have 32 bytes, and any bits are a value of either.
        let [low, high] = unsafe { transmute::<[i32; 8], [v128; 2]>(*sums) };
        // SAFETY: both have 16 bytes, and any bits are a value of either.
        let own = unsafe { transmute::<[u16; 8], v128>(*samples) };
        // Sums beyond 16 bits leave the range of samples as well when they are cut to these.
        let change = i16x8_narrow_i32x4(i32x4_shr(low, shift), i32x4_shr(high, shift));
        let changed = i16x8_add_sat(own, change);
        let clipped = i16x8_min(i16x8_max(changed, i16x8_splat(0)), i16x8_splat(max as i16));
        // SAFETY: as above.
        *samples = unsafe { transmute::<v128, [u16; 8]>(clipped) };
    }
    if let ([a, b, c, d], [e, f, g, h]) = (four, last) {
        let change = i32x4_shr(i32x4(*e, *f, *g, *h), shift);
        let own = i32x4((*a).into(), (*b).into(), (*c).into(), (*d).into());
        let clipped = i32x4_min(i32x4_max(i32x4_add(own, change), i32x4_splat(0)), i32x4_splat(max.into()));
        *a = i32x4_extract_lane::<0>(clipped) as u16;
        *b = i32x4_extract_lane::<1>(clipped) as u16;
        *c = i32x4_extract_lane::<2>(clipped) as u16;
        *d = i32x4_extract_lane::<3>(clipped) as u16;
    }
}

/// Has `value` made here: V8 reads all that is read in a row without branches before it works on
/// any of it, and has no registers for that. It does keep the order of reading and writing.
#[inline(always)]
fn now(value: v128) {
    let mut out = MaybeUninit::<v128>::uninit();
    // SAFETY: there is room.
    unsafe { out.as_mut_ptr().write_volatile(value) }
}

#[inline(always)]
fn clamp(a: v128, [low, high]: [v128; 2]) -> v128 {
    i16x8_min(i16x8_max(a, low), high)
}

/// Lanes as bytes.
#[inline(always)]
fn bytes(words: Pair) -> v128 {
    u8x16_narrow_i16x8(words[0], words[1])
}

/// Sums, rounded to 2^-`shift`.
#[inline(always)]
fn rounded(sums: v128, shift: u32) -> v128 {
    i32x4_shr(i32x4_add(sums, i32x4_splat(1 << (shift - 1))), shift)
}

/// The sums of four lanes in turn.
#[inline(always)]
fn fours([low, high]: Pair) -> [u32; LANES / 4] {
    let one = i16x8_splat(1);
    let (low, high) = (i32x4_dot_i16x8(low, one), i32x4_dot_i16x8(high, one));
    let (even, odd) = (i32x4_shuffle::<0, 2, 4, 6>(low, high), i32x4_shuffle::<1, 3, 5, 7>(low, high));
    // SAFETY: both have 16 bytes, and any bits are a value of either.
    unsafe { transmute::<v128, [u32; LANES / 4]>(i32x4_add(even, odd)) }
}

/// Columns of sixteen rows from those of the upper and of the lower eight.
#[inline(always)]
fn beside([upper, lower]: [[v128; 8]; 2]) -> [Pair; 8] {
    let [a, b, c, d, e, f, g, h] = upper;
    let [i, j, k, l, m, n, o, p] = lower;
    [[a, i], [b, j], [c, k], [d, l], [e, m], [f, n], [g, o], [h, p]]
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

/// [`Lanes::turn`] of the eight rows from `Y` on and the eight columns from `X` on.
#[inline(always)]
fn turn_quarter<const Y: usize, const X: usize>(from: &[[u16; LANES]; LANES], to: &mut [[u16; LANES]; LANES]) {
    let columns = eights([
        half::<X>(&from[Y]),
        half::<X>(&from[Y + 1]),
        half::<X>(&from[Y + 2]),
        half::<X>(&from[Y + 3]),
        half::<X>(&from[Y + 4]),
        half::<X>(&from[Y + 5]),
        half::<X>(&from[Y + 6]),
        half::<X>(&from[Y + 7]),
    ]);
    set_half::<Y>(&mut to[X], columns[0]);
    set_half::<Y>(&mut to[X + 1], columns[1]);
    set_half::<Y>(&mut to[X + 2], columns[2]);
    set_half::<Y>(&mut to[X + 3], columns[3]);
    set_half::<Y>(&mut to[X + 4], columns[4]);
    set_half::<Y>(&mut to[X + 5], columns[5]);
    set_half::<Y>(&mut to[X + 6], columns[6]);
    set_half::<Y>(&mut to[X + 7], columns[7]);
}

/// Eight samples from column `X` on.
#[inline(always)]
fn half<const X: usize>(row: &[u16; LANES]) -> v128 {
    let eight = row[X..].first_chunk().expect("eight samples");
    // SAFETY: both have 16 bytes, and any bits are a value of either.
    unsafe { transmute::<[u16; 8], v128>(*eight) }
}

/// Puts eight samples in place from column `X` on.
#[inline(always)]
fn set_half<const X: usize>(row: &mut [u16; LANES], samples: v128) {
    let eight = row[X..].first_chunk_mut().expect("eight samples");
    // SAFETY: as above.
    *eight = unsafe { transmute::<v128, [u16; 8]>(samples) };
}

/// Columns in place of rows of eight vectors.
#[inline(always)]
fn eights([a, b, c, d, e, f, g, h]: [v128; 8]) -> [v128; 8] {
    // In turn rows four apart, two apart, then beside each other.
    let (ae, bf, cg, dh) = (zipped(a, e), zipped(b, f), zipped(c, g), zipped(d, h));
    let (aceg, bdfh) = ([zipped(ae[0], cg[0]), zipped(ae[1], cg[1])], [zipped(bf[0], dh[0]), zipped(bf[1], dh[1])]);
    let [a, b] = zipped(aceg[0][0], bdfh[0][0]);
    let [c, d] = zipped(aceg[0][1], bdfh[0][1]);
    let [e, f] = zipped(aceg[1][0], bdfh[1][0]);
    let [g, h] = zipped(aceg[1][1], bdfh[1][1]);
    [a, b, c, d, e, f, g, h]
}

/// The first four lanes of both in turn, and the last four.
#[inline(always)]
fn zipped(a: v128, b: v128) -> [v128; 2] {
    [zip_low(a, b), zip_high(a, b)]
}
