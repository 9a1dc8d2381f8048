//! Rows of pixels handed out as they settle, in the memory of a few.

use super::Decoder;
use super::filtering::Settled;
use super::region::RegionTiles;
use crate::error::{DecodeError, ImageError};
use crate::image::plane::Rect;
use crate::image::view::{Image, ImageView};
use crate::memory;
use crate::simd::Simd;

impl Decoder<'_> {
    /// Decodes the picture and hands its rows to `each`, some at a time, from the top on: the
    /// number of the first, and a view as wide as the picture. They are the same as in the whole
    /// picture, which is never in memory: a lossy picture one tile wide takes less than a hundred
    /// rows, all others take those of a row of tiles.
    ///
    /// Rows come as they are decoded. Where the data turns out to be damaged, some may have come
    /// before the error. With several threads, `each` is called on any of them, one call after the
    /// other.
    ///
    /// ```
    /// # let pixels: Vec<u8> = (0..64 * 48 * 3u32).map(|i| (i * i / 97) as u8).collect();
    /// # let view = kvant::ImageView::new(&pixels, 64, 48, 64 * 3, kvant::PixelFormat::Rgb8)?;
    /// # let stream = kvant::encode(&view, &kvant::EncoderConfig::default())?;
    /// use kvant::{DecodeError, Decoder};
    ///
    /// let mut pixels = Vec::new();
    /// Decoder::new(&stream)?.decode_rows(|_, rows| {
    ///     (0..rows.height()).for_each(|y| pixels.extend_from_slice(rows.row(y)));
    ///     Ok::<_, DecodeError>(())
    /// })?;
    /// assert_eq!(pixels, kvant::decode(&stream)?.data());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Decoder::decode`], and what `each` returns, which ends decoding.
    pub fn decode_rows<E: From<DecodeError> + Send>(
        &self,
        mut each: impl FnMut(u32, &ImageView<'_>) -> Result<(), E> + Send,
    ) -> Result<(), E> {
        let mut stopped = None;
        let decoded = self.settled_rows(&mut |y, rows| {
            each(y, rows).map_err(|error| {
                stopped = Some(error);
                // Whatever it is, it ends decoding; the caller's own is told.
                DecodeError::Image(ImageError::Mismatch)
            })
        });
        match stopped {
            Some(error) => Err(error),
            None => Ok(decoded?),
        }
    }

    fn settled_rows(&self, each: &mut EachRows<'_>) -> Result<(), DecodeError> {
        let header = &self.parsed.header;
        let index = self.parsed.index(self.data)?;
        let tiles = RegionTiles::around(&self.parsed, header.area());
        let (width, height, format) =
            (header.width, memory::unsettled_rows(header, &self.parsed.grid), header.pixel_format());
        let bytes = format.bytes_of(width, height);
        let pace = self.pace(&tiles.account(), bytes, tiles.parts.len())?;
        let image = Image::with_depth(width, height, format, header.output_depth())?;
        let stream = self.stream(&index);
        let mut rows = Rows { simd: stream.simd, image, top: 0, next: 0 };
        tiles.settle(&stream, pace, &mut |settled| rows.take(settled, each))
    }
}

/// What rows are handed to: the number of the first, and their pixels.
type EachRows<'a> = dyn FnMut(u32, &ImageView<'_>) -> Result<(), DecodeError> + Send + 'a;

/// Rows that are not settled over the whole width.
struct Rows {
    simd: Simd,
    /// Memory for them.
    image: Image,
    /// Number of the first.
    top: usize,
    /// Number of the first that was not handed over.
    next: usize,
}

impl Rows {
    /// Takes over pixels that are settled, and hands over the rows that this makes whole.
    fn take(&mut self, settled: &Settled<'_>, each: &mut EachRows<'_>) -> Result<(), DecodeError> {
        let Rect { x, y, w, h } = settled.place;
        // Tiles side by side settle the same rows, so none of those before are of use when the
        // first of them begins.
        if x == 0 && y == self.next {
            self.top = y;
        }
        let to = Rect { y: y - self.top, ..settled.place };
        settled.write(self.simd, settled.place, &mut self.image.view_mut().part(to));
        if x + w < self.image.width() as usize {
            return Ok(());
        }
        each(y as u32, &self.image.view().rows(to.y..to.y + h))?;
        self.next = y + h;
        Ok(())
    }
}
