//! Pictures in memory, and the file formats they come from and go to.

mod alpha;
mod convert;
mod embed;
mod exif;
mod extension;
mod format;
mod hdr;
mod input;
mod message;
mod note;
mod picture;
mod position;
mod read;
mod resize;
mod rows;
mod samples;
mod srgb;
mod strip;
mod write;
mod xmp;

pub(crate) use convert::widened;
pub(crate) use embed::lost;
pub(crate) use extension::{has_picture_extension, is_foreign, is_kvt};
pub(crate) use format::OutputFormat;
pub(crate) use hdr::{HdrSpace, WHITE};
pub(crate) use input::{LARGE, LargePicture};
pub(crate) use picture::{Picture, channels_name};
pub(crate) use read::{Loaded, ReadOptions, Transparency, decode_error, read_bytes, read_front, read_picture};
pub(crate) use resize::{fit, resized, resizing_bytes};
pub(crate) use rows::RowFile;
pub(crate) use srgb::to_srgb;
pub(crate) use strip::{Strip, left_over, strip};
pub(crate) use write::{fitted, write_file, write_picture};
