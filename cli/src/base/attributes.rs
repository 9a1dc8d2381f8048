//! What a written file has besides its bytes: mode, owner and times.

use std::fs::{File, FileTimes, Metadata, OpenOptions};
use std::io;
use std::path::Path;

/// Makes a new file; where it is to get the mode of another one, nobody else may open it before it
/// has that.
pub(crate) fn create(path: &Path, private: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if private {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    #[cfg(not(unix))]
    let _ = private;
    options.open(path)
}

/// Gives `file`, before any byte is in it, the mode of `like`, and the owner of `old`, the file
/// that it is to replace, where the system lets us.
#[cfg(unix)]
pub(crate) fn protect(file: &File, old: Option<&Metadata>, like: &Metadata) -> io::Result<()> {
    use std::fs::Permissions;
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, fchown};
    let new = file.metadata()?;
    let owned = |old: &Metadata| {
        (new.uid(), new.gid()) == (old.uid(), old.gid())
            || fchown(file, Some(old.uid()), Some(old.gid())).is_ok()
            || fchown(file, None, Some(old.gid())).is_ok()
    };
    let mut mode = like.mode() & 0o777;
    if old.is_some_and(|old| !owned(old)) {
        // What the old group was allowed is nothing for ours.
        mode = (mode & 0o707) | (((mode & 0o007) << 3) & mode);
    }
    if new.mode() & 0o777 == mode { Ok(()) } else { file.set_permissions(Permissions::from_mode(mode)) }
}

#[cfg(not(unix))]
pub(crate) fn protect(_: &File, _: Option<&Metadata>, _: &Metadata) -> io::Result<()> {
    Ok(())
}

/// Gives `file` the times of `like`, as far as the system tells them.
pub(crate) fn set_times(file: &File, like: &Metadata) -> io::Result<()> {
    let mut times = FileTimes::new().set_modified(like.modified()?);
    if let Ok(accessed) = like.accessed() {
        times = times.set_accessed(accessed);
    }
    file.set_times(times)
}
