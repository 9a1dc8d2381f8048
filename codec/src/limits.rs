//! Bounds on what a stream may ask of a reader. BITSTREAM.md §12.2.

use crate::error::DecodeError;

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

impl Limits {
    /// Checks a picture's size.
    pub(crate) fn check_size(&self, width: u32, height: u32) -> Result<(), DecodeError> {
        let check = |what, value: u64, limit: u64| {
            if value > limit { Err(DecodeError::Limit { what, value, limit }) } else { Ok(()) }
        };
        check("width", width as u64, self.max_dimension as u64)?;
        check("height", height as u64, self.max_dimension as u64)?;
        check("pixels", width as u64 * height as u64, self.max_pixels)
    }

    /// Checks bytes that are about to be allocated.
    pub(crate) fn check_memory(&self, bytes: u64) -> Result<(), DecodeError> {
        if bytes > self.max_memory {
            return Err(DecodeError::Limit { what: "memory bytes", value: bytes, limit: self.max_memory });
        }
        Ok(())
    }
}
