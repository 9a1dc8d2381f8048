//! The one error type of the command line, and the exit code that each kind maps to.

use std::fmt;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use kvant::EncodeError;

use crate::base::names::shown;

/// The option that sets a limit of the library, in brackets.
pub(crate) fn limit_option(what: &str) -> &'static str {
    match what {
        "width" | "height" => " (--max-dim)",
        "pixels" => " (--max-pixels)",
        "memory bytes" => " (--max-mem)",
        _ => "",
    }
}

/// What went wrong, by the exit code it leads to. Its text is one line that names the file, the
/// fault and the limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CliError {
    /// Anything that is not one of the kinds below: a file that exists, a folder that does not.
    /// Code 1.
    Run(String),
    /// The command line asks for something that cannot be. Code 2.
    Usage(String),
    /// An input cannot be read, or is damaged. Code 3.
    Input(String),
    /// A limit on pixels, sides or memory would be exceeded. Code 4.
    Limit(String),
    /// What there is of a damaged file was written. Code 5.
    Partial(String),
    /// A threshold or a target was not met. Code 6.
    Threshold(String),
    /// The user interrupted. Code 130.
    Interrupted,
    /// Whoever read the output has gone. Code 1, and nothing to say.
    BrokenPipe,
}

pub(crate) type Result<T> = std::result::Result<T, CliError>;

impl CliError {
    /// An input that the system could not give.
    pub(crate) fn reading(path: &Path, error: &io::Error) -> Self {
        Self::Input(format!("{}: cannot read: {error}", shown(path)))
    }

    /// A file that the system would not write.
    pub(crate) fn writing(path: &Path, error: &io::Error) -> Self {
        Self::Run(format!("{}: cannot write: {error}", shown(path)))
    }

    /// A fault of standard output: a reader that has gone away is not worth a message.
    pub(crate) fn stdout(error: &io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Self::BrokenPipe
        } else {
            Self::Run(format!("standard output: cannot write: {error}"))
        }
    }

    /// What is wrong with an input, or too large, said of the file `name`.
    pub(crate) fn of(self, name: &str) -> Self {
        match self {
            Self::Input(text) => Self::Input(format!("{name}: {text}")),
            Self::Limit(text) => Self::Limit(format!("{name}: {text}")),
            other => other,
        }
    }

    /// The number of this error's exit code.
    pub(crate) fn code(&self) -> u8 {
        match self {
            Self::Run(_) | Self::BrokenPipe => 1,
            Self::Usage(_) => 2,
            Self::Input(_) => 3,
            Self::Limit(_) => 4,
            Self::Partial(_) => 5,
            Self::Threshold(_) => 6,
            Self::Interrupted => 130,
        }
    }
}

impl From<EncodeError> for CliError {
    fn from(e: EncodeError) -> Self {
        match e {
            EncodeError::Config(e) => Self::Usage(e.to_string()),
            EncodeError::Limit { what, .. } => Self::Limit(e.to_string() + limit_option(what)),
            EncodeError::Cancelled => Self::Interrupted,
            e => Self::Input(e.to_string()),
        }
    }
}

impl From<&CliError> for ExitCode {
    fn from(e: &CliError) -> Self {
        Self::from(e.code())
    }
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Run(s) | Self::Usage(s) | Self::Input(s) | Self::Limit(s) | Self::Partial(s) | Self::Threshold(s) => {
                f.write_str(s)
            }
            Self::Interrupted => f.write_str("interrupted"),
            Self::BrokenPipe => f.write_str("broken pipe"),
        }
    }
}

impl std::error::Error for CliError {}
