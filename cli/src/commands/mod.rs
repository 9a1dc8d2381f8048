//! One file a command, and what several have in common: batches of files, what they print, targets.

mod batch;
mod blocks;
pub(crate) mod compare;
mod console;
mod conversions;
pub(crate) mod decode;
pub(crate) mod encode;
pub(crate) mod info;
pub(crate) mod manual;
mod progress;
mod target;
pub(crate) mod view;
