//! Bounds on what a stream may ask of a reader. BITSTREAM.md §12.2.

#![cfg_attr(not(test), deny(clippy::disallowed_types, clippy::float_arithmetic))]

use crate::error::{DecodeError, EncodeError};

/// Bounds on what a stream may make the decoder do, and on what the encoder may ask of decoders.
/// All are on by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Pixels of the picture: 2^28 by default.
    pub max_pixels: u64,
    /// Width and height in pixels, each: 65535 by default.
    pub max_dimension: u32,
    /// Bytes of working memory and of the picture returned: 2 GiB by default. Neither the stream
    /// nor a buffer of the caller's counts. A [`PushDecoder`](crate::PushDecoder) keeps the stream,
    /// which by itself may take as much again.
    pub max_memory: u64,
    /// Bytes of all metadata sections as they are stored, their types, lengths and checksums
    /// included, and bytes of all that they unpack to: 64 MiB each by default.
    pub max_metadata: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_pixels: 1 << 28, max_dimension: 65535, max_memory: 2 << 30, max_metadata: 64 << 20 }
    }
}

impl Limits {
    /// The same with other [`max_pixels`](Limits::max_pixels).
    #[must_use]
    pub fn with_max_pixels(self, max_pixels: u64) -> Self {
        Self { max_pixels, ..self }
    }

    /// The same with another [`max_dimension`](Limits::max_dimension), in pixels.
    #[must_use]
    pub fn with_max_dimension(self, max_dimension: u32) -> Self {
        Self { max_dimension, ..self }
    }

    /// The same with another [`max_memory`](Limits::max_memory), in bytes.
    #[must_use]
    pub fn with_max_memory(self, max_memory: u64) -> Self {
        Self { max_memory, ..self }
    }

    /// The same with another [`max_metadata`](Limits::max_metadata), in bytes.
    #[must_use]
    pub fn with_max_metadata(self, max_metadata: u64) -> Self {
        Self { max_metadata, ..self }
    }
}

/// A limit that would be exceeded: what is limited, its value and the limit.
#[derive(Debug)]
pub(crate) struct Excess {
    what: &'static str,
    value: u64,
    limit: u64,
}

impl From<Excess> for DecodeError {
    fn from(Excess { what, value, limit }: Excess) -> Self {
        Self::Limit { what, value, limit }
    }
}

impl From<Excess> for EncodeError {
    fn from(Excess { what, value, limit }: Excess) -> Self {
        Self::Limit { what, value, limit }
    }
}

/// What is limited, where it is the width.
pub(crate) const WIDTH: &str = "width";
/// Where it is the height.
pub(crate) const HEIGHT: &str = "height";
/// Where it is the number of pixels.
pub(crate) const PIXELS: &str = "pixels";

fn check(what: &'static str, value: u64, limit: u64) -> Result<(), Excess> {
    if value > limit { Err(Excess { what, value, limit }) } else { Ok(()) }
}

impl Limits {
    /// Checks a picture's size.
    pub(crate) fn check_size(&self, width: u32, height: u32) -> Result<(), Excess> {
        check(WIDTH, width.into(), self.max_dimension.into())?;
        check(HEIGHT, height.into(), self.max_dimension.into())?;
        check(PIXELS, u64::from(width) * u64::from(height), self.max_pixels)
    }

    /// Checks bytes that are about to be allocated.
    pub(crate) fn check_memory(&self, bytes: u64) -> Result<(), Excess> {
        check("memory bytes", bytes, self.max_memory)
    }

    /// Checks bytes of metadata.
    pub(crate) fn check_metadata(&self, bytes: u64) -> Result<(), Excess> {
        check("metadata bytes", bytes, self.max_metadata)
    }
}
