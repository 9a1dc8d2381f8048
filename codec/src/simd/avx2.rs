//! The operations of [`Lanes`] in AVX2.
//!
//! Without closures: in one, intrinsics are calls, for it is not compiled for this level by itself.
#![allow(unsafe_code)]

use std::arch::x86_64::*;
use std::mem::transmute;

use super::lanes::{LANES, Lanes, Row};
use super::sse41::interleaved;

/// Proof that the machine has AVX2.
#[derive(Debug, Clone, Copy)]
pub(super) struct Avx2(());

impl Avx2 {
    /// # Safety
    /// The machine has AVX2, and all use of it is inlined into a function that is compiled for it.
    #[inline(always)]
    pub(super) unsafe fn new() -> Self {
        Self(())
    }
}

/// Operations on two registers that are one instruction.
macro_rules! binary {
    ($($name:ident: $instruction:ident,)*) => {
        $(
            #[inline(always)]
            fn $name(self, a: __m256i, b: __m256i) -> __m256i {
                // SAFETY: there is AVX2 where there is a value of this type.
                unsafe { $instruction(a, b) }
            }
        )*
    };
}

impl Lanes for Avx2 {
    type Words = __m256i;
    /// Those of lanes 0 to 3 and 8 to 11, and the others.
    type Sums = [__m256i; 2];
    /// In the order of these.
    type Weights = [__m256i; 2];

    binary! {
        add: _mm256_add_epi16,
        add_cut: _mm256_adds_epi16,
        sub: _mm256_sub_epi16,
        min: _mm256_min_epi16,
        max: _mm256_max_epi16,
        greater: _mm256_cmpgt_epi16,
        and: _mm256_and_si256,
    }

    #[inline(always)]
    fn load(self, row: &Row) -> __m256i {
        // SAFETY: both have 32 bytes, and any bits are a value of either.
        unsafe { transmute::<Row, __m256i>(*row) }
    }

    #[inline(always)]
    fn samples(self, samples: &[u16; LANES]) -> __m256i {
        // SAFETY: as above.
        unsafe { transmute::<[u16; LANES], __m256i>(*samples) }
    }

    #[inline(always)]
    fn stored(self, words: __m256i) -> [u16; LANES] {
        // SAFETY: as above.
        unsafe { transmute::<__m256i, [u16; LANES]>(words) }
    }

    #[inline(always)]
    fn splat(self, value: i16) -> __m256i {
        // SAFETY: there is AVX2 where there is a value of this type.
        unsafe { _mm256_set1_epi16(value) }
    }

    #[inline(always)]
    fn abs(self, a: __m256i) -> __m256i {
        // SAFETY: as above.
        unsafe { _mm256_abs_epi16(a) }
    }

    #[inline(always)]
    fn shr(self, a: __m256i, bits: u32) -> __m256i {
        // SAFETY: as above.
        unsafe { _mm256_sra_epi16(a, _mm_cvtsi32_si128(bits as i32)) }
    }

    #[inline(always)]
    fn but(self, a: __m256i, b: __m256i) -> __m256i {
        // SAFETY: as above.
        unsafe { _mm256_andnot_si256(b, a) }
    }

    #[inline(always)]
    fn select(self, mask: __m256i, a: __m256i, b: __m256i) -> __m256i {
        // SAFETY: as above.
        unsafe { _mm256_blendv_epi8(b, a, mask) }
    }

    #[inline(always)]
    fn any(self, a: __m256i) -> bool {
        // SAFETY: as above.
        unsafe { _mm256_testz_si256(a, a) == 0 }
    }

    #[inline(always)]
    fn spread(self, values: [i16; LANES / 4]) -> __m256i {
        // SAFETY: as above, and both have 8 bytes.
        unsafe {
            let all = _mm256_set1_epi64x(transmute::<[i16; LANES / 4], i64>(values));
            let twos = _mm256_unpacklo_epi16(all, all);
            _mm256_permutevar8x32_epi32(twos, _mm256_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3))
        }
    }

    #[inline(always)]
    fn first_of_four(self, a: __m256i) -> __m256i {
        // SAFETY: as above.
        unsafe { _mm256_shufflehi_epi16::<0x00>(_mm256_shufflelo_epi16::<0x00>(a)) }
    }

    #[inline(always)]
    fn last_of_four(self, a: __m256i) -> __m256i {
        // SAFETY: as above.
        unsafe { _mm256_shufflehi_epi16::<0xff>(_mm256_shufflelo_epi16::<0xff>(a)) }
    }

    #[inline(always)]
    fn zip(self, a: __m256i, b: __m256i) -> [__m256i; 2] {
        // SAFETY: as above.
        unsafe { [_mm256_unpacklo_epi16(a, b), _mm256_unpackhi_epi16(a, b)] }
    }

    #[inline(always)]
    fn transpose(self, rows: [__m256i; LANES]) -> [__m256i; LANES] {
        let (upper, lower) = rows.split_at(8);
        let (upper, lower) = (eights(upper), eights(lower));
        let mut columns = rows;
        for x in 0..8 {
            // SAFETY: as above.
            unsafe {
                columns[x] = _mm256_permute2x128_si256::<0x20>(upper[x], lower[x]);
                columns[x + 8] = _mm256_permute2x128_si256::<0x31>(upper[x], lower[x]);
            }
        }
        columns
    }

    #[inline(always)]
    fn interleave(self, channels: [__m256i; 3]) -> [u8; 3 * LANES] {
        // SAFETY: as above; there is SSE4.1 where there is AVX2.
        unsafe {
            let mut bytes = [_mm_setzero_si128(); 3];
            for (to, words) in bytes.iter_mut().zip(channels) {
                let twice = _mm256_packus_epi16(words, words);
                *to = _mm256_castsi256_si128(_mm256_permute4x64_epi64::<0b1000>(twice));
            }
            interleaved(bytes)
        }
    }

    #[inline(always)]
    fn nothing(self) -> [__m256i; 2] {
        // SAFETY: as above.
        unsafe { [_mm256_setzero_si256(); 2] }
    }

    #[inline(always)]
    fn weights(self, pairs: [[i16; 2]; 4]) -> [__m256i; 2] {
        // SAFETY: as above, and both have 4 bytes.
        unsafe {
            let mut four = [_mm_setzero_si128(); 4];
            for (to, pair) in four.iter_mut().zip(pairs) {
                *to = _mm_set1_epi32(transmute::<[i16; 2], i32>(pair));
            }
            let [a, b, c, d] = four;
            [_mm256_set_m128i(c, a), _mm256_set_m128i(d, b)]
        }
    }

    #[inline(always)]
    fn weigh(self, sums: [__m256i; 2], a: __m256i, b: __m256i, weights: &[__m256i; 2]) -> [__m256i; 2] {
        // SAFETY: as above.
        unsafe {
            let low = _mm256_madd_epi16(_mm256_unpacklo_epi16(a, b), weights[0]);
            let high = _mm256_madd_epi16(_mm256_unpackhi_epi16(a, b), weights[1]);
            [_mm256_add_epi32(sums[0], low), _mm256_add_epi32(sums[1], high)]
        }
    }

    #[inline(always)]
    fn shifted(self, sums: [__m256i; 2], shift: u32) -> __m256i {
        // SAFETY: as above.
        unsafe {
            let half = _mm256_set1_epi32(1 << (shift - 1));
            let shift = _mm_cvtsi32_si128(shift as i32);
            let mut rounded = [half; 2];
            for (to, sums) in rounded.iter_mut().zip(sums) {
                *to = _mm256_sra_epi32(_mm256_add_epi32(sums, half), shift);
            }
            _mm256_packs_epi32(rounded[0], rounded[1])
        }
    }

    #[inline(always)]
    fn quads(self, rows: [__m256i; 4]) -> [[u32; LANES / 4]; 4] {
        // SAFETY: as above, and both have 64 bytes.
        unsafe {
            let ones = _mm256_set1_epi16(1);
            let mut twos = [ones; 4];
            for (to, row) in twos.iter_mut().zip(rows) {
                *to = _mm256_madd_epi16(row, ones);
            }
            // In either half two sums of a row, then two of the other.
            let a = _mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_hadd_epi32(twos[0], twos[1]));
            let b = _mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_hadd_epi32(twos[2], twos[3]));
            transmute::<[__m256i; 2], [[u32; LANES / 4]; 4]>([a, b])
        }
    }
}

/// Columns in place of rows in each half of eight registers.
#[inline(always)]
fn eights(rows: &[__m256i]) -> [__m256i; 8] {
    // SAFETY: only operations of `Avx2` call it.
    unsafe {
        let mut twos = [rows[0]; 8];
        for i in 0..4 {
            twos[i] = _mm256_unpacklo_epi16(rows[2 * i], rows[2 * i + 1]);
            twos[i + 4] = _mm256_unpackhi_epi16(rows[2 * i], rows[2 * i + 1]);
        }
        // Columns 2i and 2i + 1 of rows 0 to 3, then of rows 4 to 7.
        let mut fours = twos;
        for i in 0..2 {
            fours[4 * i] = _mm256_unpacklo_epi32(twos[4 * i], twos[4 * i + 1]);
            fours[4 * i + 1] = _mm256_unpackhi_epi32(twos[4 * i], twos[4 * i + 1]);
            fours[4 * i + 2] = _mm256_unpacklo_epi32(twos[4 * i + 2], twos[4 * i + 3]);
            fours[4 * i + 3] = _mm256_unpackhi_epi32(twos[4 * i + 2], twos[4 * i + 3]);
        }
        let mut columns = fours;
        for i in 0..2 {
            for k in 0..2 {
                let (upper, lower) = (fours[4 * i + k], fours[4 * i + k + 2]);
                columns[4 * i + 2 * k] = _mm256_unpacklo_epi64(upper, lower);
                columns[4 * i + 2 * k + 1] = _mm256_unpackhi_epi64(upper, lower);
            }
        }
        columns
    }
}
