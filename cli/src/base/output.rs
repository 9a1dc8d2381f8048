//! Where results go: files that appear whole or not at all, and standard output.
//!
//! A file is written under a temporary name in its own folder and then renamed. An interrupt
//! (Ctrl-C, or a request to terminate) is answered on a thread of its own, by the `ctrlc` crate: it
//! ends the programs that were started, removes the temporary files and folders that there are at
//! that moment, and ends this program with code 130. Only a kill that no program can catch leaves
//! one behind.

use std::env;
use std::fs::{self, File, Metadata};
use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use super::print::print_bytes;
use crate::base::error::{CliError, Result};
use crate::base::names::shown;
use crate::base::warning::Warning;
use crate::base::{attributes, children};

/// Bytes that a file is written with at a time, at least.
const BUFFER: usize = 1 << 16;

/// The temporary files and folders there are. Whoever creates, renames or removes one holds the
/// lock meanwhile, so that the interrupt sees each either here or finished.
static TEMPORARY: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn temporary() -> MutexGuard<'static, Vec<PathBuf>> {
    TEMPORARY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From now on an interrupt cleans up and ends the program.
pub(crate) fn handle_interrupts() {
    // Without a handler (the system may refuse one) an interrupt still ends the program, only less
    // tidily.
    let _ = ctrlc::set_handler(|| {
        let _no_more_start = children::end_all();
        let paths = temporary();
        for path in paths.iter() {
            let _ = if path.is_dir() { remove_folder(path) } else { fs::remove_file(path) };
        }
        process::exit(i32::from(CliError::Interrupted.code()));
    });
}

/// Where a result goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Destination {
    Stdout,
    File(PathBuf),
    /// A file whose folder is made where it is missing.
    InFolder(PathBuf),
}

impl Destination {
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

    /// Writes `data`, and says what of `options` the system did not allow.
    pub(crate) fn write(&self, data: &[u8], options: WriteOptions<'_>) -> Result<Option<Warning>> {
        self.write_by(options, |out| Ok(out.write_all(data)?)).map(|written| written.warning)
    }

    /// Writes what `work` gives, none of it where that fails.
    pub(crate) fn write_by(
        &self,
        options: WriteOptions<'_>,
        work: impl FnOnce(&mut Out<'_>) -> WriteResult,
    ) -> Result<Written> {
        match self {
            Self::Stdout => {
                let data = collected(work).map_err(|fault| fault.of(self.name()))?;
                print_bytes(&data)?;
                return Ok(Written { bytes: data.len() as u64, warning: None });
            }
            Self::File(_) => {}
            Self::InFolder(path) => fs::create_dir_all(folder(path)).map_err(|e| CliError::writing(path, &e))?,
        }
        write_as(self.name(), options, work)
    }
}

/// Where what is to be written goes.
pub(crate) type Out<'a> = dyn Write + Send + 'a;
/// What comes of writing it.
pub(crate) type WriteResult = std::result::Result<(), WriteFault>;

/// Why nothing was written.
#[derive(Debug)]
pub(crate) enum WriteFault {
    /// The system did not let it.
    System(io::Error),
    /// There is nothing.
    Own(CliError),
}

impl From<io::Error> for WriteFault {
    fn from(error: io::Error) -> Self {
        Self::System(error)
    }
}

impl WriteFault {
    /// As it is told of the file at `path`.
    fn of(self, path: &Path) -> CliError {
        match self {
            Self::System(e) if e.kind() == io::ErrorKind::AlreadyExists => exists(path),
            Self::System(e) => CliError::writing(path, &e),
            Self::Own(error) => error,
        }
    }
}

/// A result that was written.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) bytes: u64,
    /// What the system did not allow.
    pub(crate) warning: Option<Warning>,
}

/// All that `work` writes.
fn collected(work: impl FnOnce(&mut Out<'_>) -> WriteResult) -> std::result::Result<Vec<u8>, WriteFault> {
    let mut data = Vec::new();
    work(&mut data).map(|()| data)
}

/// How a file is written.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct WriteOptions<'a> {
    /// Whether an existing file is overwritten.
    pub(crate) force: bool,
    /// What a file is whose mode and times the new one gets. One that is overwritten hands on its
    /// mode in any case.
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

/// Writes `data` to `path`, whole or not at all. An existing file is an error unless `force` is
/// set.
pub(crate) fn write_file(path: &Path, data: &[u8], force: bool) -> Result<()> {
    write_as(path, WriteOptions { force, like: None }, |out| Ok(out.write_all(data)?)).map(drop)
}

fn write_as(path: &Path, options: WriteOptions<'_>, work: impl FnOnce(&mut Out<'_>) -> WriteResult) -> Result<Written> {
    check_folder(path)?;
    check_file(path, options.force)?;
    let written = match fs::metadata(path) {
        // A device or a pipe is written to, not replaced.
        Ok(m) if !m.is_file() => collected(work).and_then(|data| {
            File::options().write(true).open(path)?.write_all(&data)?;
            Ok((data.len() as u64, None))
        }),
        // A link stays a link: the file it leads to is replaced.
        Ok(old) => match fs::canonicalize(path) {
            Ok(path) => replace(&path, Some(&old), options, work),
            Err(e) => Err(e.into()),
        },
        Err(_) => replace(path, None, options, work),
    };
    let (bytes, kept) = written.map_err(|fault| fault.of(path))?;
    let warning = kept.map(|e| {
        let text = format!("the system did not let {} have the mode and times that it should: {e}", shown(path));
        Warning { code: "not-preserved", text }
    });
    Ok(Written { bytes, warning })
}

/// A name that no other file of this process has. [`super::leftovers`] knows its shape.
fn temporary_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("kvant-{}-{}.tmp", process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

/// A folder in the system's place for temporary files, which goes with all that is in it when this
/// is dropped.
#[derive(Debug)]
pub(crate) struct TemporaryFolder {
    path: PathBuf,
    /// Tells [`super::leftovers`] that the folder is in use, where numbers of processes do not: in
    /// another container, for instance. `None` where folders cannot be locked.
    _lock: Option<File>,
}

impl TemporaryFolder {
    /// Makes one, empty.
    pub(crate) fn new() -> Result<Self> {
        let place = env::temp_dir();
        loop {
            let path = place.join(temporary_name());
            let mut paths = temporary();
            match fs::create_dir(&path) {
                Ok(()) => {
                    let lock = File::open(&path).ok().filter(|folder| folder.try_lock().is_ok());
                    paths.push(path.clone());
                    return Ok(Self { path, _lock: lock });
                }
                // Left behind by a process that had our number and was killed.
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
                Err(e) => return Err(CliError::writing(&path, &e)),
            }
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        let mut paths = temporary();
        let _ = remove_folder(&self.path);
        paths.retain(|p| *p != self.path);
    }
}

/// Removes a folder with all that is in it. Programs that were just killed may write into it a
/// moment longer.
fn remove_folder(path: &Path) -> io::Result<()> {
    const ATTEMPTS: u32 = 20;
    const PAUSE: Duration = Duration::from_millis(10);
    for _ in 1..ATTEMPTS {
        match fs::remove_dir_all(path) {
            Err(e) if e.kind() == io::ErrorKind::DirectoryNotEmpty => thread::sleep(PAUSE),
            result => return result,
        }
    }
    fs::remove_dir_all(path)
}

/// Puts a file of what `work` writes in the place of `old`, if there is one. Returns its bytes, and
/// a fault of mode and times.
fn replace(
    path: &Path,
    old: Option<&Metadata>,
    options: WriteOptions<'_>,
    work: impl FnOnce(&mut Out<'_>) -> WriteResult,
) -> std::result::Result<(u64, Option<io::Error>), WriteFault> {
    // Not made from the file's name, which may be as long as a name can be.
    let name = folder(path).join(format!(".{}", temporary_name()));
    let WriteOptions { force, like } = options;
    let pattern = like.or(old);
    let file = {
        let mut files = temporary();
        let file = attributes::create(&name, pattern.is_some())?;
        files.push(name.clone());
        file
    };
    // What was private must not be readable for a moment either.
    let mode = pattern.map(|pattern| attributes::protect(&file, old, pattern));
    let mut out = BufWriter::with_capacity(BUFFER, &file);
    let written = work(&mut out).and_then(|()| Ok(out.flush()?)).and_then(|()| Ok(file.metadata()?.len()));
    // What is left in it is of no use after a fault.
    drop(out.into_parts());
    let times = like.map(|like| attributes::set_times(&file, like));
    drop(file);
    let mut files = temporary();
    let result = written.and_then(|bytes| {
        if force { fs::rename(&name, path) } else { rename_new(&name, path) }?;
        Ok(bytes)
    });
    if result.is_err() {
        let _ = fs::remove_file(&name);
    }
    files.retain(|f| *f != name);
    result.map(|bytes| (bytes, mode.into_iter().chain(times).find_map(|kept| kept.err())))
}

/// Renames a file to a name that must not exist: by a link, since a rename would replace whatever
/// came there meanwhile.
fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(from, to) {
        Ok(()) => fs::remove_file(from),
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Err(e),
        // File systems without links: the check before the work has to do.
        Err(_) => fs::rename(from, to),
    }
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
