//! Decoding at a fraction of the size, in bounded memory.

use super::region::RegionTiles;
use super::{Decoder, Ready};
use crate::colour::{Scale, reduce};
use crate::error::DecodeError;
use crate::image::format::PixelFormat;
use crate::image::view::{Image, ImageViewMut};

/// A picture at a fraction of its size.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Scaled {
    /// The pixels.
    pub image: Image,
    /// Whether they are the stream's preview, which is quick to decode and of a quality of its own,
    /// and not what decoding the picture and reducing it gives.
    pub from_preview: bool,
}

impl Decoder<'_> {
    /// Decodes the picture at `scale`. At [`Scale::Eighth`] that is the preview where the stream
    /// has one, and nothing else of the stream is looked at. Otherwise the picture is decoded tile
    /// after tile, and each pixel is the mean of those that it stands for, of their values and not
    /// of their light; colours count as much as they are opaque.
    ///
    /// ```
    /// # let pixels: Vec<u8> = (0..64 * 48 * 3u32).map(|i| (i * i / 97) as u8).collect();
    /// # let view = kvant::ImageView::new(&pixels, 64, 48, 64 * 3, kvant::PixelFormat::Rgb8)?;
    /// # let stream = kvant::encode(&view, &kvant::EncoderConfig::default())?;
    /// use kvant::{Decoder, Scale};
    ///
    /// let quarter = Decoder::new(&stream)?.decode_scaled(Scale::Quarter)?.image;
    /// assert_eq!((quarter.width(), quarter.height()), (16, 12));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
        let (format, (width, height)) = (header.pixel_format(), self.size_at(scale));
        let ready = self.prepare_reduced(format, format.bytes_of(width, height))?;
        let mut image = Image::with_depth(width, height, format, header.output_depth())?;
        self.reduce(ready, scale, &mut image.view_mut())?;
        Ok(Scaled { image, from_preview: false })
    }

    /// The same into `out`, which must have that size ([`Scale::of`] the sides of the picture), and
    /// whose format the pixels become as in [`Decoder::decode_into`]. Returns whether they are
    /// those of the preview.
    ///
    /// ```
    /// # let pixels: Vec<u8> = (0..64 * 48 * 3u32).map(|i| (i * i / 97) as u8).collect();
    /// # let view = kvant::ImageView::new(&pixels, 64, 48, 64 * 3, kvant::PixelFormat::Rgb8)?;
    /// # let stream = kvant::encode(&view, &kvant::EncoderConfig::default())?;
    /// use kvant::{Decoder, Image, PixelFormat, Scale};
    ///
    /// let mut half = Image::new(32, 24, PixelFormat::Rgb8)?;
    /// let decoder = Decoder::new(&stream)?;
    /// assert!(!decoder.decode_scaled_into(Scale::Half, &mut half.view_mut())?);
    /// assert_eq!(half, decoder.decode_scaled(Scale::Half)?.image);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Decoder::decode_scaled`] and [`Decoder::decode_into`].
    pub fn decode_scaled_into(&self, scale: Scale, out: &mut ImageViewMut<'_>) -> Result<bool, DecodeError> {
        self.check_buffer(out, self.size_at(scale))?;
        if scale == Scale::Eighth && self.preview_into(out)? {
            return Ok(true);
        }
        self.reduce(self.prepare_reduced(out.format(), 0)?, scale, out)?;
        Ok(false)
    }

    fn size_at(&self, scale: Scale) -> (u32, u32) {
        (scale.of(self.info.width), scale.of(self.info.height))
    }

    /// Everything that can be refused before memory is taken, where pixels of `format` are reduced
    /// and take `pixels` bytes.
    fn prepare_reduced(&self, format: PixelFormat, pixels: u64) -> Result<Ready, DecodeError> {
        let header = &self.parsed.header;
        let index = self.parsed.index(self.data)?;
        let tiles = RegionTiles::around(&self.parsed, header.area());
        let account = tiles.account().with_pixels(header, format.bytes_per_pixel() as u64);
        let pace = self.pace(&account, pixels, tiles.parts.len())?;
        Ok(Ready { tiles, index, pace })
    }

    /// Decodes the picture and reduces it into `out`, which has its size at `scale`.
    fn reduce(&self, ready: Ready, scale: Scale, out: &mut ImageViewMut<'_>) -> Result<(), DecodeError> {
        let (stream, format) = (self.stream(&ready.index), out.format());
        ready.tiles.settle(&stream, ready.pace, &mut |settled| {
            let to = [settled.place.x, settled.place.y].map(|at| at as u32 / scale.factor());
            let pixels = settled.image(stream.simd, format)?;
            reduce(&pixels.view(), scale, out, (to[0], to[1]));
            Ok(())
        })
    }
}
