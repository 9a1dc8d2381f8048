//! Encoding a picture whose pixels are read as they are needed.

use super::encode::Encoder;
use super::encoded::Stream;
use super::progress::Progress;
use super::{pipeline, preview};
use crate::encoder::input::source::{PlaneSource, ReadRows};
use crate::error::EncodeError;
use crate::image::view::{Image, ImageSpec, ImageViewMut};

impl Encoder<'_> {
    /// Encodes a picture that need not be in memory: `read` is asked for its rows, as many as there
    /// are in a row of tiles at a time, by the number of the first and a buffer as wide as the
    /// picture. They are asked for from the top to the bottom, and that several times over, two to
    /// six as a rule: to make its preview, to look at the picture, to find its steps, to code it.
    /// Each time they must be the same.
    ///
    /// The stream is that of [`Encoder::encode`], but for drawings: they are not tried without loss
    /// ([`Content::Auto`](crate::Content::Auto)). Beside the stream, memory takes the pixels and
    /// planes of a row of tiles, and about a byte for each pixel of the picture. Pictures with
    /// alpha and those to be coded without loss are read once, and are in memory as a whole.
    ///
    /// ```
    /// # let pixels: Vec<u8> = (0..64 * 48 * 3u32).map(|i| (i * i / 97) as u8).collect();
    /// # let view = kvant::ImageView::new(&pixels, 64, 48, 64 * 3, kvant::PixelFormat::Rgb8)?;
    /// use kvant::{EncodeError, Encoder, EncoderConfig, ImageSpec, PixelFormat};
    ///
    /// let encoder = Encoder::new(EncoderConfig::default())?;
    /// let spec = ImageSpec::new(64, 48, PixelFormat::Rgb8)?;
    /// let stream = encoder.encode_rows(&spec, |first, rows| {
    ///     for y in 0..rows.height() {
    ///         let at = (first + y) as usize * 64 * 3;
    ///         rows.row_mut(y).copy_from_slice(&pixels[at..at + 64 * 3]);
    ///     }
    ///     Ok::<_, EncodeError>(())
    /// })?;
    /// assert_eq!(stream.bytes, encoder.encode(&view)?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Encoder::encode`], and what `read` returns, which ends encoding.
    pub fn encode_rows<E: From<EncodeError>>(
        &self,
        spec: &ImageSpec<'_>,
        mut read: impl FnMut(u32, &mut ImageViewMut<'_>) -> Result<(), E>,
    ) -> Result<Stream, E> {
        let mut stopped = None;
        let coded = self.code_rows(spec, &mut |first, rows| {
            read(first, rows).map_err(|error| {
                stopped = Some(error);
                // Whatever it is, it ends encoding; the caller's own is told.
                EncodeError::Cancelled
            })
        });
        match stopped {
            Some(error) => Err(error),
            None => Ok(coded?),
        }
    }

    fn code_rows(&self, spec: &ImageSpec<'_>, read: &mut ReadRows<'_>) -> Result<Stream, EncodeError> {
        let setup = &self.setup;
        setup.check(spec)?;
        if spec.format().has_alpha() || setup.config.lossless {
            let mut image = Image::with_depth(spec.width(), spec.height(), spec.format(), spec.depth())?;
            read(0, &mut image.view_mut())?;
            return self.encode_stream(&image.view().with_metadata_of(spec));
        }
        let progress = Progress::new(self.observer, spec, false);
        let mut read = |first, rows: &mut ImageViewMut<'_>| {
            progress.advance(0)?;
            read(first, rows)
        };
        let mut source = PlaneSource::read(setup, spec, &mut read)?;
        let sections = preview::sections(&setup.config, spec, |small| source.eighth(small), &progress)?;
        let coded = pipeline::code(setup, source, &sections, &progress, false)?;
        Ok(Stream { bytes: coded.stream, lossless: false })
    }
}
