//! What a report says and how.

use std::path::PathBuf;

use clap::Args;

/// How many of the worst pictures are shown where nobody asks for another number.
const CROPS: usize = 3;

/// What a report says and how.
#[derive(Debug, Clone, Args)]
pub(crate) struct ReportOptions {
    /// The codec that all are compared with [default: the other one with most pictures in common]
    #[arg(long, value_name = "NAME")]
    pub(crate) anchor: Option<String>,

    /// The codec to report on [default: the first kvant]
    #[arg(long, value_name = "NAME")]
    pub(crate) codec: Option<String>,

    /// Points measured elsewhere; may be given several times
    #[arg(long, value_name = "CSV")]
    pub(crate) points: Vec<PathBuf>,

    /// How many of the worst pictures to show crops of, beside the best one; 0 for none
    #[arg(long, value_name = "N", default_value_t = CROPS)]
    pub(crate) crops: usize,

    /// Encode three pictures again and again, N times, for the generation loss of each codec
    #[arg(long, value_name = "N|off", value_parser = parse_generations, default_value = "off")]
    pub(crate) generations: u32,

    /// The metrics that decide, the first above all [default: ssim2,butteraugli,psnr-y as far as
    /// there are scores; else all that there are]
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub(crate) metrics: Vec<String>,

    /// File that describes more metrics
    #[arg(long, value_name = "TOML")]
    pub(crate) metric_file: Option<PathBuf>,

    /// Interpolate by Akima's method, not by PCHIP
    #[arg(long)]
    pub(crate) akima: bool,

    /// Show no progress
    #[arg(long)]
    pub(crate) quiet: bool,
}

/// A number of times, or `off`, which is none.
pub(crate) fn parse_generations(text: &str) -> Result<u32, String> {
    match text {
        "off" => Ok(0),
        number => number.parse().map_err(|_| "a number of times is expected, such as 10, or off".to_owned()),
    }
}

impl Default for ReportOptions {
    fn default() -> Self {
        Self {
            anchor: None,
            codec: None,
            points: Vec::new(),
            crops: CROPS,
            generations: 0,
            metrics: Vec::new(),
            metric_file: None,
            akima: false,
            quiet: false,
        }
    }
}
