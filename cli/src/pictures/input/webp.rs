//! WebP files.

use image::{DynamicImage, ImageFormat};

use super::{Inventory, Source, library};
use crate::error::Result;

/// The picture in a file, and what the file says besides.
pub(super) fn read(source: &Source<'_>, found: &mut Inventory) -> Result<DynamicImage> {
    if is_animated(source.data) {
        return Err(source.fault("an animation; a .kvt holds one picture: give single frames"));
    }
    library::read(source, ImageFormat::WebP, found)
}

/// Whether a flag says that a file has frames.
fn is_animated(data: &[u8]) -> bool {
    data.get(12..16) == Some(b"VP8X") && data.get(20).is_some_and(|flags| flags & 2 != 0)
}
