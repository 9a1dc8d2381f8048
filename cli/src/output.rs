//! Where results go: files that appear whole or not at all, and standard output.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process;

use crate::error::{CliError, Result};

/// Writes `data` to `path` by way of a temporary file in the same folder, which is then renamed. An existing file is
/// an error unless `force` is set.
pub(crate) fn write_file(path: &Path, data: &[u8], force: bool) -> Result<()> {
    if !force && path.symlink_metadata().is_ok() {
        return Err(CliError::Run(format!("{}: the file exists; -f overwrites it", path.display())));
    }
    let temporary = temporary_name(path);
    let result = File::create_new(&temporary).and_then(|mut file| {
        file.write_all(data)?;
        drop(file);
        fs::rename(&temporary, path)
    });
    result.map_err(|e| {
        let _ = fs::remove_file(&temporary);
        CliError::writing(path, &e)
    })
}

fn temporary_name(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.tmp", process::id()));
    path.with_file_name(name)
}

/// Text for people, on standard output.
pub(crate) fn print_text(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|e| CliError::stdout(&e))
}
