//! `kvant rd report`: what was measured, as one page that a browser opens, or as Markdown or JSON.
//!
//! [`input`] reads points and records, and [`choice`] tells who is compared with whom; [`data`]
//! computes what is to be said, with [`speed`]; [`verdict`] has the sentences on top; [`evidence`]
//! runs codecs for what points cannot tell. [`page`] lays it out with [`figures`], which [`plot`]
//! draws, and with [`resources`]; [`markdown`] has the short form, and [`chart`] one plot for
//! documents, as [`standalone`] makes it.

pub(crate) mod chart;
pub(crate) mod choice;
pub(crate) mod data;
mod evidence;
mod evidence_views;
pub(crate) mod figures;
mod input;
mod markdown;
mod numbers;
mod options;
mod page;
pub(crate) mod plot;
mod resources;
pub(crate) mod speed;
pub(crate) mod standalone;
mod verdict;
mod window;

use std::path::{Path, PathBuf};

use crate::base::error::{CliError, Result};
use crate::base::identity::Inputs;
use crate::base::names::shown;
use crate::base::output::{Destination, write_file};
use crate::base::print::{print_error, print_text};
use crate::rd::args::ReportArgs;
use crate::rd::build::identity;
use crate::rd::laboratory::Laboratory;
use crate::rd::point_file::RESULTS;
use crate::rd::points::at_full_size;
use crate::rd::results::record;
use choice::Choice;
use data::Report;

pub(crate) use input::Input;
pub(crate) use options::{ReportOptions, parse_generations};

/// The name of the page in a folder of results.
const PAGE: &str = "report.html";

/// A page that was written.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) path: PathBuf,
    /// What it opens with.
    pub(crate) verdict: Vec<String>,
    /// A line for each thing that could not be read.
    pub(crate) problems: Vec<String>,
}

/// Writes the page of a folder of results into it.
///
/// # Errors
/// Where the folder has no points, or cannot be written to.
pub(crate) fn write(folder: &Path, options: &ReportOptions) -> Result<Written> {
    write_page(&[folder.to_owned()], options, None)
}

/// Runs the command.
pub(crate) fn execute(args: &ReportArgs) -> Result<()> {
    let problems = if let Some(prefix) = &args.chart {
        write_chart(args, prefix)?
    } else if args.md || args.json {
        let (input, mut report) = build(&args.results, &args.options, args.json)?;
        if args.md {
            print_text(&markdown::render(&report))?;
        } else {
            if let Some(crops) = &mut report.crops {
                crops.without_pixels();
            }
            let json = serde_json::to_string_pretty(&report);
            print_text(&(json.map_err(|e| CliError::Run(format!("cannot write JSON: {e}")))? + "\n"))?;
        }
        input.problems
    } else {
        let written = write_page(&args.results, &args.options, args.output.as_deref())?;
        print_text(&format!("{}\n\n{}\n", written.verdict.join("\n"), shown(&written.path)))?;
        written.problems
    };
    // The report was made without them; the last one ends the program with its exit code.
    let Some((last, others)) = problems.split_last() else {
        return Ok(());
    };
    for problem in others {
        print_error(&format!("kvant: {problem}\n"));
    }
    Err(CliError::Run(last.clone()))
}

/// The files that a report is made from: of a folder those that are read in it.
fn inputs(results: &[PathBuf], options: &ReportOptions) -> Inputs {
    let files = results.iter().chain(&options.points).flat_map(|path| match path.is_dir() {
        true => vec![path.join(RESULTS), path.join(record::FILE)],
        false => vec![path.clone()],
    });
    Inputs::of(files.collect::<Vec<_>>().iter().map(PathBuf::as_path))
}

/// Writes the files of a chart, and prints their names.
fn write_chart(args: &ReportArgs, prefix: &Path) -> Result<Vec<String>> {
    let input = Input::read(args.results.iter().chain(&args.options.points), args.options.metric_file.as_deref())?;
    let files = chart::files(&input, &args.show, &args.options.metrics, prefix)?;
    let inputs = inputs(&args.results, &args.options);
    files.iter().try_for_each(|(path, _)| inputs.spare(&Destination::File(path.clone())))?;
    for (path, svg) in files {
        write_file(&path, svg.as_bytes(), true)?;
        print_text(&format!("{}\n", shown(&path)))?;
    }
    Ok(input.problems)
}

fn write_page(results: &[PathBuf], options: &ReportOptions, output: Option<&Path>) -> Result<Written> {
    let inputs = inputs(results, options);
    let guard = |path: &Path| inputs.spare(&Destination::File(path.to_owned()));
    output.map_or(Ok(()), guard)?;
    let (input, report) = build(results, options, true)?;
    let default = || input.folder.as_deref().unwrap_or(Path::new("")).join(PAGE);
    let path = output.map_or_else(default, Path::to_owned);
    let choice = Choice { codec: report.codec.clone(), anchor: report.anchor.clone() };
    let html = page::render(&report, &choice.measured(&input))?;
    guard(&path)?;
    write_file(&path, html.as_bytes(), true)?;
    Ok(Written { path, verdict: report.verdict, problems: input.problems })
}

/// Reads everything, computes everything and, where a record tells how, runs codecs for the rest.
fn build(results: &[PathBuf], options: &ReportOptions, with_crops: bool) -> Result<(Input, Report)> {
    let input = Input::read(results.iter().chain(&options.points), options.metric_file.as_deref())?;
    let choice = Choice::new(&input, options)?;
    let measured = choice.measured(&input);
    let mut report = Report::new(&input, &choice, &measured, options)?;
    report.verdict = verdict::verdict(&report);
    let (generations, crops) = (options.generations, if with_crops { options.crops } else { 0 });
    let quiet = options.quiet;
    if input.points.is_empty() {
        return Ok((input, report));
    }
    if let Some(record) = input.record.as_ref().filter(|_| generations > 0 || crops > 0) {
        let laboratory = Laboratory::open(record, &identity()?)?;
        let folder = input.folder.as_deref();
        // Codecs are run on pictures as they are.
        let measured = at_full_size(&measured);
        if generations > 0 {
            report.generations =
                Some(evidence::generations::measure(&laboratory, &measured, generations, folder, quiet)?);
        }
        if crops > 0 {
            report.crops = evidence::crops::make(&laboratory, &report, &measured, crops, folder, quiet)?;
        }
        report.notes = laboratory.notes;
        if crops > 0 && report.crops.is_none() {
            report.notes.push(format!("no crops: {} was not run here", report.codec));
        }
    } else if input.record.is_none() {
        let what = "crops and generation loss are only there for a folder with the record of its run (run.json)";
        report.notes.push(what.to_owned());
    }
    Ok((input, report))
}
