//! What a file says besides pixels: each tag is carried, or named.

use kvant::Orientation;

use super::super::Inventory;
use super::directory::{Directory, Entry, File};
use super::{exif, tags};

/// Tags that only say how pixels are stored, or that have no meaning any more.
const STRUCTURE: [std::ops::RangeInclusive<u16>; 13] = [
    254..=266,
    273..=274,
    277..=284,
    286..=289,
    292..=293,
    296..=297,
    317..=317,
    320..=327,
    330..=332,
    338..=347,
    512..=521,
    529..=532,
    559..=559,
];

/// What of the picture's directory is not pixels; errors are warnings here.
pub(super) fn take(file: &File<'_>, directory: &Directory<'_>, found: &mut Inventory) {
    let orientation = directory.number(tags::ORIENTATION).ok().flatten().and_then(|v| u8::try_from(v).ok());
    found.metadata.orientation = orientation.and_then(Orientation::from_exif).unwrap_or_default();
    let (block, whole) = exif::block(file, directory);
    found.metadata.exif = block;
    if !whole {
        found.warn("metadata-damaged", "parts of Exif are damaged or cut off and are not carried");
    }
    let mut private = 0;
    for (&tag, entry) in &directory.entries {
        match tag {
            tags::ICC => match bytes(entry) {
                Some(icc) => found.metadata.icc = Some(icc),
                None => found.warn("profile-dropped", "the ICC profile is cut off and is dropped; colours may differ"),
            },
            tags::XMP => match bytes(entry) {
                Some(xmp) => found.metadata.xmp = Some(xmp),
                None => found.warn("metadata-damaged", "XMP is cut off and is not carried"),
            },
            tags::TRANSFER_FUNCTION | tags::WHITE_POINT | tags::PRIMARY_CHROMATICITIES
                // A profile says it better.
                if directory.has(tags::ICC) => {}
            tags::TRANSFER_FUNCTION => found.drops("a transfer function"),
            tags::WHITE_POINT | tags::PRIMARY_CHROMATICITIES => found.drops("a set of primaries"),
            290 | 291 => found.drops("a gray response curve"),
            333 | 336 | 337 => found.drops("a list of inks"),
            tags::IPTC => found.drops("IPTC"),
            tags::PHOTOSHOP => found.drops("a Photoshop block"),
            tags::PHOTOSHOP_LAYERS => found.drops("a stack of Photoshop layers"),
            33550 | 33922 | 34264 | 34735..=34737 => found.drops("GeoTIFF"),
            42112 | 42113 => found.drops("GDAL metadata"),
            tags::EXIF | tags::GPS => {}
            _ if exif::describes(tag) || STRUCTURE.iter().any(|range| range.contains(&tag)) => {}
            _ => private += 1,
        }
    }
    if private > 0 {
        found.drops(if private == 1 { "1 private tag".to_owned() } else { format!("{private} private tags") });
    }
}

/// A block of bytes; none where the file ends before it does.
fn bytes(entry: &Entry<'_>) -> Option<Vec<u8>> {
    entry.bytes().filter(|bytes| !bytes.is_empty()).map(<[u8]>::to_vec)
}
