//! What several commands take.

use clap::Args;
use kvant::{DecoderOptions, Limits};

use super::values::parse_size;
use crate::base::cpu;
use crate::base::error::Result;

/// What every command that works on files takes.
#[derive(Debug, Args)]
pub(crate) struct ConsoleArgs {
    /// Print one JSON document to standard output
    #[arg(long)]
    pub(crate) json: bool,

    /// Print a line of JSON for each file as soon as it is done, and one with the totals
    #[arg(long, conflicts_with = "json")]
    pub(crate) jsonl: bool,

    /// Print errors only
    #[arg(long, conflicts_with = "verbose")]
    pub(crate) quiet: bool,

    /// Print more
    #[arg(short, long, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}

/// Which files are worked on, how many at once, and what becomes of the files that are there.
#[derive(Debug, Default, Args)]
pub(crate) struct BatchArgs {
    /// Take the files in folders, at any depth; in the folder that -o names they keep their places.
    /// Names that begin with a dot and links to folders are left out
    #[arg(short, long)]
    pub(crate) recursive: bool,

    /// Overwrite existing files; one that is an input is never overwritten
    #[arg(short, long)]
    pub(crate) force: bool,

    /// Give each file that is written the times and the mode of its input
    #[arg(short, long)]
    pub(crate) preserve: bool,

    /// Add the new extension to the input's name instead of putting it in the place of the old one
    #[arg(long)]
    pub(crate) keep_extension: bool,

    /// Leave out inputs whose output exists already
    #[arg(long, conflicts_with = "force")]
    pub(crate) skip_existing: bool,

    /// Say what would be done and write nothing
    #[arg(short = 'n', long)]
    pub(crate) dry_run: bool,

    /// Threads, and files in work at once; 0 for one a core. The results do not depend on it
    #[arg(short = 'j', long, value_name = "N", default_value_t = 0)]
    pub(crate) jobs: usize,
}

/// Bounds on what an input may make the program do.
#[derive(Debug, Args)]
pub(crate) struct LimitArgs {
    /// Refuse pictures of more pixels; K, M and G stand for 2^10, 2^20 and 2^30
    #[arg(long, value_name = "N", value_parser = parse_size, default_value = "256M")]
    max_pixels: u64,

    /// Refuse pictures that are wider or higher
    #[arg(long, value_name = "N", default_value_t = Limits::default().max_dimension)]
    max_dim: u32,

    /// Bytes of an input, and of the memory that a picture may take
    #[arg(long, value_name = "BYTES", value_parser = parse_size, default_value = "2G")]
    max_mem: u64,
}

impl LimitArgs {
    /// Options of a decoder on `threads` threads that keeps to these limits.
    pub(crate) fn decoder(&self, threads: usize) -> Result<DecoderOptions> {
        let limits = Limits {
            max_pixels: self.max_pixels,
            max_dimension: self.max_dim,
            max_memory: self.max_mem,
            ..Limits::default()
        };
        Ok(DecoderOptions { limits, threads, cpu: cpu::level()?, ..DecoderOptions::default() })
    }
}
