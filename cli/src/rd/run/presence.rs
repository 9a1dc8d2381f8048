//! The runs that work on this machine, and how one of them can be alone while it measures times.
//!
//! There is one file for all, and a lock on it. Every run holds the lock shared from its first
//! measurement to its end. For as long as the clock of a timed measurement runs, it holds the lock
//! alone. So a run is alone, or learns that it is not; one that starts meanwhile waits for the end
//! of that measurement. The system lets go of the locks of a run that is killed.

use std::env;
use std::fs::{self, File, Permissions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use crate::base::names::shown;
use crate::base::print::print_error;

/// Names the file where the usual one does not do, as for jobs that have each a /tmp of their own.
const VARIABLE: &str = "KVANT_RD_LOCK";
const FILE: &str = "kvant-rd.lock";
/// The load of a machine that does nothing of note.
const IDLE: f64 = 0.5;

/// That this run works on the machine, for as long as this lives.
pub(crate) struct Presence {
    /// Locked shared; why it cannot be where it is an error.
    lock: Result<File, String>,
}

impl Presence {
    /// Joins those that work here. Waits, and says so, while one of them measures times.
    pub(crate) fn enter() -> Self {
        Self::at(&path())
    }

    fn at(path: &Path) -> Self {
        let lock = open(path).and_then(|lock| {
            if let Err(TryLockError::WouldBlock) = lock.try_lock_shared() {
                print_error("kvant: waiting for another run on this machine to end a measurement of times\n");
            }
            lock.lock_shared()?;
            Ok(lock)
        });
        Self { lock: lock.map_err(|e| format!("cannot lock {}: {e}", shown(path))) }
    }

    /// Does `work`, which is told whether it is alone: whether no other run works on this machine
    /// from its start to its end.
    pub(crate) fn alone<T>(&self, work: impl FnOnce(bool) -> T) -> (T, bool) {
        let Ok(lock) = &self.lock else {
            return (work(false), false);
        };
        // Not every system turns one kind of lock into the other.
        let alone = lock.unlock().is_ok() && lock.try_lock().is_ok();
        if !alone {
            let _ = lock.lock_shared();
            return (work(false), false);
        }
        let result = work(true);
        let _ = lock.unlock().and_then(|()| lock.lock_shared());
        (result, true)
    }

    /// Why a measurement was not alone.
    pub(crate) fn why_not_alone(&self) -> &str {
        self.lock.as_ref().err().map_or("another run worked on this machine", String::as_str)
    }
}

/// What is wrong with times of a machine that others keep busy, by its load of the last minute,
/// where the system tells that. The load is the mean number of processes that ran or wanted to.
pub(crate) fn load_warning() -> Option<String> {
    warning(load(&fs::read_to_string("/proc/loadavg").ok()?)?)
}

/// The first number of `/proc/loadavg`.
fn load(text: &str) -> Option<f64> {
    text.split_whitespace().next()?.parse().ok()
}

fn warning(load: f64) -> Option<String> {
    (load > IDLE).then(|| {
        format!("the load of this machine was {load:.2} in the last minute: times are right on an idle machine only")
    })
}

/// The same file for all users, whatever folder for temporary files each of them has.
fn path() -> PathBuf {
    let folder = || if cfg!(unix) { PathBuf::from("/tmp") } else { env::temp_dir() };
    env::var_os(VARIABLE).map_or_else(|| folder().join(FILE), PathBuf::from)
}

/// Opens the file to read, which is enough to lock it: whoever comes first makes it, and nobody
/// has to write another user's file.
fn open(path: &Path) -> io::Result<File> {
    match path.symlink_metadata() {
        Ok(found) if found.is_file() => File::open(path),
        Ok(_) => Err(io::Error::other("not a file")),
        Err(_) => match File::create_new(path) {
            Ok(file) => {
                readable_by_all(&file)?;
                Ok(file)
            }
            // Another run has made it in between.
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => File::open(path),
            Err(e) => Err(e),
        },
    }
}

#[cfg(unix)]
fn readable_by_all(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(Permissions::from_mode(0o444))
}

#[cfg(not(unix))]
fn readable_by_all(_: &File) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;
    use std::thread;
    use std::time::Duration;

    use super::*;
    use crate::base::output::TemporaryFolder;

    #[test]
    fn a_run_is_alone_only_while_no_other_works() {
        let folder = TemporaryFolder::new().unwrap();
        let path = folder.path().join("lock");
        let one = Presence::at(&path);
        assert_eq!(one.alone(|alone| alone), (true, true));
        let two = Presence::at(&path);
        assert!(!one.alone(|_| ()).1 && !two.alone(|_| ()).1);
        assert!(one.why_not_alone().contains("another run"));
        drop(one);
        assert!(two.alone(|_| ()).1);
    }

    #[test]
    fn one_that_comes_while_times_are_measured_waits_for_the_end() {
        let folder = TemporaryFolder::new().unwrap();
        let path = folder.path().join("lock");
        let one = Presence::at(&path);
        let (sender, entered) = channel();
        let (((), alone), other) = thread::scope(|scope| {
            let ended = one.alone(|_| {
                scope.spawn(|| {
                    let two = Presence::at(&path);
                    let _ = sender.send(());
                    two.alone(|_| ())
                });
                // Not an instant that must be met: the other would come at once.
                assert!(entered.recv_timeout(Duration::from_millis(200)).is_err(), "it did not wait");
            });
            (ended, entered.recv_timeout(Duration::from_secs(60)))
        });
        assert!(alone && other.is_ok());
    }

    #[test]
    fn a_busy_machine_is_told() {
        assert_eq!(load("0.31 1.20 2.05 3/512 4711\n"), Some(0.31));
        assert_eq!(load(""), None);
        assert_eq!(warning(0.5), None);
        assert!(warning(0.51).unwrap().contains("0.51"));
    }

    #[test]
    fn who_cannot_lock_is_not_alone_and_says_why() {
        let folder = TemporaryFolder::new().unwrap();
        let presence = Presence::at(&folder.path().join("missing/lock"));
        assert!(!presence.alone(|_| ()).1);
        assert!(presence.why_not_alone().contains("missing/lock"), "{}", presence.why_not_alone());
        assert!(Presence::at(folder.path()).why_not_alone().contains("not a file"));
    }
}
