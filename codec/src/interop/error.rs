//! Our errors as those of the `image` crate.

use image::ImageError;
use image::error::{DecodingError, EncodingError, ImageFormatHint, LimitError, LimitErrorKind};

use crate::error::{DecodeError, EncodeError};
use crate::limits;

/// The extension of files.
pub(super) const EXTENSION: &str = "kvt";

/// What the `image` crate calls the format.
pub(super) fn hint() -> ImageFormatHint {
    ImageFormatHint::Name(EXTENSION.to_owned())
}

impl From<DecodeError> for ImageError {
    fn from(e: DecodeError) -> Self {
        match e {
            DecodeError::Limit { what, .. } => limit(what),
            e => Self::Decoding(DecodingError::new(hint(), e)),
        }
    }
}

/// The error of a limit on `what`.
fn limit(what: &str) -> ImageError {
    let of_size = [limits::WIDTH, limits::HEIGHT, limits::PIXELS].contains(&what);
    let kind = if of_size { LimitErrorKind::DimensionError } else { LimitErrorKind::InsufficientMemory };
    ImageError::Limits(LimitError::from_kind(kind))
}

impl From<EncodeError> for ImageError {
    fn from(e: EncodeError) -> Self {
        match e {
            EncodeError::Limit { what, .. } => limit(what),
            e => Self::Encoding(EncodingError::new(hint(), e)),
        }
    }
}
