//! WebP files.

use image::{DynamicImage, ImageFormat};

use super::{Inventory, Source, library};
use crate::error::Result;
use crate::pictures::LOSSY_INPUT;

/// The picture in a file, and what the file says besides.
pub(super) fn read(source: &Source<'_>, found: &mut Inventory) -> Result<DynamicImage> {
    if is_animated(source.data) {
        return Err(source.fault("an animation; a .kvt holds one picture: give single frames"));
    }
    if chunks(source.data).any(|kind| kind == b"VP8 ") {
        found.warn(LOSSY_INPUT, "the input was already lossy");
    }
    library::read(source, ImageFormat::WebP, found)
}

/// Types of the chunks of a file, those within a frame too.
fn chunks(data: &[u8]) -> impl Iterator<Item = &[u8; 4]> {
    let mut rest = data.get(12..).unwrap_or_default();
    std::iter::from_fn(move || {
        let (kind, tail) = rest.split_first_chunk::<4>()?;
        let (size, tail) = tail.split_first_chunk::<4>()?;
        // A frame begins with its place, and has chunks then.
        let size = if kind == b"ANMF" { 16 } else { u32::from_le_bytes(*size) as usize };
        rest = tail.get(size.checked_add(size % 2)?..).unwrap_or_default();
        Some(kind)
    })
}

/// Whether a flag says that a file has frames.
fn is_animated(data: &[u8]) -> bool {
    data.get(12..16) == Some(b"VP8X") && data.get(20).is_some_and(|flags| flags & 2 != 0)
}
