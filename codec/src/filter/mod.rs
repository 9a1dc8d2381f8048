//! Filters over the reconstructed picture, after all prediction. BITSTREAM.md §10.

pub(crate) mod classified;
pub(crate) mod deblock;
mod segment;

pub(crate) use classified::{Classified, classified};
pub(crate) use deblock::{BlockMap, Deblock, Unit, deblock};
