//! Files of other formats, each in a file of its own here: what its pixels are, and what else it says.
//!
//! Nothing in an input is lost in silence. A format goes over all that a file holds (chunks, segments, tags, boxes), and
//! each entry is carried, turned into something equivalent, or named in a warning: the [`Inventory`].

mod bmp;
mod cmyk;
pub(super) mod colours;
#[cfg(test)]
mod cuts;
mod inventory;
mod jpeg;
mod large;
mod library;
pub(super) mod png;
mod pnm;
mod qoi;
mod tiff;
mod webp;

use std::fmt::Display;

use image::{DynamicImage, ImageFormat};
use kvant::{Limits, Metadata};

use self::inventory::Inventory;
pub(crate) use self::large::{LARGE, LargePicture};
use super::read::{PARTIAL, Warning};
use super::{Picture, convert};
use crate::error::{CliError, Result};

/// What to do about a file that is not whole.
const PARTLY: &str = "kvant encode --allow-partial takes what there is";

/// A file to read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'a> {
    /// What errors call it.
    pub(super) name: &'a str,
    pub(super) data: &'a [u8],
    /// Bounds on the picture in it.
    pub(super) limits: &'a Limits,
    /// Whether what there is of a damaged file is wanted.
    pub(super) partial: bool,
}

impl Source<'_> {
    /// The file is unreadable, as `text` says.
    fn fault(&self, text: impl Display) -> CliError {
        CliError::Input(format!("{}: {text}", self.name))
    }

    /// The picture is not whole, as `text` says: what there is of it is taken with a warning where that is wanted.
    fn take_part(&self, text: String, found: &mut Inventory) -> Result<()> {
        if !self.partial {
            return Err(self.fault(format!("{text} ({PARTLY})")));
        }
        found.warn(PARTIAL, text);
        Ok(())
    }

    /// Refuses a picture of no pixels, and one beyond the limits.
    fn check_dimensions(&self, (width, height): (u32, u32)) -> Result<()> {
        let Self { name, limits, .. } = self;
        if width == 0 || height == 0 {
            return Err(self.fault(format!("picture of {width}x{height} pixels: nothing to encode")));
        }
        let side = width.max(height);
        if side > limits.max_dimension {
            let limit = limits.max_dimension;
            return Err(CliError::Limit(format!(
                "{name}: picture of {width}x{height} pixels: a side of {side} exceeds the limit of {limit} (--max-dim)"
            )));
        }
        let pixels = u64::from(width) * u64::from(height);
        if pixels > limits.max_pixels {
            let limit = limits.max_pixels;
            return Err(CliError::Limit(format!(
                "{name}: picture of {width}x{height}: {pixels} pixels exceed the limit of {limit} (--max-pixels)"
            )));
        }
        Ok(())
    }

    /// Refuses pixels of more bytes than the limit.
    fn check_bytes(&self, bytes: u64) -> Result<()> {
        let limit = self.limits.max_memory;
        if bytes > limit {
            let name = self.name;
            let text = format!("{name}: {bytes} bytes of pixels exceed the limit of {limit} (--max-mem)");
            return Err(CliError::Limit(text));
        }
        Ok(())
    }
}

/// The pixels of a file as they are stored, what it says besides, and what of it is in neither.
pub(super) fn read(source: &Source<'_>) -> Result<(Picture, Metadata, Vec<Warning>)> {
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
fn unknown(source: &Source<'_>) -> CliError {
    /// Bytes that tell any format.
    const ENOUGH: usize = 16;
    let cut = if source.data.len() < ENOUGH { "cut off, or " } else { "" };
    source.fault(format!("{cut}not a picture in a known format (.kvt, PNG, JPEG, PNM, TIFF, BMP, WebP, QOI)"))
}
