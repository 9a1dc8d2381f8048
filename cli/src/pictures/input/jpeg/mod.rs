//! JPEG files.

mod decoder;
mod inventory;
mod segments;
#[cfg(test)]
mod tests;
mod xmp;

use image::{DynamicImage, ImageBuffer};

use self::decoder::DecodedJpeg;
use self::segments::Walk;
use super::source::SourceFile;
use super::{Inventory, cmyk};
use crate::base::error::Result;

/// The picture in a file, and what the file says besides.
pub(super) fn read(source: &SourceFile<'_>, found: &mut Inventory) -> Result<DynamicImage> {
    let walk = Walk::new(source.data);
    let mut picture = decoder::decode(source, &walk, false)?;
    found.already_lossy();
    check(source, &walk, &picture, found)?;
    inventory::take(&walk, found);
    let ((width, height), mut pixels) = (picture.size, std::mem::take(&mut picture.pixels));
    if picture.channels == 4 {
        pixels = cmyk::to_rgb(&pixels, false, found);
    }
    let image = match picture.channels {
        1 => ImageBuffer::from_raw(width, height, pixels).map(DynamicImage::ImageLuma8),
        _ => ImageBuffer::from_raw(width, height, pixels).map(DynamicImage::ImageRgb8),
    };
    image.ok_or_else(|| source.fault("damaged: pixels are missing"))
}

/// A picture within a file of another format, which says what its channels mean.
pub(super) struct EmbeddedPicture {
    pub(super) size: (u32, u32),
    pub(super) channels: usize,
    /// Samples of all channels, side by side.
    pub(super) samples: Vec<u8>,
    /// Whether all are there.
    pub(super) whole: bool,
    /// Whether what is coded goes on behind them.
    pub(super) more: bool,
}

/// The channels of such a picture, whose bytes are all of `source`.
pub(super) fn stored(source: &SourceFile<'_>) -> Result<EmbeddedPicture> {
    let walk = Walk::new(source.data);
    let DecodedJpeg { size, channels, pixels, lost, coarse, unused } = decoder::decode(source, &walk, true)?;
    let whole = lost.is_none() && !pixels.is_empty() && (!coarse || walk.tail.is_some());
    Ok(EmbeddedPicture { size, channels, samples: pixels, whole, more: unused > 0 })
}

/// Refuses a picture that is not whole, unless what there is of it is wanted, and names what is
/// odd.
fn check(source: &SourceFile<'_>, walk: &Walk<'_>, picture: &DecodedJpeg, found: &mut Inventory) -> Result<()> {
    let (ended, height) = (walk.tail.is_some(), picture.size.1 as usize);
    let how = if ended { "cut off or damaged" } else { "cut off" };
    match &picture.lost {
        _ if picture.pixels.is_empty() => return Err(source.fault(format!("{how}: no pixels are there"))),
        Some(rows) if rows.end == height => {
            source.take_part(format!("{how}: the lower {} of {height} rows are not all there", rows.len()), found)?;
        }
        Some(rows) => {
            let text = format!("{how}: rows {} to {} of {height} are not all there", rows.start + 1, rows.end);
            source.take_part(text, found)?;
        }
        None if picture.coarse && !ended => {
            source.take_part("cut off: scans are missing that sharpen the picture".to_owned(), found)?;
        }
        None if picture.coarse => found.warn("odd-file", "no scans are there that sharpen the picture to its end"),
        None if !ended => found.warn("odd-file", "the file ends without an end marker; all pixels are there"),
        None => {}
    }
    if picture.unused > 0 {
        let text = format!("{} bytes of coded pixels are left over: the picture may be damaged", picture.unused);
        found.warn("damaged", text);
    }
    if walk.stray > 0 {
        found.warn("odd-file", format!("{} bytes between the file's segments belong to none", walk.stray));
    }
    Ok(())
}
