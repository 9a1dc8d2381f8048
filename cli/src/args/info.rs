//! The command line of `kvant info`.

use std::path::PathBuf;

use clap::Args;

use super::common::{ConsoleArgs, LimitArgs};

/// Arguments of `kvant info`.
#[derive(Debug, Args)]
pub(crate) struct InfoArgs {
    /// .kvt files; - for standard input
    #[arg(required = true, value_name = "FILE")]
    pub(crate) inputs: Vec<PathBuf>,

    /// Decode the pictures too, which verifies every checksum
    #[arg(long)]
    pub(crate) check: bool,

    /// Draw the luma blocks of one picture over it: partition, prediction modes and QP offsets
    /// (docs/BLOCKS.md); with --json, count blocks by size and mode
    #[arg(long, value_name = "PICTURE")]
    pub(crate) blocks: Option<PathBuf>,

    /// Overwrite an existing drawing
    #[arg(short, long, requires = "blocks")]
    pub(crate) force: bool,

    #[command(flatten)]
    pub(crate) limits: LimitArgs,

    #[command(flatten)]
    pub(crate) console: ConsoleArgs,
}
