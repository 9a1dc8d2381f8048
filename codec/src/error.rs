//! Every error the library returns: whose fault it is, which value was met and which limit it
//! broke.

pub use crate::image::error::ImageError;
use crate::metadata::section::{FIRST_OTHER, MOST};

/// A setting out of its range.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// Quality outside 0 to 100, or not a number.
    #[error("quality {0} is outside 0 to 100")]
    Quality(f32),
    /// Effort outside 1 to 9.
    #[error("effort {0} is outside 1 to 9")]
    Effort(u8),
    /// Quality of the alpha above 100.
    #[error("alpha quality {0} is outside 0 to 100")]
    AlphaQuality(u8),
    /// A lossless encoding has no quality that could be searched for.
    #[error("a lossless encoding has one size, and no target can change it")]
    LosslessTarget,
    /// No tuning parameter has this name.
    #[error("there is no tuning parameter '{0}'")]
    UnknownParameter(String),
    /// A tuning parameter outside its range.
    #[error("{name} {value} is outside {min} to {max}")]
    Parameter {
        /// The setting's name.
        name: &'static str,
        /// The value given.
        value: f64,
        /// Smallest value allowed.
        min: f64,
        /// Largest value allowed.
        max: f64,
    },
    /// A target, or what belongs to it, that no encoding can have.
    #[error("no encoding can come to a target whose {what} is {value}")]
    Target {
        /// Which number.
        what: &'static str,
        /// The value given.
        value: f64,
    },
}

/// Why a picture could not be encoded.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// A setting is out of range.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The picture is ill described.
    #[error(transparent)]
    Image(#[from] ImageError),
    /// A decoder of the stream would exceed a limit of
    /// [`EncoderConfig::limits`](crate::EncoderConfig::limits).
    #[error("{what} of {value} exceeds the limit of {limit}")]
    Limit {
        /// What is limited.
        what: &'static str,
        /// The value met.
        value: u64,
        /// The limit in force.
        limit: u64,
    },
    /// A section of [`Metadata::other`](crate::Metadata::other) of a type that it cannot have: that
    /// of a field, one that no stream can state, or that of another section.
    #[error("metadata section of type {kind}: other sections have types from {FIRST_OTHER} to {MOST}, each once")]
    Section {
        /// The type.
        kind: u64,
    },
    /// The observer asked to stop.
    #[error("cancelled")]
    Cancelled,
}

/// Why a stream could not be decoded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The data does not begin with the signature of a `.kvt` stream.
    #[error("not a kvant stream (signature missing)")]
    NotKvant,
    /// The stream is of another draft of the format.
    #[error("stream of format draft {found}; this decoder reads draft {supported} only")]
    Draft {
        /// The draft that the stream states.
        found: u8,
        /// The draft that this decoder reads.
        supported: u8,
    },
    /// The stream uses a feature that this decoder does not have.
    #[error("{what} {value} is not supported by this decoder")]
    Unsupported {
        /// The header field.
        what: &'static str,
        /// Its value.
        value: u64,
    },
    /// The data ends too early.
    #[error("cut off: the data ends within the {what}: {available} bytes, at least {needed} needed")]
    Truncated {
        /// What was being read.
        what: &'static str,
        /// Bytes needed, counted from the start of the data, as far as known.
        needed: u64,
        /// Bytes there are.
        available: u64,
    },
    /// A part of the stream is not what its checksum was made of.
    #[error("the {what} is damaged: its checksum is {stored:08x}, that of the data {found:08x}")]
    Damaged {
        /// The part.
        what: &'static str,
        /// The checksum that is stored.
        stored: u32,
        /// That of the data.
        found: u32,
    },
    /// A stream of one tile is not what its last bytes, its checksum, say: it is damaged, or they
    /// are not the last and it is cut off.
    #[error("cut off or damaged: the data ends with {stored:08x} instead of its checksum {found:08x}")]
    DamagedOrCut {
        /// The last four bytes.
        stored: u32,
        /// The checksum of the data before them.
        found: u32,
    },
    /// A field has a value that no encoder writes.
    #[error("corrupt stream: {what} is {value}, limit or expected {limit}")]
    Corrupt {
        /// The field.
        what: &'static str,
        /// The value met.
        value: u64,
        /// The largest value allowed, or the one expected.
        limit: u64,
    },
    /// A limit set by the caller, or by default, would be exceeded.
    #[error("{what} of {value} exceeds the limit of {limit}")]
    Limit {
        /// What is limited.
        what: &'static str,
        /// The value met.
        value: u64,
        /// The limit in force.
        limit: u64,
    },
    /// A region that is empty or not within the picture, in pixels.
    #[error("region {width}x{height}+{x}+{y} is not within the picture of {all_width}x{all_height}")]
    Region {
        /// First column.
        x: u32,
        /// First row.
        y: u32,
        /// Columns.
        width: u32,
        /// Rows.
        height: u32,
        /// Columns of the picture.
        all_width: u32,
        /// Rows of the picture.
        all_height: u32,
    },
    /// The caller's buffer does not fit the picture.
    #[error(transparent)]
    Image(#[from] ImageError),
    /// The observer asked to stop.
    #[error("cancelled")]
    Cancelled,
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use super::*;

    #[test]
    fn an_error_within_an_error_is_told_once() {
        let error = EncodeError::from(ConfigError::Effort(12));
        assert_eq!(error.to_string(), "effort 12 is outside 1 to 9");
        assert!(error.source().is_none(), "its text is the whole text");
        let error = DecodeError::from(ImageError::Mismatch);
        assert_eq!(error.to_string(), ImageError::Mismatch.to_string());
        assert!(error.source().is_none());
    }
}
