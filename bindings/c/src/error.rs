//! Status and text of what went wrong.

use std::ffi::c_char;

use codec::{ConfigError, DecodeError, EncodeError, ImageError};

/// What a function returns: one of `KVANT_OK` and `KVANT_ERROR_...`. Others may be added.
pub type Status = u32;

/// All went well.
pub const KVANT_OK: Status = 0;
/// A fault of the library. Please report it.
pub const KVANT_ERROR_INTERNAL: Status = 1;
/// The call is wrong: a pointer that is NULL, a size, a setting out of range.
pub const KVANT_ERROR_ARGUMENT: Status = 2;
/// The stream is damaged.
pub const KVANT_ERROR_DAMAGED: Status = 3;
/// A limit on pixels, sides, memory or metadata would be exceeded.
pub const KVANT_ERROR_LIMIT: Status = 4;
/// The stream is cut off.
pub const KVANT_ERROR_TRUNCATED: Status = 5;
/// The data is no stream of Kvant.
pub const KVANT_ERROR_NOT_KVANT: Status = 6;
/// The stream is of another draft of the format.
pub const KVANT_ERROR_DRAFT: Status = 7;
/// The stream, or a field of a newer header, asks for what this library does not have.
pub const KVANT_ERROR_UNSUPPORTED: Status = 8;
/// The stream has no preview.
pub const KVANT_ERROR_NO_PREVIEW: Status = 9;

/// Bytes of the text of an error, with the zero at its end.
pub const KVANT_TEXT_BYTES: usize = 252;

/// What went wrong, for people. Whoever does not want to know gives NULL.
#[repr(C)]
pub struct Error {
    /// What the function returned.
    pub status: Status,
    /// What was wrong, in UTF-8, with a zero at its end; empty where nothing was.
    pub text: [c_char; KVANT_TEXT_BYTES],
}

impl Error {
    pub(crate) fn new(status: Status, text: &str) -> Self {
        let mut error = Self { status, text: [0; KVANT_TEXT_BYTES] };
        let most = text.len().min(KVANT_TEXT_BYTES - 1);
        let end = (0..=most).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
        for (to, &from) in error.text.iter_mut().zip(&text.as_bytes()[..end]) {
            *to = from as c_char;
        }
        error
    }
}

/// Why a call failed.
#[derive(Debug, PartialEq)]
pub(crate) struct Failure {
    pub(crate) status: Status,
    pub(crate) text: String,
}

impl Failure {
    pub(crate) fn argument(text: impl ToString) -> Self {
        Self { status: KVANT_ERROR_ARGUMENT, text: text.to_string() }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::argument(error)
    }
}

impl From<ImageError> for Failure {
    fn from(error: ImageError) -> Self {
        Self::argument(error)
    }
}

impl From<EncodeError> for Failure {
    fn from(error: EncodeError) -> Self {
        let status = match error {
            EncodeError::Config(_) | EncodeError::Image(_) | EncodeError::Section { .. } => KVANT_ERROR_ARGUMENT,
            EncodeError::Limit { .. } => KVANT_ERROR_LIMIT,
            _ => KVANT_ERROR_INTERNAL,
        };
        Self { status, text: error.to_string() }
    }
}

impl From<DecodeError> for Failure {
    fn from(error: DecodeError) -> Self {
        let status = match error {
            DecodeError::NotKvant => KVANT_ERROR_NOT_KVANT,
            DecodeError::Draft { .. } => KVANT_ERROR_DRAFT,
            DecodeError::Unsupported { .. } => KVANT_ERROR_UNSUPPORTED,
            DecodeError::Truncated { .. } => KVANT_ERROR_TRUNCATED,
            DecodeError::Damaged { .. } | DecodeError::DamagedOrCut { .. } | DecodeError::Corrupt { .. } => {
                KVANT_ERROR_DAMAGED
            }
            DecodeError::Limit { .. } => KVANT_ERROR_LIMIT,
            DecodeError::Region { .. } | DecodeError::Image(_) => KVANT_ERROR_ARGUMENT,
            _ => KVANT_ERROR_INTERNAL,
        };
        Self { status, text: error.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_ends_with_a_whole_character_and_a_zero() {
        let error = Error::new(KVANT_ERROR_INTERNAL, &"ü".repeat(200));
        let bytes: Vec<u8> = error.text.iter().map(|&c| c as u8).take_while(|&c| c != 0).collect();
        assert_eq!(std::str::from_utf8(&bytes), Ok("ü".repeat(125).as_str()));
    }
}
