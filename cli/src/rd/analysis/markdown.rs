//! Tables of BD-rates in Markdown, for a pull request.

use std::fmt::Write as _;

use super::comparison::{BANDS, Comparison};
use super::curve::Axis;
use super::notes::notes;
use super::summary::Summary;
use super::tables::{interval, or_dash, percent, rates_by_image, times};

/// One table: a row a codec with means and their intervals, bands, the guard, times; then what a
/// reader must know besides, and with `per_image` a folded table a codec.
pub(crate) fn markdown(comparisons: &[Comparison], anchor: &str, per_image: bool) -> String {
    let mut heading = vec!["codec".to_owned(), "n".to_owned()];
    heading.extend(Axis::ALL.map(|axis| axis.name().to_owned()));
    heading.extend(BANDS.map(|(lo, hi)| format!("{lo}-{hi}")));
    heading.extend([Axis::MsSsim.name(), "encode", "decode"].map(str::to_owned));
    let mut text = format!(
        "BD-rate against `{anchor}` in % (negative: fewer bytes): mean, 95 % interval, pictures with fewer / more bytes; \
         SSIMULACRA2 by band; times as multiples of the anchor's.\n\n"
    );
    text += &row(&heading);
    text += &rule(heading.len());
    for c in comparisons {
        let whole = |s: &Summary| format!("{} ({}; {}/{})", percent(s.mean()), interval(s), s.wins(), s.losses());
        let mean = |s: &Summary| percent(s.mean());
        let mut cells = vec![code(&c.codec), c.images().to_string()];
        cells.extend(Axis::ALL.map(|axis| or_dash(c.summary(axis), whole)));
        cells.extend(BANDS.map(|band| or_dash(c.band(band), mean)));
        cells.push(or_dash(c.summary(Axis::MsSsim), mean));
        cells.extend([c.enc_ratio, c.dec_ratio].map(|ratio| or_dash(ratio, times)));
        text += &row(&cells);
    }
    let notes = notes(comparisons);
    if !notes.is_empty() {
        text += "\n";
    }
    for note in notes {
        let _ = writeln!(text, "- {note}");
    }
    if per_image {
        comparisons.iter().for_each(|c| text += &images(c));
    }
    text
}

fn images(comparison: &Comparison) -> String {
    // Markdown does not reach into a summary.
    let codec = comparison.codec.replace('&', "&amp;").replace('<', "&lt;");
    let mut text = format!("\n<details><summary>{codec} by picture</summary>\n\n");
    let heading: Vec<_> = ["picture"].into_iter().chain(Axis::ALL.map(Axis::name)).map(str::to_owned).collect();
    text += &row(&heading);
    text += &rule(heading.len());
    for (image, cells) in rates_by_image(comparison) {
        text += &row(&[&[code(&image)], &cells[..]].concat());
    }
    text + "\n</details>\n"
}

fn row(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

/// The first column is text, the others are figures.
fn rule(columns: usize) -> String {
    format!("|---|{}\n", "--:|".repeat(columns - 1))
}

/// A name as it is, whatever signs of Markdown are in it.
fn code(name: &str) -> String {
    format!("`{}`", name.replace('|', "\\|").replace('`', "'"))
}
