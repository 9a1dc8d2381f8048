//! Sampling and bits of planes, beside those of pixels. BITSTREAM.md §11.

use crate::names::names;

/// Chroma sampling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Chroma {
    /// Chroma at every pixel.
    Yuv444,
    /// Chroma at every second pixel of every second row, sited at the centre of its four pixels.
    Yuv420,
}

names! {
    Chroma, "chroma sampling";
    Yuv444 = "444",
    Yuv420 = "420",
}

/// How the samples of a plane relate to those of pixels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Depths {
    /// Bits of a source pixel's sample, 8 to 16.
    pub(super) source: u32,
    /// Bits of a pixel's sample: as many, or 16.
    pub(crate) pixel: u32,
    /// Bits of a plane's sample, 10 to 14.
    pub(crate) plane: u32,
}

/// Fewest bits of a plane's sample. Matrices, thresholds and coefficients are those of this depth.
pub(crate) const LEAST_DEPTH: u32 = 10;

/// Most bits of a plane's sample.
const MOST_DEPTH: u32 = 14;

impl Depths {
    /// For pixels of `depth` bits a sample: planes have two more, which win back rounding, where
    /// there is room.
    pub(crate) fn new(depth: u8) -> Self {
        let source = u32::from(depth);
        Self { source, pixel: source, plane: (source + 2).clamp(LEAST_DEPTH, MOST_DEPTH) }
    }

    /// The same where pixels get 16 bits a sample.
    pub(crate) fn full(self) -> Self {
        Self { pixel: 16, ..self }
    }

    /// Bits of a plane's sample above the fewest.
    pub(crate) fn extra(self) -> u32 {
        self.plane - LEAST_DEPTH
    }

    /// Chroma of gray.
    pub(crate) fn chroma_zero(self) -> i32 {
        1 << (self.plane - 1)
    }

    pub(super) fn max(self) -> i32 {
        (1 << self.pixel) - 1
    }
}
