//! The command line of `kvant encode`.

use std::path::PathBuf;

use clap::Args;
use clap::builder::TypedValueParser;
use kvant::{Chroma, Cicp, Content, Profile, Quantiser, TileSize, Tune};

use super::common::{BatchArgs, ConsoleArgs, LimitArgs};
use super::target::TargetArgs;
use super::values::{Quality, choices, parse_background, parse_quality};
use crate::base::cicp::parse_cicp;
use crate::pictures::Strip;

/// Arguments of `kvant encode`.
#[derive(Debug, Args)]
pub(crate) struct EncodeArgs {
    /// Pictures (PNG, JPEG, PNM, TIFF, BMP, WebP, QOI), folders of them with -r; - for standard
    /// input
    #[arg(required_unless_present_any = ["speed", "distance"], value_name = "INPUT")]
    pub(crate) inputs: Vec<PathBuf>,

    /// File to write, or a folder (made where it is missing if its name ends with /), or - for
    /// standard output [default: the input's name with .kvt]
    #[arg(short, long, value_name = "OUT|DIR/|-")]
    pub(crate) output: Option<PathBuf>,

    /// Quality, 0 to 100: about the mean SSIMULACRA2 of photographs; 100 is not lossless, but
    /// 'lossless' is. With --max-size the best that is tried
    #[arg(short, long, value_name = "Q|lossless", default_value = "80", value_parser = parse_quality, conflicts_with = "target")]
    pub(crate) quality: Quality,

    #[command(flatten)]
    pub(crate) target: TargetArgs,

    /// Effort, 1 (fastest) to 9 (smallest files). On large photographs, at equal scores, in time
    /// and bytes of effort 5: 1: 0.15 and 1.15; 2: 0.23 and 1.08; 3: 0.28 and 1.07; 4: 0.6 and
    /// 1.02; 6: 1.6 and 0.99; 7: 2.3 and 0.98. On small ones 8: 4.7 and 0.97; 9: 6.1 and 0.97
    #[arg(short, long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..=9))]
    pub(crate) effort: u8,

    /// Chroma sampling
    #[arg(long, value_parser = choices(&CHROMA).try_map(|name| name.parse::<Chroma>()), default_value = "444")]
    pub(crate) chroma: Chroma,

    /// Width and height of a tile
    #[arg(long, value_name = "PIXELS", default_value = "1024",
        value_parser = choices(&TILE_SIZE).try_map(|name| name.parse::<TileSize>()))]
    pub(crate) tile_size: TileSize,

    /// Entropy coding: for small files or for fast decoding
    #[arg(long, value_parser = choices(&PROFILE).try_map(|name| name.parse::<Profile>()), default_value = "mixed")]
    pub(crate) profile: Profile,

    /// What to minimise
    #[arg(long, value_parser = choices(&TUNE).try_map(|name| name.parse::<Tune>()), default_value = "perceptual")]
    pub(crate) tune: Tune,

    /// How levels are chosen
    // The long path: an `Option` is what may be left out, and this one is the value of auto.
    #[arg(long, value_parser = choices(&QUANTISER).map(|name| name.parse::<Quantiser>().ok()), default_value = "auto")]
    pub(crate) quantiser: std::option::Option<Quantiser>,

    /// What the pictures show
    #[arg(long, value_parser = choices(&CONTENT).try_map(|name| name.parse::<Content>()), default_value = "auto")]
    pub(crate) preset: Content,

    /// Quality of the alpha, 0 to 100: 100 is lossless, below it has fewer different values
    #[arg(long, value_name = "Q", default_value_t = 100, value_parser = clap::value_parser!(u8).range(0..=100))]
    pub(crate) alpha_quality: u8,

    /// Keep the colours of fully transparent pixels, instead of those that take fewest bytes
    #[arg(long)]
    pub(crate) exact: bool,

    /// Store a preview near the front, an eighth of the picture each way; about 1 % more bytes
    #[arg(long)]
    pub(crate) preview: bool,

    /// Take what there is of a JPEG or PNG file that is damaged or cut off, and exit with code 5:
    /// what is missing is gray
    #[arg(long)]
    pub(crate) allow_partial: bool,

    /// Colour to lay transparent pixels over, such as '#ffffff', instead of storing alpha
    #[arg(long, value_name = "COLOUR", value_parser = parse_background)]
    pub(crate) background: Option<[u8; 3]>,

    /// Leave out of gps, exif, xmp, text, icc, or all (gps, exif, xmp and text: without its profile
    /// a picture changes colours). What was written is read again, and fails where it still says
    /// what was to be left out [default: all is kept]
    #[arg(long, value_enum, value_name = "LIST", value_delimiter = ',')]
    pub(crate) strip: Vec<Strip>,

    /// What the sample values mean, as ITU-T H.273 numbers it, such as 9/16/0/1: primaries,
    /// transfer, matrix of the source and full range; or by name, such as bt2020/pq, srgb, p3, pq
    /// or hlg. No pixel is changed [default: what a PNG's cICP chunk says]
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

const CHROMA: [(&str, &str); 2] = [
    (Chroma::Yuv444.name(), "Chroma at every pixel"),
    (Chroma::Yuv420.name(), "Chroma at every second pixel of every second row"),
];

const TILE_SIZE: [(&str, &str); 2] =
    [(TileSize::T512.name(), "512 x 512 pixels"), (TileSize::T1024.name(), "1024 x 1024 pixels")];

const PROFILE: [(&str, &str); 2] = [
    (Profile::Mixed.name(), "The mean of several predictions: smaller files"),
    (Profile::Fast.name(), "One prediction: faster decoding"),
];

const TUNE: [(&str, &str); 2] = [(Tune::Perceptual.name(), "What people see"), (Tune::Psnr.name(), "Squared error")];

const QUANTISER: [(&str, &str); 5] = [
    ("auto", "What the effort chooses"),
    (Quantiser::Uniform.name(), "Scalar, to the nearest level"),
    (Quantiser::DeadZone.name(), "Scalar, with a dead zone"),
    (Quantiser::Rdoq.name(), "Scalar, by rate and distortion"),
    (Quantiser::Trellis.name(), "Trellis-coded"),
];

const CONTENT: [(&str, &str); 3] = [
    (Content::Auto.name(), "Found out for each picture"),
    (Content::Photo.name(), "A photograph"),
    (Content::Screen.name(), "A screenshot, a drawing, text"),
];
