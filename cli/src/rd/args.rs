//! Arguments of `kvant rd`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::analysis::bd::BdArgs;
use super::codecs::list::ListArgs;
use super::codecs::parse_set;
use super::metrics::Selection;
use super::report::ReportArgs;

/// What `kvant rd` can do.
#[derive(Debug, Subcommand)]
pub(crate) enum RdCommand {
    /// Encode pictures at several qualities, decode and score them, and write one CSV row each
    Run(RunArgs),
    /// Print BD-rates from CSV files
    Bd(BdArgs),
    /// Write a page with plots, tables and crops from results
    Report(ReportArgs),
    /// List the codecs that can be measured, and why some cannot
    List(ListArgs),
}

/// Arguments of `kvant rd run`.
#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// Pictures, or folders of pictures (not searched deeper)
    #[arg(short, long, required = true, num_args = 1.., value_name = "DIR|FILE")]
    pub(crate) input: Vec<PathBuf>,

    /// Qualities to encode at
    #[arg(short, long, value_name = "LIST", value_delimiter = ',', default_value = "15,25,35,45,55,65,75,85,92")]
    pub(crate) quality: Vec<f32>,

    /// Effort, 1 (fastest) to 9 (smallest files)
    #[arg(short, long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..=9))]
    pub(crate) effort: u8,

    /// Name of the codec in the results [default: kvant_e and the effort]
    #[arg(long)]
    pub(crate) name: Option<String>,

    /// Take every Nth picture, from the first
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) every: u32,

    /// Take no more than N pictures
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<usize>,

    /// Pictures in work at once, each on one thread; 0 for one a core
    #[arg(short, long, default_value_t = 0)]
    pub(crate) jobs: usize,

    /// Chroma sampling
    #[arg(long, value_parser = ["444", "420"])]
    pub(crate) chroma: Option<String>,

    /// What the encoder minimises
    #[arg(long, value_parser = ["perceptual", "psnr"])]
    pub(crate) tune: Option<String>,

    /// Any other setting of the encoder; may be given several times
    #[arg(long, value_name = "KEY=VALUE", value_parser = parse_set)]
    pub(crate) set: Vec<(String, String)>,

    /// Metrics to compute, of ssim2, butteraugli, psnr and ms-ssim
    #[arg(long, value_name = "LIST", value_parser = parse_selection, default_value = "ssim2,butteraugli,psnr,ms-ssim")]
    pub(crate) metrics: Selection,

    /// Where to write the points
    #[arg(short, long, value_name = "CSV")]
    pub(crate) output: Option<PathBuf>,

    /// Print BD-rates against every codec in this file that has one of the pictures; may be given several times
    #[arg(long, value_name = "CSV")]
    pub(crate) anchor: Vec<PathBuf>,

    /// Print BD-rates against an earlier run, with the best and worst pictures
    #[arg(long, value_name = "CSV")]
    pub(crate) against: Vec<PathBuf>,
}

fn parse_selection(text: &str) -> Result<Selection, String> {
    let mut selection = Selection::NONE;
    for name in text.split(',') {
        match name.trim() {
            "ssim2" | "ssimulacra2" => selection.ssim2 = true,
            "butteraugli" | "ba" => selection.butteraugli = true,
            "psnr" => selection.psnr = true,
            "ms-ssim" => selection.ms_ssim = true,
            other => return Err(format!("no metric {other:?}; there are ssim2, butteraugli, psnr, ms-ssim")),
        }
    }
    Ok(selection)
}
