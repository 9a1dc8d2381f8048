//! What the commands tell: lines for people, JSON for programs.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::Serialize;

use crate::args::ConsoleArgs;
use crate::base::error::{CliError, Result};
use crate::base::names::{hex_name, inert_json, utf8, visible};
use crate::base::output::Destination;
use crate::base::print::{print_error, print_fault, print_text};
use crate::base::warning::{LOSSY_INPUT, Warning};
use crate::commands::conversions::Conversion;
use crate::commands::progress::BatchBar;
use crate::metrics::Scores;

/// Who gets to read what. Text goes to standard output, or to standard error where that carries
/// JSON or a picture.
#[derive(Debug)]
pub(crate) struct Console {
    /// Name and version of what JSON says. Fields may be added within a version.
    schema: &'static str,
    /// JSON as one document at the end.
    json: bool,
    /// JSON as a line for each file.
    jsonl: bool,
    quiet: bool,
    text_to_stderr: bool,
    /// How many `-v`.
    pub(crate) verbose: u8,
    /// Whether there are several files: each gets one line, and all have one bar.
    batch: bool,
    bar: BatchBar,
    /// How many inputs of a batch were lossy already: one line for all.
    lossy_inputs: AtomicUsize,
}

impl Console {
    /// As the flags say; `to_stdout` where standard output carries a result.
    pub(crate) fn new(schema: &'static str, args: &ConsoleArgs, to_stdout: bool) -> Result<Self> {
        let ConsoleArgs { json, jsonl, quiet, verbose } = *args;
        if (json || jsonl) && to_stdout {
            let flag = if json { "--json" } else { "--jsonl" };
            let text = format!("standard output cannot carry both the result and {flag}; give -o FILE");
            return Err(CliError::Usage(text));
        }
        let text_to_stderr = json || jsonl || to_stdout;
        let (bar, lossy_inputs) = (BatchBar::hidden(), AtomicUsize::new(0));
        Ok(Self { schema, json, jsonl, quiet, text_to_stderr, verbose, batch: false, bar, lossy_inputs })
    }

    /// The console for `conversions`, several of which have a bar.
    pub(crate) fn for_conversions(
        schema: &'static str,
        args: &ConsoleArgs,
        conversions: &[Conversion],
    ) -> Result<Self> {
        let mut console = Self::new(
            schema,
            args,
            conversions.iter().any(|conversion| conversion.destination == Destination::Stdout),
        )?;
        if conversions.len() > 1 {
            if console.may_show_progress() {
                console.bar = BatchBar::new(conversions.len());
            }
            console.batch = true;
        }
        Ok(console)
    }

    /// Whether the progress of a file may show.
    pub(crate) fn may_show_progress(&self) -> bool {
        !self.quiet && !self.json && !self.jsonl && !self.batch
    }

    /// Whether one line says enough of a file.
    pub(crate) fn brief(&self) -> bool {
        self.batch && self.verbose == 0
    }

    /// Another file, of so many pixels, is done.
    pub(crate) fn step(&self, name: &str, pixels: u64) {
        self.bar.step(name, pixels);
    }

    /// Whole lines for people.
    pub(crate) fn text(&self, text: &str) -> Result<()> {
        match (self.quiet, self.text_to_stderr) {
            (true, _) => Ok(()),
            (false, false) => self.bar.suspend(|| print_text(text)),
            (false, true) => {
                self.bar.suspend(|| print_error(text));
                Ok(())
            }
        }
    }

    /// A line for people about something that did not stop the work.
    pub(crate) fn warn(&self, name: &str, warning: &Warning) {
        if warning.code == LOSSY_INPUT && self.brief() {
            self.lossy_inputs.fetch_add(1, Ordering::Relaxed);
        } else if !self.quiet {
            // It may cite the file.
            let text = visible(&warning.text);
            self.bar.suspend(|| print_error(&format!("kvant: {name}: warning: {text}\n")));
        }
    }

    /// A line for people about something that stopped one of several files.
    pub(crate) fn fail(&self, error: &CliError) {
        self.bar.suspend(|| print_fault(error));
    }

    /// Tells programs that read line by line how a file ended.
    pub(crate) fn ended<T: Serialize>(&self, file: &Ended<T>) -> Result<()> {
        if !self.jsonl {
            return Ok(());
        }
        print_json(serde_json::to_string(&JsonLine { schema: self.schema, body: FileEntry::new(file) }))
    }

    /// Ends a command: prints the JSON document, or the last line, if one is asked for. The fault
    /// of a single input is returned as it is, to be printed by the caller; of several, each has
    /// been printed.
    pub(crate) fn finish<T: Serialize>(&self, files: &[Ended<T>]) -> Result<()> {
        self.bar.finish();
        let lossy = self.lossy_inputs.load(Ordering::Relaxed);
        if lossy > 0 && !self.quiet {
            let all = files.len();
            print_error(&format!("kvant: warning: {lossy} of {all} inputs were already lossy; -v says which\n"));
        }
        if files.iter().any(|f| matches!(f.result, Err(CliError::BrokenPipe))) {
            return Err(CliError::BrokenPipe);
        }
        let (schema, totals) = (self.schema, Totals::of(files));
        if self.json {
            let results = files.iter().map(FileEntry::new).collect();
            print_json(serde_json::to_string_pretty(&JsonDocument { schema, tool: TOOL, results, totals }))?;
        }
        if self.jsonl {
            print_json(serde_json::to_string(&JsonLine { schema, body: TotalsLine { tool: TOOL, totals } }))?;
        }
        match files {
            [Ended { result: Err(error), .. }] => Err(error.clone()),
            _ if totals.failed > 0 => Err(CliError::Run(format!("{} of {} files failed", totals.failed, files.len()))),
            _ => Ok(()),
        }
    }
}

/// The program and its version.
const TOOL: &str = concat!("kvant ", env!("CARGO_PKG_VERSION"));

fn print_json(text: serde_json::Result<String>) -> Result<()> {
    let text = text.map_err(|e| CliError::Run(format!("cannot write JSON: {e}")))?;
    print_text(&(inert_json(&text) + "\n"))
}

/// How the work on a file ended.
#[derive(Debug)]
pub(crate) struct Ended<T> {
    /// The file as the command line names it.
    pub(crate) input: PathBuf,
    pub(crate) result: Result<Outcome<T>>,
}

impl<T> Ended<T> {
    /// What is told of a file that was worked on.
    pub(crate) fn report(&self) -> Option<&T> {
        match &self.result {
            Ok(Outcome::Done(report)) => Some(report),
            _ => None,
        }
    }
}

/// What became of a file that is no fault.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Outcome<T> {
    Done(T),
    /// Its output exists.
    Skipped(Output),
    /// It would be worked on.
    Planned(Output),
}

/// Where a result is, or would be.
#[derive(Debug, Serialize)]
pub(crate) struct Output {
    output: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_hex: Option<String>,
}

impl From<&Destination> for Output {
    fn from(destination: &Destination) -> Self {
        Self { output: utf8(destination.name()), output_hex: hex_name(destination.name()) }
    }
}

#[derive(Serialize)]
struct JsonDocument<'a, T> {
    schema: &'a str,
    tool: &'a str,
    results: Vec<FileEntry<'a, T>>,
    totals: Totals,
}

/// A line of `--jsonl`.
#[derive(Serialize)]
struct JsonLine<'a, T> {
    schema: &'a str,
    #[serde(flatten)]
    body: T,
}

#[derive(Serialize)]
struct TotalsLine {
    tool: &'static str,
    totals: Totals,
}

/// How many files ended in which way.
#[derive(Debug, Default, Clone, Copy, Serialize)]
pub(crate) struct Totals {
    pub(crate) ok: usize,
    pub(crate) planned: usize,
    pub(crate) skipped: usize,
    pub(crate) failed: usize,
}

impl Totals {
    pub(crate) fn of<T>(files: &[Ended<T>]) -> Self {
        let mut totals = Self::default();
        for file in files {
            *match file.result {
                Ok(Outcome::Done(_)) => &mut totals.ok,
                Ok(Outcome::Planned(_)) => &mut totals.planned,
                Ok(Outcome::Skipped(_)) => &mut totals.skipped,
                Err(_) => &mut totals.failed,
            } += 1;
        }
        totals
    }
}

#[derive(Serialize)]
struct FileEntry<'a, T> {
    input: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    input_hex: Option<String>,
    status: &'static str,
    #[serde(flatten)]
    body: Option<&'a Outcome<T>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<FileError>,
}

#[derive(Serialize)]
struct FileError {
    exit_code: u8,
    text: String,
}

impl<'a, T> FileEntry<'a, T> {
    fn new(file: &'a Ended<T>) -> Self {
        let status = match file.result {
            Ok(Outcome::Done(_)) => "ok",
            Ok(Outcome::Planned(_)) => "planned",
            Ok(Outcome::Skipped(_)) => "skipped",
            Err(_) => "failed",
        };
        let error = file.result.as_ref().err().map(|e| FileError { exit_code: e.code(), text: e.to_string() });
        let (input, input_hex) = (utf8(&file.input), hex_name(&file.input));
        Self { input, input_hex, status, body: file.result.as_ref().ok(), error }
    }
}

/// Scores under the names of the command line. Those that were not computed are left out; an
/// infinite PSNR, that of an exact copy, is null since JSON has no infinity.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Metrics {
    #[serde(skip_serializing_if = "Option::is_none")]
    psnr_y: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    psnr_rgb: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ssimulacra2: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    butteraugli_3norm: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    butteraugli_max: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ms_ssim: Option<f64>,
}

impl From<&Scores> for Metrics {
    fn from(s: &Scores) -> Self {
        Self {
            psnr_y: s.psnr_y,
            psnr_rgb: s.psnr_rgb,
            ssimulacra2: s.ssim2,
            butteraugli_3norm: s.ba_p3,
            butteraugli_max: s.ba_max,
            ms_ssim: s.ms_ssim,
        }
    }
}

/// The scores on one line.
pub(crate) fn scores_line(s: &Scores) -> String {
    let parts = [
        s.psnr_y.map(|v| format!("PSNR-Y {v:.3} dB")),
        s.psnr_rgb.map(|v| format!("PSNR-RGB {v:.3} dB")),
        s.ssim2.map(|v| format!("SSIMULACRA2 {v:.3}")),
        s.ba_p3.map(|v| format!("Butteraugli 3-norm {v:.4}")),
        s.ba_max.map(|v| format!("max {v:.4}")),
        s.ms_ssim.map(|v| format!("MS-SSIM {v:.5}")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("  ")
}

/// A number of bytes, in the unit people read: 41.3 kB.
pub(crate) fn human_bytes(bytes: u64) -> String {
    let b = bytes as f64;
    match bytes {
        0..1000 => format!("{bytes} B"),
        1000..100_000 => format!("{:.1} kB", b / 1e3),
        100_000..1_000_000 => format!("{:.0} kB", b / 1e3),
        1_000_000..100_000_000 => format!("{:.1} MB", b / 1e6),
        _ => format!("{:.0} MB", b / 1e6),
    }
}

/// Bits per pixel of `bytes`.
pub(crate) fn bits_per_pixel(bytes: u64, pixels: u64) -> f64 {
    bytes as f64 * 8.0 / pixels as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_keep_three_digits() {
        let cases = [(999, "999 B"), (41_312, "41.3 kB"), (605_123, "605 kB"), (29_140_000, "29.1 MB")];
        for (bytes, text) in cases {
            assert_eq!(human_bytes(bytes), text);
        }
    }
}
