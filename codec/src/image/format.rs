//! How a pixel is stored.

use crate::names::names;

/// How a pixel is stored: its channels in this order, 8 bits a sample, or 16 bits as two bytes in
/// the machine's order.
///
/// Alpha is straight (colours are not multiplied by it); 0 is transparent. Samples are as encoded
/// by the transfer function that the metadata names, sRGB where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PixelFormat {
    /// One byte a pixel.
    Gray8,
    /// Gray and alpha, two bytes a pixel.
    GrayAlpha8,
    /// Red, green, blue: three bytes a pixel.
    Rgb8,
    /// Red, green, blue, alpha: four bytes a pixel.
    Rgba8,
    /// Two bytes a pixel.
    Gray16,
    /// Gray and alpha, four bytes a pixel.
    GrayAlpha16,
    /// Red, green, blue: six bytes a pixel.
    Rgb16,
    /// Red, green, blue, alpha: eight bytes a pixel.
    Rgba16,
}

impl PixelFormat {
    /// The format with these properties.
    pub const fn new(colour: bool, alpha: bool, wide: bool) -> Self {
        Self::ALL[4 * wide as usize + 2 * colour as usize + alpha as usize]
    }

    /// Whether there are red, green and blue, and not gray alone.
    pub const fn has_colour(self) -> bool {
        matches!(self, Self::Rgb8 | Self::Rgba8 | Self::Rgb16 | Self::Rgba16)
    }

    /// Whether there is alpha.
    pub const fn has_alpha(self) -> bool {
        matches!(self, Self::GrayAlpha8 | Self::Rgba8 | Self::GrayAlpha16 | Self::Rgba16)
    }

    /// Whether samples have two bytes.
    pub const fn is_wide(self) -> bool {
        matches!(self, Self::Gray16 | Self::GrayAlpha16 | Self::Rgb16 | Self::Rgba16)
    }

    /// Channels of a pixel, alpha among them: 1 to 4.
    pub const fn channels(self) -> usize {
        (if self.has_colour() { 3 } else { 1 }) + self.has_alpha() as usize
    }

    /// Bytes of a sample: 1 or 2.
    pub const fn bytes_per_sample(self) -> usize {
        1 + self.is_wide() as usize
    }

    /// Bytes of a pixel.
    pub const fn bytes_per_pixel(self) -> usize {
        self.channels() * self.bytes_per_sample()
    }

    /// Bytes of `width` x `height` pixels.
    pub(crate) fn bytes_of(self, width: u32, height: u32) -> u64 {
        u64::from(width) * u64::from(height) * self.bytes_per_pixel() as u64
    }

    /// Bits of a sample that fill its bytes.
    pub(crate) const fn full_depth(self) -> u8 {
        8 * self.bytes_per_sample() as u8
    }
}

names! {
    PixelFormat, "pixel format";
    Gray8 = "gray8",
    GrayAlpha8 = "graya8",
    Rgb8 = "rgb8",
    Rgba8 = "rgba8",
    Gray16 = "gray16",
    GrayAlpha16 = "graya16",
    Rgb16 = "rgb16",
    Rgba16 = "rgba16",
}
