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

use crate::colour::widened;
use crate::container::SIGNATURE;
use crate::decoder::{Decoder, DecoderOptions, ImageInfo};
use crate::encoder::{Encoder, EncoderConfig};
use crate::error::{DecodeError, EncodeError};
use crate::image::format::PixelFormat;
use crate::image::view::{ImageView, ImageViewMut};
use crate::limits;
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
            DecodeError::Limit { what, .. } => limit(what),
            e => Self::Decoding(DecodingError::new(hint(), e)),
        }
    }
}

/// The error of a limit on `what`.
fn limit(what: &str) -> ImageError {
    let of_size = [limits::WIDTH, limits::HEIGHT, limits::PIXELS].contains(&what);
    let kind = if of_size { LimitErrorKind::DimensionError } else { LimitErrorKind::InsufficientMemory };
    ImageError::Limits(LimitError::from_kind(kind))
}

impl From<EncodeError> for ImageError {
    fn from(e: EncodeError) -> Self {
        match e {
            EncodeError::Limit { what, .. } => limit(what),
            e => Self::Encoding(EncodingError::new(hint(), e)),
        }
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
    /// Reads the whole stream and its header. Pixels are decoded into the buffer that [`ImageDecoder::read_image`] is given;
    /// what is taken besides is held against [`image::Limits::max_alloc`], or 2 GiB.
    ///
    /// # Errors
    /// [`ImageError`] where reading fails, or the header is damaged, of another draft or over a default limit.
    pub fn new(mut reader: impl Read) -> ImageResult<Self> {
        let mut data = Vec::new();
        reader.read_to_end(&mut data)?;
        Self::with_options(data, DecoderOptions { threads: 0, ..DecoderOptions::default() })
    }

    /// Reads the header of a stream that is there as a whole.
    ///
    /// # Errors
    /// [`ImageError`] where the header is damaged, of another draft or over a limit.
    pub fn with_options(data: Vec<u8>, options: DecoderOptions) -> ImageResult<Self> {
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
        let ImageInfo { width, height, format, .. } = self.info;
        let stride = width as usize * format.bytes_per_pixel();
        let mut view = ImageViewMut::new(buf, width, height, stride, format).map_err(DecodeError::from)?;
        Decoder::with_options(&self.data, self.options)?.decode_into(&mut view)?;
        let depth = u32::from(self.info.depth);
        if (9..16).contains(&depth) {
            let max = (1 << depth) - 1;
            for sample in buf.as_chunks_mut().0 {
                *sample = widened(u16::from_ne_bytes(*sample), max).to_ne_bytes();
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

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::DynamicImage;

    use super::*;
    use crate::limits::Limits;

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
    fn limits_are_told_by_their_kind() {
        let mut file = Vec::new();
        pictures()[2].write_with_encoder(KvtEncoder::new(&mut file)).unwrap();
        let kind = |limits: Limits| {
            let options = DecoderOptions { limits, ..DecoderOptions::default() };
            let result = KvtDecoder::with_options(file.clone(), options).and_then(DynamicImage::from_decoder);
            match result {
                Err(ImageError::Limits(e)) => e.kind(),
                other => panic!("{other:?}"),
            }
        };
        let usual = Limits::default();
        assert_eq!(kind(Limits { max_dimension: 30, ..usual }), LimitErrorKind::DimensionError);
        assert_eq!(kind(Limits { max_pixels: 31 * 22 - 1, ..usual }), LimitErrorKind::DimensionError);
        assert_eq!(kind(Limits { max_memory: 1000, ..usual }), LimitErrorKind::InsufficientMemory);
        let mut config = EncoderConfig::default();
        config.limits.max_dimension = 30;
        let refused = pictures()[2].write_with_encoder(KvtEncoder::with_config(Vec::new(), config));
        assert!(matches!(refused, Err(ImageError::Limits(e)) if e.kind() == LimitErrorKind::DimensionError));
    }

    /// As `image::open` does: what the picture itself takes is held against the limit first.
    fn read_within(file: &[u8], max_alloc: u64) -> ImageResult<DynamicImage> {
        let mut reader = image::ImageReader::new(Cursor::new(file)).with_guessed_format().unwrap();
        let mut limits = image::Limits::default();
        limits.max_alloc = Some(max_alloc);
        reader.limits(limits);
        reader.decode()
    }

    #[test]
    fn a_picture_is_read_within_its_size_and_some_tiles() {
        register();
        // As much of max_alloc is the picture's as of a photograph of 100 megapixels of the default 512 MiB.
        let picture = image::RgbImage::from_fn(3000, 2000, |x, y| image::Rgb([(x >> 4) as u8, (y >> 3) as u8, 90]));
        let mut config = EncoderConfig { effort: 1, quality: 10.0, ..EncoderConfig::default() };
        config.tile_size = crate::TileSize::T512;
        let mut file = Vec::new();
        picture.write_with_encoder(KvtEncoder::with_config(&mut file, config)).unwrap();
        let bytes = 3000 * 2000 * 3;
        let read = read_within(&file, bytes * 512 / 300).unwrap();
        assert!(read == DynamicImage::from_decoder(KvtDecoder::new(&file[..]).unwrap()).unwrap());
        assert!(matches!(read_within(&file, bytes + 1000), Err(ImageError::Limits(_))));
    }

    /// `cargo test -p kvant --features image --release -- --ignored 48_megapixels`, in half a minute.
    #[test]
    #[ignore = "slow"]
    fn a_photograph_of_48_megapixels_is_opened_within_the_default_limits() {
        register();
        let picture = image::RgbImage::from_fn(8000, 6000, |x, y| image::Rgb([(x >> 5) as u8, (y >> 5) as u8, 90]));
        let config = EncoderConfig { effort: 1, quality: 30.0, threads: 0, ..EncoderConfig::default() };
        let mut file = Vec::new();
        picture.write_with_encoder(KvtEncoder::with_config(&mut file, config)).unwrap();
        assert!(read_within(&file, image::Limits::default().max_alloc.unwrap()).is_ok());
    }

    #[test]
    fn damage_and_limits_are_errors() {
        let mut file = Vec::new();
        pictures()[2].write_with_encoder(KvtEncoder::new(&mut file)).unwrap();
        assert!(matches!(KvtDecoder::new(&file[..6]), Err(ImageError::Decoding(_))));
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
