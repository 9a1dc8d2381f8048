//! Streams as the `image` crate encodes pictures.

use std::io::Write;

use image::error::{UnsupportedError, UnsupportedErrorKind};
use image::{ExtendedColorType, ImageEncoder, ImageError, ImageResult};

use super::error::hint;
use crate::encoder::{Encoder, EncoderConfig};
use crate::error::EncodeError;
use crate::image::format::PixelFormat;
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
    pub fn with_metadata(self, metadata: Metadata) -> Self {
        Self { metadata, ..self }
    }

    /// With an orientation.
    pub fn with_orientation(self, orientation: Orientation) -> Self {
        Self { metadata: self.metadata.with_orientation(orientation), ..self }
    }

    /// With an XMP packet.
    pub fn with_xmp(self, xmp: impl Into<Vec<u8>>) -> Self {
        Self { metadata: self.metadata.with_xmp(xmp), ..self }
    }

    /// With code points for the meaning of samples; those of a
    /// [`DynamicImage`](image::DynamicImage) that is not of sRGB come from [`Cicp::of_dynamic`].
    pub fn with_cicp(self, cicp: Cicp) -> Self {
        Self { metadata: self.metadata.with_cicp(cicp), ..self }
    }
}

impl<W: Write> ImageEncoder for KvtEncoder<W> {
    fn write_image(mut self, buf: &[u8], width: u32, height: u32, colour: ExtendedColorType) -> ImageResult<()> {
        let format = match colour {
            ExtendedColorType::L8 => PixelFormat::Gray8,
            ExtendedColorType::La8 => PixelFormat::GrayAlpha8,
            ExtendedColorType::Rgb8 => PixelFormat::Rgb8,
            ExtendedColorType::Rgba8 => PixelFormat::Rgba8,
            ExtendedColorType::L16 => PixelFormat::Gray16,
            ExtendedColorType::La16 => PixelFormat::GrayAlpha16,
            ExtendedColorType::Rgb16 => PixelFormat::Rgb16,
            ExtendedColorType::Rgba16 => PixelFormat::Rgba16,
            other => {
                let kind = UnsupportedErrorKind::Color(other);
                return Err(ImageError::Unsupported(UnsupportedError::from_format_and_kind(hint(), kind)));
            }
        };
        let stride = (width as usize).saturating_mul(format.bytes_per_pixel());
        let view = ImageView::new(buf, width, height, stride, format).map_err(EncodeError::from)?;
        let encoder = Encoder::new(self.config).map_err(EncodeError::from)?;
        self.writer.write_all(&encoder.encode(&view.with_metadata(&self.metadata))?)?;
        Ok(())
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
