//! What is encoded: pixels become planes, at once or row by row, and alpha says which of them show.

pub(crate) mod alpha;
pub(crate) mod colour;
pub(crate) mod source;
