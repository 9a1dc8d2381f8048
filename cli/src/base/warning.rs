//! What the user should know of a file and its result, though the work goes on.

/// Something the user should know that does not stop the work.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Warning {
    /// A word for programs; stays the same.
    pub(crate) code: &'static str,
    /// A line for people.
    pub(crate) text: String,
}

/// Code of the warning that a picture is not whole.
pub(crate) const PARTIAL: &str = "partial";

/// Code of the warning that a picture has been through a lossy coder before.
pub(crate) const LOSSY_INPUT: &str = "lossy-input";
