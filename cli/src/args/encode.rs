//! The command line of `kvant encode`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use kvant::{Chroma, Cicp, Content, Profile, Quantiser, TileSize, Tune};

use super::common::{BatchArgs, ConsoleArgs, LimitArgs};
use super::target::TargetArgs;
use super::values::{Quality, parse_background, parse_quality};
use crate::base::cicp::parse_cicp;
use crate::pictures::Strip;

/// Arguments of `kvant encode`.
#[derive(Debug, Args)]
pub(crate) struct EncodeArgs {
    /// Pictures (PNG, JPEG, PNM, TIFF, BMP, WebP, QOI), folders of them with -r; - for standard input
    #[arg(required_unless_present_any = ["speed", "distance"], value_name = "INPUT")]
    pub(crate) inputs: Vec<PathBuf>,

    /// File to write, or a folder (made where it is missing if a / ends its name), or - for standard output [default:
    /// the input's name with .kvt]
    #[arg(short, long, value_name = "OUT|DIR/|-")]
    pub(crate) output: Option<PathBuf>,

    /// Quality, 0 to 100: about the mean SSIMULACRA2 of photographs; 100 is not lossless, but 'lossless' is. With --max-size
    /// the best that is tried
    #[arg(short, long, value_name = "Q|lossless", default_value = "80", value_parser = parse_quality, conflicts_with = "target")]
    pub(crate) quality: Quality,

    #[command(flatten)]
    pub(crate) target: TargetArgs,

    /// Effort, 1 (fastest) to 9 (smallest files). On large photographs, at equal scores, in time and bytes of effort 5: 1: 0.15
    /// and 1.15; 2: 0.23 and 1.08; 3: 0.28 and 1.07; 4: 0.6 and 1.02; 6: 1.6 and 0.99; 7: 2.3 and 0.98. On small ones 8: 4.7 and 0.97;
    /// 9: 6.1 and 0.97
    #[arg(short, long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..=9))]
    pub(crate) effort: u8,

    /// Chroma sampling
    #[arg(long, value_enum, default_value = "444")]
    pub(crate) chroma: ChromaArg,

    /// Width and height of a tile
    #[arg(long, value_enum, value_name = "PIXELS", default_value = "1024")]
    pub(crate) tile_size: TileArg,

    /// Entropy coding: for small files or for fast decoding
    #[arg(long, value_enum, default_value = "mixed")]
    pub(crate) profile: ProfileArg,

    /// What to minimise
    #[arg(long, value_enum, default_value = "perceptual")]
    pub(crate) tune: TuneArg,

    /// How levels are chosen
    #[arg(long, value_enum, default_value = "auto")]
    pub(crate) quantiser: QuantiserArg,

    /// What the pictures show
    #[arg(long, value_enum, default_value = "auto")]
    pub(crate) preset: PresetArg,

    /// Quality of the alpha, 0 to 100: 100 is lossless, below it has fewer different values
    #[arg(long, value_name = "Q", default_value_t = 100, value_parser = clap::value_parser!(u8).range(0..=100))]
    pub(crate) alpha_quality: u8,

    /// Keep the colours of fully transparent pixels, instead of those that take fewest bytes
    #[arg(long)]
    pub(crate) exact: bool,

    /// Store a preview near the front, an eighth of the picture each way; about 1 % more bytes
    #[arg(long)]
    pub(crate) preview: bool,

    /// Take what there is of a JPEG or PNG file that is damaged or cut off, and exit with code 5: what is missing is gray
    #[arg(long)]
    pub(crate) allow_partial: bool,

    /// Colour to lay transparent pixels over, such as '#ffffff', instead of storing alpha
    #[arg(long, value_name = "COLOUR", value_parser = parse_background)]
    pub(crate) background: Option<[u8; 3]>,

    /// Leave out of gps, exif, xmp, text, icc, or all (gps, exif, xmp and text: without its profile a picture changes
    /// colours). What was written is read again, and fails where it still says what was to be left out
    /// [default: all is kept]
    #[arg(long, value_enum, value_name = "LIST", value_delimiter = ',')]
    pub(crate) strip: Vec<Strip>,

    /// What the sample values mean, as ITU-T H.273 numbers it, such as 9/16/0/1: primaries, transfer, matrix of the
    /// source and full range; or by name, such as bt2020/pq, srgb, p3, pq or hlg. No pixel is changed [default: what a
    /// PNG's cICP chunk says]
    #[arg(long, value_name = "P/T/M/R", value_parser = parse_cicp)]
    pub(crate) cicp: Option<Cicp>,

    #[command(flatten)]
    pub(crate) batch: BatchArgs,

    /// Decode the stream again before writing it, and print how the picture compares with the input
    #[arg(long)]
    pub(crate) verify: bool,

    /// Write the decoded picture too; the format follows the extension
    #[arg(long, value_name = "PICTURE")]
    pub(crate) decoded: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) limits: LimitArgs,

    #[command(flatten)]
    pub(crate) console: ConsoleArgs,

    #[command(flatten)]
    pub(crate) habits: Habits,
}

/// Flags of other encoders that people type out of habit: answered with the flag of this one.
#[derive(Debug, Args)]
pub(crate) struct Habits {
    #[arg(short, long, hide = true, num_args = 0..=1, value_name = "N", allow_hyphen_values = true)]
    pub(crate) speed: Option<Option<String>>,

    #[arg(short, long, hide = true, num_args = 0..=1, value_name = "D", allow_hyphen_values = true)]
    pub(crate) distance: Option<Option<String>>,
}

/// Chroma sampling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ChromaArg {
    /// Chroma at every pixel
    #[value(name = "444")]
    Full,
    /// Chroma at every second pixel of every second row
    #[value(name = "420")]
    Quarter,
}

impl From<ChromaArg> for Chroma {
    fn from(c: ChromaArg) -> Self {
        match c {
            ChromaArg::Full => Self::Yuv444,
            ChromaArg::Quarter => Self::Yuv420,
        }
    }
}

/// Tile size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TileArg {
    /// 512 x 512 pixels
    #[value(name = "512")]
    T512,
    /// 1024 x 1024 pixels
    #[value(name = "1024")]
    T1024,
}

impl From<TileArg> for TileSize {
    fn from(t: TileArg) -> Self {
        match t {
            TileArg::T512 => Self::T512,
            TileArg::T1024 => Self::T1024,
        }
    }
}

/// What the entropy coder's probabilities come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProfileArg {
    /// The mean of several predictions: smaller files
    Mixed,
    /// One prediction: faster decoding
    Fast,
}

impl From<ProfileArg> for Profile {
    fn from(p: ProfileArg) -> Self {
        match p {
            ProfileArg::Mixed => Self::Mixed,
            ProfileArg::Fast => Self::Fast,
        }
    }
}

/// How levels are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum QuantiserArg {
    /// What the effort chooses
    Auto,
    /// Scalar, with a dead zone
    Deadzone,
    /// Scalar, by rate and distortion
    Rdoq,
    /// Trellis-coded
    Trellis,
}

impl From<QuantiserArg> for Option<Quantiser> {
    fn from(q: QuantiserArg) -> Self {
        match q {
            QuantiserArg::Auto => None,
            QuantiserArg::Deadzone => Some(Quantiser::DeadZone),
            QuantiserArg::Rdoq => Some(Quantiser::Rdoq),
            QuantiserArg::Trellis => Some(Quantiser::Trellis),
        }
    }
}

/// What the encoder minimises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TuneArg {
    /// What people see
    Perceptual,
    /// Squared error
    Psnr,
}

impl From<TuneArg> for Tune {
    fn from(t: TuneArg) -> Self {
        match t {
            TuneArg::Perceptual => Self::Perceptual,
            TuneArg::Psnr => Self::Psnr,
        }
    }
}

/// What a picture shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PresetArg {
    /// Found out for each picture
    Auto,
    /// A photograph
    Photo,
    /// A screenshot, a drawing, text
    Screen,
}

impl From<PresetArg> for Content {
    fn from(p: PresetArg) -> Self {
        match p {
            PresetArg::Auto => Self::Auto,
            PresetArg::Photo => Self::Photo,
            PresetArg::Screen => Self::Screen,
        }
    }
}
