//! Targets that are bytes: nothing needs to be measured.

use super::goal::{Measure, Target, Targeted};
use crate::encoder::encode::Encoder;
use crate::encoder::encoded::Encoded;
use crate::error::EncodeError;
use crate::image::view::ImageView;

impl Encoder<'_> {
    /// Encodes a picture to about `bytes` bytes: within 1 %, either way, where [`Targeted::met`].
    /// The quality of the configuration does not count. [`Encoder::encode_to_target`] takes another
    /// tolerance.
    ///
    /// ```
    /// # let pixels: Vec<u8> = (0..64 * 48 * 3u32).map(|i| (i * i / 97) as u8).collect();
    /// # let view = kvant::ImageView::new(&pixels, 64, 48, 64 * 3, kvant::PixelFormat::Rgb8)?;
    /// let encoder = kvant::Encoder::new(kvant::EncoderConfig::default())?;
    /// let found = encoder.encode_to_size(&view, 3000)?;
    /// assert!(found.met && found.encoded.stream.len().abs_diff(3000) <= 30);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Encoder::encode_to_target`].
    pub fn encode_to_size(&self, image: &ImageView<'_>, bytes: usize) -> Result<Targeted, EncodeError> {
        self.encode_to_target(image, &Target::new(Measure::Bytes, bytes as f64), length)
    }

    /// Encodes a picture to at most `max_bytes` bytes: at the quality of the configuration, or at
    /// the best one below it that is found to keep to them. Where it is not [`met`](Targeted::met),
    /// not even quality 0 does, or the settings ask for a lossless encoding, which has one size.
    ///
    /// ```
    /// # let pixels: Vec<u8> = (0..64 * 48 * 3u32).map(|i| (i * i / 97) as u8).collect();
    /// # let view = kvant::ImageView::new(&pixels, 64, 48, 64 * 3, kvant::PixelFormat::Rgb8)?;
    /// let encoder = kvant::Encoder::new(kvant::EncoderConfig::default().with_quality(90.0))?;
    /// let found = encoder.encode_within(&view, 3000)?;
    /// assert!(found.met && found.encoded.stream.len() <= 3000 && found.quality < 90.0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Encoder::encode_at_most`].
    pub fn encode_within(&self, image: &ImageView<'_>, max_bytes: usize) -> Result<Targeted, EncodeError> {
        self.encode_at_most(image, &Target::new(Measure::Bytes, max_bytes as f64), length)
    }
}

/// Bytes of the stream.
fn length(encoded: &Encoded) -> Result<f64, EncodeError> {
    Ok(encoded.stream.len() as f64)
}
