//! To the pictures of the `image` crate and back.

use std::borrow::Cow;

use image::{DynamicImage, ImageBuffer, Pixel};
use kvant::{Image, Orientation, PixelFormat};

use super::picture::Picture;
use crate::base::error::{CliError, Result};

impl Picture {
    /// The bytes of all samples, of 16 bits in full where they have more than 8.
    pub(crate) fn whole_bytes(&self) -> Cow<'_, [u8]> {
        match self.depth() {
            8 | 16 => Cow::Borrowed(self.data()),
            _ => stored(wide_samples(self), true).into(),
        }
    }

    /// The same with samples of 16 bits.
    pub(crate) fn in_16_bits(&self) -> Self {
        let format = PixelFormat::new(self.format().has_colour(), self.format().has_alpha(), true);
        let data = stored(wide_samples(self), true);
        Self::new(self.width(), self.height(), format, data).with_cicp(self.cicp())
    }

    /// Turned as it is shown.
    pub(crate) fn upright(self, orientation: Orientation) -> Result<Self> {
        if orientation == Orientation::Upright {
            return Ok(self);
        }
        Ok(turned(&self, orientation)?.with_cicp(self.cicp()))
    }
}

/// The picture with 8 bits a sample, or with all 16 of two bytes.
fn to_dynamic(picture: &Picture) -> DynamicImage {
    fn buffer<P: Pixel>(picture: &Picture, data: Vec<P::Subpixel>) -> ImageBuffer<P, Vec<P::Subpixel>> {
        ImageBuffer::from_raw(picture.width(), picture.height(), data).expect("the data is that of the picture")
    }
    let bytes = || picture.data().to_vec();
    match picture.format() {
        PixelFormat::Gray8 => DynamicImage::ImageLuma8(buffer(picture, bytes())),
        PixelFormat::GrayAlpha8 => DynamicImage::ImageLumaA8(buffer(picture, bytes())),
        PixelFormat::Rgb8 => DynamicImage::ImageRgb8(buffer(picture, bytes())),
        PixelFormat::Rgba8 => DynamicImage::ImageRgba8(buffer(picture, bytes())),
        PixelFormat::Gray16 => DynamicImage::ImageLuma16(buffer(picture, wide_samples(picture))),
        PixelFormat::GrayAlpha16 => DynamicImage::ImageLumaA16(buffer(picture, wide_samples(picture))),
        PixelFormat::Rgb16 => DynamicImage::ImageRgb16(buffer(picture, wide_samples(picture))),
        _ => DynamicImage::ImageRgba16(buffer(picture, wide_samples(picture))),
    }
}

/// `value` of 0 to `max` as one of 0 to 65535.
pub(crate) fn widened(value: u16, max: u32) -> u16 {
    ((u32::from(value) * 65535 + max / 2) / max) as u16
}

/// All samples, 0 to 65535.
pub(super) fn wide_samples(picture: &Picture) -> Vec<u16> {
    let max = u32::from(picture.max());
    picture.samples().into_iter().map(|v| widened(v, max)).collect()
}

/// Samples as a picture stores them: a byte each or, where they are `wide`, two.
pub(super) fn stored(samples: Vec<u16>, wide: bool) -> Vec<u8> {
    match wide {
        true => samples.into_iter().flat_map(u16::to_ne_bytes).collect(),
        false => samples.into_iter().map(|v| v as u8).collect(),
    }
}

/// The picture that a decoder gave; samples in floating point become 16 bits.
pub(super) fn from_dynamic(name: &str, pixels: DynamicImage) -> Result<Picture> {
    let (width, height) = (pixels.width(), pixels.height());
    let colour = pixels.color();
    let wide = colour.bytes_per_pixel() / colour.channel_count() > 1;
    let format = PixelFormat::new(colour.has_color(), colour.has_alpha(), wide);
    let data = match format {
        PixelFormat::Gray8 => pixels.into_luma8().into_raw(),
        PixelFormat::GrayAlpha8 => pixels.into_luma_alpha8().into_raw(),
        PixelFormat::Rgb8 => pixels.into_rgb8().into_raw(),
        PixelFormat::Rgba8 => pixels.into_rgba8().into_raw(),
        PixelFormat::Gray16 => stored(pixels.into_luma16().into_raw(), wide),
        PixelFormat::GrayAlpha16 => stored(pixels.into_luma_alpha16().into_raw(), wide),
        PixelFormat::Rgb16 => stored(pixels.into_rgb16().into_raw(), wide),
        _ => stored(pixels.into_rgba16().into_raw(), wide),
    };
    let depth = if wide { 16 } else { 8 };
    let image = Image::from_data(data, width, height, format, depth);
    image.map(Picture::from).map_err(|e| CliError::Input(format!("{name}: {e}")))
}

/// `picture` turned as `orientation` says that it is shown. Samples of 9 to 15 bits become 16.
pub(super) fn turned(picture: &Picture, orientation: Orientation) -> Result<Picture> {
    let mut pixels = to_dynamic(picture);
    if let Some(orientation) = image::metadata::Orientation::from_exif(orientation.to_exif()) {
        pixels.apply_orientation(orientation);
    }
    from_dynamic("picture", pixels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_turns() {
        for format in PixelFormat::ALL {
            let n = format.bytes_per_pixel();
            let pixel = |v: u8| vec![v; n];
            let row = Picture::new(2, 1, format, [pixel(1), pixel(2)].concat());
            let turned = |number| {
                let turned = turned(&row, Orientation::from_exif(number).unwrap()).unwrap();
                ((turned.width(), turned.height()), turned.data()[0])
            };
            assert_eq!([1, 2, 3, 4].map(&turned), [1, 2, 2, 1].map(|first| ((2, 1), first)), "{format:?}");
            assert_eq!([5, 6, 7, 8].map(&turned), [1, 1, 2, 2].map(|first| ((1, 2), first)), "{format:?}");
        }
    }
}
