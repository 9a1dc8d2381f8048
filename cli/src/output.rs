//! Where results go: files that appear whole or not at all, and standard output.
//!
//! A file is written under a temporary name in its own folder and then renamed. An interrupt (Ctrl-C, or a request to
//! terminate) is answered on a thread of its own, by the `ctrlc` crate: it removes the temporary files and folders that
//! there are at that moment and ends the program with code 130. Only a kill that no program can catch leaves one behind.

use std::env;
use std::fs::{self, File, Metadata};
use std::io::{self, IsTerminal as _, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::attributes;
use crate::error::{CliError, Result};
use crate::names::shown;
use crate::pictures::Warning;

/// The temporary files and folders there are. Whoever creates, renames or removes one holds the lock meanwhile, so that
/// the interrupt sees each either here or finished.
static TEMPORARY: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn temporary() -> MutexGuard<'static, Vec<PathBuf>> {
    TEMPORARY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From now on an interrupt cleans up and ends the program.
pub(crate) fn handle_interrupts() {
    // Without a handler (the system may refuse one) an interrupt still ends the program, only less tidily.
    let _ = ctrlc::set_handler(|| {
        let paths = temporary();
        for path in paths.iter() {
            let _ = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
        }
        process::exit(i32::from(CliError::Interrupted.code()));
    });
}

/// Where a result goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    Stdout,
    File(PathBuf),
    /// A file whose folder is made where it is missing.
    InFolder(PathBuf),
}

impl Target {
    /// The path of a file.
    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Self::Stdout => None,
            Self::File(path) | Self::InFolder(path) => Some(path),
        }
    }

    /// What the command line calls it.
    pub(crate) fn name(&self) -> &Path {
        self.path().unwrap_or(Path::new("-"))
    }

    /// Finds out before the work what would make the write fail after it.
    pub(crate) fn check(&self, force: bool) -> Result<()> {
        match self {
            Self::Stdout if io::stdout().is_terminal() => Err(CliError::Usage(
                "standard output is a terminal, which is no place for a picture; give -o FILE".to_owned(),
            )),
            Self::Stdout => Ok(()),
            Self::File(path) => check_folder(path).and_then(|()| check_file(path, force)),
            Self::InFolder(path) => check_ancestors(path).and_then(|()| check_file(path, force)),
        }
    }

    /// Writes `data`, and says what of `manner` the system did not allow.
    pub(crate) fn write(&self, data: &[u8], manner: Manner<'_>) -> Result<Option<Warning>> {
        match self {
            Self::Stdout => return print_bytes(data).map(|()| None),
            Self::File(_) => {}
            Self::InFolder(path) => fs::create_dir_all(folder(path)).map_err(|e| CliError::writing(path, &e))?,
        }
        write_as(self.name(), data, manner)
    }
}

/// How a file is written.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Manner<'a> {
    /// Whether an existing file is overwritten.
    pub(crate) force: bool,
    /// What a file is whose mode and times the new one gets. One that is overwritten hands on its mode in any case.
    pub(crate) like: Option<&'a Metadata>,
}

fn exists(path: &Path) -> CliError {
    CliError::Run(format!("{}: the file exists; -f overwrites it", shown(path)))
}

/// The folder that `path` is in.
fn folder(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn check_folder(path: &Path) -> Result<()> {
    let folder = folder(path);
    if folder.is_dir() {
        return Ok(());
    }
    let (path, folder) = (shown(path), shown(folder));
    Err(CliError::Run(format!("{path}: cannot write: the folder {folder} does not exist")))
}

/// That the folders which are to be made can be.
fn check_ancestors(path: &Path) -> Result<()> {
    let there = path.ancestors().skip(1).find(|p| p.exists());
    match there.filter(|p| !p.is_dir()) {
        None => Ok(()),
        Some(file) => Err(CliError::Run(format!("{}: cannot write: {} is no folder", shown(path), shown(file)))),
    }
}

fn check_file(path: &Path, force: bool) -> Result<()> {
    match fs::metadata(path) {
        Ok(m) if m.is_dir() => Err(CliError::Run(format!("{}: cannot write: it is a folder", shown(path)))),
        Ok(m) if m.is_file() && !force => Err(exists(path)),
        _ => Ok(()),
    }
}

/// Writes `data` to `path`, whole or not at all. An existing file is an error unless `force` is set.
pub(crate) fn write_file(path: &Path, data: &[u8], force: bool) -> Result<()> {
    write_as(path, data, Manner { force, like: None }).map(drop)
}

fn write_as(path: &Path, data: &[u8], manner: Manner<'_>) -> Result<Option<Warning>> {
    check_folder(path)?;
    check_file(path, manner.force)?;
    let written = match fs::metadata(path) {
        // A device or a pipe is written to, not replaced.
        Ok(m) if !m.is_file() => {
            File::options().write(true).open(path).and_then(|mut f| f.write_all(data)).map(|()| None)
        }
        // A link stays a link: the file it leads to is replaced.
        Ok(old) => fs::canonicalize(path).and_then(|path| replace(&path, data, Some(&old), manner)),
        Err(_) => replace(path, data, None, manner),
    };
    let fault = written.map_err(|e| match e.kind() {
        io::ErrorKind::AlreadyExists => exists(path),
        _ => CliError::writing(path, &e),
    })?;
    Ok(fault.map(|e| {
        let text = format!("the system did not let {} have the mode and times that it should: {e}", shown(path));
        Warning { code: "not-preserved", text }
    }))
}

/// A name that no other file of this process has.
fn temporary_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("kvant-{}-{}.tmp", process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

/// A folder in the system's place for temporary files, which goes with all that is in it when this is dropped.
#[derive(Debug)]
pub(crate) struct TemporaryFolder(PathBuf);

impl TemporaryFolder {
    /// Makes one, empty.
    pub(crate) fn new() -> Result<Self> {
        let place = env::temp_dir();
        loop {
            let path = place.join(temporary_name());
            let mut paths = temporary();
            match fs::create_dir(&path) {
                Ok(()) => {
                    paths.push(path.clone());
                    return Ok(Self(path));
                }
                // Left behind by a process that had our number and was killed.
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
                Err(e) => return Err(CliError::writing(&path, &e)),
            }
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        let mut paths = temporary();
        let _ = fs::remove_dir_all(&self.0);
        paths.retain(|p| *p != self.0);
    }
}

/// Puts a file of `data` in the place of `old`, if there is one. The fault returned is one of mode and times.
fn replace(path: &Path, data: &[u8], old: Option<&Metadata>, manner: Manner<'_>) -> io::Result<Option<io::Error>> {
    // Not made from the file's name, which may be as long as a name can be.
    let name = folder(path).join(format!(".{}", temporary_name()));
    let Manner { force, like } = manner;
    let pattern = like.or(old);
    let mut file = {
        let mut files = temporary();
        let file = attributes::create(&name, pattern.is_some())?;
        files.push(name.clone());
        file
    };
    // What was private must not be readable for a moment either.
    let mode = pattern.map(|pattern| attributes::protect(&file, old, pattern));
    let written = file.write_all(data);
    let times = like.map(|like| attributes::set_times(&file, like));
    drop(file);
    let mut files = temporary();
    let result = written.and_then(|()| if force { fs::rename(&name, path) } else { rename_new(&name, path) });
    if result.is_err() {
        let _ = fs::remove_file(&name);
    }
    files.retain(|f| *f != name);
    result.map(|()| mode.into_iter().chain(times).find_map(|kept| kept.err()))
}

/// Renames a file to a name that must not exist: by a link, since a rename would replace whatever came there meanwhile.
fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(from, to) {
        Ok(()) => fs::remove_file(from),
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Err(e),
        // File systems without links: the check before the work has to do.
        Err(_) => fs::rename(from, to),
    }
}

/// Bytes to standard output.
pub(crate) fn print_bytes(data: &[u8]) -> Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(data).and_then(|()| out.flush()).map_err(|e| CliError::stdout(&e))
}

/// Text to standard output.
pub(crate) fn print_text(text: &str) -> Result<()> {
    print_bytes(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn temporary_folders_go_with_all_that_is_in_them() {
        let (one, two) = (TemporaryFolder::new().unwrap(), TemporaryFolder::new().unwrap());
        assert_ne!(one.path(), two.path());
        fs::create_dir(one.path().join("sub")).unwrap();
        fs::write(one.path().join("sub/file"), b"x").unwrap();
        let path = one.path().to_owned();
        drop(one);
        assert!(!path.exists() && two.path().is_dir());
    }
}
