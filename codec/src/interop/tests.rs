//! Round trips through the `image` crate.

use std::io::Cursor;

use image::error::LimitErrorKind;
use image::{DynamicImage, ImageDecoder, ImageEncoder, ImageError};

use super::*;
use crate::decoder::DecoderOptions;
use crate::encoder::EncoderConfig;
use crate::image::format::PixelFormat;
use crate::image::view::{Image, ImageView};
use crate::limits::Limits;
use crate::metadata::{Cicp, Metadata, Orientation};

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

const P3: Cicp = Cicp { primaries: 12, transfer: 13, matrix: 0, full_range: true };

#[test]
fn pictures_of_the_image_crate_and_of_this_one_are_made_of_one_another() {
    for mut picture in pictures() {
        assert_eq!(DynamicImage::from(Image::try_from(&picture).unwrap()), picture);
        assert_eq!(Cicp::of_dynamic(&picture), None);
        P3.set_dynamic(&mut picture);
        let (image, metadata) = from_dynamic(&picture).unwrap();
        assert_eq!(metadata, Metadata::default().with_cicp(P3));
        assert_eq!(to_dynamic(image, &metadata), picture);
    }
    let float = image::Rgb32FImage::new(2, 2).into();
    assert!(matches!(Image::try_from(&float), Err(ImageError::Unsupported(_))));
}

#[test]
fn pictures_are_turned_as_they_are_shown() {
    let picture: DynamicImage = image::GrayImage::from_raw(3, 1, vec![1, 2, 3]).unwrap().into();
    for orientation in Orientation::ALL {
        let mut turned = picture.clone();
        turned.apply_orientation(image::metadata::Orientation::from_exif(orientation.to_exif()).unwrap());
        let metadata = Metadata::default().with_orientation(orientation);
        assert_eq!(to_dynamic(Image::try_from(&picture).unwrap(), &metadata), turned, "{orientation}");
    }
}

#[test]
fn every_colour_type_and_the_metadata_come_back() {
    register();
    assert!(!register());
    for picture in pictures() {
        let config = EncoderConfig::default().with_lossless(true);
        let mut file = Vec::new();
        let mut encoder = KvtEncoder::with_config(&mut file, config)
            .with_orientation(Orientation::Rotate90)
            .with_xmp(b"<x/>")
            .with_cicp(P3);
        encoder.set_icc_profile(vec![1; 200]).unwrap();
        encoder.set_exif_metadata(b"II*\0".to_vec()).unwrap();
        picture.write_with_encoder(encoder).unwrap();
        let reader = image::ImageReader::new(Cursor::new(&file)).with_guessed_format().unwrap();
        let mut decoder = reader.into_decoder().unwrap();
        assert_eq!(decoder.icc_profile().unwrap(), Some(vec![1; 200]));
        assert_eq!(decoder.exif_metadata().unwrap(), Some(b"II*\0".to_vec()));
        assert_eq!(decoder.xmp_metadata().unwrap(), Some(b"<x/>".to_vec()));
        assert_eq!(decoder.orientation().unwrap(), image::metadata::Orientation::Rotate90);
        assert_eq!(KvtDecoder::new(&file[..]).unwrap().metadata().cicp, Some(P3));
        let back = DynamicImage::from_decoder(decoder).unwrap();
        assert_eq!(back, picture);
    }
}

#[test]
fn twelve_bits_fill_sixteen() {
    let data: Vec<u8> = [0u16, 4095, 2048, 1].iter().flat_map(|v| v.to_ne_bytes()).collect();
    let view = ImageView::new(&data, 4, 1, 8, PixelFormat::Gray16).unwrap().with_depth(12).unwrap();
    let config = EncoderConfig::default().with_lossless(true);
    let file = crate::encode(&view, &config).unwrap();
    let decoder = KvtDecoder::new(&file[..]).unwrap();
    let back = DynamicImage::from_decoder(decoder).unwrap().into_luma16().into_raw();
    assert_eq!(back, [0, 65535, 32776, 16]);
    // Samples that fill sixteen already stay as they are.
    let options = DecoderOptions::default().with_full_depth(true);
    let full = crate::Decoder::with_options(&file, options).unwrap().decode().unwrap().to_u16();
    let decoder = KvtDecoder::with_options(file, options).unwrap();
    assert_eq!(DynamicImage::from_decoder(decoder).unwrap().into_luma16().into_raw(), full);
    assert_eq!((full[0], full[1]), (0, 65535));
}

#[test]
fn what_the_writer_cannot_flush_is_an_error() {
    let file = std::io::BufWriter::with_capacity(1 << 20, Full);
    let error = KvtEncoder::new(file).write_image(&[0; 3], 1, 1, image::ExtendedColorType::Rgb8).unwrap_err();
    assert!(matches!(error, ImageError::IoError(_)), "{error:?}");
}

/// A full disk.
struct Full;

impl std::io::Write for Full {
    fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
        Err(std::io::ErrorKind::StorageFull.into())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
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
    let config = EncoderConfig::default().with_limits(usual.with_max_dimension(30));
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
    // As much of max_alloc is the picture's as of a photograph of 100 megapixels of the default 512
    // MiB.
    let picture = image::RgbImage::from_fn(3000, 2000, |x, y| image::Rgb([(x >> 4) as u8, (y >> 3) as u8, 90]));
    let tile_size = crate::TileSize::T512;
    let config = EncoderConfig::default().with_effort(1).with_quality(10.0).with_tile_size(tile_size);
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
    let config = EncoderConfig::default().with_effort(1).with_quality(30.0).with_threads(0);
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
