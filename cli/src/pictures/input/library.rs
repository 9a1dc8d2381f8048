//! Pixels by way of the `image` crate's decoders.

use std::io::Cursor;

use image::{ColorType, DynamicImage, ImageBuffer, ImageDecoder, ImageError, ImageFormat, ImageReader};

use super::Inventory;
use super::source::SourceFile;
use crate::base::error::{CliError, Result};
use crate::pictures::message::one_line;

/// The library's error as one line about the file.
fn fault(source: &SourceFile<'_>, error: &ImageError) -> CliError {
    let cut = match error {
        ImageError::Decoding(_) | ImageError::IoError(_) => "the file is cut off or damaged: ",
        _ => "",
    };
    let text = format!("{}: {cut}{}", source.name, one_line(error));
    match error {
        ImageError::Limits(_) => CliError::Limit(text + " (--max-mem)"),
        _ => CliError::Input(text),
    }
}

/// The picture in `file`, of `format`, which is made of a file, and nothing else.
pub(super) fn pixels(source: &SourceFile<'_>, file: &[u8], format: ImageFormat) -> Result<DynamicImage> {
    let source = SourceFile { data: file, ..*source };
    DynamicImage::from_decoder(decoder(&source, format)?).map_err(|e| fault(&source, &e))
}

/// A decoder of a picture within the limits.
fn decoder<'a>(source: &SourceFile<'a>, format: ImageFormat) -> Result<impl ImageDecoder + use<'a>> {
    let mut reader = ImageReader::with_format(Cursor::new(source.data), format);
    let mut limits = image::Limits::default();
    limits.max_alloc = Some(source.limits.max_memory);
    reader.limits(limits);
    let decoder = reader.into_decoder().map_err(|e| fault(source, &e))?;
    source.check_dimensions(decoder.dimensions())?;
    source.check_bytes(decoder.total_bytes())?;
    Ok(decoder)
}

/// What there is of such a picture, which is damaged or cut off: the rows that come before the
/// fault. The decoder must fill rows as it goes on.
pub(super) fn rows(
    source: &SourceFile<'_>,
    file: &[u8],
    format: ImageFormat,
    found: &mut Inventory,
) -> Result<DynamicImage> {
    let decoder = decoder(&SourceFile { data: file, ..*source }, format)?;
    let ((width, height), colour) = (decoder.dimensions(), decoder.color_type());
    let mut bytes = vec![GRAY; decoder.total_bytes() as usize];
    if let Err(error) = decoder.read_image(&mut bytes) {
        let row = bytes.len() / height as usize;
        let there = bytes.chunks(row).rposition(|row| row.iter().any(|&b| b != GRAY)).map_or(0, |last| last + 1);
        let text = match height as usize - there {
            _ if there == 0 => return Err(fault(source, &error)),
            0 => format!("cut off or damaged: parts of all {height} rows are not there"),
            missing => format!("cut off or damaged: the lower {missing} of {height} rows are not all there"),
        };
        source.take_part(text, found)?;
        if colour.bytes_per_pixel() > colour.channel_count() {
            // The last that decoders do is to turn samples round.
            bytes.as_chunks_mut().0.iter_mut().for_each(|sample| *sample = u16::from_be_bytes(*sample).to_ne_bytes());
        }
    }
    picture((width, height), colour, bytes).ok_or_else(|| source.fault("damaged: pixels are missing"))
}

/// What rows hold that are not there.
const GRAY: u8 = 128;

/// Bytes of samples as a picture.
fn picture((width, height): (u32, u32), colour: ColorType, bytes: Vec<u8>) -> Option<DynamicImage> {
    let wide = || bytes.as_chunks().0.iter().map(|&sample| u16::from_ne_bytes(sample)).collect();
    Some(match colour {
        ColorType::L8 => DynamicImage::ImageLuma8(ImageBuffer::from_raw(width, height, bytes)?),
        ColorType::La8 => DynamicImage::ImageLumaA8(ImageBuffer::from_raw(width, height, bytes)?),
        ColorType::Rgb8 => DynamicImage::ImageRgb8(ImageBuffer::from_raw(width, height, bytes)?),
        ColorType::Rgba8 => DynamicImage::ImageRgba8(ImageBuffer::from_raw(width, height, bytes)?),
        ColorType::L16 => DynamicImage::ImageLuma16(ImageBuffer::from_raw(width, height, wide())?),
        ColorType::La16 => DynamicImage::ImageLumaA16(ImageBuffer::from_raw(width, height, wide())?),
        ColorType::Rgb16 => DynamicImage::ImageRgb16(ImageBuffer::from_raw(width, height, wide())?),
        ColorType::Rgba16 => DynamicImage::ImageRgba16(ImageBuffer::from_raw(width, height, wide())?),
        _ => return None,
    })
}
