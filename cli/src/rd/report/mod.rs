//! `kvant rd report`: what was measured, as one page that a browser opens, or as Markdown or JSON.
//!
//! [`input`] reads points and records, and [`choice`] tells who is compared with whom; [`data`] computes what is to be
//! said, with [`speed`] and, in [`words`], the sentences on top; [`evidence`] runs codecs for what points cannot tell.
//! [`page`] lays it out with [`figures`], which [`plot`] draws; [`markdown`] has the short form.

mod choice;
mod data;
mod evidence;
mod evidence_views;
mod figures;
mod input;
mod markdown;
mod page;
mod plot;
mod speed;
mod window;
mod words;

use std::path::{Path, PathBuf};

use clap::Args;

use crate::error::{CliError, Result};
use crate::identity::Inputs;
use crate::names::shown;
use crate::output::{Target, print_text, write_file};
use crate::rd::build::identity;
use crate::report::print_error;
use choice::Choice;
use data::Report;
use evidence::Laboratory;
use input::Input;

/// The name of the page in a folder of results.
const PAGE: &str = "report.html";
/// How many of the worst pictures are shown where nobody asks for another number.
const CROPS: usize = 3;
/// How many times pictures are encoded again where nobody asks for another number.
const GENERATIONS: u32 = 10;

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
}

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

    /// How many times to encode again for the generation loss; 0 for none
    #[arg(long, value_name = "N", default_value_t = GENERATIONS)]
    pub(crate) generations: u32,

    /// Interpolate by Akima's method, not by PCHIP
    #[arg(long)]
    pub(crate) akima: bool,
}

impl Default for ReportOptions {
    fn default() -> Self {
        Self { anchor: None, codec: None, points: Vec::new(), crops: CROPS, generations: GENERATIONS, akima: false }
    }
}

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
    let problems = if args.md || args.json {
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

fn write_page(results: &[PathBuf], options: &ReportOptions, output: Option<&Path>) -> Result<Written> {
    let guard = |path: &Path| {
        Inputs::of(results.iter().chain(&options.points).map(PathBuf::as_path)).spare(&Target::File(path.to_owned()))
    };
    output.map_or(Ok(()), guard)?;
    let (input, report) = build(results, options, true)?;
    let default = || input.folder.as_deref().unwrap_or(Path::new("")).join(PAGE);
    let path = output.map_or_else(default, Path::to_owned);
    let choice = Choice { codec: report.codec.clone(), anchor: report.anchor.clone() };
    let html = page::render(&report, &choice.measured(&input))?;
    write_file(&path, html.as_bytes(), true)?;
    Ok(Written { path, verdict: report.verdict, problems: input.problems })
}

/// Reads everything, computes everything and, where a record tells how, runs codecs for the rest.
fn build(results: &[PathBuf], options: &ReportOptions, with_crops: bool) -> Result<(Input, Report)> {
    let input = Input::read(results.iter().chain(&options.points))?;
    let choice = Choice::new(&input, options)?;
    let measured = choice.measured(&input);
    let mut report = Report::new(&input, &choice, &measured, options);
    let (generations, crops) = (options.generations, if with_crops { options.crops } else { 0 });
    if input.points.is_empty() {
        return Ok((input, report));
    }
    if let Some(record) = input.record.as_ref().filter(|_| generations > 0 || crops > 0) {
        let laboratory = Laboratory::open(record, &identity()?)?;
        let folder = input.folder.as_deref();
        if generations > 0 {
            report.generations = Some(evidence::generations::measure(&laboratory, &measured, generations, folder)?);
        }
        if crops > 0 {
            report.crops = evidence::crops::make(&laboratory, &report, &measured, crops, folder)?;
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
