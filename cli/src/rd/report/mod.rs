//! `kvant rd report`: what was measured, as one page that a browser opens, or as Markdown or JSON.
//!
//! [`input`] reads points and records; [`data`] computes what is to be said, with [`speed`] and, in [`words`], the
//! sentences on top; [`page`] lays it out with [`figures`], which [`plot`] draws.

mod data;
mod figures;
mod input;
mod page;
mod plot;
mod speed;
mod words;

use std::path::{Path, PathBuf};

use clap::Args;

use crate::error::{CliError, Result};
use crate::output::{print_text, write_file};
use crate::rd::points::by_codec;
use data::Report;
use input::Input;

/// The name of the page in a folder of results.
const PAGE: &str = "report.html";

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

    /// How many of the worst pictures to show crops of
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub(crate) crops: usize,

    /// How many times to encode again for the generation loss; 0 for none
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(crate) generations: u32,

    /// Interpolate by Akima's method, not by PCHIP
    #[arg(long)]
    pub(crate) akima: bool,
}

/// Runs the command.
pub(crate) fn execute(args: &ReportArgs) -> Result<()> {
    let options = &args.options;
    let input = Input::read(args.results.iter().chain(&options.points))?;
    for problem in &input.problems {
        eprintln!("kvant: {problem}");
    }
    let report = Report::new(&input, options)?;
    if args.json {
        let json =
            serde_json::to_string_pretty(&report).map_err(|e| CliError::Run(format!("cannot write JSON: {e}")))?;
        print_text(&(json + "\n"))?;
    } else {
        let default = || input.folder.as_deref().unwrap_or(Path::new("")).join(PAGE);
        let output = args.output.clone().unwrap_or_else(default);
        write_page(&report, &input, &output)?;
        print_text(&format!("{}\n{}\n", report.verdict.join("\n"), output.display()))?;
    }
    match input.problems.len() {
        0 => Ok(()),
        n => Err(CliError::Run(format!("{} left out; see above", words::plural(n, "thing")))),
    }
}

fn write_page(report: &Report, input: &Input, output: &Path) -> Result<()> {
    let html = page::render(report, &by_codec(&input.points))?;
    write_file(output, html.as_bytes(), true)
}
