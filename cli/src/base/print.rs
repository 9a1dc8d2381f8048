//! What is printed: bytes and text to standard output, and lines for people to standard error.

use std::io::{self, Write as _, stderr};

use super::error::{CliError, Result};
use super::names::visible;

/// Bytes to standard output.
pub(crate) fn print_bytes(data: &[u8]) -> Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(data).and_then(|()| out.flush()).map_err(|e| CliError::stdout(&e))
}

/// Text to standard output.
pub(crate) fn print_text(text: &str) -> Result<()> {
    print_bytes(text.as_bytes())
}

/// The line about a fault, whose text may cite a file.
pub(crate) fn print_fault(error: &CliError) {
    print_error(&format!("kvant: {}\n", visible(&error.to_string())));
}

/// Text to standard error; that it may be closed is no reason to stop.
pub(crate) fn print_error(text: &str) {
    let _ = stderr().lock().write_all(text.as_bytes());
}
