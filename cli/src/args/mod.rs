//! The command line.

mod common;
mod compare;
mod decode;
mod encode;
mod info;
pub(crate) mod shorthand;
mod target;
pub(crate) mod values;
mod view;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::rd::RdCommand;

pub(crate) use common::{BatchArgs, ConsoleArgs};
pub(crate) use compare::CompareArgs;
pub(crate) use decode::DecodeArgs;
pub(crate) use encode::{EncodeArgs, Habits};
pub(crate) use info::InfoArgs;
pub(crate) use target::TargetArgs;
pub(crate) use view::{Protocol, ViewArgs};

const AFTER_HELP: &str = "\
kvant IN OUT, without a command, encodes where OUT ends with .kvt and decodes where IN does; options
may follow. Of an option that is given twice the last one counts.

Exit codes:
  0    all went well
  1    a file of several failed, or any other error while running
  2    the command line is wrong, or would write over an input
  3    an input is unreadable or damaged
  4    a limit was exceeded (--max-pixels, --max-dim, --max-mem)
  5    a file is damaged or cut off, and what there is of its picture is written (--allow-partial)
  6    a threshold (--fail-under) or a target (--target-...) was not met, and the files are written;
       or none is small enough (--max-size), and nothing is
  130  interrupted";

/// Kvant, a lossy still-image codec
#[derive(Debug, Parser)]
#[command(name = "kvant", version, arg_required_else_help = true, args_override_self = true, after_help = AFTER_HELP)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Encode pictures to .kvt
    #[command(visible_aliases = ["enc", "c"])]
    Encode(EncodeArgs),
    /// Decode .kvt files to pictures
    #[command(visible_aliases = ["dec", "x"])]
    Decode(DecodeArgs),
    /// Show what the headers of .kvt files say
    Info(InfoArgs),
    /// Score pictures against a reference
    #[command(visible_alias = "metrics")]
    Compare(CompareArgs),
    /// Show a picture in the terminal, or two, or what differs between them
    View(ViewArgs),
    /// Measure rate and distortion against other codecs
    #[command(subcommand)]
    Rd(RdCommand),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page, or write the pages of all commands into a folder
    Man {
        /// The folder
        folder: Option<PathBuf>,
    },
}
