//! `kvant rd bd`: BD-rates from files of points alone.

use std::path::PathBuf;

use clap::Args;

use super::comparison::{Comparison, Options};
use super::curve::{Axis, Interpolation};
use super::json::{Document, Entry, Means};
use super::markdown::markdown;
use super::tables::{codecs_table, images_table};
use crate::error::{CliError, Result};
use crate::output::print_text;
use crate::rd::points::{self, ByImage, Point, by_codec, latest};
use crate::report::print_error;

/// Arguments of `kvant rd bd`.
#[derive(Debug, Args)]
pub(crate) struct BdArgs {
    /// Files of points, or folders with a results.csv; of a point that is there twice, the later counts
    #[arg(required = true, value_name = "RESULTS")]
    results: Vec<PathBuf>,

    /// The codec to compare with
    #[arg(long, value_name = "NAME")]
    anchor: String,

    /// The codec to compare; may be given several times [default: every other one]
    #[arg(long, value_name = "NAME")]
    codec: Vec<String>,

    /// Run the curves through the points by Akima's interpolation, not by PCHIP
    #[arg(long)]
    akima: bool,

    /// The part of SSIMULACRA2 that counts [default: 30..92]
    #[arg(long, value_name = "LO..HI", value_parser = parse_range, allow_hyphen_values = true)]
    range: Option<(f64, f64)>,

    /// Show the rates on each picture
    #[arg(long)]
    per_image: bool,

    /// Print Markdown, for a pull request
    #[arg(long, conflicts_with = "json")]
    md: bool,

    /// Print one JSON document, with the rates on each picture
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub(crate) fn bd(args: &BdArgs) -> Result<()> {
    let mut failed = Vec::new();
    let points = read_files(&args.results, &mut failed)?;
    let codecs = by_codec(&points);
    let anchor = find(&codecs, &args.anchor)?;
    let tests: Vec<_> = if args.codec.is_empty() {
        codecs.iter().filter(|(name, _)| *name != args.anchor).collect()
    } else {
        args.codec.iter().map(|name| find(&codecs, name)).collect::<Result<_>>()?
    };
    let options = Options {
        interpolation: if args.akima { Interpolation::Akima } else { Interpolation::Pchip },
        ssim2_range: args.range.unwrap_or(Axis::Ssimulacra2.range()),
    };
    let (mut entries, mut not_compared) = (Vec::new(), Vec::new());
    for (name, test) in tests {
        match Comparison::new((name, test), (anchor.0, &anchor.1), &options) {
            Some(comparison) => entries.push(Entry { comparison, means: Means::of(test, &anchor.1, &options) }),
            None => not_compared.push((*name).to_owned()),
        }
    }
    if entries.is_empty() {
        return Err(CliError::Run(format!("nothing to compare with {}: no picture and score in common", args.anchor)));
    }
    if !not_compared.is_empty() {
        let names = not_compared.join(", ");
        print_error(&format!("kvant: no picture and score in common with {}: {names}\n", args.anchor));
    }
    let (failures, files) = (failed.len(), args.results.len());
    print_text(&if args.json {
        to_json(&Document {
            schema: Document::SCHEMA,
            tool: concat!("kvant ", env!("CARGO_PKG_VERSION")),
            anchor: args.anchor.clone(),
            options,
            comparisons: entries,
            not_compared,
            failed,
        })?
    } else {
        to_text(args, entries.into_iter().map(|e| e.comparison).collect())
    })?;
    if failures > 0 {
        return Err(CliError::Run(format!("{failures} of {files} files of points could not be used")));
    }
    Ok(())
}

fn to_text(args: &BdArgs, comparisons: Vec<Comparison>) -> String {
    if args.md {
        return markdown(&comparisons, &args.anchor, args.per_image);
    }
    let mut text = codecs_table(&comparisons, &args.anchor);
    if args.per_image {
        comparisons.iter().for_each(|c| text += &format!("\n{}", images_table(c)));
    }
    text
}

fn to_json(document: &Document) -> Result<String> {
    let text = serde_json::to_string_pretty(document).map_err(|e| CliError::Run(format!("cannot write JSON: {e}")))?;
    Ok(text + "\n")
}

fn find<'a, 'p>(codecs: &'a [(&'p str, ByImage<'p>)], name: &str) -> Result<&'a (&'p str, ByImage<'p>)> {
    codecs.iter().find(|(n, _)| *n == name).ok_or_else(|| {
        let known: Vec<_> = codecs.iter().map(|(n, _)| *n).collect();
        CliError::Usage(format!("no codec {name:?} in these files; there are {}", known.join(", ")))
    })
}

/// The points of all files that can be used. What keeps one from it is printed, and added to `failed`.
///
/// # Errors
/// [`CliError::Input`] where there are no points.
fn read_files(paths: &[PathBuf], failed: &mut Vec<String>) -> Result<Vec<Point>> {
    let mut points = Vec::new();
    for path in paths {
        match points::read(path) {
            Ok(more) => points.extend(more),
            Err(e) if paths.len() == 1 => return Err(e),
            Err(e) => {
                print_error(&format!("kvant: {e}\n"));
                failed.push(e.to_string());
            }
        }
    }
    if failed.len() == paths.len() {
        return Err(CliError::Input(format!("none of the {} files of points could be used", paths.len())));
    }
    if points.is_empty() {
        return Err(CliError::Input("there are no points in these files".to_owned()));
    }
    Ok(latest(points))
}

/// `LO..HI`, a part of SSIMULACRA2's scale.
fn parse_range(text: &str) -> std::result::Result<(f64, f64), String> {
    let number = |t: &str| t.trim().parse::<f64>().ok().filter(|v| v.is_finite());
    match text.split_once("..").map(|(lo, hi)| (number(lo), number(hi))) {
        Some((Some(lo), Some(hi))) if lo < hi => Ok((lo, hi)),
        Some((Some(lo), Some(hi))) => Err(format!("{lo} is not below {hi}")),
        _ => Err(format!("{text:?} is not LO..HI, such as 30..92")),
    }
}
