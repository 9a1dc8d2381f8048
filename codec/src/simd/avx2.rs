//! The operations of [`Lanes`] in AVX2.
#![allow(unsafe_code)]

use std::arch::x86_64::{
    __m256i, _mm_cvtsi32_si128, _mm256_add_epi32, _mm256_madd_epi16, _mm256_mullo_epi32, _mm256_packs_epi32,
    _mm256_set1_epi32, _mm256_sra_epi32, _mm256_unpackhi_epi16, _mm256_unpacklo_epi16,
};
use std::mem::transmute;

use super::lanes::{LANES, Lanes, Sums};

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

impl Lanes for Avx2 {
    #[inline(always)]
    fn weigh(self, sums: &mut Sums, a: [i16; LANES], b: [i16; LANES], weights: &[[[i16; 2]; 8]; 2]) {
        let (a, b) = (register(a), register(b));
        // SAFETY: there is AVX2 where there is a value of this type; arrays and registers have 32 bytes.
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
            // In a closure, intrinsics are calls: it is not compiled for this level by itself.
            let mut rounded = [half; 2];
            for (to, sums) in rounded.iter_mut().zip(sums) {
                let products = _mm256_mullo_epi32(register(sums), factor);
                *to = _mm256_sra_epi32(_mm256_add_epi32(products, half), shift);
            }
            transmute::<__m256i, [i16; LANES]>(_mm256_packs_epi32(rounded[0], rounded[1]))
        }
    }
}
