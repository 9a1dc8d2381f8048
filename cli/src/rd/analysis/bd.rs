//! `kvant rd bd`: BD-rates from files of points alone.

use std::path::{Path, PathBuf};

use super::comparison::Comparison;
use super::curve::Interpolation;
use super::json::{self, Document, Entry, Options};
use super::markdown::markdown;
use super::means::Means;
use super::tables::{codecs_table, images_table};
use crate::base::error::{CliError, Result};
use crate::base::print::{print_error, print_text};
use crate::rd::args::BdArgs;
use crate::rd::metric::{Metrics, Panel};
use crate::rd::point_file::settle;
use crate::rd::points::{ByImage, Point, by_codec, latest};
use crate::rd::results::read_results;

/// Runs the command.
pub(crate) fn bd(args: &BdArgs) -> Result<()> {
    let (mut metrics, mut failed) = (Metrics::known(Path::new(""), args.metric_file.as_deref())?, Vec::new());
    let points = read_files(&args.results, &mut metrics, &mut failed)?;
    let codecs = by_codec(&points);
    let anchor = find(&codecs, &args.anchor)?;
    let tests: Vec<_> = if args.codec.is_empty() {
        codecs.iter().filter(|(name, _)| *name != args.anchor).collect()
    } else {
        args.codec.iter().map(|name| find(&codecs, name)).collect::<Result<_>>()?
    };
    let mut panel = Panel::new(&metrics, &args.metrics, &points)?;
    if let Some((low, high)) = args.range {
        panel.deciding[0] = panel.first().within(low, high).into();
    }
    let interpolation = if args.akima { Interpolation::Akima } else { Interpolation::Pchip };
    let means = Means::of(&codecs, &metrics);
    let (mut entries, mut not_compared, mut by_means) = (Vec::new(), Vec::new(), Vec::new());
    for (name, test) in tests {
        let (test, anchor_points, note) = means.pair((name, test), (anchor.0, &anchor.1));
        by_means.extend(note);
        match Comparison::new((name, &test), (anchor.0, &anchor_points), &panel, interpolation) {
            Some(comparison) => {
                entries.push(Entry { comparison, means: json::Means::of(&test, &anchor_points, &panel) })
            }
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
    for note in &by_means {
        print_error(&format!("kvant: {note}\n"));
    }
    let (failures, files) = (failed.len(), args.results.len());
    print_text(&if args.json {
        to_json(&Document {
            schema: Document::SCHEMA,
            tool: concat!("kvant ", env!("CARGO_PKG_VERSION")),
            anchor: args.anchor.clone(),
            options: Options { interpolation, metrics: panel },
            comparisons: entries,
            not_compared,
            failed,
        })?
    } else {
        to_text(args, &panel, entries.into_iter().map(|e| e.comparison).collect())
    })?;
    if failures > 0 {
        return Err(CliError::Run(format!("{failures} of {files} files of points could not be used")));
    }
    Ok(())
}

fn to_text(args: &BdArgs, panel: &Panel, comparisons: Vec<Comparison>) -> String {
    if args.md {
        return markdown(&comparisons, &args.anchor, panel, args.per_image);
    }
    let mut text = codecs_table(&comparisons, &args.anchor, panel);
    if args.per_image {
        comparisons.iter().for_each(|c| text += &format!("\n{}", images_table(c, panel)));
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

/// The points of all files that can be used. What keeps one from it is printed, and added to
/// `failed`.
///
/// # Errors
/// [`CliError::Input`] where there are no points, or where they do not go together.
fn read_files(paths: &[PathBuf], metrics: &mut Metrics, failed: &mut Vec<String>) -> Result<Vec<Point>> {
    let mut points = Vec::new();
    for path in paths {
        match read_results(path, metrics) {
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
    let mut points = latest(points);
    settle(&mut points)?;
    Ok(points)
}
