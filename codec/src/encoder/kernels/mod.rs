//! Loops over the samples of a block that the searches share: forward transforms, differences.

pub(crate) mod forward;
pub(crate) mod satd;
