//! What the laboratory runs as processes of its own to measure memory: `kvant rd launch` and `kvant
//! rd code`, which no help lists.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::told::PEAK;
use crate::base::error::{CliError, Result};
use crate::base::names::shown;
use crate::base::output::write_file;
use crate::base::print::print_text;
use crate::pictures::{OutputFormat, ReadOptions, read_picture, write_picture};
use crate::rd::args::{CodeArgs, Direction, LaunchArgs};
use crate::rd::codecs::{Peers, Resolved, resolve};
use crate::rd::programs::Fault;

/// Runs a command to its end, and prints the most memory that it or one of its own had at a time.
/// This process stays small until then: the system counts the memory of whoever starts a program
/// as the program's.
pub(crate) fn launch(args: &LaunchArgs) -> Result<()> {
    let name = || shown(Path::new(&args.program));
    let status = Command::new(&args.program).args(&args.arguments).status();
    let status = status.map_err(|e| CliError::Run(format!("cannot start {}: {e}", name())))?;
    if !status.success() {
        return Err(CliError::Run(format!("{} failed ({status})", name())));
    }
    match peak_of_children() {
        Some(bytes) => print_text(&format!("{PEAK} {bytes}\n")),
        None => Ok(()),
    }
}

#[cfg(target_os = "linux")]
fn peak_of_children() -> Option<u64> {
    use nix::sys::resource::{UsageWho, getrusage};
    let kibibytes = getrusage(UsageWho::RUSAGE_CHILDREN).ok()?.max_rss();
    u64::try_from(kibibytes).ok().map(|k| k * 1024)
}

#[cfg(not(target_os = "linux"))]
fn peak_of_children() -> Option<u64> {
    None
}

/// Codes one file with a built-in codec.
pub(crate) fn code(args: &CodeArgs) -> Result<()> {
    let codec = match resolve(&args.codec, &Peers::default(), "")? {
        Resolved::Ready(codec) => codec,
        Resolved::Missing { name, reason } => return Err(CliError::Run(format!("{name}: {reason}"))),
    };
    let failed = |fault: Fault| CliError::Run(format!("{}: {fault}", codec.name()));
    let data = fs::read(&args.input).map_err(|e| CliError::reading(&args.input, &e))?;
    let written = match args.direction {
        Direction::Encode => {
            let picture = read_picture(&shown(&args.input), &data, &ReadOptions::default())?.upright()?;
            codec.encode(&picture, args.quality).map_err(failed)?.stream
        }
        Direction::Decode => write_picture(&codec.decode(&data).map_err(failed)?.picture, OutputFormat::Png)?,
    };
    write_file(&args.output, &written, true)
}
