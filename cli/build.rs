//! Tells the program which commit it is built from and which versions of other codecs' libraries it
//! is linked with.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Crates whose versions `cli/src/rd/codecs` reports.
const CRATES: [&str; 5] = ["jpeg-encoder", "png", "mozjpeg-sys", "webp", "libwebp-sys"];

fn main() {
    let lock = Path::new("../Cargo.lock");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-env=KVANT_COMMIT={}", commit().unwrap_or_else(|| "unknown".to_owned()));
    // These change when HEAD moves. A path that does not exist would run this program at every
    // build.
    let heads = ["HEAD", "logs/HEAD"].map(|name| git(&["rev-parse", "--git-path", name]).map(PathBuf::from));
    for path in heads.into_iter().flatten().chain([lock.to_owned()]).filter(|p| p.is_file()) {
        println!("cargo::rerun-if-changed={}", path.to_string_lossy());
    }
    let lock = fs::read_to_string(lock).unwrap_or_default();
    for name in CRATES {
        let variable = name.replace('-', "_").to_uppercase();
        println!("cargo::rustc-env=KVANT_{variable}={}", locked_version(&lock, name).unwrap_or("unknown"));
    }
}

/// The commit, with `-dirty` where tracked files differ from it. None outside the project's own
/// repository.
fn commit() -> Option<String> {
    // A copy of the sources inside another repository is not at that repository's commit.
    git(&["rev-parse", "--show-prefix"]).filter(|prefix| prefix == "cli/")?;
    let commit = git(&["rev-parse", "--short=12", "HEAD"])?;
    let changes = git(&["status", "--porcelain", "--untracked-files=no"])?;
    Some(if changes.is_empty() { commit } else { format!("{commit}-dirty") })
}

/// What git prints, without the line's end. None where there is no git or it fails.
fn git(args: &[&str]) -> Option<String> {
    let output = Command::new("git").args(args).output().ok().filter(|o| o.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim_end().to_owned())
}

/// The version of the package `name` in the text of a `Cargo.lock`: of several, the one that this
/// program names.
fn locked_version<'a>(lock: &'a str, name: &str) -> Option<&'a str> {
    let (_, ours) = lock.split_once("name = \"kvant-cli\"\n")?;
    let ours = ours.split("[[package]]").next()?;
    if let Some((_, version)) = ours.split_once(&format!("\"{name} ")) {
        return version.split(['"', ' ']).next();
    }
    let (_, rest) = lock.split_once(&format!("name = \"{name}\"\nversion = \""))?;
    rest.split('"').next()
}
