//! Decoding into a caller's buffer, in its format.

use super::Decoder;
use crate::error::{DecodeError, ImageError};
use crate::image::format::PixelFormat;
use crate::image::view::ImageViewMut;

/// Whether pixels of format `from` become ones of `to` with nothing lost.
fn becomes(from: PixelFormat, to: PixelFormat) -> bool {
    let has = |has: fn(PixelFormat) -> bool| has(to) || !has(from);
    has(PixelFormat::has_colour) && has(PixelFormat::has_alpha) && has(PixelFormat::is_wide)
}

impl Decoder<'_> {
    /// That `out` has a size, and a format that pixels of the picture can become.
    pub(super) fn check_buffer(&self, out: &ImageViewMut<'_>, size: (u32, u32)) -> Result<(), DecodeError> {
        if (out.width(), out.height()) != size {
            return Err(ImageError::Mismatch.into());
        }
        let (from, to) = (self.info.format, out.format());
        if becomes(from, to) { Ok(()) } else { Err(ImageError::Conversion { from, to }.into()) }
    }

    /// Bits of a sample, 8 to 16, of pixels that are decoded into a buffer of `format`: those of
    /// the source where it has more than 8, else as many as the format holds; 16 with
    /// [`DecoderOptions::full_depth`](crate::DecoderOptions::full_depth). A sample is 0 to
    /// 2^depth - 1.
    ///
    /// ```
    /// # let pixels: Vec<u8> = (0..64 * 48 * 3u32).map(|i| (i * i / 97) as u8).collect();
    /// # let view = kvant::ImageView::new(&pixels, 64, 48, 64 * 3, kvant::PixelFormat::Rgb8)?;
    /// # let stream = kvant::encode(&view, &kvant::EncoderConfig::default())?;
    /// use kvant::{Decoder, PixelFormat};
    ///
    /// let decoder = Decoder::new(&stream)?;
    /// assert_eq!((decoder.depth_in(PixelFormat::Rgb8), decoder.depth_in(PixelFormat::Rgb16)), (8, 16));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn depth_in(&self, format: PixelFormat) -> u8 {
        match self.parsed.header.output_depth() {
            8 => format.full_depth(),
            depth => depth,
        }
    }

    /// Decodes the picture into `out`, which must have its size. What `out` takes does not count
    /// towards [`Limits::max_memory`](crate::Limits::max_memory).
    ///
    /// The pixels become those of the format of `out` where nothing is lost by that: gray becomes
    /// colours, alpha that the picture does not have is opaque, and samples of 8 bits become ones
    /// of 16, more exact than those of 8 bits. [`Decoder::depth_in`] says how many bits they have.
    ///
    /// ```
    /// # let pixels: Vec<u8> = (0..64 * 48 * 3u32).map(|i| (i * i / 97) as u8).collect();
    /// # let view = kvant::ImageView::new(&pixels, 64, 48, 64 * 3, kvant::PixelFormat::Rgb8)?;
    /// # let stream = kvant::encode(&view, &kvant::EncoderConfig::default())?;
    /// use kvant::{Decoder, ImageViewMut, PixelFormat};
    ///
    /// // A texture whose rows are 512 bytes apart.
    /// let mut texture = vec![0; 512 * 48];
    /// let decoder = Decoder::new(&stream)?;
    /// let (width, height) = (decoder.info().width, decoder.info().height);
    /// let mut view = ImageViewMut::new(&mut texture, width, height, 512, PixelFormat::Rgba8)?;
    /// decoder.decode_into(&mut view)?;
    /// assert_eq!(texture[3], 255);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Decoder::decode`]; [`DecodeError::Image`] where `out` has another size, or a format in
    /// which something would be lost. What `out` holds after an error is unspecified.
    pub fn decode_into(&self, out: &mut ImageViewMut<'_>) -> Result<(), DecodeError> {
        self.check_buffer(out, (self.info.width, self.info.height))?;
        self.decode_region_into(0, 0, out)
    }

    /// Decodes as many pixels as `out` has, from column `x` and row `y` of the picture on, as
    /// [`Decoder::decode_region`] does, and into the format of `out` as [`Decoder::decode_into`]
    /// does.
    ///
    /// ```
    /// # let pixels: Vec<u8> = (0..64 * 48 * 3u32).map(|i| (i * i / 97) as u8).collect();
    /// # let view = kvant::ImageView::new(&pixels, 64, 48, 64 * 3, kvant::PixelFormat::Rgb8)?;
    /// # let stream = kvant::encode(&view, &kvant::EncoderConfig::default())?;
    /// use kvant::{Decoder, Image, PixelFormat};
    ///
    /// let mut part = Image::new(20, 10, PixelFormat::Rgba8)?;
    /// Decoder::new(&stream)?.decode_region_into(40, 30, &mut part.view_mut())?;
    /// let whole = kvant::decode(&stream)?;
    /// assert_eq!(part.view().row(0)[..3], whole.view().row(30)[3 * 40..3 * 41]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Decoder::decode_region`] and [`Decoder::decode_into`].
    pub fn decode_region_into(&self, x: u32, y: u32, out: &mut ImageViewMut<'_>) -> Result<(), DecodeError> {
        let size = (out.width(), out.height());
        let region = self.region((x, y), size)?;
        self.check_buffer(out, size)?;
        let ready = self.prepare(region, 0)?;
        ready.tiles.decode(&self.stream(&ready.index), ready.pace, out)
    }

    /// Decodes the preview into `out`, which must have its size: an eighth of the picture's sides,
    /// rounded up. The format is that of `out`, as in [`Decoder::decode_into`]. Returns false, and
    /// leaves `out` as it is, where the stream has no preview.
    ///
    /// ```
    /// # let pixels: Vec<u8> = (0..64 * 48 * 3u32).map(|i| (i * i / 97) as u8).collect();
    /// # let view = kvant::ImageView::new(&pixels, 64, 48, 64 * 3, kvant::PixelFormat::Rgb8)?;
    /// # let config = kvant::EncoderConfig::default().with_preview(true);
    /// # let stream = kvant::encode(&view, &config)?;
    /// use kvant::{Decoder, Image, PixelFormat};
    ///
    /// let mut small = Image::new(8, 6, PixelFormat::Rgba8)?;
    /// assert!(Decoder::new(&stream)?.preview_into(&mut small.view_mut())?);
    /// assert_eq!(small.view().row(0)[3], 255);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Decoder::preview`] and [`Decoder::decode_into`].
    pub fn preview_into(&self, out: &mut ImageViewMut<'_>) -> Result<bool, DecodeError> {
        let Some(small) = Self::of_preview(self.data, &self.parsed, self.options)? else { return Ok(false) };
        small.decode_into(out)?;
        Ok(true)
    }
}
