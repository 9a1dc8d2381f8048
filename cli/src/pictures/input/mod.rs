//! Files of other formats, each in a file of its own here: what its pixels are, and what else it
//! says.
//!
//! Nothing in an input is lost in silence. A format goes over all that a file holds (chunks,
//! segments, tags, boxes), and each entry is carried, turned into something equivalent, or named in
//! a warning: the [`Inventory`].

mod bmp;
mod cmyk;
pub(super) mod colours;
#[cfg(test)]
mod cuts;
mod gray_profile;
mod inventory;
mod jpeg;
mod large;
mod library;
pub(super) mod png;
mod pnm;
mod qoi;
pub(super) mod source;
mod tiff;
mod webp;

use image::{DynamicImage, ImageFormat};
use kvant::Metadata;

use self::inventory::Inventory;
pub(crate) use self::large::{LARGE, LargePicture};
use self::source::SourceFile;
use super::convert;
use super::picture::Picture;
use crate::base::error::{CliError, Result};
use crate::base::warning::Warning;

/// The pixels of a file as they are stored, what it says besides, and what of it is in neither.
pub(super) fn read(source: &SourceFile<'_>) -> Result<(Picture, Metadata, Vec<Warning>)> {
    let mut found = Inventory::default();
    // The library does not know BigTIFF.
    let tiff = tiff::begins(source.data).then_some(ImageFormat::Tiff);
    let format = tiff.or_else(|| image::guess_format(source.data).ok());
    let pixels: DynamicImage = match format {
        Some(ImageFormat::Png) => png::read(source, &mut found),
        Some(ImageFormat::Jpeg) => jpeg::read(source, &mut found),
        Some(ImageFormat::Tiff) => tiff::read(source, &mut found),
        Some(ImageFormat::WebP) => webp::read(source, &mut found),
        Some(ImageFormat::Bmp) => bmp::read(source, &mut found),
        Some(ImageFormat::Pnm) => pnm::read(source, &mut found),
        Some(ImageFormat::Qoi) => qoi::read(source, &mut found),
        _ => Err(unknown(source)),
    }
    .map_err(|e| match e {
        CliError::Input(text) if source.partial && !matches!(format, Some(ImageFormat::Png | ImageFormat::Jpeg)) => {
            CliError::Input(format!("{text}; only PNG and JPEG files are read in part"))
        }
        e => e,
    })?;
    let (metadata, warnings) = found.finish(pixels.color().has_color(), source.limits.max_metadata);
    Ok((convert::from_dynamic(source.name, pixels)?, metadata, warnings))
}

/// The file is of no format that is read.
fn unknown(source: &SourceFile<'_>) -> CliError {
    /// Bytes that tell any format.
    const ENOUGH: usize = 16;
    let cut = if source.data.len() < ENOUGH { "cut off, or " } else { "" };
    source.fault(format!("{cut}not a picture in a known format (.kvt, PNG, JPEG, PNM, TIFF, BMP, WebP, QOI)"))
}
