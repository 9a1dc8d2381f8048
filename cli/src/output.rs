//! Where results go: files that appear whole or not at all, and standard output.
//!
//! A file is written under a temporary name in its own folder and then renamed. An interrupt (Ctrl-C, or a request to
//! terminate) is answered on a thread of its own, by the `ctrlc` crate: it removes the temporary files and folders that
//! there are at that moment and ends the program with code 130. Only a kill that no program can catch leaves one behind.

use std::env;
use std::fs::{self, File};
use std::io::{self, IsTerminal as _, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::error::{CliError, Result};

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

    /// What reports call it.
    pub(crate) fn name(&self) -> String {
        self.path().map_or_else(|| "-".to_owned(), |path| path.display().to_string())
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

    /// Writes `data`.
    pub(crate) fn write(&self, data: &[u8], force: bool) -> Result<()> {
        match self {
            Self::Stdout => print_bytes(data),
            Self::File(path) => write_file(path, data, force),
            Self::InFolder(path) => {
                fs::create_dir_all(folder(path)).map_err(|e| CliError::writing(path, &e))?;
                write_file(path, data, force)
            }
        }
    }
}

fn exists(path: &Path) -> CliError {
    CliError::Run(format!("{}: the file exists; -f overwrites it", path.display()))
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
    let (path, folder) = (path.display(), folder.display());
    Err(CliError::Run(format!("{path}: cannot write: the folder {folder} does not exist")))
}

/// That the folders which are to be made can be.
fn check_ancestors(path: &Path) -> Result<()> {
    let there = path.ancestors().skip(1).find(|p| p.exists());
    match there.filter(|p| !p.is_dir()) {
        None => Ok(()),
        Some(file) => Err(CliError::Run(format!("{}: cannot write: {} is no folder", path.display(), file.display()))),
    }
}

fn check_file(path: &Path, force: bool) -> Result<()> {
    match fs::metadata(path) {
        Ok(m) if m.is_dir() => Err(CliError::Run(format!("{}: cannot write: it is a folder", path.display()))),
        Ok(m) if m.is_file() && !force => Err(exists(path)),
        _ => Ok(()),
    }
}

/// Writes `data` to `path`, whole or not at all. An existing file is an error unless `force` is set.
pub(crate) fn write_file(path: &Path, data: &[u8], force: bool) -> Result<()> {
    check_folder(path)?;
    check_file(path, force)?;
    let written = match fs::metadata(path) {
        // A device or a pipe is written to, not replaced.
        Ok(m) if !m.is_file() => File::options().write(true).open(path).and_then(|mut f| f.write_all(data)),
        // A link stays a link: the file it leads to is replaced.
        Ok(_) => fs::canonicalize(path).and_then(|path| replace(&path, data, force)),
        Err(_) => replace(path, data, force),
    };
    written.map_err(|e| match e.kind() {
        io::ErrorKind::AlreadyExists => exists(path),
        _ => CliError::writing(path, &e),
    })
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

fn replace(path: &Path, data: &[u8], force: bool) -> io::Result<()> {
    // Not made from the file's name, which may be as long as a name can be.
    let name = folder(path).join(format!(".{}", temporary_name()));
    let mut file = {
        let mut files = temporary();
        let file = File::create_new(&name)?;
        files.push(name.clone());
        file
    };
    let written = file.write_all(data);
    drop(file);
    let mut files = temporary();
    let result = written.and_then(|()| if force { fs::rename(&name, path) } else { rename_new(&name, path) });
    if result.is_err() {
        let _ = fs::remove_file(&name);
    }
    files.retain(|f| *f != name);
    result
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
