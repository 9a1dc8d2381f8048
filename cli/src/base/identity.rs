//! Which file a name leads to. An input may be an output by many names: relative and absolute ones,
//! links of both kinds, streams that the shell has opened.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf, absolute};

use crate::base::error::{CliError, Result};
use crate::base::names::shown;
use crate::base::output::Destination;

/// A file that is there, whatever it is called. What is no file, such as a device or a pipe, has no
/// identity: writing to one loses nothing.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct FileId(Id);

/// Device and number on it.
#[cfg(unix)]
type Id = (u64, u64);

/// The path without links and in the letters that the file system keeps.
#[cfg(not(unix))]
type Id = PathBuf;

#[cfg(unix)]
impl FileId {
    fn of(path: &Path) -> Option<Self> {
        Self::found(&fs::metadata(path).ok()?)
    }

    /// Of a stream that the shell may have opened a file for.
    fn of_stream(stream: &impl std::os::fd::AsFd) -> Option<Self> {
        let file = fs::File::from(stream.as_fd().try_clone_to_owned().ok()?);
        Self::found(&file.metadata().ok()?)
    }

    fn found(metadata: &fs::Metadata) -> Option<Self> {
        use std::os::unix::fs::MetadataExt as _;
        metadata.is_file().then(|| Self((metadata.dev(), metadata.ino())))
    }
}

#[cfg(not(unix))]
impl FileId {
    fn of(path: &Path) -> Option<Self> {
        if path.is_file() { path.canonicalize().ok().map(Self) } else { None }
    }

    fn of_stream<S>(_: &S) -> Option<Self> {
        None
    }
}

/// The files that a command reads: it writes to none of them.
#[derive(Debug, Default)]
pub(crate) struct Inputs(HashMap<FileId, PathBuf>);

impl Inputs {
    /// Of the paths that a command was given, `-` for standard input among them.
    pub(crate) fn of<'a>(paths: impl IntoIterator<Item = &'a Path>) -> Self {
        let identity = |path: &Path| match path == Path::new("-") {
            true => FileId::of_stream(&std::io::stdin()),
            false => FileId::of(path),
        };
        Self(paths.into_iter().filter_map(|path| Some((identity(path)?, path.to_owned()))).collect())
    }

    /// That `destination` is none of the inputs.
    ///
    /// # Errors
    /// [`CliError::Usage`] where it is.
    pub(crate) fn spare(&self, destination: &Destination) -> Result<()> {
        let identity = destination.path().map_or_else(|| FileId::of_stream(&std::io::stdout()), FileId::of);
        let Some(input) = identity.and_then(|identity| self.0.get(&identity)) else { return Ok(()) };
        let output = destination.path().map_or_else(|| "standard output".to_owned(), shown);
        let what = match destination.path() == Some(input) {
            true => "an input".to_owned(),
            false => format!("the input {}", shown(input)),
        };
        Err(CliError::Usage(format!("{output}: this is {what}, and inputs are never overwritten")))
    }
}

/// The same for every name of the place that a result goes to.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    Stdout,
    There(FileId),
    /// Of a file that is not there yet.
    Free(PathBuf),
}

impl Place {
    /// Where `destination` leads.
    pub(crate) fn of(destination: &Destination) -> Self {
        let Some(path) = destination.path() else { return Self::Stdout };
        if let Some(identity) = FileId::of(path) {
            return Self::There(identity);
        }
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let folder = folder.canonicalize().or_else(|_| absolute(folder)).unwrap_or_else(|_| folder.to_owned());
        Self::Free(folder.join(folded(path.file_name().unwrap_or_default())))
    }
}

/// A name as the file system compares it: on most systems of two makers upper and lower case are
/// the same.
fn folded(name: &OsStr) -> OsString {
    match cfg!(any(windows, target_os = "macos")) {
        true => name.to_string_lossy().to_lowercase().into(),
        false => name.to_owned(),
    }
}
