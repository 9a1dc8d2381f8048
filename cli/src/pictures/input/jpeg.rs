//! JPEG files.

use image::{DynamicImage, ImageFormat};

use super::{Inventory, Source, library};
use crate::error::Result;
use crate::pictures::LOSSY_INPUT;

/// The picture in a file, and what the file says besides.
pub(super) fn read(source: &Source<'_>, found: &mut Inventory) -> Result<DynamicImage> {
    found.warn(LOSSY_INPUT, "the input was already lossy");
    library::read(source, ImageFormat::Jpeg, found)
}
