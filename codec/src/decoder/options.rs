//! How to decode.

use crate::limits::Limits;
use crate::simd::CpuLevel;

/// How to decode: bounds, threads, CPU level, bits of the pixels.
///
/// ```
/// use kvant::{DecoderOptions, Limits};
///
/// let limits = Limits { max_pixels: 40_000_000, ..Limits::default() };
/// let options = DecoderOptions::default().with_limits(limits).with_threads(0);
/// assert_eq!((options.limits.max_pixels, options.threads), (40_000_000, 0));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecoderOptions {
    /// Bounds; see [`Limits`].
    pub limits: Limits,
    /// Threads: 1 (the default) for the caller's own, 0 for all of rayon's current pool, else a
    /// pool of that size.
    pub threads: usize,
    /// CPU level; the machine's best by default.
    pub cpu: CpuLevel,
    /// Pixels have 16 bits a sample, whatever the source had: all that the decoder knows of them.
    /// What 8 bits would round, by as much as half a level, shows as bands in smooth dark
    /// gradients. Default false.
    pub full_depth: bool,
}

impl Default for DecoderOptions {
    fn default() -> Self {
        Self { limits: Limits::default(), threads: 1, cpu: CpuLevel::detect(), full_depth: false }
    }
}

impl DecoderOptions {
    /// The same with these [`limits`](DecoderOptions::limits).
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// The same on so many [`threads`](DecoderOptions::threads); 0 stands for those of rayon's
    /// current pool.
    #[must_use]
    pub fn with_threads(self, threads: usize) -> Self {
        Self { threads, ..self }
    }

    /// The same with the instructions of this [`cpu`](DecoderOptions::cpu) level; pixels do not
    /// depend on it.
    #[must_use]
    pub fn with_cpu(self, cpu: CpuLevel) -> Self {
        Self { cpu, ..self }
    }

    /// The same with pixels of 16 bits a sample, or of those that the source had:
    /// [`DecoderOptions::full_depth`].
    #[must_use]
    pub fn with_full_depth(self, full_depth: bool) -> Self {
        Self { full_depth, ..self }
    }
}
