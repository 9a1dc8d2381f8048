//! Pixels by way of the `image` crate's decoders.

use std::io::Cursor;

use image::{DynamicImage, ExtendedColorType, ImageDecoder, ImageError, ImageFormat, ImageReader};
use kvant::Orientation;

use super::{Inventory, Source};
use crate::error::{CliError, Result};
use crate::pictures::message::one_line;

/// The library's error as one line about the file.
fn fault(source: &Source<'_>, error: &ImageError) -> CliError {
    let text = format!("{}: {}", source.name, one_line(error));
    match error {
        ImageError::Limits(_) => CliError::Limit(text + " (--max-mem)"),
        _ => CliError::Input(text),
    }
}

/// The picture in a file of `format`, and of what it says besides what the library tells.
pub(super) fn read(source: &Source<'_>, format: ImageFormat, found: &mut Inventory) -> Result<DynamicImage> {
    let mut reader = ImageReader::with_format(Cursor::new(source.data), format);
    let mut limits = image::Limits::default();
    limits.max_alloc = Some(source.limits.max_memory);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|e| fault(source, &e))?;
    source.check_dimensions(decoder.dimensions())?;
    source.check_bytes(decoder.total_bytes())?;
    if matches!(decoder.original_color_type(), ExtendedColorType::Rgb32F | ExtendedColorType::Rgba32F) {
        found.warn("depth-reduced", "samples in floating point are reduced to 16 bits");
    }
    take_metadata(&mut decoder, found);
    DynamicImage::from_decoder(decoder).map_err(|e| fault(source, &e))
}

/// What the library tells besides the pixels.
fn take_metadata(decoder: &mut impl ImageDecoder, found: &mut Inventory) {
    let block = |read: image::ImageResult<Option<Vec<u8>>>| read.ok().flatten().filter(|block| !block.is_empty());
    let metadata = &mut found.metadata;
    metadata.icc = block(decoder.icc_profile());
    metadata.exif = block(decoder.exif_metadata());
    metadata.xmp = block(decoder.xmp_metadata());
    let orientation = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
    metadata.orientation = Orientation::from_exif(orientation.to_exif()).unwrap_or_default();
    if block(decoder.iptc_metadata()).is_some() {
        found.drops("IPTC");
    }
}
