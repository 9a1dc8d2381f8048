//! What processes of this program left behind that were killed: temporary files and folders, by the
//! names that [`super::output`] gives them. Without a doubt that their process has ended, they
//! stay.

use std::fs::{self, File, Metadata};
use std::path::Path;

/// Removes temporary folders from the system's place for them, `place`.
pub(crate) fn clear_folders(place: &Path) {
    clear(place, "", &|path, metadata| {
        if metadata.is_dir() && File::open(path).is_ok_and(|folder| folder.try_lock().is_ok()) {
            let _ = fs::remove_dir_all(path);
        }
    });
}

/// Removes temporary files from a folder in which no other process works.
pub(crate) fn clear_files(folder: &Path) {
    clear(folder, ".", &|path, metadata| {
        if metadata.is_file() {
            let _ = fs::remove_file(path);
        }
    });
}

/// Calls `remove` with all in `folder` that has the name of a temporary file after `prefix`, is the
/// user's, and whose process has ended. Links are not followed.
fn clear(folder: &Path, prefix: &str, remove: &dyn Fn(&Path, &Metadata)) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let process = entry.file_name().to_str().and_then(|name| process_of(name.strip_prefix(prefix)?));
        // On Unix that of the entry itself, where it is a link too.
        if let (Some(process), Ok(metadata)) = (process, entry.metadata())
            && is_ours(&metadata)
            && has_ended(process)
        {
            remove(&entry.path(), &metadata);
        }
    }
}

/// The process in the name `kvant-PROCESS-COUNT.tmp`.
fn process_of(name: &str) -> Option<u32> {
    let (process, count) = name.strip_prefix("kvant-")?.strip_suffix(".tmp")?.split_once('-')?;
    // As they are written: without a sign, and without zeros before.
    let number = |text: &str| text.parse::<u32>().ok().filter(|n| n.to_string() == text);
    number(count).and(number(process))
}

#[cfg(unix)]
fn is_ours(metadata: &Metadata) -> bool {
    std::os::unix::fs::MetadataExt::uid(metadata) == rustix::process::geteuid().as_raw()
}

#[cfg(unix)]
fn has_ended(process: u32) -> bool {
    use rustix::io::Errno;
    use rustix::process::{Pid, test_kill_process};

    let process = i32::try_from(process).ok().and_then(Pid::from_raw);
    process.is_some_and(|process| test_kill_process(process) == Err(Errno::SRCH))
}

#[cfg(not(unix))]
fn is_ours(_: &Metadata) -> bool {
    false
}

#[cfg(not(unix))]
fn has_ended(_: u32) -> bool {
    false
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;
    use std::process::{self, Command};

    use super::*;
    use crate::base::output::TemporaryFolder;

    /// The number of a process that has ended.
    fn ended() -> u32 {
        let mut child = Command::new("true").spawn().unwrap();
        child.wait().unwrap();
        child.id()
    }

    fn names(folder: &Path) -> Vec<String> {
        let names = fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    }

    #[test]
    fn only_what_an_ended_process_of_ours_left_is_cleared() {
        let (place, elsewhere) = (TemporaryFolder::new().unwrap(), TemporaryFolder::new().unwrap());
        let (dead, living) = (ended(), process::id());
        fs::write(elsewhere.path().join("kept"), b"x").unwrap();
        let mut kept = Vec::new();
        for (prefix, process, rest, stays) in [
            ("kvant-", dead, "-0.tmp", false),
            ("kvant-", dead, "-17.tmp", false),
            ("kvant-", living, "-900.tmp", true),
            ("kvant-", 1, "-0.tmp", true),
            ("kvant-0", dead, "-0.tmp", true),
            ("kvant-", dead, "-.tmp", true),
            ("kvant-", dead, "-+1.tmp", true),
            ("kvant-", dead, "-0-0.tmp", true),
            ("kvant-", dead, "-0.tmp~", true),
            ("akvant-", dead, "-0.tmp", true),
        ] {
            let name = format!("{prefix}{process}{rest}");
            let folder = place.path().join(&name);
            fs::create_dir(&folder).unwrap();
            fs::write(folder.join("in.png"), b"x").unwrap();
            fs::write(place.path().join(format!(".{name}")), b"x").unwrap();
            if stays {
                kept.extend([name.clone(), format!(".{name}")]);
            }
        }
        // A link with the right name, and one within a folder that goes.
        symlink(elsewhere.path(), place.path().join(format!("kvant-{dead}-1.tmp"))).unwrap();
        symlink(elsewhere.path().join("kept"), place.path().join(format!(".kvant-{dead}-1.tmp"))).unwrap();
        symlink(elsewhere.path(), place.path().join(format!("kvant-{dead}-0.tmp/link"))).unwrap();
        // One whose process cannot be seen, but who holds it.
        let held = place.path().join(format!("kvant-{dead}-2.tmp"));
        fs::create_dir(&held).unwrap();
        let lock = File::open(&held).unwrap();
        lock.try_lock().unwrap();
        for name in [format!("kvant-{dead}-1.tmp"), format!(".kvant-{dead}-1.tmp"), format!("kvant-{dead}-2.tmp")] {
            kept.push(name);
        }
        kept.sort();
        clear_folders(place.path());
        clear_files(place.path());
        assert_eq!(names(place.path()), kept);
        assert_eq!(names(elsewhere.path()), ["kept"]);
        drop(lock);
        clear_folders(place.path());
        assert!(!held.exists());
    }

    #[test]
    fn temporary_folders_in_use_have_names_that_are_known_and_are_held() {
        let folder = TemporaryFolder::new().unwrap();
        let name = folder.path().file_name().unwrap().to_str().unwrap();
        assert_eq!(process_of(name), Some(process::id()));
        assert!(File::open(folder.path()).unwrap().try_lock().is_err());
    }
}
