//! The verdict: the sentences that a report opens with.

use super::data::{Against, Report};
use super::numbers::{percent, plural, seconds};
use super::speed::SpeedRow;
use crate::rd::analysis::lossless::Lossless;
use crate::rd::analysis::summary::{NOISE, Summary};

/// The verdict: what the reported codec gains or costs, in a few sentences.
pub(crate) fn verdict(report: &Report) -> Vec<String> {
    let mut sentences = Vec::new();
    let codec = &report.codec;
    let comparison = report.comparison(codec);
    match (&report.anchor, comparison.and_then(|c| c.summary(report.panel.first()))) {
        (Some(anchor), Some(summary)) => {
            sentences.push(headline(codec, anchor, summary));
            sentences.extend(other_metrics(report));
            sentences.extend(other_codecs(report));
        }
        (Some(anchor), None) => {
            let metric = &report.panel.first().name;
            let why = format!("no {metric} in common that both were measured at");
            sentences.push(format!("{codec} and {anchor} cannot be compared: they have {why}."));
        }
        (None, _) if report.codecs.is_empty() => {}
        (None, _) => sentences.push(format!("Only {codec} was measured: there is nothing to compare it with.")),
    }
    if !report.codecs.is_empty() {
        sentences.extend(speed(report));
    }
    sentences.extend(report.lossless.as_ref().and_then(lossless));
    sentences
}

fn headline(codec: &str, anchor: &str, summary: &Summary) -> String {
    let (mean, (lo, hi), count) = (summary.mean(), summary.interval(), summary.images.len());
    let pictures = plural(count, "picture");
    // One picture tells nothing of others.
    let interval = |lo: String, hi: String| match count {
        1 => String::new(),
        _ => format!(", 95 % interval {lo} to {hi} %"),
    };
    let what = if mean.abs() < NOISE {
        format!("{codec} files are as large as those of {anchor} ({pictures}")
    } else if lo < 0.0 && hi > 0.0 {
        let (mean, interval) = (percent(mean), interval(percent(lo), percent(hi)));
        format!(
            "{codec} files are about as large as those of {anchor}: the mean of {mean} % may be chance \
             ({pictures}{interval}"
        )
    } else {
        let word = if mean < 0.0 { "smaller" } else { "larger" };
        let (least, most) = (lo.abs().min(hi.abs()), lo.abs().max(hi.abs()));
        let (mean, interval) = (mean.abs(), interval(format!("{least:.1}"), format!("{most:.1}")));
        format!("{codec} files are {mean:.1} % {word} than those of {anchor} ({pictures}{interval}")
    };
    format!("At equal {}, {what}; smaller on {} of {count}).", summary.metric.name, summary.wins())
}

/// What the other deciding metrics say of the same files.
fn other_metrics(report: &Report) -> Option<String> {
    let comparison = report.comparison(&report.codec)?;
    let others = report.panel.deciding.iter().skip(1);
    let parts: Vec<_> = others
        .filter_map(|metric| {
            let mean = comparison.summary(metric)?.mean();
            let word = if mean < 0.0 { "smaller" } else { "larger" };
            Some(format!("{:.1} % {word} at equal {}", mean.abs(), metric.name))
        })
        .collect();
    let (last, others) = parts.split_last()?;
    let others = if others.is_empty() { String::new() } else { format!("{} and ", others.join(", ")) };
    Some(format!("They are {others}{last}."))
}

/// How many of the other codecs are named: those that come closest.
const OTHERS: usize = 5;

/// The other codecs, each compared with directly.
fn other_codecs(report: &Report) -> Option<String> {
    let part = |other: &Against| {
        let (word, codec) = (if other.percent < 0.0 { "smaller" } else { "larger" }, &other.codec);
        format!("{:.1} % {word} than {codec} ({})", other.percent.abs(), plural(other.pictures, "picture"))
    };
    let parts: Vec<_> = report.others.iter().take(OTHERS).map(part).collect();
    let metric = &report.panel.first().name;
    (!parts.is_empty()).then(|| format!("Against the others here, at equal {metric}: {}.", parts.join(", ")))
}

fn speed(report: &Report) -> Option<String> {
    let find = |name: &str| report.speed.iter().find(|s| s.codec == name);
    let Some(ours) = find(&report.codec) else {
        return report.untimed.clone();
    };
    let of_anchor = report.anchor.as_deref().and_then(find).filter(|a| a.timing == ours.timing);
    let size = match ours.size {
        Some([w, h]) => format!("a {w}x{h} picture"),
        None => ours.megapixels.map_or("a picture".to_owned(), |m| format!("a picture of {m:.1} megapixels")),
    };
    let what = times(ours)?;
    let against = of_anchor
        .and_then(bare_times)
        .map_or(String::new(), |t| format!(" ({}: {t})", report.anchor.as_deref().unwrap_or_default()));
    Some(format!("It {what} {size}{against}."))
}

/// The first lossless codec against the one that all are compared with.
fn lossless(all: &Lossless) -> Option<String> {
    let row = all.row(&all.codec)?;
    let (codec, pictures) = (&all.codec, plural(row.pictures, "picture"));
    if all.codec == all.anchor {
        return Some(format!("{codec} gives {pictures} back exactly."));
    }
    let word = if row.percent < 0.0 { "smaller" } else { "larger" };
    Some(format!(
        "Without loss, {codec} files are {:.1} % {word} than those of {} ({pictures}, every one exact).",
        row.percent.abs(),
        all.anchor
    ))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rd::analysis::summary::ImageRate;
    use crate::rd::metric::Metrics;

    fn headline_of(rates: &[f64]) -> String {
        let rate = |(i, percent): (usize, &f64)| ImageRate { image: i.to_string(), percent: *percent, quality: None };
        let images = rates.iter().enumerate().map(rate).collect();
        let (range, metric) = ((30.0, 92.0), Metrics::built_in().find("ssim2").unwrap().clone());
        let summary = Summary { metric, range, images, dropped: Vec::new(), thin: 0, left_out: Vec::new() };
        headline("ours", "avif", &summary)
    }

    #[test]
    fn the_headline_says_smaller_larger_or_neither() {
        assert_eq!(
            headline_of(&[-15.1; 24]),
            "At equal SSIMULACRA2, ours files are 15.1 % smaller than those of avif (24 pictures, 95 % interval 15.1 to \
             15.1 %; smaller on 24 of 24)."
        );
        assert!(headline_of(&[4.0]).ends_with("4.0 % larger than those of avif (1 picture; smaller on 0 of 1)."));
        assert!(headline_of(&[4.0, 4.0]).contains("4.0 % larger than those of avif (2 pictures"));
        // Any resampling of these two lies between them.
        let neither = headline_of(&[-5.0, 6.0]);
        assert!(
            neither.contains("about as large") && neither.contains("+0.5 %") && neither.contains("smaller on 1 of 2")
        );
        assert!(headline_of(&[0.0, 0.0]).contains("as large as those of avif (2 pictures; smaller on 0 of 2)"));
    }
}
