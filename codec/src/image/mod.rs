//! Pixels at the border of the library (`view`) and sample planes within it (`plane`).

pub(crate) mod plane;
pub(crate) mod view;
