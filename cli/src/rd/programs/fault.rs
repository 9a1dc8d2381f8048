//! Why something failed that others do for us: in one line, with what a program said last.

use std::fmt;

use crate::base::error::CliError;

/// Why a program, or a codec of any kind, gives nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// What failed, and how, in one line.
    line: String,
    /// What a program said last, where that is more than is in the line.
    pub(crate) said: Vec<String>,
}

impl Fault {
    pub(crate) fn new(line: impl Into<String>, said: Vec<String>) -> Self {
        Self { line: line.into(), said }
    }

    /// The same, named after what was done.
    pub(crate) fn in_step(self, step: &str) -> Self {
        Self { line: format!("{step}: {}", self.line), ..self }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line)
    }
}

impl From<CliError> for Fault {
    fn from(error: CliError) -> Self {
        Self::new(error.to_string(), Vec::new())
    }
}

/// What there is to have, or why it is not there.
pub(crate) type Outcome<T> = std::result::Result<T, Fault>;
