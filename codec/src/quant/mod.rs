//! Quantisation as the decoder sees it: steps, matrices, reconstruction of levels. BITSTREAM.md §8.
//!
//! How levels are chosen is the encoder's matter.

pub(crate) mod family;
pub(crate) mod matrix;
pub(crate) mod step;
