//! Filters over the reconstructed picture, after all prediction. BITSTREAM.md §10.

mod classified;
pub(crate) mod deblock;
mod segment;
#[cfg(feature = "bench-api")]
pub(crate) mod statistics;

pub(crate) use classified::classified;
pub(crate) use deblock::{BlockMap, Deblock, Unit, deblock};
