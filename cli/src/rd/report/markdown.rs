//! The report in Markdown, for a pull request: the verdict, the tables, and what went wrong.

use std::fmt::Write as _;

use super::data::{Rate, Report};
use super::numbers::{percent, plural, seconds};
use super::resources::{self, Cell, Heading, Resources};
use super::speed::WorkingPoint;
use crate::rd::analysis::lossless::Lossless;
use crate::rd::analysis::markdown::{code, markdown, row, rule};
use crate::rd::analysis::summary::ImageRate;

/// How many of the best and of the worst pictures are named.
const EXTREMES: usize = 3;

/// The text.
pub(crate) fn render(report: &Report) -> String {
    let mut text = format!("**{}**\n", report.verdict.first().map_or("", String::as_str));
    for sentence in report.verdict.iter().skip(1) {
        let _ = writeln!(text, "{sentence}");
    }
    if let Some(anchor) = &report.anchor {
        let _ = write!(text, "\n{}", markdown(&report.comparisons, anchor, &report.panel, false));
    }
    text += &matrix(report);
    text += &report.lossless.as_ref().map_or(String::new(), lossless);
    text += &extremes(report);
    text += &speed(report);
    text += &generations(report);
    if !report.problems.is_empty() {
        text += "\nLeft out:\n\n";
        for problem in &report.problems {
            let _ = writeln!(text, "- {problem}");
        }
    }
    text += &origin(report);
    text
}

/// The pictures to look at.
fn extremes(report: &Report) -> String {
    let rates = report.images_by_rate();
    if rates.is_empty() {
        return String::new();
    }
    let list = |images: Vec<&(&str, f64)>| -> String {
        images.into_iter().map(|(image, rate)| format!("`{image}` {}", percent(*rate))).collect::<Vec<_>>().join(", ")
    };
    let (best, worst) =
        (list(rates.iter().take(EXTREMES).collect()), list(rates.iter().rev().take(EXTREMES).collect()));
    format!("\n`{}` by {}, best: {best}; worst: {worst}.\n", report.codec, report.panel.first().name)
}

fn lossless(all: &Lossless) -> String {
    let mut text = format!(
        "\nLossless, every picture exact; bytes against `{}`.\n\n\
         | codec | pictures | bytes | mean % | best | worst | encode | decode | times |\n\
         |---|--:|--:|--:|---|---|--:|--:|---|\n",
        all.anchor
    );
    let rate = |r: &ImageRate| format!("{} `{}`", percent(r.percent), r.image);
    for r in &all.rows {
        let (mean, best, worst) = (percent(r.percent), rate(&r.best), rate(&r.worst));
        let [encode, decode] = [r.enc_s, r.dec_s].map(|s| s.map_or("-".to_owned(), seconds));
        let _ = writeln!(
            text,
            "| `{}` | {} | {} | {mean} | {best} | {worst} | {encode} | {decode} | {} |",
            r.codec, r.pictures, r.bytes, r.timing
        );
    }
    text
}

/// All codecs against all, folded.
fn matrix(report: &Report) -> String {
    let Some(matrix) = &report.matrix else {
        return String::new();
    };
    let first = report.panel.first();
    let mut text = format!(
        "\n<details><summary>All against all: BD-rate in % by {}, each row's codec against each column's</summary>\n\n",
        // Markdown does not reach into a summary.
        first.name.replace('&', "&amp;").replace('<', "&lt;")
    );
    let most = matrix.rates.iter().flatten().flatten().map(|rate| rate.pictures).max();
    let fewer = |r: Rate| match Some(r.pictures) == most {
        true => String::new(),
        false => format!(" ({})", plural(r.pictures, "picture")),
    };
    let cell = |rate: &Option<Rate>| rate.map_or("-".to_owned(), |r| percent(r.percent) + &fewer(r));
    text += &row(&[&["codec".to_owned()], &*matrix.codecs.iter().map(|c| code(c)).collect::<Vec<_>>()].concat());
    text += &rule(matrix.codecs.len() + 1);
    for (codec, rates) in matrix.codecs.iter().zip(&matrix.rates) {
        text += &row(&[&[code(codec)], &*rates.iter().map(cell).collect::<Vec<_>>()].concat());
    }
    text + "\n</details>\n"
}

/// Bytes, times and memory.
fn speed(report: &Report) -> String {
    if report.speed.is_empty() && report.memory.is_empty() {
        return String::new();
    }
    let resources = Resources::of(report);
    let notes: String = resources::notes(report).iter().map(|note| format!(" {note}")).collect();
    let at = WorkingPoint::of(&report.panel);
    let mut text = format!("\nAt {at}: bytes against the anchor, means a picture.{notes}\n\n");
    let heading = |(name, small): &Heading| match *small {
        "" => (*name).to_owned(),
        _ => format!("{name}, {small}"),
    };
    let headings: Vec<_> = resources.headings().iter().map(heading).collect();
    let [first, last] = [&["codec", "bytes %"][..], &["times"]].map(|cells| cells.iter().map(|c| (*c).to_owned()));
    text += &row(&first.chain(headings.iter().cloned()).chain(last).collect::<Vec<_>>());
    let _ = writeln!(text, "|---|{}---|", "--:|".repeat(headings.len() + 1));
    for codec in &report.codecs {
        let speed = report.speed.iter().find(|s| s.codec == codec.name);
        if speed.is_none() && !report.memory.iter().any(|m| m.codec == codec.name) {
            continue;
        }
        let bytes = speed.and_then(|s| s.bytes_percent).map_or("-".to_owned(), percent);
        let cells: Vec<_> = resources.cells(&codec.name).into_iter().map(cell).collect();
        let times = speed.map_or("-".to_owned(), |s| s.timing.clone());
        text += &row(&[&[code(&codec.name), bytes], &*cells, &[times]].concat());
    }
    text
}

fn cell(cell: Cell) -> String {
    let small = if cell.small.is_empty() { String::new() } else { format!(" ({})", cell.small) };
    cell.text.unwrap_or("-".to_owned()) + &small
}

fn generations(report: &Report) -> String {
    let Some(generations) = report.generations.as_ref().filter(|g| !g.codecs.is_empty()) else {
        return String::new();
    };
    let mut text = format!(
        "\nEncoded {} times ({}): SSIMULACRA2 and PSNR-Y against the original.\n\n\
         | codec | SSIMULACRA2 first | last | PSNR-Y first | last |\n|---|--:|--:|--:|--:|\n",
        generations.count,
        generations.pictures.join(", ")
    );
    for codec in &generations.codecs {
        let ends =
            |values: &[f64]| [values.first(), values.last()].map(|v| v.map_or("-".to_owned(), |v| format!("{v:.1}")));
        let ([s0, s1], [p0, p1]) = (ends(&codec.ssim2), ends(&codec.psnr_y));
        let _ = writeln!(text, "| `{}` | {s0} | {s1} | {p0} | {p1} |", codec.codec);
    }
    text
}

fn origin(report: &Report) -> String {
    let mut text = "\n<details><summary>How it was measured</summary>\n\n".to_owned();
    for codec in report.codecs.iter().chain(&report.lossless_codecs) {
        let version = codec.version.as_deref().unwrap_or("version not recorded");
        let _ = writeln!(text, "- `{}`: {version}, {} points on {} pictures", codec.name, codec.points, codec.pictures);
    }
    for run in &report.runs {
        let machine = &run.machine;
        let _ = writeln!(text, "- `{}`", run.command.join(" "));
        let _ = writeln!(
            text,
            "- {}, {} cores, {}; {} at once; {} ({}), {}",
            machine.cpu, machine.cores, machine.system, run.workers, run.tool, run.commit, run.started
        );
        for note in &run.notes {
            let _ = writeln!(text, "- {note}");
        }
    }
    text + "\n</details>\n"
}
