//! Every error the library returns: whose fault it is, which value was met and which limit it broke.

use std::fmt;

use crate::image::view::PixelFormat;
use crate::metadata::section::{FIRST_OTHER, MOST};

/// A picture description that does not fit its pixels.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ImageError {
    /// Width or height is zero or above 2^24.
    Dimensions {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// The stride, in bytes, is smaller than one row of pixels.
    Stride {
        /// The stride given, in bytes.
        stride: usize,
        /// Bytes of one row.
        row_bytes: usize,
    },
    /// The buffer is too short for the rows it should hold.
    BufferTooSmall {
        /// Bytes given.
        len: usize,
        /// Bytes needed.
        needed: usize,
    },
    /// Bits of a sample that the format's bytes cannot hold, or too few for them.
    Depth {
        /// The bits given.
        depth: u8,
        /// The pixel format.
        format: PixelFormat,
    },
    /// The pixels take more bytes than this machine can address.
    TooLarge {
        /// Bytes of the pixels.
        bytes: u64,
    },
    /// Two pictures that should have the same size and format do not.
    Mismatch,
}

impl fmt::Display for ImageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dimensions { width, height } => {
                write!(f, "picture of {width}x{height} pixels: each side must be 1 to 16777216")
            }
            Self::Stride { stride, row_bytes } => {
                write!(f, "stride of {stride} bytes is smaller than a row of {row_bytes} bytes")
            }
            Self::BufferTooSmall { len, needed } => {
                write!(f, "pixel buffer has {len} bytes, {needed} are needed")
            }
            Self::Depth { depth, format } => {
                let range = if format.is_wide() { "9 to 16" } else { "8" };
                write!(f, "samples of {depth} bits: those of {format:?} have {range}")
            }
            Self::TooLarge { bytes } => write!(f, "pixels of {bytes} bytes are more than this machine can address"),
            Self::Mismatch => write!(f, "the buffer's size or pixel format differs from the picture's"),
        }
    }
}

impl std::error::Error for ImageError {}

/// A setting out of its range.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ConfigError {
    /// Quality outside 0 to 100, or not a number.
    Quality(f32),
    /// Effort outside 1 to 9.
    Effort(u8),
    /// Quality of the alpha above 100.
    AlphaQuality(u8),
    /// A lossless encoding has no quality that could be searched for.
    LosslessTarget,
    /// No tuning parameter has this name.
    UnknownParameter(String),
    /// A tuning parameter outside its range.
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
    Target {
        /// Which number.
        what: &'static str,
        /// The value given.
        value: f64,
    },
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Quality(q) => write!(f, "quality {q} is outside 0 to 100"),
            Self::Effort(e) => write!(f, "effort {e} is outside 1 to 9"),
            Self::AlphaQuality(q) => write!(f, "alpha quality {q} is outside 0 to 100"),
            Self::LosslessTarget => write!(f, "a lossless encoding has one size, and no target can change it"),
            Self::UnknownParameter(name) => write!(f, "there is no tuning parameter '{name}'"),
            Self::Parameter { name, value, min, max } => write!(f, "{name} {value} is outside {min} to {max}"),
            Self::Target { what, value } => write!(f, "no encoding can come to a target whose {what} is {value}"),
        }
    }
}

impl std::error::Error for ConfigError {}

/// Why a picture could not be encoded.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum EncodeError {
    /// A setting is out of range.
    Config(ConfigError),
    /// The picture is ill described.
    Image(ImageError),
    /// A limit of [`EncoderConfig::limits`](crate::EncoderConfig::limits) would be exceeded by who reads the stream.
    Limit {
        /// What is limited.
        what: &'static str,
        /// The value met.
        value: u64,
        /// The limit in force.
        limit: u64,
    },
    /// A section of [`Metadata::other`](crate::Metadata::other) of a type that it cannot have: that of a field, one that no
    /// stream can state, or that of another section.
    Section {
        /// The type.
        kind: u64,
    },
    /// The observer asked to stop.
    Cancelled,
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(e) => e.fmt(f),
            Self::Image(e) => e.fmt(f),
            Self::Limit { what, value, limit } => write!(f, "{what} of {value} exceeds the limit of {limit}"),
            Self::Section { kind } => {
                let (least, most) = (FIRST_OTHER, MOST);
                write!(
                    f,
                    "metadata section of type {kind}: other sections have types from {least} to {most}, each once"
                )
            }
            Self::Cancelled => write!(f, "cancelled"),
        }
    }
}

impl std::error::Error for EncodeError {}

impl From<ConfigError> for EncodeError {
    fn from(e: ConfigError) -> Self {
        Self::Config(e)
    }
}

impl From<ImageError> for EncodeError {
    fn from(e: ImageError) -> Self {
        Self::Image(e)
    }
}

/// Why a stream could not be decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeError {
    /// The data does not begin with the signature of a `.kvt` stream.
    NotKvant,
    /// The stream is of another draft of the format.
    Draft {
        /// The draft that the stream states.
        found: u8,
        /// The draft that this decoder reads.
        supported: u8,
    },
    /// The stream uses a feature that this decoder does not have.
    Unsupported {
        /// The header field.
        what: &'static str,
        /// Its value.
        value: u64,
    },
    /// The data ends too early.
    Truncated {
        /// What was being read.
        what: &'static str,
        /// Bytes needed, counted from the start of the data, as far as known.
        needed: u64,
        /// Bytes there are.
        available: u64,
    },
    /// A part of the stream is not what its checksum was made of.
    Damaged {
        /// The part.
        what: &'static str,
        /// The checksum that is stored.
        stored: u32,
        /// That of the data.
        found: u32,
    },
    /// A stream of one tile is not what its last bytes, its checksum, say: it is damaged, or they are not the last and it is
    /// cut off.
    DamagedOrCut {
        /// The last four bytes.
        stored: u32,
        /// The checksum of the data before them.
        found: u32,
    },
    /// A field has a value that no encoder writes.
    Corrupt {
        /// The field.
        what: &'static str,
        /// The value met.
        value: u64,
        /// The largest value allowed, or the one expected.
        limit: u64,
    },
    /// A limit set by the caller, or by default, would be exceeded.
    Limit {
        /// What is limited.
        what: &'static str,
        /// The value met.
        value: u64,
        /// The limit in force.
        limit: u64,
    },
    /// A region that is empty or not within the picture, in pixels.
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
    Image(ImageError),
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotKvant => write!(f, "not a kvant stream (signature missing)"),
            Self::Draft { found, supported } => {
                write!(f, "stream of format draft {found}; this decoder reads draft {supported} only")
            }
            Self::Unsupported { what, value } => write!(f, "{what} {value} is not supported by this decoder"),
            Self::Truncated { what, needed, available } => {
                write!(f, "cut off: the data ends within the {what}: {available} bytes, at least {needed} needed")
            }
            Self::Damaged { what, stored, found } => {
                write!(f, "the {what} is damaged: its checksum is {stored:08x}, that of the data {found:08x}")
            }
            Self::DamagedOrCut { stored, found } => {
                write!(f, "cut off or damaged: the data ends with {stored:08x} instead of its checksum {found:08x}")
            }
            Self::Corrupt { what, value, limit } => {
                write!(f, "corrupt stream: {what} is {value}, limit or expected {limit}")
            }
            Self::Region { x, y, width, height, all_width, all_height } => {
                write!(f, "region {width}x{height}+{x}+{y} is not within the picture of {all_width}x{all_height}")
            }
            Self::Limit { what, value, limit } => write!(f, "{what} of {value} exceeds the limit of {limit}"),
            Self::Image(e) => e.fmt(f),
        }
    }
}

impl std::error::Error for DecodeError {}

impl From<ImageError> for DecodeError {
    fn from(e: ImageError) -> Self {
        Self::Image(e)
    }
}
