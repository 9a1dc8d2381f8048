//! Pixels by way of the `image` crate's decoders.

use std::io::Cursor;

use image::{DynamicImage, ExtendedColorType, ImageDecoder, ImageError, ImageFormat, ImageReader, ImageResult};
use kvant::Orientation;

use super::{Inventory, Source};
use crate::error::{CliError, Result};

/// The library's error as one line about the file.
fn fault(source: &Source<'_>, error: &ImageError) -> CliError {
    // Some decoders put line breaks into their messages; ours are one line.
    let text = format!("{}: {error}", source.name).split_whitespace().collect::<Vec<_>>().join(" ");
    match error {
        ImageError::Limits(_) => CliError::Limit(text),
        _ => CliError::Input(text),
    }
}

/// The picture in a file of `format`, and of what it says besides what the library tells.
pub(super) fn read(source: &Source<'_>, format: ImageFormat, found: &mut Inventory) -> Result<DynamicImage> {
    let mut decoder = decoder(source, format)?;
    if matches!(decoder.original_color_type(), ExtendedColorType::Rgb32F | ExtendedColorType::Rgba32F) {
        found.warn("depth-reduced", "samples in floating point are reduced to 16 bits");
    }
    take_metadata(&mut decoder, found);
    DynamicImage::from_decoder(decoder).map_err(|e| fault(source, &e))
}

/// The picture in `file`, of `format`, which is made of a file, and nothing else.
pub(super) fn pixels(source: &Source<'_>, file: &[u8], format: ImageFormat) -> Result<DynamicImage> {
    let source = Source { data: file, ..*source };
    DynamicImage::from_decoder(decoder(&source, format)?).map_err(|e| fault(&source, &e))
}

/// A decoder of a picture within the limits.
fn decoder<'a>(source: &Source<'a>, format: ImageFormat) -> Result<impl ImageDecoder + use<'a>> {
    let mut reader = ImageReader::with_format(Cursor::new(source.data), format);
    let mut limits = image::Limits::default();
    limits.max_alloc = Some(source.limits.max_memory);
    reader.limits(limits);
    let decoder = reader.into_decoder().map_err(|e| fault(source, &e))?;
    source.check_dimensions(decoder.dimensions())?;
    source.check_bytes(decoder.total_bytes())?;
    Ok(decoder)
}

/// What the library tells besides the pixels.
fn take_metadata(decoder: &mut impl ImageDecoder, found: &mut Inventory) {
    if let Ok(orientation) = decoder.orientation() {
        found.metadata.orientation = Orientation::from_exif(orientation.to_exif()).unwrap_or_default();
    }
    let mut block = |read: ImageResult<Option<Vec<u8>>>, name| match read {
        Ok(block) => block.filter(|block| !block.is_empty()),
        Err(_) => {
            found.damaged(name);
            None
        }
    };
    let icc = block(decoder.icc_profile(), "the ICC profile");
    let exif = block(decoder.exif_metadata(), "the Exif block");
    let xmp = block(decoder.xmp_metadata(), "the XMP packet");
    let iptc = block(decoder.iptc_metadata(), "IPTC");
    icc.into_iter().for_each(|icc| found.set_icc(icc));
    exif.iter().for_each(|exif| found.set_exif(exif));
    xmp.iter().for_each(|xmp| found.set_xmp(xmp));
    iptc.iter().for_each(|_| found.drops("IPTC"));
}
