//! Streams as the `image` crate decodes files.

use std::io::Read;

use image::{ColorType, ImageDecoder, ImageResult};

use super::convert::{colour_type, fill};
use crate::decoder::{Decoder, DecoderOptions, ImageInfo};
use crate::error::DecodeError;
use crate::image::view::ImageViewMut;
use crate::metadata::Metadata;

/// A decoder for the `image` crate. Samples of 9 to 15 bits are scaled to 16, the only deeper ones
/// that it knows.
#[derive(Debug)]
pub struct KvtDecoder {
    data: Vec<u8>,
    options: DecoderOptions,
    info: ImageInfo,
    metadata: Metadata,
}

impl KvtDecoder {
    /// Reads the whole stream and its header. Pixels are decoded into the buffer that
    /// [`ImageDecoder::read_image`] is given; what is taken besides is held against
    /// [`image::Limits::max_alloc`], or 2 GiB.
    ///
    /// # Errors
    /// [`image::ImageError`] where reading fails, or the header is damaged, of another draft or
    /// over a default limit.
    pub fn new(mut reader: impl Read) -> ImageResult<Self> {
        let mut data = Vec::new();
        reader.read_to_end(&mut data)?;
        Self::with_options(data, DecoderOptions { threads: 0, ..DecoderOptions::default() })
    }

    /// Reads the header of a stream that is there as a whole.
    ///
    /// # Errors
    /// [`image::ImageError`] where the header is damaged, of another draft or over a limit.
    pub fn with_options(data: Vec<u8>, options: DecoderOptions) -> ImageResult<Self> {
        let decoder = Decoder::with_options(&data, options)?;
        let (info, metadata) = (decoder.info().clone(), decoder.metadata()?);
        Ok(Self { data, options, info, metadata })
    }

    /// What the stream says besides pixels, all of it: the `image` crate asks for profile, Exif,
    /// XMP and orientation alone.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }
}

impl ImageDecoder for KvtDecoder {
    fn dimensions(&self) -> (u32, u32) {
        (self.info.width, self.info.height)
    }

    fn color_type(&self) -> ColorType {
        colour_type(self.info.format)
    }

    fn icc_profile(&mut self) -> ImageResult<Option<Vec<u8>>> {
        Ok(self.metadata.icc.clone())
    }

    fn exif_metadata(&mut self) -> ImageResult<Option<Vec<u8>>> {
        Ok(self.metadata.exif.clone())
    }

    fn xmp_metadata(&mut self) -> ImageResult<Option<Vec<u8>>> {
        Ok(self.metadata.xmp.clone())
    }

    fn orientation(&mut self) -> ImageResult<image::metadata::Orientation> {
        Ok(self.info.orientation.into())
    }

    fn set_limits(&mut self, limits: image::Limits) -> ImageResult<()> {
        limits.check_support(&image::LimitSupport::default())?;
        limits.check_dimensions(self.info.width, self.info.height)?;
        if let Some(bytes) = limits.max_alloc {
            self.options.limits.max_memory = self.options.limits.max_memory.min(bytes);
        }
        Ok(())
    }

    fn read_image(self, buf: &mut [u8]) -> ImageResult<()> {
        let ImageInfo { width, height, format, .. } = self.info;
        let stride = width as usize * format.bytes_per_pixel();
        let mut view = ImageViewMut::new(buf, width, height, stride, format).map_err(DecodeError::from)?;
        let decoder = Decoder::with_options(&self.data, self.options)?;
        decoder.decode_into(&mut view)?;
        fill(buf, decoder.depth_in(format));
        Ok(())
    }

    fn read_image_boxed(self: Box<Self>, buf: &mut [u8]) -> ImageResult<()> {
        (*self).read_image(buf)
    }
}
