//! Adapters for the [`image`] crate (feature `image`): its functions read `.kvt` files once [`register`] was called, and
//! [`KvtEncoder`] writes them. Nothing else of this library knows of that crate.
//!
//! ```
//! # let folder = std::env::temp_dir().join(format!("kvant-doc-{}", std::process::id()));
//! # std::fs::create_dir_all(&folder)?;
//! # let path = folder.join("x.kvt");
//! let picture = image::RgbaImage::from_pixel(40, 30, image::Rgba([200, 120, 40, 255]));
//! let file = std::fs::File::create(&path)?;
//! picture.write_with_encoder(kvant::interop::KvtEncoder::new(file))?;
//!
//! kvant::interop::register();
//! let back = image::open(&path)?;
//! assert_eq!((back.width(), back.height()), (40, 30));
//! # std::fs::remove_dir_all(&folder)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::io::{Read, Write};

use image::error::{
    DecodingError, EncodingError, ImageFormatHint, LimitError, LimitErrorKind, UnsupportedError, UnsupportedErrorKind,
};
use image::{ColorType, ExtendedColorType, ImageDecoder, ImageEncoder, ImageError, ImageResult};

use crate::container::SIGNATURE;
use crate::decoder::{Decoder, DecoderOptions, ImageInfo};
use crate::encoder::{Encoder, EncoderConfig};
use crate::error::{DecodeError, EncodeError};
use crate::image::view::{ImageView, PixelFormat};
use crate::metadata::{Metadata, Orientation};

/// The extension of files.
const EXTENSION: &str = "kvt";

fn hint() -> ImageFormatHint {
    ImageFormatHint::Name(EXTENSION.to_owned())
}

/// Makes the `image` crate read `.kvt` files, by extension and by content. Returns whether it did not before.
pub fn register() -> bool {
    let new = image::hooks::register_decoding_hook(EXTENSION.into(), Box::new(open));
    if new {
        image::hooks::register_format_detection_hook(EXTENSION.into(), &SIGNATURE, None);
    }
    new
}

fn open(reader: image::hooks::GenericReader<'_>) -> ImageResult<Box<dyn ImageDecoder + '_>> {
    Ok(Box::new(KvtDecoder::new(reader)?))
}

impl From<DecodeError> for ImageError {
    fn from(e: DecodeError) -> Self {
        match e {
            DecodeError::Limit { .. } => Self::Limits(LimitError::from_kind(LimitErrorKind::InsufficientMemory)),
            e => Self::Decoding(DecodingError::new(hint(), e)),
        }
    }
}

impl From<EncodeError> for ImageError {
    fn from(e: EncodeError) -> Self {
        Self::Encoding(EncodingError::new(hint(), e))
    }
}

/// A decoder for the `image` crate. Samples of 9 to 15 bits are scaled to 16, the only deeper ones that it knows.
#[derive(Debug)]
pub struct KvtDecoder {
    data: Vec<u8>,
    options: DecoderOptions,
    info: ImageInfo,
    metadata: Metadata,
}

impl KvtDecoder {
    /// Reads the whole stream and its header.
    ///
    /// # Errors
    /// [`ImageError`] where reading fails, or the header is damaged, of another draft or over a default limit.
    pub fn new(mut reader: impl Read) -> ImageResult<Self> {
        let mut data = Vec::new();
        reader.read_to_end(&mut data)?;
        let options = DecoderOptions { threads: 0, ..DecoderOptions::default() };
        let decoder = Decoder::with_options(&data, options)?;
        let (info, metadata) = (decoder.info().clone(), decoder.metadata()?);
        Ok(Self { data, options, info, metadata })
    }
}

impl ImageDecoder for KvtDecoder {
    fn dimensions(&self) -> (u32, u32) {
        (self.info.width, self.info.height)
    }

    fn color_type(&self) -> ColorType {
        match self.info.format {
            PixelFormat::Gray8 => ColorType::L8,
            PixelFormat::GrayAlpha8 => ColorType::La8,
            PixelFormat::Rgb8 => ColorType::Rgb8,
            PixelFormat::Rgba8 => ColorType::Rgba8,
            PixelFormat::Gray16 => ColorType::L16,
            PixelFormat::GrayAlpha16 => ColorType::La16,
            PixelFormat::Rgb16 => ColorType::Rgb16,
            PixelFormat::Rgba16 => ColorType::Rgba16,
        }
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
        let number = self.info.orientation.to_exif();
        Ok(image::metadata::Orientation::from_exif(number).unwrap_or(image::metadata::Orientation::NoTransforms))
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
        let picture = Decoder::with_options(&self.data, self.options)?.decode()?;
        buf.copy_from_slice(picture.data());
        let depth = u32::from(self.info.depth);
        if (9..16).contains(&depth) {
            let max = (1 << depth) - 1;
            for sample in buf.as_chunks_mut().0 {
                let value = u32::from(u16::from_ne_bytes(*sample));
                *sample = (((value * 65535 + max / 2) / max) as u16).to_ne_bytes();
            }
        }
        Ok(())
    }

    fn read_image_boxed(self: Box<Self>, buf: &mut [u8]) -> ImageResult<()> {
        (*self).read_image(buf)
    }
}

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

    /// With an orientation, which the `image` crate has no way to hand over.
    pub fn with_orientation(mut self, orientation: Orientation) -> Self {
        self.metadata.orientation = orientation;
        self
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
        let stride = width as usize * format.bytes_per_pixel();
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

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::DynamicImage;

    use super::*;

    fn pictures() -> Vec<DynamicImage> {
        let rgba = image::ImageBuffer::from_fn(31, 22, |x, y| {
            image::Rgba([x as u16 * 2000, y as u16 * 2900, 30000, if x < 9 { 0 } else { 65535 - y as u16 }])
        });
        let all = DynamicImage::ImageRgba16(rgba);
        vec![
            all.to_luma8().into(),
            all.to_luma_alpha8().into(),
            all.to_rgb8().into(),
            all.to_rgba8().into(),
            all.to_luma16().into(),
            all.to_luma_alpha16().into(),
            all.to_rgb16().into(),
            all,
        ]
    }

    #[test]
    fn every_colour_type_and_the_metadata_come_back() {
        register();
        assert!(!register());
        for picture in pictures() {
            let config = EncoderConfig { lossless: true, ..EncoderConfig::default() };
            let mut file = Vec::new();
            let mut encoder = KvtEncoder::with_config(&mut file, config).with_orientation(Orientation::Rotate90);
            encoder.set_icc_profile(vec![1; 200]).unwrap();
            encoder.set_exif_metadata(b"II*\0".to_vec()).unwrap();
            picture.write_with_encoder(encoder).unwrap();
            let reader = image::ImageReader::new(Cursor::new(&file)).with_guessed_format().unwrap();
            let mut decoder = reader.into_decoder().unwrap();
            assert_eq!(decoder.icc_profile().unwrap(), Some(vec![1; 200]));
            assert_eq!(decoder.exif_metadata().unwrap(), Some(b"II*\0".to_vec()));
            assert_eq!(decoder.orientation().unwrap(), image::metadata::Orientation::Rotate90);
            let back = DynamicImage::from_decoder(decoder).unwrap();
            assert_eq!(back, picture);
        }
    }

    #[test]
    fn twelve_bits_fill_sixteen() {
        let data: Vec<u8> = [0u16, 4095, 2048, 1].iter().flat_map(|v| v.to_ne_bytes()).collect();
        let view = ImageView::new(&data, 4, 1, 8, PixelFormat::Gray16).unwrap().with_depth(12).unwrap();
        let config = EncoderConfig { lossless: true, ..EncoderConfig::default() };
        let file = crate::encode(&view, &config).unwrap();
        let decoder = KvtDecoder::new(&file[..]).unwrap();
        let back = DynamicImage::from_decoder(decoder).unwrap().into_luma16().into_raw();
        assert_eq!(back, [0, 65535, 32776, 16]);
    }

    #[test]
    fn damage_and_limits_are_errors() {
        let mut file = Vec::new();
        pictures()[2].write_with_encoder(KvtEncoder::new(&mut file)).unwrap();
        assert!(matches!(KvtDecoder::new(&file[..10]), Err(ImageError::Decoding(_))));
        let mut decoder = KvtDecoder::new(&file[..]).unwrap();
        let mut limits = image::Limits::default();
        limits.max_alloc = Some(1000);
        decoder.set_limits(limits).unwrap();
        assert!(matches!(DynamicImage::from_decoder(decoder), Err(ImageError::Limits(_))));
        let float = image::Rgb32FImage::new(2, 2);
        let mut out = Vec::new();
        assert!(matches!(float.write_with_encoder(KvtEncoder::new(&mut out)), Err(ImageError::Unsupported(_))));
    }
}
