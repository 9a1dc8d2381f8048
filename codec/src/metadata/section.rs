//! Section types, in the order in which they stand in a file: what colours mean, then the preview,
//! then blocks that may be long. BITSTREAM.md §2.2.

/// Code points.
pub(crate) const CICP: u64 = 1;
/// A profile.
pub(crate) const ICC: u64 = 2;
/// A stream of its own.
pub(crate) const PREVIEW: u64 = 3;
pub(crate) const EXIF: u64 = 4;
pub(crate) const XMP: u64 = 5;
/// Keywords and texts.
pub(crate) const TEXT: u64 = 6;
/// Pixels to a length.
pub(crate) const RESOLUTION: u64 = 7;
/// The least type that this library gives no meaning.
pub(crate) const FIRST_OTHER: u64 = 8;
/// The greatest that a file can state.
pub(crate) const MOST: u64 = (1 << 63) - 1;

/// What errors call it.
pub(crate) fn name(kind: u64) -> &'static str {
    match kind {
        CICP => "section of code points",
        ICC => "ICC profile",
        PREVIEW => "preview",
        EXIF => "Exif block",
        XMP => "XMP packet",
        TEXT => "section of texts",
        RESOLUTION => "resolution",
        _ => "section of an unknown type",
    }
}
