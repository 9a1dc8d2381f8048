//! Pixels at the border of the library (`format`, `view`, `wide`) and sample planes within it
//! (`plane`).

#![cfg_attr(not(test), deny(clippy::disallowed_types, clippy::float_arithmetic))]

pub(crate) mod error;
pub(crate) mod format;
pub(crate) mod plane;
pub(crate) mod view;
mod wide;
