//! Sessions with the `kvant` command as people type them: what it writes, what it says, how it ends.

mod bad_input;
mod formats;
mod pipes;
mod rd;
mod rd_codecs;
mod reports;
mod roundtrip;
mod world;
