//! The command line of `kvant compare`.

use std::path::PathBuf;

use clap::Args;

use super::common::{ConsoleArgs, LimitArgs};
use super::values::{MetricName, Threshold, parse_background, parse_threshold};

/// Arguments of `kvant compare`.
#[derive(Debug, Args)]
pub(crate) struct CompareArgs {
    /// The picture to compare with, in any format
    pub(crate) reference: PathBuf,

    /// The pictures to score, in any format
    #[arg(required = true)]
    pub(crate) distorted: Vec<PathBuf>,

    /// Metrics, of psnr-y, psnr-rgb, psnr (both), ssimulacra2, butteraugli (3-norm),
    /// butteraugli-max, ms-ssim (of the luma) [default: all]
    #[arg(short, long, value_name = "LIST", value_delimiter = ',')]
    pub(crate) metrics: Vec<MetricName>,

    /// Exit with code 6 where a score is worse, such as ssimulacra2=70; may be given several times
    #[arg(long, value_name = "METRIC=VALUE", value_parser = parse_threshold)]
    pub(crate) fail_under: Vec<Threshold>,

    /// Colour to lay transparent pixels over, such as '#ffffff' [default: black, white and gray in
    /// turn; the worst score counts]
    #[arg(long, value_name = "COLOUR", value_parser = parse_background)]
    pub(crate) background: Option<[u8; 3]>,

    #[command(flatten)]
    pub(crate) limits: LimitArgs,

    #[command(flatten)]
    pub(crate) console: ConsoleArgs,
}
