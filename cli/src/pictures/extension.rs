//! What the extension of a file's name says.

use std::ffi::OsStr;
use std::path::Path;

use image::ImageFormat;

/// Whether a file's name says that it is a picture of a format that can be read; not a `.kvt`.
pub(crate) fn has_picture_extension(path: &Path) -> bool {
    ImageFormat::from_path(path).is_ok_and(|f| f.reading_enabled())
}

/// Whether a file's name says that it is ours.
pub(crate) fn is_kvt(path: &Path) -> bool {
    path.extension().is_some_and(|e| e.eq_ignore_ascii_case("kvt"))
}

/// Whether a file's name says that it is a picture of another format.
pub(crate) fn is_foreign(path: &Path) -> bool {
    let others = ["jxl", "heic", "heif", "jp2", "svg", "psd"];
    let extension = path.extension().map(OsStr::to_ascii_lowercase);
    ImageFormat::from_path(path).is_ok() || extension.is_some_and(|e| others.iter().any(|other| e == *other))
}
