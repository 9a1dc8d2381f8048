//! Streams as the `image` crate encodes pictures.

use std::io::Write;

use image::error::UnsupportedError;
use image::{ExtendedColorType, ImageEncoder, ImageResult};

use super::convert::pixel_format;
use super::error::hint;
use crate::encoder::{Encoder, EncoderConfig};
use crate::error::EncodeError;
use crate::image::view::ImageView;
use crate::metadata::{Cicp, Metadata, Orientation};

/// An encoder for the `image` crate, with settings of its own or the default ones.
#[derive(Debug)]
pub struct KvtEncoder<W> {
    writer: W,
    config: EncoderConfig,
    metadata: Metadata,
}

impl<W: Write> KvtEncoder<W> {
    /// Writes to `writer` with default settings.
    pub fn new(writer: W) -> Self {
        Self::with_config(writer, EncoderConfig::default())
    }

    /// Writes to `writer` with these settings.
    pub fn with_config(writer: W, config: EncoderConfig) -> Self {
        Self { writer, config, metadata: Metadata::default() }
    }

    /// With `metadata` in place of all that was said so far. The `image` crate hands over a profile
    /// and Exif by itself, after this, and has no way to hand over anything else.
    #[must_use]
    pub fn with_metadata(self, metadata: Metadata) -> Self {
        Self { metadata, ..self }
    }

    /// With an orientation.
    #[must_use]
    pub fn with_orientation(self, orientation: Orientation) -> Self {
        Self { metadata: self.metadata.with_orientation(orientation), ..self }
    }

    /// With an XMP packet.
    #[must_use]
    pub fn with_xmp(self, xmp: impl Into<Vec<u8>>) -> Self {
        Self { metadata: self.metadata.with_xmp(xmp), ..self }
    }

    /// With code points for the meaning of samples; those of a
    /// [`DynamicImage`](image::DynamicImage) that is not of sRGB come from [`Cicp::of_dynamic`].
    #[must_use]
    pub fn with_cicp(self, cicp: Cicp) -> Self {
        Self { metadata: self.metadata.with_cicp(cicp), ..self }
    }
}

impl<W: Write> ImageEncoder for KvtEncoder<W> {
    fn write_image(mut self, buf: &[u8], width: u32, height: u32, colour: ExtendedColorType) -> ImageResult<()> {
        let format = pixel_format(colour, hint())?;
        let stride = (width as usize).saturating_mul(format.bytes_per_pixel());
        let view = ImageView::new(buf, width, height, stride, format).map_err(EncodeError::from)?;
        let encoder = Encoder::new(self.config).map_err(EncodeError::from)?;
        self.writer.write_all(&encoder.encode(&view.with_metadata(&self.metadata))?)?;
        // What a writer keeps back may fail to be written, and it says so only here.
        Ok(self.writer.flush()?)
    }

    fn set_icc_profile(&mut self, icc_profile: Vec<u8>) -> Result<(), UnsupportedError> {
        self.metadata.icc = Some(icc_profile);
        Ok(())
    }

    fn set_exif_metadata(&mut self, exif: Vec<u8>) -> Result<(), UnsupportedError> {
        self.metadata.exif = Some(exif);
        Ok(())
    }
}
