//! What can be wrong with the description of a picture.

use super::format::PixelFormat;

/// A picture description that does not fit its pixels.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ImageError {
    /// Width or height is zero or above 2^24.
    #[error("picture of {width}x{height} pixels: each side must be 1 to 16777216")]
    Dimensions {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// The stride, in bytes, is smaller than one row of pixels.
    #[error("stride of {stride} bytes is smaller than a row of {row_bytes} bytes")]
    Stride {
        /// The stride given, in bytes.
        stride: usize,
        /// Bytes of one row.
        row_bytes: usize,
    },
    /// The buffer is too short for the rows it should hold.
    #[error("pixel buffer has {len} bytes, {needed} are needed")]
    BufferTooSmall {
        /// Bytes given.
        len: usize,
        /// Bytes needed.
        needed: usize,
    },
    /// Bits of a sample that the format's bytes cannot hold, or too few for them.
    #[error("samples of {depth} bits: those of {format:?} have {}", if format.is_wide() { "9 to 16" } else { "8" })]
    Depth {
        /// The bits given.
        depth: u8,
        /// The pixel format.
        format: PixelFormat,
    },
    /// Samples are given as numbers of 16 bits, for a format whose samples have 8.
    #[error("samples of 16 bits are given: those of {format:?} have 8")]
    Narrow {
        /// The pixel format.
        format: PixelFormat,
    },
    /// The pixels take more bytes than this machine can address.
    #[error("pixels of {bytes} bytes are more than this machine can address")]
    TooLarge {
        /// Bytes of the pixels.
        bytes: u64,
    },
    /// Two pictures that should have the same size and format do not.
    #[error("the buffer's size or pixel format differs from the picture's")]
    Mismatch,
    /// Pixels would have to lose colours, alpha or bits.
    #[error("pixels of {from:?} cannot become {to:?} without a loss of colours, alpha or bits")]
    Conversion {
        /// What they are.
        from: PixelFormat,
        /// What they should become.
        to: PixelFormat,
    },
}
