//! From parsed blocks to samples: predict, dequantise, transform back, add. Encoder and decoder
//! share it. BITSTREAM.md §9.

#![cfg_attr(not(test), deny(clippy::disallowed_types, clippy::float_arithmetic))]

pub(crate) mod bands;
pub(crate) mod dequant;
pub(crate) mod output;
pub(crate) mod picture;
mod ready;
mod reconstruction;
mod samples;
mod signs;
mod stitch;

pub(crate) use self::reconstruction::{Context, Reconstruction};
pub(crate) use self::samples::{LEAST_ROWS, MAX_BLOCK, References, TileSamples};
#[cfg(feature = "bench-api")]
pub(crate) use self::signs::{Edge, SignCoder, SignSink};
pub(crate) use self::signs::{Known, SignNoter, SignNotes, SignReader, SignWriter, Signs};
pub(crate) use self::stitch::Stitch;
