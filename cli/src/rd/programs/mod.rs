//! Programs that codecs and metrics are: [`table`] reads the TOML that describes them, [`template`]
//! makes their commands, [`exchange`] their pictures, [`process`] runs them, and [`version`] tells
//! one from another. A [`fault`] says what went wrong.

mod exchange;
mod fault;
pub(crate) mod process;
pub(crate) mod table;
mod template;
pub(crate) mod version;

pub(crate) use exchange::{Exchange, Samples, exchange_file};
pub(crate) use fault::{Fault, Outcome};
pub(crate) use template::{Template, Values};
