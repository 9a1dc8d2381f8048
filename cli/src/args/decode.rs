//! The command line of `kvant decode`.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use kvant::Scale;

use super::common::{BatchArgs, ConsoleArgs, LimitArgs};
use super::values::{Region, parse_background, parse_bounds, parse_region};
use crate::pictures::OutputFormat;

/// Arguments of `kvant decode`.
#[derive(Debug, Args)]
pub(crate) struct DecodeArgs {
    /// .kvt files, folders of them with -r; - for standard input
    #[arg(required = true, value_name = "INPUT")]
    pub(crate) inputs: Vec<PathBuf>,

    /// File to write (the format follows the extension), or a folder (made where it is missing if
    /// its name ends with /), or - for standard output; a prefix such as png:- names the format
    /// [default: the input's name with .png]
    #[arg(short, long, value_name = "OUT|DIR/|-")]
    pub(crate) output: Option<PathBuf>,

    /// Format to write: webp without loss, jpg of quality 95
    #[arg(long, value_name = "FORMAT", value_enum, ignore_case = true)]
    pub(crate) to: Option<OutputFormat>,

    /// Decode W x H pixels from column X and row Y on, of the picture as it is shown; only the
    /// tiles they need are decoded
    #[arg(long, value_name = "WxH+X+Y", value_parser = parse_region)]
    pub(crate) crop: Option<Region>,

    /// Decode the preview only, an eighth of the picture each way; no more of the file is read than
    /// that needs
    #[arg(long, conflicts_with_all = ["crop", "scale", "allow_partial"])]
    pub(crate) preview: bool,

    /// Reduce the picture to a half, a quarter or an eighth each way: 1/8 is the preview where
    /// there is one, else each pixel is the mean of those that it stands for
    #[arg(long, value_name = "SCALE", value_parser = scales(), conflicts_with = "crop")]
    pub(crate) scale: Option<Scale>,

    /// Reduce the picture, as it is shown, until it fits in N x N or W x H pixels; a smaller one
    /// stays as it is
    #[arg(long, value_name = "N|WxH", value_parser = parse_bounds, conflicts_with_all = ["preview", "scale"])]
    pub(crate) fit: Option<(u32, u32)>,

    /// Write what there is of a file that is damaged or cut off, and exit with code 5: what is
    /// missing comes from the preview, where there is one, or is gray
    #[arg(long, conflicts_with_all = ["crop", "scale"])]
    pub(crate) allow_partial: bool,

    /// Write 16 bits a sample, all that the decoder knows of them: smooth dark gradients of 8 bits
    /// then have no bands
    #[arg(long, value_name = "16", value_parser = clap::value_parser!(u8).range(16..=16))]
    pub(crate) depth: Option<u8>,

    /// Colour to lay transparent pixels over, such as '#ffffff', for formats without alpha
    #[arg(long, value_name = "COLOUR", value_parser = parse_background)]
    pub(crate) background: Option<[u8; 3]>,

    /// Convert the colours to sRGB and leave profile and code points out; of PQ and HLG, whites
    /// above a diffuse one are compressed
    #[arg(long)]
    pub(crate) to_srgb: bool,

    #[command(flatten)]
    pub(crate) batch: BatchArgs,

    #[command(flatten)]
    pub(crate) limits: LimitArgs,

    #[command(flatten)]
    pub(crate) console: ConsoleArgs,
}

/// Takes a size relative to that of the picture.
fn scales() -> impl TypedValueParser<Value = Scale> {
    PossibleValuesParser::new(Scale::ALL.map(Scale::name)).try_map(|name| name.parse::<Scale>())
}
