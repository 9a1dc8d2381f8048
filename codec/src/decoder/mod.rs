//! The decoder's interface.

use crate::Chroma;
use crate::error::DecodeError;
use crate::image::view::{Image, ImageViewMut, PixelFormat};
use crate::simd::CpuLevel;

/// Bounds on what a stream may make the decoder do. All are on by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Pixels of the picture: 2^28 by default.
    pub max_pixels: u64,
    /// Width and height in pixels, each: 65535 by default.
    pub max_dimension: u32,
    /// Bytes of working memory and of the picture returned: 2 GiB by default.
    pub max_memory: u64,
    /// Bytes of all metadata sections: 64 MiB by default.
    pub max_metadata: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_pixels: 1 << 28, max_dimension: 65535, max_memory: 2 << 30, max_metadata: 64 << 20 }
    }
}

/// How to decode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecoderOptions {
    /// Bounds; see [`Limits`].
    pub limits: Limits,
    /// Threads: 1 (the default) for the caller's own, 0 for all of rayon's current pool, else a pool of that size.
    pub threads: usize,
    /// CPU level; the machine's best by default.
    pub cpu: CpuLevel,
}

impl Default for DecoderOptions {
    fn default() -> Self {
        Self { limits: Limits::default(), threads: 1, cpu: CpuLevel::detect() }
    }
}

/// What a stream's header says, without any pixel decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImageInfo {
    /// Format draft of the stream.
    pub draft: u8,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Format of the decoded pixels.
    pub format: PixelFormat,
    /// Chroma sampling; [`Chroma::Yuv444`] for gray.
    pub chroma: Chroma,
    /// Bits of a source sample.
    pub depth: u8,
    /// Bits of a sample within the codec.
    pub internal_depth: u8,
    /// Base quantiser parameter, in 1/32 octave.
    pub qp: u16,
    /// Width and height of a tile, in pixels.
    pub tile_size: u32,
    /// Number of tiles.
    pub tiles: u32,
    /// Bytes before the first tile's data.
    pub header_bytes: u64,
}

/// A stream whose header has been read and checked.
#[derive(Debug)]
pub struct Decoder<'a> {
    _data: &'a [u8],
    info: ImageInfo,
}

impl<'a> Decoder<'a> {
    /// Reads the header of `data`, with default options.
    ///
    /// # Errors
    /// [`DecodeError`] where the header is damaged, of another draft or over a limit.
    pub fn new(data: &'a [u8]) -> Result<Self, DecodeError> {
        Self::with_options(data, DecoderOptions::default())
    }

    /// Reads the header of `data`.
    ///
    /// # Errors
    /// As [`Decoder::new`].
    pub fn with_options(_data: &'a [u8], _options: DecoderOptions) -> Result<Self, DecodeError> {
        Err(DecodeError::NotKvant)
    }

    /// What the header says.
    pub fn info(&self) -> &ImageInfo {
        &self.info
    }

    /// Decodes the picture.
    ///
    /// # Errors
    /// [`DecodeError`] where the data is damaged or a limit would be exceeded.
    pub fn decode(&self) -> Result<Image, DecodeError> {
        Err(DecodeError::NotKvant)
    }

    /// Decodes the picture into `out`, which must have its size and format.
    ///
    /// # Errors
    /// As [`Decoder::decode`]; [`DecodeError::Image`] where `out` does not fit.
    pub fn decode_into(&self, _out: &mut ImageViewMut<'_>) -> Result<(), DecodeError> {
        Err(DecodeError::NotKvant)
    }
}

/// Decodes `data` with default options and limits.
///
/// # Errors
/// As [`Decoder::decode`].
pub fn decode(data: &[u8]) -> Result<Image, DecodeError> {
    Decoder::new(data)?.decode()
}
