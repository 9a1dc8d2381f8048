//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use kvant::{Chroma, Cicp, Content, DecoderOptions, Limits, Profile, Quantiser, Scale, TileSize, Tune};

use crate::cicp::parse_cicp;
use crate::commands::target::TargetArgs;
use crate::cpu;
use crate::error::Result;
use crate::pictures::OutputFormat;
use crate::rd::RdCommand;
use crate::values::{MetricName, Quality, Region, Threshold};
use crate::values::{parse_background, parse_quality, parse_region, parse_size, parse_threshold, scales};

const AFTER_HELP: &str = "\
kvant IN OUT, without a command, encodes where OUT ends with .kvt and decodes where IN does; options may follow. Of an option
that is given twice the last one counts.

Exit codes:
  0    all went well
  1    a file of several failed, or any other error while running
  2    the command line is wrong, or would write over an input
  3    an input is unreadable or damaged
  4    a limit was exceeded (--max-pixels, --max-dim, --max-mem)
  5    a file is damaged or cut off, and what there is of its picture is written (--allow-partial)
  6    a threshold (--fail-under) or a target (--target-...) was not met, and the files are written; or none is small
       enough (--max-size), and nothing is
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
    /// Take the files in folders, at any depth; in the folder that -o names they keep their places. Names that begin
    /// with a dot and links to folders are left out
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

/// What may be left out of what a file says besides pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Strip {
    /// Where the picture was taken: positions in Exif, maker's notes, which nobody can check, and the whole of an XMP
    /// packet or a text that speaks of a place
    Gps,
    /// Exif, but for the orientation
    Exif,
    /// XMP
    Xmp,
    /// Texts: author, copyright, comments, parameters of programs
    Text,
    /// The colour profile: sRGB is then assumed
    Icc,
    /// Gps, exif, xmp and text
    All,
}

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

/// Arguments of `kvant decode`.
#[derive(Debug, Args)]
pub(crate) struct DecodeArgs {
    /// .kvt files, folders of them with -r; - for standard input
    #[arg(required = true, value_name = "INPUT")]
    pub(crate) inputs: Vec<PathBuf>,

    /// File to write (the format follows the extension), or a folder (made where it is missing if a / ends its name), or
    /// - for standard output; a prefix such as png:- names the format [default: the input's name with .png]
    #[arg(short, long, value_name = "OUT|DIR/|-")]
    pub(crate) output: Option<PathBuf>,

    /// Format to write: webp without loss, jpg of quality 95
    #[arg(long, value_name = "FORMAT", value_enum, ignore_case = true)]
    pub(crate) to: Option<OutputFormat>,

    /// Decode W x H pixels from column X and row Y on, of the picture as it is shown; only the tiles they need are decoded
    #[arg(long, value_name = "WxH+X+Y", value_parser = parse_region)]
    pub(crate) crop: Option<Region>,

    /// Decode the preview only, an eighth of the picture each way; no more of the file is read than that needs
    #[arg(long, conflicts_with_all = ["crop", "scale", "allow_partial"])]
    pub(crate) preview: bool,

    /// Reduce the picture to a half, a quarter or an eighth each way: 1/8 is the preview where there is one, else each pixel is
    /// the mean of those that it stands for
    #[arg(long, value_name = "SCALE", value_parser = scales(), conflicts_with = "crop")]
    pub(crate) scale: Option<Scale>,

    /// Write what there is of a file that is damaged or cut off, and exit with code 5: what is missing comes from the preview,
    /// where there is one, or is gray
    #[arg(long, conflicts_with_all = ["crop", "scale"])]
    pub(crate) allow_partial: bool,

    /// Write 16 bits a sample, all that the decoder knows of them: smooth dark gradients of 8 bits then have no bands
    #[arg(long, value_name = "16", value_parser = clap::value_parser!(u8).range(16..=16))]
    pub(crate) depth: Option<u8>,

    /// Colour to lay transparent pixels over, such as '#ffffff', for formats without alpha
    #[arg(long, value_name = "COLOUR", value_parser = parse_background)]
    pub(crate) background: Option<[u8; 3]>,

    /// Convert the colours to sRGB and leave profile and code points out; of PQ and HLG, whites above a diffuse one are
    /// compressed
    #[arg(long)]
    pub(crate) to_srgb: bool,

    #[command(flatten)]
    pub(crate) batch: BatchArgs,

    #[command(flatten)]
    pub(crate) limits: LimitArgs,

    #[command(flatten)]
    pub(crate) console: ConsoleArgs,
}

/// Arguments of `kvant info`.
#[derive(Debug, Args)]
pub(crate) struct InfoArgs {
    /// .kvt files; - for standard input
    #[arg(required = true, value_name = "FILE")]
    pub(crate) inputs: Vec<PathBuf>,

    /// Decode the pictures too, which verifies every checksum
    #[arg(long)]
    pub(crate) check: bool,

    /// Draw the luma blocks of one picture over it: partition, prediction modes and QP offsets (docs/BLOCKS.md); with
    /// --json, count blocks by size and mode
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

/// Arguments of `kvant compare`.
#[derive(Debug, Args)]
pub(crate) struct CompareArgs {
    /// The picture to compare with, in any format
    pub(crate) reference: PathBuf,

    /// The pictures to score, in any format
    #[arg(required = true)]
    pub(crate) distorted: Vec<PathBuf>,

    /// Metrics, of psnr-y, psnr-rgb, psnr (both), ssimulacra2, butteraugli (3-norm), butteraugli-max, ms-ssim (of the
    /// luma) [default: all]
    #[arg(short, long, value_name = "LIST", value_delimiter = ',')]
    pub(crate) metrics: Vec<MetricName>,

    /// Exit with code 6 where a score is worse, such as ssimulacra2=70; may be given several times
    #[arg(long, value_name = "METRIC=VALUE", value_parser = parse_threshold)]
    pub(crate) fail_under: Vec<Threshold>,

    /// Colour to lay transparent pixels over, such as '#ffffff' [default: black, white and gray in turn; the worst score
    /// counts]
    #[arg(long, value_name = "COLOUR", value_parser = parse_background)]
    pub(crate) background: Option<[u8; 3]>,

    #[command(flatten)]
    pub(crate) limits: LimitArgs,

    #[command(flatten)]
    pub(crate) console: ConsoleArgs,
}

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
