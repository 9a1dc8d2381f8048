//! One file a command.

mod batch;
mod blocks;
pub(crate) mod compare;
pub(crate) mod decode;
pub(crate) mod encode;
pub(crate) mod info;
pub(crate) mod manual;
pub(crate) mod progress;
pub(crate) mod target;
pub(crate) mod view;
