//! What the crate's errors are in Python. Their words are the crate's, as the command prints them.

use kvant::{DecodeError, EncodeError, UnknownName};
use pyo3::create_exception;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

create_exception!(
    kvant,
    KvantError,
    PyValueError,
    "What no picture or no stream can be made of: the base of all others."
);
create_exception!(kvant, ArgumentError, KvantError, "A setting, a shape or a region that cannot be.");
create_exception!(kvant, TargetError, KvantError, "No quality makes a stream as small as max_size asks for.");
create_exception!(kvant, LimitError, KvantError, "A limit on pixels, sides, memory or metadata would be exceeded.");
create_exception!(
    kvant,
    UnsupportedError,
    KvantError,
    "The data is no .kvt stream, or one of another draft, or has a feature that this version does not know."
);
create_exception!(kvant, DamagedError, KvantError, "The stream is damaged.");
create_exception!(kvant, TruncatedError, DamagedError, "The stream ends too early.");

/// The Python exception of a fault of decoding.
pub(crate) fn of_decode(e: DecodeError) -> PyErr {
    let text = e.to_string();
    match e {
        DecodeError::NotKvant | DecodeError::Draft { .. } | DecodeError::Unsupported { .. } => {
            UnsupportedError::new_err(text)
        }
        DecodeError::Truncated { .. } => TruncatedError::new_err(text),
        DecodeError::Damaged { .. } | DecodeError::DamagedOrCut { .. } | DecodeError::Corrupt { .. } => {
            DamagedError::new_err(text)
        }
        DecodeError::Limit { .. } => LimitError::new_err(text),
        DecodeError::Region { .. } | DecodeError::Image(_) => ArgumentError::new_err(text),
        _ => KvantError::new_err(text),
    }
}

/// That of a fault of encoding.
pub(crate) fn of_encode(e: EncodeError) -> PyErr {
    let text = e.to_string();
    match e {
        EncodeError::Config(_) | EncodeError::Image(_) | EncodeError::Section { .. } => ArgumentError::new_err(text),
        EncodeError::Limit { .. } => LimitError::new_err(text),
        _ => KvantError::new_err(text),
    }
}

/// The variant of an enum that `word` names.
pub(crate) fn named<T: std::str::FromStr<Err = UnknownName>>(word: &str) -> PyResult<T> {
    word.parse().map_err(|e: UnknownName| ArgumentError::new_err(e.to_string()))
}
