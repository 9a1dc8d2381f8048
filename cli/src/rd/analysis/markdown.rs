//! Tables of BD-rates in Markdown, for a pull request.

use std::fmt::Write as _;

use super::comparison::Comparison;
use super::notes::notes;
use super::summary::Summary;
use super::tables::{band_name, interval, or_dash, p_value, percent, rates_by_image, times};
use crate::rd::metric::Panel;

/// One table: a row a codec with means, their intervals and p, bands, what is watched, times; then
/// what a reader must know besides, and with `per_image` a folded table a codec.
pub(crate) fn markdown(comparisons: &[Comparison], anchor: &str, panel: &Panel, per_image: bool) -> String {
    let bands = &panel.first().bands;
    let watched: Vec<_> = panel.watched.iter().filter(|m| comparisons.iter().any(|c| c.summary(m).is_some())).collect();
    let mut heading = vec!["codec".to_owned(), "n".to_owned()];
    heading.extend(panel.deciding.iter().map(|m| m.name.clone()));
    heading.extend(bands.iter().map(band_name));
    heading.extend(watched.iter().map(|m| m.name.clone()));
    heading.extend(["encode", "decode"].map(str::to_owned));
    let by_band = if bands.is_empty() { String::new() } else { format!("{} by band; ", panel.first().name) };
    let mut text = format!(
        "BD-rate against `{anchor}` in % (negative: fewer bytes): mean, 95 % interval, pictures with fewer / more bytes, p by \
         Wilcoxon's signed-rank test; {by_band}times as multiples of the anchor's.\n\n"
    );
    text += &row(&heading);
    text += &rule(heading.len());
    for c in comparisons {
        let whole = |s: &Summary| {
            let p = s.wilcoxon().map_or(String::new(), |test| format!("; p {}", p_value(&test)));
            format!("{} ({}; {}/{}{p})", percent(s.mean()), interval(s), s.wins(), s.losses())
        };
        let mean = |s: &Summary| percent(s.mean());
        let mut cells = vec![code(&c.codec), c.images().to_string()];
        cells.extend(panel.deciding.iter().map(|m| or_dash(c.summary(m), whole)));
        cells.extend(bands.iter().map(|band| or_dash(c.band(*band), mean)));
        cells.extend(watched.iter().map(|m| or_dash(c.summary(m), mean)));
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
        comparisons.iter().for_each(|c| text += &images(c, panel));
    }
    text
}

fn images(comparison: &Comparison, panel: &Panel) -> String {
    // Markdown does not reach into a summary.
    let codec = comparison.codec.replace('&', "&amp;").replace('<', "&lt;");
    let mut text = format!("\n<details><summary>{codec} by picture</summary>\n\n");
    let heading: Vec<_> =
        ["picture"].into_iter().chain(panel.deciding.iter().map(|m| m.name.as_str())).map(str::to_owned).collect();
    text += &row(&heading);
    text += &rule(heading.len());
    for (image, cells) in rates_by_image(comparison, panel) {
        text += &row(&[&[code(&image)], &cells[..]].concat());
    }
    text + "\n</details>\n"
}

/// A row of a table.
pub(crate) fn row(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

/// What stands below the heading: the first column is text, the others are figures.
pub(crate) fn rule(columns: usize) -> String {
    format!("|---|{}\n", "--:|".repeat(columns - 1))
}

/// A name as it is, whatever signs of Markdown are in it.
pub(crate) fn code(name: &str) -> String {
    format!("`{}`", name.replace('|', "\\|").replace('`', "'"))
}
