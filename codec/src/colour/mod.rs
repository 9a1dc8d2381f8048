//! Coding planes to pixels, in integers (BITSTREAM.md §11): full-range BT.601 YCbCr of 10 to 14
//! bits to RGB of 8 to 16, or gray.
//!
//! Normative. The conversion the other way is no part of the format.

#![cfg_attr(not(test), deny(clippy::disallowed_types, clippy::float_arithmetic))]

mod bytes;
mod depth;
mod matrix;
mod reduce;
mod rows;
mod sample;
#[cfg(test)]
pub(crate) mod tests;

pub use self::depth::Chroma;
pub(crate) use self::depth::Depths;
#[cfg(feature = "bench-api")]
pub(crate) use self::depth::LEAST_DEPTH;
pub use self::reduce::Scale;
pub(crate) use self::reduce::{enlarge, gray, reduce};
pub(crate) use self::rows::{Scratch, row_to_pixels};
pub(crate) use self::sample::{Narrow, Sample, Wide, read_channel, widened, write_channel};
