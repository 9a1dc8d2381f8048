//! Which version of a program there is, and what else of it may change.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::Path;
use std::time::Duration;

use sha2::{Digest as _, Sha256};

use super::process::{self, find_program, short_name};
use super::template::{Template, Values};
use crate::base::hex::hex;
use crate::base::names::shown;

/// How long a program may take to tell its version.
const TIMEOUT: Duration = Duration::from_secs(60);

/// The version of a program: the first line that `command` prints, with the program's name where it
/// is bare, else the program's file.
///
/// # Errors
/// Why it cannot run: also where it is older than `minimum`.
pub(crate) fn version_of(
    program: &OsStr,
    command: Option<Vec<OsString>>,
    minimum: Option<&str>,
) -> std::result::Result<String, String> {
    let name = short_name(program);
    let file = find_program(program).ok_or_else(|| format!("{} is not installed", shown(program)))?;
    let Some(command) = command else {
        return Ok(format!("{name} (SHA-256 {})", digest(file)));
    };
    let ended = process::run(&command, TIMEOUT).map_err(|e| e.to_string())?;
    let line = ended.stdout.lines().chain(ended.stderr.lines()).map(str::trim).find(|line| !line.is_empty());
    let line = line.ok_or_else(|| format!("{name} tells no version"))?;
    if let Some(minimum) = minimum
        && numbers(line) < numbers(minimum)
    {
        let found = numbers(line).iter().map(u64::to_string).collect::<Vec<_>>().join(".");
        return Err(format!("{name} {found} is too old: {minimum} or later is needed"));
    }
    let is_bare = line.starts_with(|c: char| c.is_ascii_digit()) || line.to_ascii_lowercase().starts_with("version");
    Ok(if is_bare { format!("{name} {line}") } else { line.to_owned() })
}

/// The numbers of the first version in a text, such as 1.4.2.
fn numbers(text: &str) -> Vec<u64> {
    let Some(start) = text.find(|c: char| c.is_ascii_digit()) else {
        return Vec::new();
    };
    let version = text[start..].split(|c: char| !c.is_ascii_digit() && c != '.').next().unwrap_or_default();
    version.split('.').map_while(|n| n.parse().ok()).collect()
}

/// The arguments that are files in the folder of a program's description, which may change without
/// their version.
pub(crate) fn own_files(template: &Template, here: &Path) -> impl Iterator<Item = OsString> {
    let arguments = template.fill(&Values::default().with("here", here));
    let here = here.to_owned();
    arguments.into_iter().filter(move |a| Path::new(a).starts_with(&here))
}

/// The first half of a file's SHA-256; empty where it cannot be read, which the program will say.
pub(crate) fn digest(file: impl AsRef<Path>) -> String {
    let data = fs::read(file).unwrap_or_default();
    hex(&Sha256::digest(&data)[..16])
}
