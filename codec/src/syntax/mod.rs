//! The definition of the stream: one walk over every syntax element, run by all coders.
//! BITSTREAM.md §4 to §6.

#![cfg_attr(not(test), deny(clippy::disallowed_types, clippy::float_arithmetic))]

pub(crate) mod beside;
pub(crate) mod block;
pub(crate) mod copy;
pub(crate) mod ctx;
pub(crate) mod header;
pub(crate) mod level;
pub(crate) mod modes;
pub(crate) mod palette;
pub(crate) mod partition;
pub(crate) mod recent;
pub(crate) mod residual;
pub(crate) mod scan;
pub(crate) mod screen;
mod slots;
pub(crate) mod spectrum;
pub(crate) mod state;
pub(crate) mod superblock;
pub(crate) mod tree;
pub(crate) mod vector;
