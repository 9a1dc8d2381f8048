//! CPU levels and the one place where vector code is entered.
//!
//! Most kernels are plain loops, compiled once for each level ([`Simd::run`]). Where the compiler
//! does not find the instruction by itself, a kernel is written over [`Lanes`], whose few
//! operations each level has in a file of its own ([`Simd::launch`]).

#![cfg_attr(not(test), deny(clippy::disallowed_types, clippy::float_arithmetic))]

pub(crate) mod arrays;
#[cfg(target_arch = "x86_64")]
mod avx2;
mod lanes;
#[cfg(all(target_arch = "aarch64", target_endian = "little"))]
mod neon;
#[cfg(any(test, not(all(target_arch = "wasm32", target_feature = "simd128"))))]
mod scalar;
#[cfg(target_arch = "x86_64")]
mod sse41;
#[cfg(test)]
mod tests;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod wasm;

pub(crate) use lanes::{LANES, Lanes, Row};

/// Runs a kernel at a CPU level. The closure must be inlined, or all levels share one baseline copy
/// of it.
macro_rules! run {
    ($simd:expr, $kernel:expr) => {
        $simd.run(
            #[inline(always)]
            || $kernel,
        )
    };
}
pub(crate) use run;

use crate::names::names;

/// Operations that all code for the target has.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
pub(crate) const BASELINE: scalar::Plain = scalar::Plain;
/// WebAssembly is compiled with simd128 or without it, and cannot ask.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(crate) const BASELINE: wasm::Simd128 = wasm::Simd128;

/// How much of the CPU the kernels may use. All levels give the same bytes and samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum CpuLevel {
    /// The compiler's baseline for the target.
    Scalar,
    /// x86-64 with SSE4.1 and SSSE3 (of the level known as x86-64-v2).
    Sse41,
    /// x86-64 with AVX2 and its companions (the level known as x86-64-v3).
    Avx2,
    /// 64-bit ARM, all of which has it.
    Neon,
}

names! {
    CpuLevel, "CPU level";
    Scalar = "scalar",
    Sse41 = "sse41",
    Avx2 = "avx2",
    Neon = "neon",
}

impl CpuLevel {
    /// The highest level this machine has.
    pub fn detect() -> Self {
        Self::available().last().unwrap_or(Self::Scalar)
    }

    /// The levels that this machine has, the lowest first.
    pub fn available() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|level| level.is_available())
    }

    #[cfg(target_arch = "x86_64")]
    fn is_available(self) -> bool {
        use std::arch::is_x86_feature_detected;
        match self {
            Self::Scalar => true,
            Self::Sse41 => is_x86_feature_detected!("sse4.1") && is_x86_feature_detected!("ssse3"),
            Self::Avx2 => {
                is_x86_feature_detected!("avx2")
                    && is_x86_feature_detected!("bmi1")
                    && is_x86_feature_detected!("bmi2")
                    && is_x86_feature_detected!("lzcnt")
                    && is_x86_feature_detected!("popcnt")
            }
            Self::Neon => false,
        }
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn is_available(self) -> bool {
        match self {
            Self::Scalar => true,
            Self::Neon => cfg!(all(target_arch = "aarch64", target_endian = "little")),
            Self::Sse41 | Self::Avx2 => false,
        }
    }
}

/// Proof that a level may be used on this machine: it can only be had through [`Simd::new`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Simd {
    level: CpuLevel,
}

/// Work that needs [`Lanes`].
pub(crate) trait Kernel {
    /// What comes of it.
    type Output;

    /// Does it; `#[inline(always)]`, as all that it calls.
    fn run<L: Lanes>(self, lanes: L) -> Self::Output;
}

impl Simd {
    /// The level asked for, or the highest below it that the machine has.
    pub(crate) fn new(level: CpuLevel) -> Self {
        let highest = CpuLevel::available().take_while(|&available| available <= level).last();
        Self { level: highest.unwrap_or(CpuLevel::Scalar) }
    }

    /// Runs `kernel` compiled for this level. Vector code comes of it where the closure and all
    /// that it calls are `#[inline(always)]`: they are then compiled once for each level.
    #[inline(always)]
    pub(crate) fn run<R>(self, kernel: impl FnOnce() -> R) -> R {
        match self.level {
            #[cfg(target_arch = "x86_64")]
            #[allow(unsafe_code)]
            // SAFETY: `Simd::new` keeps a level only where the machine has all the features of
            // `is_available`.
            CpuLevel::Sse41 => unsafe { sse41(kernel) },
            #[cfg(target_arch = "x86_64")]
            #[allow(unsafe_code)]
            // SAFETY: as above.
            CpuLevel::Avx2 => unsafe { avx2(kernel) },
            // All code has NEON where any has.
            _ => kernel(),
        }
    }

    /// The same with the operations that this level has.
    #[inline(always)]
    pub(crate) fn launch<K: Kernel>(self, kernel: K) -> K::Output {
        match self.level {
            #[cfg(target_arch = "x86_64")]
            #[allow(unsafe_code)]
            // SAFETY: `Simd::new` keeps a level only where the machine has all the features of
            // `is_available`.
            CpuLevel::Sse41 => unsafe {
                let lanes = sse41::Sse41::new();
                sse41(
                    #[inline(always)]
                    move || kernel.run(lanes),
                )
            },
            #[cfg(target_arch = "x86_64")]
            #[allow(unsafe_code)]
            // SAFETY: as above.
            CpuLevel::Avx2 => unsafe {
                let lanes = avx2::Avx2::new();
                avx2(
                    #[inline(always)]
                    move || kernel.run(lanes),
                )
            },
            #[cfg(all(target_arch = "aarch64", target_endian = "little"))]
            CpuLevel::Neon => kernel.run(neon::Neon),
            _ => kernel.run(BASELINE),
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "sse4.1,ssse3")]
fn sse41<R>(kernel: impl FnOnce() -> R) -> R {
    kernel()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn avx2<R>(kernel: impl FnOnce() -> R) -> R {
    kernel()
}
