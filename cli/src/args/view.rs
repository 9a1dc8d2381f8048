//! The command line of `kvant view`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::common::LimitArgs;
use super::values::parse_background;

/// How a terminal shows pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Protocol {
    /// The best that the terminal seems to have
    Auto,
    /// kitty's graphics protocol, which others have too
    Kitty,
    /// iTerm's inline pictures, which others have too
    Iterm,
    /// Half blocks: characters in two colours
    Blocks,
}

/// Arguments of `kvant view`.
#[derive(Debug, Args)]
pub(crate) struct ViewArgs {
    /// A picture in any format
    pub(crate) file: PathBuf,

    /// Another one
    #[arg(value_name = "FILE2")]
    pub(crate) other: Option<PathBuf>,

    /// Show how much the two differ, so many times, instead of them
    #[arg(long, value_name = "TIMES", num_args = 0..=1, require_equals = true, default_missing_value = "8")]
    #[arg(requires = "other", value_parser = clap::value_parser!(u8).range(1..))]
    pub(crate) diff: Option<u8>,

    /// Characters across [default: as many as the window shows of a whole picture]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) width: Option<u16>,

    /// How to draw
    #[arg(long, value_enum, default_value = "auto")]
    pub(crate) protocol: Protocol,

    /// Colour to lay transparent pixels over, such as '#ffffff'
    #[arg(long, value_name = "COLOUR", value_parser = parse_background, default_value = "black")]
    pub(crate) background: [u8; 3],

    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}
