//! Figures as people read them, and the sentences that a report opens with.

use super::data::{Cell, Report};
use super::speed::SpeedRow;

/// Percent below which nobody should see a difference: the rounding of the files.
const NOISE: f64 = 0.005;

/// A signed percentage with one decimal, a typographic minus and no sign on nothing.
pub(crate) fn percent(value: f64) -> String {
    let text = format!("{:.1}", value.abs());
    match value {
        v if v.abs() < NOISE || text == "0.0" => "0.0".to_owned(),
        v if v < 0.0 => format!("\u{2212}{text}"),
        _ => format!("+{text}"),
    }
}

/// A time with two digits that count, in the unit that suits it.
pub(crate) fn seconds(value: f64) -> String {
    let (value, unit) = match value {
        v if v >= 1.0 => (v, "s"),
        v if v >= 1e-3 => (v * 1e3, "ms"),
        v => (v * 1e6, "\u{b5}s"),
    };
    format!("{} {unit}", two_digits(value))
}

/// A number with two digits that count.
pub(crate) fn two_digits(value: f64) -> String {
    match value {
        v if v >= 9.95 => format!("{v:.0}"),
        v if v >= 0.995 => format!("{v:.1}"),
        v => format!("{v:.2}"),
    }
}

/// The verdict: what the reported codec gains or costs, in a few sentences.
pub(crate) fn verdict(report: &Report) -> Vec<String> {
    let mut sentences = Vec::new();
    let codec = &report.codec;
    match (&report.anchor, report.row(codec).and_then(|r| r.cells.first().cloned().flatten())) {
        (Some(anchor), Some(cell)) => {
            sentences.push(headline(codec, anchor, &cell));
            sentences.extend(other_metrics(report));
        }
        (Some(anchor), None) => {
            sentences
                .push(format!("{codec} and {anchor} have no SSIMULACRA2 range in common: they cannot be compared."));
        }
        (None, _) => sentences.push(format!("Only {codec} was measured: there is nothing to compare it with.")),
    }
    sentences.extend(speed(report));
    sentences
}

fn headline(codec: &str, anchor: &str, cell: &Cell) -> String {
    let mean = cell.mean;
    let pictures = plural(cell.pictures, "picture");
    let what = match cell.interval {
        _ if mean.abs() < NOISE => format!("{codec} files are as large as those of {anchor} ({pictures}"),
        Some([lo, hi]) if lo < 0.0 && hi > 0.0 => format!(
            "{codec} files are about as large as those of {anchor} ({} %; {pictures}, 95 % interval {} to {} %",
            percent(mean),
            percent(lo),
            percent(hi)
        ),
        interval => {
            let (magnitude, word) = (mean.abs(), if mean < 0.0 { "smaller" } else { "larger" });
            let range = interval.map_or(String::new(), |[lo, hi]| {
                let (lo, hi) = if mean < 0.0 { (-hi, -lo) } else { (lo, hi) };
                format!(", 95 % interval {lo:.1} to {hi:.1} %")
            });
            format!("{codec} files are {magnitude:.1} % {word} than those of {anchor} ({pictures}{range}")
        }
    };
    format!("At equal SSIMULACRA2, {what}; smaller on {} of {}).", cell.wins, cell.pictures)
}

/// What the other metrics of the table say of the same files.
fn other_metrics(report: &Report) -> Option<String> {
    let row = report.row(&report.codec)?;
    let parts: Vec<_> = row
        .cells
        .iter()
        .skip(1)
        .flatten()
        .map(|c| {
            let word = if c.mean < 0.0 { "smaller" } else { "larger" };
            format!("{:.1} % {word} by {}", c.mean.abs(), c.metric)
        })
        .collect();
    (!parts.is_empty()).then(|| format!("At equal quality they are {}.", parts.join(" and ")))
}

fn speed(report: &Report) -> Option<String> {
    let find = |name: &str| report.speed.iter().find(|s| s.codec == name);
    let Some(ours) = find(&report.codec) else {
        return report.untimed.clone();
    };
    let of_anchor = report.anchor.as_deref().and_then(find).filter(|a| a.timing == ours.timing);
    let size = match ours.size {
        Some([w, h]) => format!("a {w}x{h} picture"),
        None => format!("a picture of {:.1} megapixels", ours.megapixels),
    };
    let what = times(ours)?;
    let against = of_anchor
        .and_then(bare_times)
        .map_or(String::new(), |t| format!(" ({}: {t})", report.anchor.as_deref().unwrap_or_default()));
    Some(format!("It {what} {size}{against}."))
}

fn times(row: &SpeedRow) -> Option<String> {
    match (row.enc_s, row.dec_s) {
        (Some(e), Some(d)) => Some(format!("encodes in {} and decodes in {}", seconds(e), seconds(d))),
        (Some(e), None) => Some(format!("encodes in {}", seconds(e))),
        (None, Some(d)) => Some(format!("decodes in {}", seconds(d))),
        (None, None) => None,
    }
}

fn bare_times(row: &SpeedRow) -> Option<String> {
    Some(format!("{} and {}", seconds(row.enc_s?), seconds(row.dec_s?)))
}

/// A number and its noun.
pub(crate) fn plural(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rd::report::data::ImageRate;

    #[test]
    fn figures_have_the_digits_that_count() {
        assert_eq!(
            (percent(-15.14), percent(3.0), percent(-0.04)),
            ("\u{2212}15.1".into(), "+3.0".into(), "0.0".into())
        );
        assert_eq!((seconds(0.7), seconds(0.0112), seconds(35.98)), ("700 ms".into(), "11 ms".into(), "36 s".into()));
        assert_eq!((seconds(2.04), seconds(0.000_25)), ("2.0 s".into(), "250 \u{b5}s".into()));
    }

    fn cell(mean: f64, interval: Option<[f64; 2]>) -> Cell {
        let rate = |percent| ImageRate { image: "x".to_owned(), percent };
        Cell {
            metric: "SSIMULACRA2",
            pictures: 24,
            mean,
            median: mean,
            interval,
            images: vec![rate(mean - 1.0), rate(mean + 1.0)],
            wins: 23,
            losses: 1,
        }
    }

    #[test]
    fn the_headline_says_smaller_larger_or_neither() {
        assert_eq!(
            headline("ours", "avif", &cell(-15.1, Some([-16.2, -13.9]))),
            "At equal SSIMULACRA2, ours files are 15.1 % smaller than those of avif (24 pictures, 95 % interval 13.9 to \
             16.2 %; smaller on 23 of 24)."
        );
        assert!(
            headline("o", "a", &cell(4.0, Some([2.0, 6.5])))
                .contains("4.0 % larger than those of a (24 pictures, 95 % interval 2.0 to 6.5 %")
        );
        assert!(headline("o", "a", &cell(0.5, Some([-1.0, 2.0]))).contains("about as large"));
    }
}
