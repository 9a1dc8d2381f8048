//! The operations of [`Lanes`] in SSE4.1, on two registers of eight lanes.
//!
//! Without closures: in one, intrinsics are calls, for it is not compiled for this level by itself.
#![allow(unsafe_code)]

use std::arch::x86_64::*;
use std::mem::transmute;

use super::lanes::{LANES, Lanes, Row};

/// Proof that the machine has SSE4.1.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sse41(());

impl Sse41 {
    /// # Safety
    /// The machine has SSE4.1 and SSSE3, and all use of it is inlined into a function that is
    /// compiled for them.
    #[inline(always)]
    pub(super) unsafe fn new() -> Self {
        Self(())
    }
}

/// Lanes 0 to 7, then 8 to 15.
type Pair = [__m128i; 2];

/// Operations on two registers that are one instruction.
macro_rules! binary {
    ($($name:ident: $instruction:ident,)*) => {
        $(
            #[inline(always)]
            fn $name(self, a: Pair, b: Pair) -> Pair {
                // SAFETY: there is SSE4.1 where there is a value of this type.
                unsafe { [$instruction(a[0], b[0]), $instruction(a[1], b[1])] }
            }
        )*
    };
}

impl Lanes for Sse41 {
    type Words = Pair;
    type Sums = [__m128i; 4];
    /// Each for four lanes.
    type Weights = [__m128i; 4];

    binary! {
        add: _mm_add_epi16,
        add_cut: _mm_adds_epi16,
        sub: _mm_sub_epi16,
        min: _mm_min_epi16,
        max: _mm_max_epi16,
        greater: _mm_cmpgt_epi16,
        and: _mm_and_si128,
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
        // SAFETY: there is SSE4.1 where there is a value of this type.
        unsafe { [_mm_set1_epi16(value); 2] }
    }

    #[inline(always)]
    fn abs(self, a: Pair) -> Pair {
        // SAFETY: as above.
        unsafe { [_mm_abs_epi16(a[0]), _mm_abs_epi16(a[1])] }
    }

    #[inline(always)]
    fn shr(self, a: Pair, bits: u32) -> Pair {
        // SAFETY: as above.
        unsafe {
            let bits = _mm_cvtsi32_si128(bits as i32);
            [_mm_sra_epi16(a[0], bits), _mm_sra_epi16(a[1], bits)]
        }
    }

    #[inline(always)]
    fn but(self, a: Pair, b: Pair) -> Pair {
        // SAFETY: as above.
        unsafe { [_mm_andnot_si128(b[0], a[0]), _mm_andnot_si128(b[1], a[1])] }
    }

    #[inline(always)]
    fn select(self, mask: Pair, a: Pair, b: Pair) -> Pair {
        // SAFETY: as above.
        unsafe { [_mm_blendv_epi8(b[0], a[0], mask[0]), _mm_blendv_epi8(b[1], a[1], mask[1])] }
    }

    #[inline(always)]
    fn any(self, a: Pair) -> bool {
        // SAFETY: as above.
        unsafe {
            let both = _mm_or_si128(a[0], a[1]);
            _mm_testz_si128(both, both) == 0
        }
    }

    #[inline(always)]
    fn spread(self, values: [i16; LANES / 4]) -> Pair {
        // SAFETY: as above, and both have 8 bytes.
        unsafe {
            let all = _mm_set1_epi64x(transmute::<[i16; LANES / 4], i64>(values));
            let twos = _mm_unpacklo_epi16(all, all);
            [_mm_shuffle_epi32::<0b01_01_00_00>(twos), _mm_shuffle_epi32::<0b11_11_10_10>(twos)]
        }
    }

    #[inline(always)]
    fn first_of_four(self, a: Pair) -> Pair {
        // SAFETY: as above.
        unsafe {
            let low = _mm_shufflehi_epi16::<0x00>(_mm_shufflelo_epi16::<0x00>(a[0]));
            [low, _mm_shufflehi_epi16::<0x00>(_mm_shufflelo_epi16::<0x00>(a[1]))]
        }
    }

    #[inline(always)]
    fn last_of_four(self, a: Pair) -> Pair {
        // SAFETY: as above.
        unsafe {
            let low = _mm_shufflehi_epi16::<0xff>(_mm_shufflelo_epi16::<0xff>(a[0]));
            [low, _mm_shufflehi_epi16::<0xff>(_mm_shufflelo_epi16::<0xff>(a[1]))]
        }
    }

    #[inline(always)]
    fn zip(self, a: Pair, b: Pair) -> [Pair; 2] {
        // SAFETY: as above.
        unsafe {
            [
                [_mm_unpacklo_epi16(a[0], b[0]), _mm_unpacklo_epi16(a[1], b[1])],
                [_mm_unpackhi_epi16(a[0], b[0]), _mm_unpackhi_epi16(a[1], b[1])],
            ]
        }
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
        // SAFETY: as above.
        unsafe {
            let mut bytes = [_mm_setzero_si128(); 3];
            for (to, words) in bytes.iter_mut().zip(channels) {
                *to = _mm_packus_epi16(words[0], words[1]);
            }
            interleaved(bytes)
        }
    }

    #[inline(always)]
    fn nothing(self) -> [__m128i; 4] {
        // SAFETY: as above.
        unsafe { [_mm_setzero_si128(); 4] }
    }

    #[inline(always)]
    fn weights(self, pairs: [[i16; 2]; 4]) -> [__m128i; 4] {
        // SAFETY: as above, and both have 4 bytes.
        unsafe {
            let mut four = [_mm_setzero_si128(); 4];
            for (to, pair) in four.iter_mut().zip(pairs) {
                *to = _mm_set1_epi32(transmute::<[i16; 2], i32>(pair));
            }
            four
        }
    }

    #[inline(always)]
    fn weigh(self, sums: [__m128i; 4], a: Pair, b: Pair, weights: &[__m128i; 4]) -> [__m128i; 4] {
        // SAFETY: as above.
        unsafe {
            let mut out = sums;
            for half in 0..2 {
                let low = _mm_madd_epi16(_mm_unpacklo_epi16(a[half], b[half]), weights[2 * half]);
                let high = _mm_madd_epi16(_mm_unpackhi_epi16(a[half], b[half]), weights[2 * half + 1]);
                out[2 * half] = _mm_add_epi32(sums[2 * half], low);
                out[2 * half + 1] = _mm_add_epi32(sums[2 * half + 1], high);
            }
            out
        }
    }

    #[inline(always)]
    fn shifted(self, sums: [__m128i; 4], shift: u32) -> Pair {
        // SAFETY: as above.
        unsafe {
            let half = _mm_set1_epi32(1 << (shift - 1));
            let shift = _mm_cvtsi32_si128(shift as i32);
            let mut rounded = [half; 4];
            for (to, sums) in rounded.iter_mut().zip(sums) {
                *to = _mm_sra_epi32(_mm_add_epi32(sums, half), shift);
            }
            [_mm_packs_epi32(rounded[0], rounded[1]), _mm_packs_epi32(rounded[2], rounded[3])]
        }
    }

    #[inline(always)]
    fn quads(self, rows: [Pair; 4]) -> [[u32; LANES / 4]; 4] {
        // SAFETY: as above, and both have 64 bytes.
        unsafe {
            let ones = _mm_set1_epi16(1);
            let mut sums = [ones; 4];
            for (to, row) in sums.iter_mut().zip(rows) {
                *to = _mm_hadd_epi32(_mm_madd_epi16(row[0], ones), _mm_madd_epi16(row[1], ones));
            }
            transmute::<[__m128i; 4], [[u32; LANES / 4]; 4]>(sums)
        }
    }
}

/// Columns in place of rows of eight registers.
#[inline(always)]
fn eights(rows: &[__m128i; 8]) -> [__m128i; 8] {
    // SAFETY: only operations of `Sse41` call it.
    unsafe {
        let mut twos = *rows;
        for i in 0..4 {
            twos[i] = _mm_unpacklo_epi16(rows[2 * i], rows[2 * i + 1]);
            twos[i + 4] = _mm_unpackhi_epi16(rows[2 * i], rows[2 * i + 1]);
        }
        // Columns 2i and 2i + 1 of rows 0 to 3, then of rows 4 to 7.
        let mut fours = twos;
        for i in 0..2 {
            fours[4 * i] = _mm_unpacklo_epi32(twos[4 * i], twos[4 * i + 1]);
            fours[4 * i + 1] = _mm_unpackhi_epi32(twos[4 * i], twos[4 * i + 1]);
            fours[4 * i + 2] = _mm_unpacklo_epi32(twos[4 * i + 2], twos[4 * i + 3]);
            fours[4 * i + 3] = _mm_unpackhi_epi32(twos[4 * i + 2], twos[4 * i + 3]);
        }
        let mut columns = fours;
        for i in 0..2 {
            for k in 0..2 {
                let (upper, lower) = (fours[4 * i + k], fours[4 * i + k + 2]);
                columns[4 * i + 2 * k] = _mm_unpacklo_epi64(upper, lower);
                columns[4 * i + 2 * k + 1] = _mm_unpackhi_epi64(upper, lower);
            }
        }
        columns
    }
}

/// For each third of sixteen interleaved pixels and each channel, which of that channel's bytes go
/// where; -1 where none does.
const PLACES: [[[i8; 16]; 3]; 3] = {
    let mut places = [[[-1; 16]; 3]; 3];
    let mut at = 0;
    while at < 48 {
        places[at / 16][at % 3][at % 16] = (at / 3) as i8;
        at += 1;
    }
    places
};

/// Bytes of three channels pixel by pixel.
///
/// # Safety
/// As [`Sse41::new`].
#[inline(always)]
pub(super) unsafe fn interleaved(channels: [__m128i; 3]) -> [u8; 3 * LANES] {
    // SAFETY: as asked for, and 16 bytes are a value of a register.
    unsafe {
        let mut out = [_mm_setzero_si128(); 3];
        for (to, places) in out.iter_mut().zip(&PLACES) {
            for (bytes, places) in channels.iter().zip(places) {
                let part = _mm_shuffle_epi8(*bytes, transmute::<[i8; 16], __m128i>(*places));
                *to = _mm_or_si128(*to, part);
            }
        }
        transmute::<[__m128i; 3], [u8; 3 * LANES]>(out)
    }
}
