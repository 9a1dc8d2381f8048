//! Writing pictures in the formats that need no choices.

use std::fmt::Display;
use std::io::{self, Cursor};

use image::codecs::bmp::BmpEncoder;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::qoi::QoiEncoder;
use image::codecs::tiff::TiffEncoder;
use image::codecs::webp::WebPEncoder;
use image::{ExtendedColorType, ImageEncoder, ImageResult};
use kvant::{Metadata, PixelFormat};

use super::RowFile;
use super::embed::{self, Fitted};
use super::format::OutputFormat;
use super::message::one_line;
use super::picture::Picture;
use super::samples::samples;
use crate::base::error::{CliError, Result};

/// Quality of JPEG output: it is for viewing where nothing else is understood, so it should not
/// show.
const JPEG_QUALITY: u8 = 95;

/// The bytes of a file that holds `picture` and nothing else.
///
/// # Errors
/// [`CliError::Run`] where the format cannot hold the picture.
pub(crate) fn write_picture(picture: &Picture, format: OutputFormat) -> Result<Vec<u8>> {
    write_file(picture, &Metadata::default(), format)
}

/// The bytes of a file that holds `picture`, which is upright, and of `metadata` what the format
/// has a place for. Samples have 16 bits where the picture's have more than 8 and the format holds
/// that.
///
/// # Errors
/// As [`write_picture`].
pub(crate) fn write_file(picture: &Picture, metadata: &Metadata, format: OutputFormat) -> Result<Vec<u8>> {
    let (width, height, pixel) = (picture.width(), picture.height(), picture.format());
    let metadata = fitted(metadata, (width, height), pixel, format)?;
    let fault = |e: &dyn Display| CliError::Run(format!("cannot write {}: {e}", format.extension()));
    if format.takes_rows() {
        let mut file = Vec::new();
        let whole = RowFile { format, size: (width, height), pixel, metadata: &metadata };
        let written: io::Result<()> = whole.write(&mut file, |rows| rows.write(picture));
        return written.map(|()| file).map_err(|e| fault(&e));
    }
    let (pixels, colour) = samples(picture, format);
    let file = encode(&pixels, width, height, colour, &metadata, format).map_err(|e| fault(&one_line(&e)))?;
    embed::completed(file, &metadata, format)
}

/// What of `metadata` a file of `format` has a place for, of upright pixels of format `pixel`.
///
/// # Errors
/// [`CliError::Run`] where it has none for the pixels.
pub(crate) fn fitted(
    metadata: &Metadata,
    (width, height): (u32, u32),
    pixel: PixelFormat,
    format: OutputFormat,
) -> Result<Metadata> {
    format.check_colour(pixel)?;
    format.check_size(width, height, pixel)?;
    if pixel.has_alpha() && !format.has_alpha() {
        let name = format.extension();
        let text = format!(
            "{name} cannot hold transparent pixels; png, tiff, webp, pam and qoi can, or give a colour to lay them over, \
             such as --background '#ffffff'"
        );
        return Err(CliError::Run(text));
    }
    Ok(Fitted::new(metadata, pixel, format).metadata)
}

/// A file of a format that does not take rows.
fn encode(
    pixels: &[u8],
    width: u32,
    height: u32,
    colour: ExtendedColorType,
    metadata: &Metadata,
    format: OutputFormat,
) -> ImageResult<Vec<u8>> {
    let mut out = Cursor::new(Vec::new());
    macro_rules! write {
        ($encoder:expr) => {{
            let mut encoder = $encoder;
            embed::set(&mut encoder, metadata)?;
            encoder.write_image(pixels, width, height, colour)
        }};
    }
    match format {
        OutputFormat::Tiff => write!(TiffEncoder::new(&mut out)),
        OutputFormat::Bmp => write!(BmpEncoder::new(&mut out)),
        OutputFormat::WebP => write!(WebPEncoder::new_lossless(&mut out)),
        OutputFormat::Qoi => write!(QoiEncoder::new(&mut out)),
        _ => {
            let mut encoder = JpegEncoder::new_with_quality(&mut out, JPEG_QUALITY);
            encoder.set_pixel_density(embed::density(metadata));
            write!(encoder)
        }
    }?;
    Ok(out.into_inner())
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use kvant::{Cicp, Resolution, ResolutionUnit};

    use super::*;
    use crate::pictures::{ReadOptions, Transparency, read_picture};

    const ALL: [&str; 10] = ["png", "ppm", "pgm", "pnm", "pam", "tiff", "bmp", "webp", "qoi", "jpg"];

    fn round_trip(picture: &Picture, name: &str) -> Result<Picture> {
        let format = OutputFormat::from_extension(name).unwrap();
        let data = write_picture(picture, format)?;
        let options = ReadOptions { transparency: Transparency::Keep, ..ReadOptions::default() };
        Ok(read_picture(name, &data, &options)?.picture)
    }

    /// A picture of `format`, all samples different enough.
    fn sample(format: PixelFormat) -> Picture {
        let n = 15 * format.bytes_per_pixel();
        Picture::new(5, 3, format, (0..n).map(|v| (v * 5 + v / 7) as u8).collect())
    }

    #[test]
    fn every_lossless_format_gives_back_what_it_can_hold() {
        for format in PixelFormat::ALL {
            let picture = sample(format);
            for name in ALL.into_iter().filter(|n| *n != "jpg") {
                let output = OutputFormat::from_extension(name).unwrap();
                let back = match round_trip(&picture, name) {
                    Ok(back) => back,
                    Err(e) => {
                        assert!(e.code() == 1 && e.to_string().starts_with(name), "{e}");
                        assert!(if name == "pgm" { format != PixelFormat::Gray8 } else { format.has_alpha() }, "{e}");
                        assert!(!format.has_alpha() || !output.has_alpha(), "{name}: {e}");
                        continue;
                    }
                };
                let expected =
                    if output.reduces(picture.depth()) { picture.narrowed() } else { Cow::Borrowed(&picture) };
                assert!(back.looks_like(&expected), "{name} {format:?}");
                // Some formats know only colour; the others must keep gray gray.
                let gray_lost = ["ppm", "qoi", "webp", "bmp"].contains(&name) || (name == "tiff" && format.has_alpha());
                if !gray_lost {
                    assert_eq!(back, *expected, "{name} {format:?}");
                }
            }
        }
    }

    /// A block that can be told from others.
    fn block(seed: u8) -> Vec<u8> {
        (0..600u16).map(|i| (i as u8).wrapping_mul(seed)).collect()
    }

    #[test]
    fn metadata_comes_back_from_formats_that_hold_it_and_is_named_where_not() {
        let mut metadata = Metadata::default();
        let mut icc = block(3);
        icc[..4].copy_from_slice(&600u32.to_be_bytes());
        icc[16..20].copy_from_slice(b"RGB ");
        icc[36..40].copy_from_slice(b"acsp");
        icc[128..132].fill(0);
        metadata.icc = Some(icc);
        metadata.exif = Some([&b"II*\0\x08\0\0\0\0\0\0\0\0\0"[..], &block(5)].concat());
        metadata.xmp = Some(b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>".to_vec());
        metadata.cicp = Some(Cicp { primaries: 12, transfer: 13, matrix: 0, full_range: true });
        metadata.text = vec![("Comment".to_owned(), "by hand".to_owned())];
        metadata.resolution = Some(Resolution { x: 11811, y: 5906, unit: ResolutionUnit::Metre });
        // JPEG has no metres.
        let inches = Some(Resolution { x: 300, y: 150, unit: ResolutionUnit::Inch });
        let picture = sample(PixelFormat::Rgb8);
        for name in ALL.into_iter().filter(|n| *n != "pgm") {
            let format = OutputFormat::from_extension(name).unwrap();
            let file = write_file(&picture, &metadata, format).unwrap();
            let loaded = read_picture(name, &file, &ReadOptions::default()).unwrap();
            let said = embed::lost(&metadata, PixelFormat::Rgb8, format).map_or(String::new(), |w| w.text);
            for (name_of_note, kept) in [
                ("ICC", loaded.metadata.icc == metadata.icc),
                ("Exif", loaded.metadata.exif == metadata.exif),
                ("XMP", loaded.metadata.xmp == metadata.xmp),
                ("code points", loaded.metadata.cicp == metadata.cicp),
                ("text", loaded.metadata.text == metadata.text),
                ("resolution", [metadata.resolution, inches].contains(&loaded.metadata.resolution)),
            ] {
                assert_eq!(kept, !said.contains(name_of_note), "{name} {name_of_note}: {said}");
            }
        }
    }

    #[test]
    fn jpeg_is_close() {
        let gray = Picture::new(8, 8, PixelFormat::Gray8, vec![90; 64]);
        let back = round_trip(&gray, "jpg").unwrap();
        assert!(back.to_rgb().iter().all(|v| v.abs_diff(90) <= 1));
    }
}
