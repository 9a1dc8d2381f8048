//! Quantisation as the decoder sees it: steps, matrices, reconstruction of levels. BITSTREAM.md §8.
//!
//! How levels are chosen is the encoder's matter.

#![cfg_attr(not(test), deny(clippy::disallowed_types, clippy::float_arithmetic))]

pub(crate) mod family;
pub(crate) mod matrix;
pub(crate) mod step;
