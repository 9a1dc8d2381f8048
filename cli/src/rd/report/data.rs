//! The figures of a report, without any form: what the page, the Markdown and the JSON show.

use serde::{Serialize, Serializer};

use super::choice::{Choice, Measured};
use super::evidence::generations::Generations;
use super::evidence::pieces::Crops;
use super::input::Input;
use super::options::ReportOptions;
use super::speed::{self, MemoryRow, SpeedRow};
use crate::base::error::Result;
use crate::rd::analysis::comparison::Comparison;
use crate::rd::analysis::curve::Interpolation;
use crate::rd::analysis::lossless::Lossless;
use crate::rd::analysis::matrix::matrix;
use crate::rd::analysis::means::{Means, has_means_alone};
use crate::rd::analysis::notes::notes;
use crate::rd::metric::Panel;
use crate::rd::points::{ByImage, at_full_size, by_codec};
use crate::rd::results::record::{Record, Run};

const SCHEMA: &str = "kvant.rd.report/1";

/// A report.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) schema: &'static str,
    pub(crate) tool: &'static str,
    /// The codec that it is about.
    pub(crate) codec: String,
    /// The codec that all are compared with; `None` where only one was measured.
    pub(crate) anchor: Option<String>,
    pub(crate) interpolation: Interpolation,
    /// The metrics that it is by.
    #[serde(serialize_with = "keys", rename = "metrics")]
    pub(crate) panel: Panel,
    /// What it comes to, in sentences; empty before they are written.
    pub(crate) verdict: Vec<String>,
    /// A line for each thing that failed and was left out.
    pub(crate) problems: Vec<String>,
    /// In the order of the legend: the one reported on, the anchor, the others as they were
    /// measured.
    pub(crate) codecs: Vec<CodecLine>,
    /// Each codec but the anchor against the anchor, the smallest files by the first metric
    /// first.
    pub(crate) comparisons: Vec<Comparison>,
    /// The codec reported on against each codec but the anchor by the first metric, the strongest
    /// of them first.
    pub(crate) others: Vec<Against>,
    /// All codecs against all by the first metric, where there are more than two.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) matrix: Option<Matrix>,
    /// Lossless codecs side by side, where there are any.
    pub(crate) lossless: Option<Lossless>,
    pub(crate) lossless_codecs: Vec<CodecLine>,
    /// Points that no curve runs through, and comparisons that stand on little: a line each.
    pub(crate) curve_notes: Vec<String>,
    pub(crate) speed: Vec<SpeedRow>,
    /// Of the codecs whose memory was measured.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) memory: Vec<MemoryRow>,
    /// Why there are no times, where there are none.
    pub(crate) untimed: Option<String>,
    /// `None` where it was not asked for, or no codec could be run.
    pub(crate) generations: Option<Generations>,
    pub(crate) crops: Option<Crops>,
    /// A line for each codec that could not be run again, or that is another version now.
    pub(crate) notes: Vec<String>,
    /// The calls of the program that measured.
    pub(crate) runs: Vec<Run>,
}

/// A codec that was measured.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct CodecLine {
    pub(crate) name: String,
    /// Program or library with its version, where the run recorded it.
    pub(crate) version: Option<String>,
    /// What it was made from, where the run recorded it.
    pub(crate) spec: Option<String>,
    pub(crate) pictures: usize,
    pub(crate) points: usize,
}

/// The mean BD-rate of the codec reported on against another one by the first metric.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Against {
    pub(crate) codec: String,
    pub(crate) pictures: usize,
    /// Negative is fewer bytes than that codec.
    pub(crate) percent: f64,
}

/// All codecs against all: a row a codec, a column an anchor.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Matrix {
    /// Those of the rows and of the columns.
    pub(crate) codecs: Vec<String>,
    /// `None` where a codec meets itself, and where no picture compares.
    pub(crate) rates: Vec<Vec<Option<Rate>>>,
}

/// A mean BD-rate.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Rate {
    pub(crate) pictures: usize,
    /// Negative is fewer bytes than the anchor.
    pub(crate) percent: f64,
}

impl Report {
    /// Computes everything but the verdict and what needs codecs to run; `measured` as
    /// [`Choice::measured`] gives it.
    ///
    /// # Errors
    /// Where the user names a metric that there is not.
    pub(crate) fn new(
        input: &Input,
        choice: &Choice,
        measured: &Measured<'_>,
        options: &ReportOptions,
    ) -> Result<Self> {
        let record = input.record.as_ref();
        let interpolation = if options.akima { Interpolation::Akima } else { Interpolation::Pchip };
        let panel = Panel::new(&input.metrics, &options.metrics, &input.points)?;
        let comparisons = compare(choice, measured, &panel, interpolation);
        // What reduced pictures take is less for that alone.
        let whole = at_full_size(measured);
        let speed = speed::rows(&whole, choice.anchor.as_deref(), &comparisons, &panel);
        let matrix = all_against_all(measured, &panel, interpolation);
        let others = matrix.as_ref().map_or(Vec::new(), |matrix| against_others(choice, matrix));
        let memory = speed::memory(&whole, &panel);
        let runs = record.map_or(Vec::new(), |r| r.runs.clone());
        let known = record.map_or(&[][..], |r| &r.problems).iter().chain(&input.problems).cloned();
        let problems = known.chain(without_pictures(input, measured)).collect();
        Ok(Self {
            schema: SCHEMA,
            tool: concat!("kvant ", env!("CARGO_PKG_VERSION")),
            codec: choice.codec.clone(),
            anchor: choice.anchor.clone(),
            interpolation,
            panel,
            verdict: Vec::new(),
            problems,
            codecs: lines(measured, record),
            lossless: Lossless::new(&input.lossless, options.anchor.as_deref()),
            lossless_codecs: lines(&by_codec(&input.lossless), record),
            curve_notes: notes(&comparisons),
            comparisons,
            others,
            matrix,
            memory,
            untimed: speed.is_empty().then(|| why_untimed(&runs)),
            speed,
            generations: None,
            crops: None,
            notes: Vec::new(),
            runs,
        })
    }

    /// The comparison of a codec with the anchor.
    pub(crate) fn comparison(&self, codec: &str) -> Option<&Comparison> {
        self.comparisons.iter().find(|c| c.codec == codec)
    }

    /// The pictures by the BD-rate of the codec reported on by the first metric in percent, the
    /// best first.
    pub(crate) fn images_by_rate(&self) -> Vec<(&str, f64)> {
        let summary = self.comparison(&self.codec).and_then(|c| c.summary(self.panel.first()));
        summary.map_or(Vec::new(), |s| s.images.iter().map(|i| (i.image.as_str(), i.percent)).collect())
    }

    /// The place of a codec in the legend.
    pub(crate) fn style(&self, codec: &str) -> usize {
        self.codecs.iter().position(|c| c.name == codec).unwrap_or(0)
    }
}

/// Each codec against the anchor, by the mean BD-rate by the first metric; those without one last.
fn compare(choice: &Choice, measured: &Measured<'_>, panel: &Panel, interpolation: Interpolation) -> Vec<Comparison> {
    let Some((name, anchor)) = measured.iter().find(|(name, _)| Some(*name) == choice.anchor.as_deref()) else {
        return Vec::new();
    };
    let others = measured.iter().filter(|(other, _)| other != name);
    let mut comparisons: Vec<_> = others
        .filter_map(|(other, points)| Comparison::new((other, points), (name, anchor), panel, interpolation))
        .collect();
    let key = |c: &Comparison| c.summary(panel.first()).map_or(f64::INFINITY, |s| s.mean());
    comparisons.sort_by(|a, b| key(a).total_cmp(&key(b)));
    comparisons
}

/// With two codecs there is nothing that their comparison does not say.
fn all_against_all(measured: &Measured<'_>, panel: &Panel, interpolation: Interpolation) -> Option<Matrix> {
    let codecs: Vec<_> = measured.iter().map(|(name, images)| (*name, images)).collect();
    (codecs.len() > 2).then(|| Matrix {
        codecs: codecs.iter().map(|(name, _)| (*name).to_owned()).collect(),
        rates: matrix(&codecs, &Means::default(), panel.first(), interpolation, |s| {
            Some(Rate { pictures: s.images.len(), percent: s.mean() })
        }),
    })
}

/// What the row of the codec reported on, the first, says of those that are not the anchor.
fn against_others(choice: &Choice, matrix: &Matrix) -> Vec<Against> {
    let row = matrix.codecs.iter().zip(&matrix.rates[0]).filter(|(name, _)| Some(*name) != choice.anchor.as_ref());
    let against = |(codec, rate): (&String, &Option<Rate>)| {
        rate.map(|r| Against { codec: codec.clone(), pictures: r.pictures, percent: r.percent })
    };
    let mut rates: Vec<_> = row.filter_map(against).collect();
    rates.sort_by(|a, b| b.percent.total_cmp(&a.percent));
    rates
}

fn keys<S: Serializer>(panel: &Panel, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.collect_seq(panel.iter().map(|m| &m.key))
}

fn lines(measured: &Measured<'_>, record: Option<&Record>) -> Vec<CodecLine> {
    let line = |(name, images): &(&str, ByImage<'_>)| {
        let recorded = record.and_then(|r| r.codecs.iter().find(|c| c.name == *name));
        CodecLine {
            name: (*name).to_owned(),
            version: recorded.map(|c| c.version.clone()),
            spec: recorded.map(|c| c.spec.clone()),
            pictures: images.len(),
            points: images.values().map(Vec::len).sum(),
        }
    };
    measured.iter().map(line).collect()
}

/// The codecs of `input` that are not among `measured`, since nothing but means over a set is known
/// of them.
fn without_pictures(input: &Input, measured: &Measured<'_>) -> Option<String> {
    let is_left_out = |(name, images): &(&str, ByImage<'_>)| {
        has_means_alone(images) && measured.iter().all(|(other, _)| other != name)
    };
    let names: Vec<_> = by_codec(&input.points).into_iter().filter(is_left_out).map(|(name, _)| name).collect();
    (!names.is_empty()).then(|| {
        format!("{}: means over a set alone, and no pictures; kvant rd bd, table and plot take those", names.join(", "))
    })
}

/// As far as the record tells.
fn why_untimed(runs: &[Run]) -> String {
    let most = runs.iter().map(|r| r.workers).max().unwrap_or_default();
    let mut reasons: Vec<String> = Vec::new();
    for reason in runs.iter().filter_map(|r| r.untimed.as_ref()) {
        if !reasons.contains(reason) {
            reasons.push(reason.clone());
        }
    }
    // Older records tell the number of jobs alone.
    if reasons.is_empty() && most > 1 {
        reasons.push(format!("{most} jobs ran at once"));
    }
    let why = if reasons.is_empty() { String::new() } else { format!(": {}", reasons.join("; ")) };
    let hint = if most > 1 { " Run again with -j 1 for times." } else { "" };
    format!("Times were not measured{why}.{hint}")
}
