//! Pictures of 16 bits a sample as slices of `u16`, instead of bytes in the machine's order.

use super::error::ImageError;
use super::format::PixelFormat;
use super::view::{Image, ImageView, ImageViewMut};

/// That samples of `format` are of 16 bits.
fn check(format: PixelFormat) -> Result<(), ImageError> {
    if format.is_wide() { Ok(()) } else { Err(ImageError::Narrow { format }) }
}

impl<'a> ImageView<'a> {
    /// As [`ImageView::new`], for samples of 16 bits: `stride` counts samples, and nothing is
    /// copied.
    ///
    /// ```
    /// use kvant::{ImageView, PixelFormat};
    ///
    /// let samples = [0u16, 65535, 300, 4095];
    /// let view = ImageView::from_u16(&samples, 2, 2, 2, PixelFormat::Gray16)?;
    /// assert_eq!(view.row(1), [300u16.to_ne_bytes(), 4095u16.to_ne_bytes()].concat());
    /// # Ok::<(), kvant::ImageError>(())
    /// ```
    ///
    /// # Errors
    /// As [`ImageView::new`]; [`ImageError::Narrow`] where samples of `format` have 8 bits.
    pub fn from_u16(
        data: &'a [u16],
        width: u32,
        height: u32,
        stride: usize,
        format: PixelFormat,
    ) -> Result<Self, ImageError> {
        check(format)?;
        Self::new(bytemuck::cast_slice(data), width, height, stride.saturating_mul(2), format)
    }
}

impl<'a> ImageViewMut<'a> {
    /// As [`ImageView::from_u16`], for a buffer that will be written.
    ///
    /// # Errors
    /// As [`ImageView::from_u16`].
    pub fn from_u16(
        data: &'a mut [u16],
        width: u32,
        height: u32,
        stride: usize,
        format: PixelFormat,
    ) -> Result<Self, ImageError> {
        check(format)?;
        Self::new(bytemuck::cast_slice_mut(data), width, height, stride.saturating_mul(2), format)
    }
}

impl Image {
    /// All samples, row by row, as numbers: a copy. Those of 8 bits are 0 to 255.
    pub fn to_u16(&self) -> Vec<u16> {
        match self.format().is_wide() {
            true => self.data().as_chunks().0.iter().map(|&sample| u16::from_ne_bytes(sample)).collect(),
            false => self.data().iter().copied().map(u16::from).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Decoder, EncoderConfig, encode};

    #[test]
    fn samples_of_16_bits_go_in_and_come_out_as_numbers() {
        let samples: Vec<u16> = (0..40 * 30 * 3u32).map(|i| (i * i * 7) as u16).collect();
        let view = ImageView::from_u16(&samples, 40, 30, 40 * 3, PixelFormat::Rgb16).unwrap();
        let stream = encode(&view, &EncoderConfig::default().with_lossless(true)).unwrap();
        let mut back = vec![0u16; samples.len()];
        let mut out = ImageViewMut::from_u16(&mut back, 40, 30, 40 * 3, PixelFormat::Rgb16).unwrap();
        let decoder = Decoder::new(&stream).unwrap();
        decoder.decode_into(&mut out).unwrap();
        assert_eq!(back, samples);
        assert_eq!(decoder.decode().unwrap().to_u16(), samples);
    }

    #[test]
    fn numbers_are_refused_as_bytes_and_where_they_are_too_few() {
        let view = |stride, format| ImageView::from_u16(&[0; 7], 2, 2, stride, format).map(|view| view.height());
        assert_eq!(view(2, PixelFormat::Gray16), Ok(2));
        assert_eq!(view(2, PixelFormat::Gray8), Err(ImageError::Narrow { format: PixelFormat::Gray8 }));
        assert_eq!(view(6, PixelFormat::Gray16), Err(ImageError::BufferTooSmall { len: 14, needed: 16 }));
        assert_eq!(view(1, PixelFormat::Gray16), Err(ImageError::Stride { stride: 2, row_bytes: 4 }));
        assert!(matches!(view(usize::MAX, PixelFormat::Gray16), Err(ImageError::BufferTooSmall { .. })));
    }
}
