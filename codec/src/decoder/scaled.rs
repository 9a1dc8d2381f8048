//! Decoding at a fraction of the size, in bounded memory.

use super::Decoder;
use super::window::Window;
use crate::colour::{Scale, reduce};
use crate::error::DecodeError;
use crate::image::view::Image;

/// A picture at a fraction of its size.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Scaled {
    /// The pixels.
    pub image: Image,
    /// Whether they are the stream's preview, which is quick to decode and of a quality of its own, and not what decoding
    /// the picture and reducing it gives.
    pub from_preview: bool,
}

impl Decoder<'_> {
    /// Decodes the picture at `scale`. At [`Scale::Eighth`] that is the preview where the stream has one, and nothing else of
    /// the stream is looked at. Otherwise the picture is decoded tile after tile, and each pixel is the mean of those that it
    /// stands for, of their values and not of their light; colours count as much as they are opaque.
    ///
    /// # Errors
    /// As [`Decoder::decode`]; the limit on memory is for a few tiles and the smaller picture.
    pub fn decode_scaled(&self, scale: Scale) -> Result<Scaled, DecodeError> {
        if scale == Scale::Eighth
            && let Some(image) = self.preview()?
        {
            return Ok(Scaled { image, from_preview: true });
        }
        let header = &self.parsed.header;
        let (format, depth) = (header.pixel_format(), header.output_depth());
        let (width, height) = (scale.of(header.width), scale.of(header.height));
        let bytes = format.bytes_per_pixel() as u64;
        let index = self.parsed.index(self.data)?;
        let window = Window::around(&self.parsed, header.area());
        let account = window.account().with_pixels(header, bytes);
        let pace = self.pace(&account, u64::from(width) * u64::from(height) * bytes, window.tiles.len())?;
        let mut image = Image::with_depth(width, height, format, depth)?;
        let stream = self.stream(&index);
        window.settle(&stream, pace, &mut |settled| {
            let to = [settled.place.x, settled.place.y].map(|at| at as u32 / scale.factor());
            let pixels = settled.image(stream.simd)?;
            reduce(&pixels.view(), scale, &mut image.view_mut(), (to[0], to[1]));
            Ok(())
        })?;
        Ok(Scaled { image, from_preview: false })
    }
}
