//! Pixels of the caller's.

use std::ffi::c_void;

use codec::{ImageView, ImageViewMut, PixelFormat};

use crate::boundary;
use crate::error::Failure;

/// How a pixel is stored: its channels in this order, 8 bits a sample, or 16 bits in the machine's
/// order of bytes. Alpha is straight (colours are not multiplied by it); 0 is transparent.
pub type Format = u32;

/// Gray, one byte a pixel.
pub const KVANT_GRAY8: Format = 1;
/// Gray and alpha, two bytes a pixel.
pub const KVANT_GRAYA8: Format = 2;
/// Red, green, blue: three bytes a pixel.
pub const KVANT_RGB8: Format = 3;
/// Red, green, blue, alpha: four bytes a pixel.
pub const KVANT_RGBA8: Format = 4;
/// Gray, two bytes a pixel.
pub const KVANT_GRAY16: Format = 5;
/// Gray and alpha, four bytes a pixel.
pub const KVANT_GRAYA16: Format = 6;
/// Red, green, blue: six bytes a pixel.
pub const KVANT_RGB16: Format = 7;
/// Red, green, blue, alpha: eight bytes a pixel.
pub const KVANT_RGBA16: Format = 8;

/// Formats by their numbers, from 1 on.
const FORMATS: [PixelFormat; 8] = [
    PixelFormat::Gray8,
    PixelFormat::GrayAlpha8,
    PixelFormat::Rgb8,
    PixelFormat::Rgba8,
    PixelFormat::Gray16,
    PixelFormat::GrayAlpha16,
    PixelFormat::Rgb16,
    PixelFormat::Rgba16,
];

pub(crate) fn format_of(number: Format) -> Result<PixelFormat, Failure> {
    let place = (number as usize).checked_sub(1);
    let format = place.and_then(|place| FORMATS.get(place));
    format.copied().ok_or_else(|| Failure::argument(format!("{number} is no pixel format")))
}

pub(crate) fn number_of(format: PixelFormat) -> Format {
    FORMATS.iter().position(|&other| other == format).map_or(0, |place| place as Format + 1)
}

/// A picture to encode. This struct does not change between versions.
#[repr(C)]
pub struct Image {
    /// The pixels, row by row from the top.
    pub pixels: *const c_void,
    /// Bytes that can be read at `pixels`.
    pub size: usize,
    /// Bytes from one row to the next; 0 for rows without gaps.
    pub stride: usize,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// How a pixel is stored.
    pub format: Format,
    /// Bits of a sample: 8 where it has one byte, 9 to 16 where it has two; 0 for 8 and 16. A
    /// sample is 0 to 2^depth - 1, and a larger one counts as the largest.
    pub depth: u32,
}

/// A place for decoded pixels. This struct does not change between versions.
#[repr(C)]
pub struct Buffer {
    /// Where the pixels go, row by row from the top.
    pub pixels: *mut c_void,
    /// Bytes that can be written at `pixels`.
    pub size: usize,
    /// Bytes from one row to the next; 0 for rows without gaps. What is between rows is not
    /// touched.
    pub stride: usize,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// How a pixel is to be stored. Gray becomes colours, alpha that a picture does not have is
    /// opaque, and 8 bits become 16. What would lose colours, alpha or bits is an error.
    pub format: Format,
    /// Set by the function: bits of a sample. A sample is 0 to 2^depth - 1.
    pub depth: u32,
}

/// Bytes from one row to the next.
fn stride_of(stride: usize, width: u32, format: PixelFormat) -> usize {
    match stride {
        0 => (width as usize).saturating_mul(format.bytes_per_pixel()),
        stride => stride,
    }
}

impl Image {
    /// The pixels.
    ///
    /// # Safety
    /// `pixels` is NULL or has `size` bytes that nobody writes to meanwhile.
    pub(crate) unsafe fn view(&self) -> Result<ImageView<'_>, Failure> {
        let format = format_of(self.format)?;
        // SAFETY: the caller vouches for it.
        let bytes = unsafe { boundary::bytes("pixels", self.pixels.cast(), self.size)? };
        let stride = stride_of(self.stride, self.width, format);
        let view = ImageView::new(bytes, self.width, self.height, stride, format)?;
        match self.depth {
            0 => Ok(view),
            depth => Ok(view.with_depth(depth.try_into().unwrap_or(u8::MAX))?),
        }
    }
}

impl Buffer {
    /// The place for the pixels.
    ///
    /// # Safety
    /// `pixels` is NULL or has `size` bytes that nobody else looks at meanwhile.
    pub(crate) unsafe fn view(&mut self) -> Result<ImageViewMut<'_>, Failure> {
        let format = format_of(self.format)?;
        // SAFETY: the caller vouches for it.
        let bytes = unsafe { boundary::bytes_mut("pixels", self.pixels.cast(), self.size)? };
        let stride = stride_of(self.stride, self.width, format);
        Ok(ImageViewMut::new(bytes, self.width, self.height, stride, format)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_has_a_number() {
        for format in PixelFormat::ALL {
            assert_eq!(format_of(number_of(format)), Ok(format));
        }
        assert!(format_of(0).is_err() && format_of(9).is_err() && format_of(u32::MAX).is_err());
        let named = [(KVANT_GRAY8, "gray8"), (KVANT_GRAYA8, "graya8"), (KVANT_RGB8, "rgb8"), (KVANT_RGBA8, "rgba8")];
        let wide = [(KVANT_GRAY16, "gray16"), (KVANT_GRAYA16, "graya16"), (KVANT_RGB16, "rgb16")];
        for (number, name) in named.into_iter().chain(wide).chain([(KVANT_RGBA16, "rgba16")]) {
            assert_eq!(format_of(number).map(PixelFormat::name), Ok(name));
        }
    }
}
