//! JPEG files.

use image::{DynamicImage, ImageFormat};

use super::{Inventory, Source, library};
use crate::error::Result;

/// The picture in a file, and what the file says besides.
pub(super) fn read(source: &Source<'_>, found: &mut Inventory) -> Result<DynamicImage> {
    found.already_lossy();
    library::read(source, ImageFormat::Jpeg, found)
}
