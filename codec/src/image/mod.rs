//! Pixels at the border of the library (`format`, `view`) and sample planes within it (`plane`).

pub(crate) mod format;
pub(crate) mod plane;
pub(crate) mod view;
