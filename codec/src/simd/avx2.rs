//! The operations of [`Lanes`] in AVX2.
#![allow(unsafe_code)]

use std::arch::x86_64::*;
use std::mem::transmute;

use super::lanes::{LANES, Lanes, Sums, Weights};

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

/// A register of numbers.
#[inline(always)]
fn register<T, const N: usize>(values: [T; N]) -> __m256i
where
    [T; N]: Bytes,
{
    // SAFETY: both are 32 bytes without gaps, and any bits are a value of either.
    unsafe { std::mem::transmute_copy(&values) }
}

/// Arrays of 32 bytes.
trait Bytes {}
impl Bytes for [i16; 16] {}
impl Bytes for [i32; 8] {}
impl Bytes for [[i16; 2]; 8] {}

// In a closure, intrinsics are calls: it is not compiled for this level by itself.
impl Lanes for Avx2 {
    #[inline(always)]
    fn weights(self, pairs: [[i16; 2]; 4]) -> Weights {
        // SAFETY: there is AVX2 where there is a value of this type; arrays and registers have 32 bytes.
        unsafe {
            let mut four = [_mm_setzero_si128(); 4];
            for (to, pair) in four.iter_mut().zip(pairs) {
                *to = _mm_set1_epi32(transmute::<[i16; 2], i32>(pair));
            }
            let [a, b, c, d] = four;
            transmute::<[__m256i; 2], Weights>([_mm256_set_m128i(c, a), _mm256_set_m128i(d, b)])
        }
    }

    #[inline(always)]
    fn weigh(self, sums: &mut Sums, a: [i16; LANES], b: [i16; LANES], weights: &Weights) {
        let (a, b) = (register(a), register(b));
        // SAFETY: as above.
        unsafe {
            let halves = [_mm256_unpacklo_epi16(a, b), _mm256_unpackhi_epi16(a, b)];
            for half in 0..2 {
                let products = _mm256_madd_epi16(halves[half], register(weights[half]));
                sums[half] = transmute::<__m256i, [i32; 8]>(_mm256_add_epi32(register(sums[half]), products));
            }
        }
    }

    #[inline(always)]
    fn shifted(self, sums: Sums, factor: i32, shift: u32) -> [i16; LANES] {
        // SAFETY: as above.
        unsafe {
            let (factor, half) = (_mm256_set1_epi32(factor), _mm256_set1_epi32(1 << (shift - 1)));
            let shift = _mm_cvtsi32_si128(shift as i32);
            let mut rounded = [half; 2];
            for (to, sums) in rounded.iter_mut().zip(sums) {
                let products = _mm256_mullo_epi32(register(sums), factor);
                *to = _mm256_sra_epi32(_mm256_add_epi32(products, half), shift);
            }
            transmute::<__m256i, [i16; LANES]>(_mm256_packs_epi32(rounded[0], rounded[1]))
        }
    }

    #[inline(always)]
    fn quads(self, rows: [[i16; LANES]; 4]) -> [[u32; 4]; LANES / 4] {
        // SAFETY: as above.
        unsafe {
            let ones = _mm256_set1_epi16(1);
            let mut twos = [ones; 4];
            for (to, row) in twos.iter_mut().zip(rows) {
                *to = _mm256_madd_epi16(register(row), ones);
            }
            // In either half two fours of a row, then two of the other.
            let a = _mm256_castsi256_ps(_mm256_hadd_epi32(twos[0], twos[1]));
            let b = _mm256_castsi256_ps(_mm256_hadd_epi32(twos[2], twos[3]));
            let even = _mm256_castps_si256(_mm256_shuffle_ps::<0x88>(a, b));
            let odd = _mm256_castps_si256(_mm256_shuffle_ps::<0xdd>(a, b));
            let low = _mm256_permute2x128_si256::<0x20>(even, odd);
            let high = _mm256_permute2x128_si256::<0x31>(even, odd);
            transmute::<[__m256i; 2], [[u32; 4]; LANES / 4]>([low, high])
        }
    }
}
