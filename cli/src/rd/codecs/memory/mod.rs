//! The peak memory of codecs. [`probe`] measures it, by processes that [`mod@launch`] is the inside
//! of; [`told`] is how they tell it.

mod launch;
mod probe;
pub(super) mod told;

pub(crate) use launch::{code, launch};
pub(crate) use probe::Probe;
