//! Arguments of `kvant rd`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::gallery::{Level, parse_level};
use super::paper::PlotArgs;
use super::report::{ReportOptions, parse_generations};
use super::results::kept::{Keep, parse_keep};
use super::run::shard::{Shard, parse_shard};
use super::scale::Scale;

/// What `kvant rd` can do.
#[derive(Debug, Subcommand)]
pub(crate) enum RdCommand {
    /// Send pictures through codecs at several qualities, score what comes back, and write a report
    Run(RunArgs),
    /// Print BD-rates from files of results
    Bd(BdArgs),
    /// Write a page with plots, tables and crops from results
    Report(ReportArgs),
    /// Print a table of BD-rates for a paper, as LaTeX, Markdown or CSV
    Table(TableArgs),
    /// Write figures for a paper: every curve, and size over speed
    Plot(PlotArgs),
    /// Write a folder of pages to look at the pictures with: codecs at equal bytes or equal score,
    /// and a blind test
    Gallery(GalleryArgs),
    /// Count the votes of blind tests
    Votes(VotesArgs),
    /// Measure again what a baseline holds, and fail where files have grown at equal quality
    Check(CheckArgs),
    /// Join the results of parts of a run
    Merge(MergeArgs),
    /// List the codecs that can be measured, and why some cannot
    List(ListArgs),
    /// Run a command and print the most memory that it took
    #[command(hide = true)]
    Launch(LaunchArgs),
    /// Code one file with a built-in codec
    #[command(hide = true)]
    Code(CodeArgs),
}

/// Arguments of `kvant rd run`.
#[derive(Debug, Clone, Args)]
pub(crate) struct RunArgs {
    /// Pictures, or folders of pictures [default: those that the program brings along]
    #[arg(short, long, num_args = 1.., value_name = "DIR|FILE")]
    pub(crate) input: Vec<PathBuf>,

    /// Take the pictures of folders within folders too
    #[arg(short, long)]
    pub(crate) recursive: bool,

    /// Codecs with their options, such as kvant:e7,webp:m6,mine=kvant:e5:tune=psnr; `kvant rd list`
    /// names all [default: kvant, and an AVIF, JPEG XL, WebP and JPEG codec of those that are found
    /// here; kvant alone with --quick]
    #[arg(short, long, value_name = "LIST", value_delimiter = ',')]
    pub(crate) codecs: Vec<String>,

    /// Qualities on each codec's own scale, such as 30,50,70 or 20..90/8 (8 of them) [default: each
    /// codec's own list; five of it where no picture and no codec is named]
    #[arg(short, long, value_name = "LIST", allow_hyphen_values = true)]
    pub(crate) quality: Option<String>,

    /// Code each picture at these sizes too, such as 1,1/2 or 1,0.75,0.5: reduced before the codec
    /// and enlarged behind it, and scored against the whole picture. Curves are then the convex
    /// hulls over all sizes [default: 1, as it is]
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub(crate) scales: Vec<Scale>,

    /// Folder of the results. What is there already is not measured again while picture, codec and
    /// settings are the same
    #[arg(short, long, value_name = "DIR", default_value = "kvant-rd")]
    pub(crate) output: PathBuf,

    /// File of external peers; its entries come before those that the program brings along
    #[arg(long, value_name = "TOML")]
    pub(crate) peers: Option<PathBuf>,

    /// Jobs at once, each on one thread; 0 for one a core. Times are measured with one only, and
    /// while no other run works on this machine [default: 1; 0 with --quick]
    #[arg(short, long, value_name = "N")]
    pub(crate) jobs: Option<usize>,

    /// Does a change help? A spread of at most 16 pictures of each input at five qualities, on all
    /// cores, no report
    #[arg(long)]
    pub(crate) quick: bool,

    /// After a run of several jobs at once, encode N jobs of each codec again alone, for their
    /// times [default: 0; 6 with --quick]
    #[arg(long, value_name = "N")]
    pub(crate) timed: Option<usize>,

    /// Encode and decode each picture N times for its times: their median, minimum and maximum
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) reps: u32,

    /// Time each measurement on all threads of the machine too, where the codec has more than one
    #[arg(long)]
    pub(crate) all_threads: bool,

    /// Measure the peak memory of encoding and decoding too, in processes of their own: each
    /// measurement is encoded and decoded once more for that (Linux only)
    #[arg(long)]
    pub(crate) memory: bool,

    /// Keep no times: for parts of a run that work side by side on one machine
    #[arg(long, conflicts_with_all = ["timed", "reps", "all_threads"])]
    pub(crate) no_times: bool,

    /// Take every Nth picture of each input, from the first
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) every: u32,

    /// Take no more than N pictures of each input, at equal distances
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<usize>,

    /// Measure part I of N of the jobs only; `kvant rd merge` joins the parts
    #[arg(long, value_name = "I/N", value_parser = parse_shard)]
    pub(crate) shard: Option<Shard>,

    /// Metrics to compute, which also decide, the first above all: of ssim2, butteraugli, psnr-y,
    /// psnr-rgb, butteraugli-max, ms-ssim, ms-ssim-rgb, and those of files, such as vmaf; `kvant rd
    /// list` names all [default: the first six; the first three decide]
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub(crate) metrics: Vec<String>,

    /// File that describes more metrics; `kvant rd list --show-metrics` prints the one that the
    /// program brings along
    #[arg(long, value_name = "TOML")]
    pub(crate) metric_file: Option<PathBuf>,

    /// Points measured elsewhere, to be compared with and to be in the report; may be given several
    /// times
    #[arg(long, value_name = "FILE|DIR")]
    pub(crate) points: Vec<PathBuf>,

    /// The codec that all are compared with [default: every other one]
    #[arg(long, value_name = "NAME")]
    pub(crate) anchor: Option<String>,

    /// The codec that the comparison and the report are about [default: each kvant; in the report
    /// the first]
    #[arg(long, value_name = "NAME")]
    pub(crate) codec: Option<String>,

    /// Print BD-rates against an earlier run, with the best and worst pictures; may be given
    /// several times
    #[arg(long, value_name = "CSV|DIR")]
    pub(crate) against: Vec<PathBuf>,

    /// Write no report.html
    #[arg(long)]
    pub(crate) no_report: bool,

    /// Keep what was made of the pictures in the folder of the results, `coded` as
    /// files/CODEC/IMAGE-qQ.EXT and `decoded` as decoded/CODEC/IMAGE-qQ.png, of points too that are
    /// there already
    #[arg(long, value_name = "coded,decoded", value_parser = parse_keep)]
    pub(crate) keep: Option<Keep>,

    /// For the report, encode three pictures again and again, N times, for the generation loss of
    /// each codec
    #[arg(long, value_name = "N|off", value_parser = parse_generations, default_value = "off")]
    #[arg(conflicts_with_all = ["no_report", "quick", "shard"])]
    pub(crate) generations: u32,

    /// Print a line for each job
    #[arg(short, long)]
    pub(crate) verbose: bool,

    /// Show no progress
    #[arg(long, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
}

/// Arguments of `kvant rd gallery`.
#[derive(Debug, Args)]
pub(crate) struct GalleryArgs {
    /// Folders of results
    #[arg(required = true, value_name = "DIR")]
    pub(crate) results: Vec<PathBuf>,

    /// Folder of the gallery. Pictures that are there already are not made again
    #[arg(short, long, value_name = "DIR")]
    pub(crate) output: PathBuf,

    /// What is equal: bits per pixel, such as 0.5bpp, or a score, such as ssim2=70
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = parse_level, default_value = "0.5bpp,ssim2=70")]
    pub(crate) at: Vec<Level>,

    /// The codecs to show; may be given several times [default: all lossy ones]
    #[arg(long, value_name = "NAME")]
    pub(crate) codec: Vec<String>,

    /// Show no more than N pictures, at equal distances
    #[arg(long, value_name = "N", default_value_t = 12)]
    pub(crate) limit: usize,

    /// Write the pictures under neutral names too, with a list, for programs of subjective tests
    #[arg(long)]
    pub(crate) stimuli: bool,

    /// Show no progress
    #[arg(long)]
    pub(crate) quiet: bool,
}

/// Arguments of `kvant rd votes`.
#[derive(Debug, Args)]
pub(crate) struct VotesArgs {
    /// Files of votes, as the blind page of a gallery gives them
    #[arg(required = true, value_name = "CSV")]
    pub(crate) votes: Vec<PathBuf>,
}

/// Arguments of `kvant rd launch`.
#[derive(Debug, Args)]
pub(crate) struct LaunchArgs {
    /// The program
    pub(crate) program: OsString,

    /// What it is to be given
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub(crate) arguments: Vec<OsString>,
}

/// Arguments of `kvant rd code`.
#[derive(Debug, Args)]
pub(crate) struct CodeArgs {
    /// The way to go
    pub(crate) direction: Direction,

    /// The codec
    #[arg(long)]
    pub(crate) codec: String,

    /// Its quality
    #[arg(short, default_value_t = 0.0)]
    pub(crate) quality: f64,

    /// A picture, or what the codec has made of one
    pub(crate) input: PathBuf,

    /// The other
    pub(crate) output: PathBuf,
}

/// From pictures to coded files, or back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Direction {
    Encode,
    Decode,
}

/// Arguments of `kvant rd check`.
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// Results of an earlier build; their codecs, pictures and qualities are measured again
    #[arg(long, value_name = "CSV|DIR")]
    pub(crate) baseline: PathBuf,

    /// The BD-rate by any of the three metrics that is still no regression
    #[arg(long, value_name = "PERCENT", value_parser = parse_percent, default_value = "0.5%")]
    pub(crate) max_regress: f64,

    /// Where the pictures are [default: those that the program brings along]
    #[arg(short, long, num_args = 1.., value_name = "DIR|FILE")]
    pub(crate) input: Vec<PathBuf>,

    /// Check these results instead of measuring
    #[arg(long, value_name = "CSV|DIR")]
    pub(crate) results: Option<PathBuf>,

    /// Jobs at once; 0 for one a core
    #[arg(short, long, value_name = "N", default_value_t = 0)]
    pub(crate) jobs: usize,
}

/// Arguments of `kvant rd merge`.
#[derive(Debug, Args)]
pub(crate) struct MergeArgs {
    /// Folders of results, or files of points
    #[arg(required = true, value_name = "DIR|CSV")]
    pub(crate) parts: Vec<PathBuf>,

    /// Folder of the joined results
    #[arg(short, long, value_name = "DIR")]
    pub(crate) output: PathBuf,

    /// Overwrite results that are there
    #[arg(short, long)]
    pub(crate) force: bool,
}

/// Arguments of `kvant rd bd`.
#[derive(Debug, Args)]
pub(crate) struct BdArgs {
    /// Files of points, or folders with a results.csv; of a point that is there twice, the later
    /// counts
    #[arg(required = true, value_name = "RESULTS")]
    pub(crate) results: Vec<PathBuf>,

    /// The codec to compare with
    #[arg(long, value_name = "NAME")]
    pub(crate) anchor: String,

    /// The codec to compare; may be given several times [default: every other one]
    #[arg(long, value_name = "NAME")]
    pub(crate) codec: Vec<String>,

    /// Run the curves through the points by Akima's interpolation, not by PCHIP
    #[arg(long)]
    pub(crate) akima: bool,

    /// The metrics that decide, the first above all [default: ssim2,butteraugli,psnr-y as far as
    /// there are scores; else all that there are]
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub(crate) metrics: Vec<String>,

    /// File that describes more metrics
    #[arg(long, value_name = "TOML")]
    pub(crate) metric_file: Option<PathBuf>,

    /// The part of the first metric's scale that counts [default: of SSIMULACRA2 30..92]
    #[arg(long, value_name = "LO..HI", value_parser = parse_range, allow_hyphen_values = true)]
    pub(crate) range: Option<(f64, f64)>,

    /// Show the rates on each picture
    #[arg(long)]
    pub(crate) per_image: bool,

    /// Print Markdown, for a pull request
    #[arg(long, conflicts_with = "json")]
    pub(crate) md: bool,

    /// Print one JSON document, with the rates on each picture
    #[arg(long)]
    pub(crate) json: bool,
}

/// Arguments of `kvant rd table`.
#[derive(Debug, Args)]
pub(crate) struct TableArgs {
    /// Folders of results, or files of points
    #[arg(required = true, value_name = "RESULTS")]
    pub(crate) results: Vec<PathBuf>,

    /// The codec to compare with
    #[arg(long, value_name = "NAME", required_unless_present = "matrix")]
    pub(crate) anchor: Option<String>,

    /// The codecs of the table in this order; may be given several times [default: all]
    #[arg(long, value_name = "NAME")]
    pub(crate) codec: Vec<String>,

    /// All codecs against all by this metric, such as psnr-rgb: a row a codec, a column an anchor
    #[arg(long, value_name = "METRIC", conflicts_with = "anchor")]
    pub(crate) matrix: Option<String>,

    /// The columns in this order, such as psnr-rgb,ms-ssim [default: all metrics that there are
    /// scores by]
    #[arg(long, value_name = "LIST", value_delimiter = ',', conflicts_with = "matrix")]
    pub(crate) metrics: Vec<String>,

    /// File that describes more metrics
    #[arg(long, value_name = "TOML")]
    pub(crate) metric_file: Option<PathBuf>,

    /// BD-quality instead of BD-rate: how much better a codec scores at equal bytes
    #[arg(long)]
    pub(crate) quality: bool,

    /// Run the curves through the points by Akima's interpolation, not by PCHIP
    #[arg(long)]
    pub(crate) akima: bool,

    /// Print LaTeX with the rules of the package booktabs
    #[arg(long, group = "form")]
    pub(crate) latex: bool,

    /// Print Markdown
    #[arg(long, group = "form")]
    pub(crate) md: bool,

    /// Print comma-separated values, with the ends of each interval and p
    #[arg(long, group = "form")]
    pub(crate) csv: bool,
}

/// Arguments of `kvant rd list`.
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// A file that describes more codecs; see `--show-peers` for how
    #[arg(long, value_name = "TOML")]
    pub(crate) peers: Option<PathBuf>,

    /// Print the file that describes the shipped codecs instead, to start one's own from
    #[arg(long)]
    pub(crate) show_peers: bool,

    /// A file that describes more metrics; see `--show-metrics` for how
    #[arg(long, value_name = "TOML")]
    pub(crate) metric_file: Option<PathBuf>,

    /// Print the file that describes the shipped metrics instead
    #[arg(long, conflicts_with = "show_peers")]
    pub(crate) show_metrics: bool,
}

/// Arguments of `kvant rd report`.
#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// Folders of results, or files of points
    #[arg(required = true, value_name = "DIR|CSV")]
    pub(crate) results: Vec<PathBuf>,

    /// Where to write the page [default: report.html in the first folder, or here]
    #[arg(short, long, value_name = "HTML")]
    pub(crate) output: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) options: ReportOptions,

    /// Print Markdown, for a pull request, and write no page
    #[arg(long, conflicts_with_all = ["json", "output"])]
    pub(crate) md: bool,

    /// Print JSON, and write no page
    #[arg(long, conflicts_with = "output")]
    pub(crate) json: bool,

    /// Write one plot, and no page: SSIMULACRA2 over bits per pixel, the mean of the pictures that
    /// all its codecs have. There are two files, PREFIX-light.svg and PREFIX-dark.svg
    #[arg(long, value_name = "PREFIX", conflicts_with_all = ["md", "json", "output"])]
    pub(crate) chart: Option<PathBuf>,

    /// The codecs of the chart in this order, each by its name or as LABEL=NAME [default: all]
    #[arg(long, value_name = "LIST", value_delimiter = ',', requires = "chart")]
    pub(crate) show: Vec<String>,
}

/// A percentage, with or without its sign.
fn parse_percent(text: &str) -> Result<f64, String> {
    let number = text.strip_suffix('%').unwrap_or(text).trim();
    number
        .parse()
        .ok()
        .filter(|v: &f64| v.is_finite())
        .ok_or_else(|| "a percentage such as 0.5% is expected".to_owned())
}

/// `LO..HI`, a part of a metric's scale.
fn parse_range(text: &str) -> std::result::Result<(f64, f64), String> {
    let number = |t: &str| t.trim().parse::<f64>().ok().filter(|v| v.is_finite());
    match text.split_once("..").map(|(lo, hi)| (number(lo), number(hi))) {
        Some((Some(lo), Some(hi))) if lo < hi => Ok((lo, hi)),
        Some((Some(lo), Some(hi))) => Err(format!("{lo} is not below {hi}")),
        _ => Err(format!("{text:?} is not LO..HI, such as 30..92")),
    }
}
