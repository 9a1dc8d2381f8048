//! Folders of results: [`read`] takes the points of one, [`record`] is what it says of its runs,
//! [`appender`] is its table while a run writes it, and [`kept`] names the files beside it.

pub(crate) mod appender;
pub(crate) mod kept;
mod read;
pub(crate) mod record;

pub(crate) use read::{read_results, read_with_record};
