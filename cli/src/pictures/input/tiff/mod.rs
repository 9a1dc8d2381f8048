//! TIFF files.
//!
//! Only the codecs of strips and tiles are libraries: the `tiff` crate refuses palettes, gray with
//! alpha and 12 bits, and reads short strips, bits in reversed order and predicted samples beside
//! extra ones wrongly without an error.

mod chunks;
mod colours;
mod compression;
mod directory;
mod exif;
mod jpeg;
mod layout;
mod notes;
mod pages;
mod tags;
#[cfg(test)]
mod tests;

use image::DynamicImage;

use self::directory::File;
use self::layout::{Compression, SampleLayout};
use super::Inventory;
use super::source::SourceFile;
use crate::base::error::Result;

/// Whether a file is a TIFF, classic or big.
pub(super) fn begins(data: &[u8]) -> bool {
    File::new(data).is_some()
}

/// The picture in a file, and what the file says besides.
pub(super) fn read(source: &SourceFile<'_>, found: &mut Inventory) -> Result<DynamicImage> {
    let fault = |text: String| source.fault(text);
    let file = File::new(source.data).ok_or_else(|| source.fault("not a TIFF"))?;
    if source.data.get(8..10) == Some(b"CR") {
        return Err(source.fault("TIFF: raw camera data (Canon) are not supported"));
    }
    let directory = pages::picture(&file, found).map_err(fault)?;
    source.check_dimensions(layout::size(&directory).map_err(fault)?)?;
    let layout = SampleLayout::new(&file, &directory).map_err(fault)?;
    source.check_bytes(layout.bytes())?;
    layout.check_work(source)?;
    exif::take(&file, &directory, source.limits.max_metadata, found);
    notes::take(&directory, &layout, found);
    let further = layout.samples - layout.kept().len();
    if further > 0 {
        found.drops(if further == 1 { "1 further channel".to_owned() } else { format!("{further} further channels") });
    }
    if layout.compression == Compression::Jpeg {
        found.already_lossy();
    }
    let samples = chunks::read(source, &directory, &layout, found)?;
    colours::picture(&layout, samples, found).map_err(fault)
}
