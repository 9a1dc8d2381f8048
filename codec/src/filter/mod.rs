//! Filters over the reconstructed picture, after all prediction.

pub(crate) mod deblock;
mod segment;

pub(crate) use deblock::{BlockMap, Deblock, Unit, deblock};
