//! CPU levels and the one place where vector code is entered.
//!
//! Most kernels are plain loops, compiled once for each level ([`Simd::run`]). Where the compiler does not find the
//! instruction by itself, a kernel is written over [`Lanes`], whose few operations each level has in a file of its own
//! ([`Simd::launch`]).

#[cfg(target_arch = "x86_64")]
mod avx2;
mod lanes;

pub(crate) use lanes::{LANES, Lanes, Plain, Weights};

/// How much of the CPU the kernels may use. All levels give the same bytes and samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum CpuLevel {
    /// The compiler's baseline for the target.
    Scalar,
    /// x86-64 with AVX2 and its companions (the level known as x86-64-v3).
    Avx2,
}

impl CpuLevel {
    /// All levels, the lowest first.
    pub const ALL: [Self; 2] = [Self::Scalar, Self::Avx2];

    /// The highest level this machine has.
    pub fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2")
            && std::arch::is_x86_feature_detected!("bmi1")
            && std::arch::is_x86_feature_detected!("bmi2")
            && std::arch::is_x86_feature_detected!("lzcnt")
            && std::arch::is_x86_feature_detected!("popcnt")
        {
            return Self::Avx2;
        }
        Self::Scalar
    }

    /// The levels that this machine has, the lowest first.
    pub fn available() -> impl Iterator<Item = Self> {
        let highest = Self::detect();
        Self::ALL.into_iter().filter(move |&level| level <= highest)
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
    /// The level asked for, or what the machine has where that is less.
    pub(crate) fn new(level: CpuLevel) -> Self {
        Self { level: level.min(CpuLevel::detect()) }
    }

    /// Runs `kernel` compiled for this level. Vector code comes of it where the closure and all that it calls are
    /// `#[inline(always)]`: they are then compiled once for each level.
    #[inline(always)]
    pub(crate) fn run<R>(self, kernel: impl FnOnce() -> R) -> R {
        match self.level {
            CpuLevel::Scalar => kernel(),
            #[cfg(target_arch = "x86_64")]
            #[allow(unsafe_code)]
            // SAFETY: `Simd::new` keeps this level only where `CpuLevel::detect` found all the features named there.
            CpuLevel::Avx2 => unsafe { avx2(kernel) },
            #[cfg(not(target_arch = "x86_64"))]
            CpuLevel::Avx2 => kernel(),
        }
    }

    /// The same with the operations that this level has.
    #[inline(always)]
    pub(crate) fn launch<K: Kernel>(self, kernel: K) -> K::Output {
        match self.level {
            #[cfg(target_arch = "x86_64")]
            #[allow(unsafe_code)]
            // SAFETY: `Simd::new` keeps this level only where `CpuLevel::detect` found all the features named there.
            CpuLevel::Avx2 => unsafe {
                let lanes = avx2::Avx2::new();
                avx2(
                    #[inline(always)]
                    move || kernel.run(lanes),
                )
            },
            _ => kernel.run(Plain),
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn avx2<R>(kernel: impl FnOnce() -> R) -> R {
    kernel()
}
