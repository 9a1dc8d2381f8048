//! What `kvant rd plot` is asked for.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// A kind of file for figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For web pages, and to work on
    Svg,
    /// For LaTeX; text stays text, and its font is in the file
    Pdf,
    /// Pixels, for what takes nothing else
    Png,
}

/// Arguments of `kvant rd plot`.
#[derive(Debug, Args)]
pub(crate) struct PlotArgs {
    /// Folders of results, or files of points
    #[arg(required = true, value_name = "RESULTS")]
    pub(crate) results: Vec<PathBuf>,

    /// What the names of the files begin with, or a folder for them
    #[arg(short, long, value_name = "PREFIX|DIR", default_value = "plots/")]
    pub(crate) output: PathBuf,

    /// Kinds of files
    #[arg(long, value_name = "LIST", value_delimiter = ',', default_value = "svg,pdf")]
    pub(crate) format: Vec<Format>,

    /// The codecs in this order, each by its name or as LABEL=NAME [default: all]
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub(crate) show: Vec<String>,

    /// A plot by each of these metrics, such as psnr-rgb,ms-ssim [default: all that there are
    /// scores by]
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub(crate) metrics: Vec<String>,

    /// File that describes more metrics
    #[arg(long, value_name = "TOML")]
    pub(crate) metric_file: Option<PathBuf>,

    /// Plots of each picture too
    #[arg(long)]
    pub(crate) per_image: bool,

    /// The codec that sizes are compared with in the plots of speed [default: the other one with
    /// most pictures in common]
    #[arg(long, value_name = "NAME")]
    pub(crate) anchor: Option<String>,

    /// What stands over each plot
    #[arg(long, value_name = "TEXT")]
    pub(crate) title: Option<String>,

    /// Width of a plot in mm, cm or in: text has 8 points whatever it is
    #[arg(long, value_name = "LENGTH", value_parser = parse_length, default_value = "88mm")]
    pub(crate) width: f64,

    /// Pixels of a PNG to an inch
    #[arg(long, value_name = "N", default_value_t = 300, value_parser = clap::value_parser!(u32).range(36..=2400))]
    pub(crate) dpi: u32,
}

/// Millimetres, from those that text of 8 points needs to those of a poster.
fn parse_length(text: &str) -> Result<f64, String> {
    const UNITS: [(&str, f64); 3] = [("mm", 1.0), ("cm", 10.0), ("in", 25.4)];
    let unit = UNITS.iter().find_map(|(unit, mm)| Some((text.strip_suffix(unit)?, *mm)));
    let length = unit.and_then(|(number, mm)| Some(number.trim().parse::<f64>().ok()? * mm));
    match length {
        Some(mm) if (50.0..=1000.0).contains(&mm) => Ok(mm),
        Some(mm) => Err(format!("{mm} mm is not within 50 mm and 1000 mm")),
        None => Err("a length such as 88mm, 8.8cm or 3.5in is expected".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_have_units_and_limits() {
        assert_eq!(["88mm", "8.8 cm", "5in"].map(|t| parse_length(t).unwrap()), [88.0, 88.0, 127.0]);
        for wrong in ["88", "mm", "NaNmm", "infcm", "49mm", "-88mm", "1.001e3mm", "88pt"] {
            assert!(parse_length(wrong).is_err(), "{wrong}");
        }
    }
}
