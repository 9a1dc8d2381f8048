//! The figures of a report, without any form: what the page, the Markdown and the JSON show.

use serde::Serialize;

use super::input::Input;
use super::speed::{self, SpeedRow};
use super::{ReportOptions, words};
use crate::error::{CliError, Result};
use crate::rd::analysis::curve::Axis;
use crate::rd::analysis::tables::Summary;
use crate::rd::points::{ByImage, by_codec};
use crate::rd::record::Run;

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
    /// What it comes to, in sentences.
    pub(crate) verdict: Vec<String>,
    /// A line for each thing that failed and was left out.
    pub(crate) problems: Vec<String>,
    /// In the order of the legend: the one reported on, the anchor, the others as they were measured.
    pub(crate) codecs: Vec<CodecLine>,
    /// Each codec but the anchor against the anchor, the smallest files by SSIMULACRA2 first.
    pub(crate) rows: Vec<Row>,
    pub(crate) speed: Vec<SpeedRow>,
    /// Why there are no times, where there are none.
    pub(crate) untimed: Option<String>,
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

/// One codec against the anchor.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Row {
    pub(crate) codec: String,
    /// By metric, in the order of [`Axis::ALL`]; `None` where the codecs have no quality in common.
    pub(crate) cells: Vec<Option<Cell>>,
}

/// BD-rates over one metric, in percent of the anchor's bytes; negative is smaller.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Cell {
    pub(crate) metric: &'static str,
    pub(crate) pictures: usize,
    pub(crate) mean: f64,
    pub(crate) median: f64,
    /// 95 % bootstrap interval of the mean.
    pub(crate) interval: Option<[f64; 2]>,
    /// Ascending: the best comes first.
    pub(crate) images: Vec<ImageRate>,
    /// Pictures with smaller files than the anchor's, and with larger ones.
    pub(crate) wins: usize,
    pub(crate) losses: usize,
}

/// The BD-rate of one picture in percent.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ImageRate {
    pub(crate) image: String,
    pub(crate) percent: f64,
}

impl Report {
    /// Computes everything but what needs codecs to run.
    ///
    /// # Errors
    /// [`CliError::Usage`] where a codec that the user names was not measured.
    pub(crate) fn new(input: &Input, options: &ReportOptions) -> Result<Self> {
        let measured = by_codec(&input.points);
        let codec = choose_codec(&measured, input, options)?;
        let anchor = choose_anchor(&measured, &codec, options)?;
        let order = legend_order(&measured, &codec, anchor.as_deref());
        let record = input.record.as_ref();
        let codecs: Vec<_> = order
            .iter()
            .map(|(name, images)| {
                let recorded = record.and_then(|r| r.codecs.iter().find(|c| c.name == *name));
                CodecLine {
                    name: (*name).to_owned(),
                    version: recorded.map(|c| c.version.clone()),
                    spec: recorded.map(|c| c.spec.clone()),
                    pictures: images.len(),
                    points: images.values().map(Vec::len).sum(),
                }
            })
            .collect();
        let anchor_points = anchor.as_deref().and_then(|a| order.iter().find(|(name, _)| *name == a));
        let mut rows: Vec<_> = anchor_points.map_or(Vec::new(), |(anchor, anchor_points)| {
            order
                .iter()
                .filter(|(name, _)| name != anchor)
                .filter_map(|(name, points)| Row::new(name, points, anchor_points))
                .collect()
        });
        rows.sort_by(|a, b| a.key().total_cmp(&b.key()));
        let mut problems = record.map_or(Vec::new(), |r| r.problems.clone());
        problems.extend(input.problems.iter().cloned());
        let speed = speed::rows(&order, anchor_points.map(|(_, points)| points));
        let runs = record.map_or(Vec::new(), |r| r.runs.clone());
        let untimed = speed.is_empty().then(|| why_untimed(&runs));
        let tool = concat!("kvant ", env!("CARGO_PKG_VERSION"));
        let mut report = Self {
            schema: SCHEMA,
            tool,
            codec,
            anchor,
            verdict: Vec::new(),
            problems,
            codecs,
            rows,
            speed,
            untimed,
            runs,
        };
        report.verdict = words::verdict(&report);
        Ok(report)
    }

    /// The comparison of a codec with the anchor.
    pub(crate) fn row(&self, codec: &str) -> Option<&Row> {
        self.rows.iter().find(|r| r.codec == codec)
    }

    /// The place of a codec in the legend.
    pub(crate) fn style(&self, codec: &str) -> usize {
        self.codecs.iter().position(|c| c.name == codec).unwrap_or(0)
    }
}

impl Row {
    /// `None` where no picture can be compared by any metric.
    fn new(codec: &str, test: &ByImage<'_>, anchor: &ByImage<'_>) -> Option<Self> {
        let cells: Vec<_> = Axis::ALL.iter().map(|axis| Cell::new(*axis, test, anchor)).collect();
        cells.iter().any(Option::is_some).then(|| Self { codec: codec.to_owned(), cells })
    }

    /// What rows are sorted by.
    fn key(&self) -> f64 {
        self.cells.first().and_then(Option::as_ref).map_or(f64::INFINITY, |c| c.mean)
    }
}

impl Cell {
    fn new(axis: Axis, test: &ByImage<'_>, anchor: &ByImage<'_>) -> Option<Self> {
        let summary = Summary::new(test, anchor, axis)?;
        let rate = |(image, percent): &(String, f64)| ImageRate { image: image.clone(), percent: *percent };
        Some(Self {
            metric: axis.name(),
            pictures: summary.images.len(),
            mean: summary.mean(),
            median: summary.median(),
            interval: None,
            images: summary.images.iter().map(rate).collect(),
            wins: summary.images.iter().filter(|i| i.1 < 0.0).count(),
            losses: summary.images.iter().filter(|i| i.1 > 0.0).count(),
        })
    }
}

type Measured<'a> = [(&'a str, ByImage<'a>)];

/// The codec that the user names, else the first one of ours, else the first.
fn choose_codec(measured: &Measured<'_>, input: &Input, options: &ReportOptions) -> Result<String> {
    if let Some(name) = &options.codec {
        return known(measured, name);
    }
    let spec = |name: &str| {
        let recorded = input.record.as_ref().and_then(|r| r.codecs.iter().find(|c| c.name == name));
        recorded.map_or_else(|| name.to_owned(), |c| c.spec.clone())
    };
    // A specification may begin with a label of the user's.
    let is_ours =
        |name: &str| spec(name).rsplit_once('=').map_or(spec(name), |(_, s)| s.to_owned()).starts_with("kvant");
    let ours = measured.iter().map(|(name, _)| *name).find(|name| is_ours(name));
    Ok(ours.unwrap_or(measured[0].0).to_owned())
}

/// The codec that the user names, else the one with the most pictures in common with `codec`, the first of several.
fn choose_anchor(measured: &Measured<'_>, codec: &str, options: &ReportOptions) -> Result<Option<String>> {
    if let Some(name) = &options.anchor {
        return known(measured, name).map(Some);
    }
    let Some((_, images)) = measured.iter().find(|(name, _)| *name == codec) else {
        return Ok(None);
    };
    let mut best: Option<(&str, usize)> = None;
    for (name, other) in measured.iter().filter(|(name, _)| *name != codec) {
        let common = other.keys().filter(|image| images.contains_key(*image)).count();
        if common > best.map_or(0, |b| b.1) {
            best = Some((name, common));
        }
    }
    Ok(best.map(|(name, _)| name.to_owned()))
}

fn known(measured: &Measured<'_>, name: &str) -> Result<String> {
    match measured.iter().find(|(n, _)| *n == name) {
        Some(_) => Ok(name.to_owned()),
        None => {
            let names: Vec<_> = measured.iter().map(|(n, _)| *n).collect();
            Err(CliError::Usage(format!("no codec {name:?} in these results; there are {}", names.join(", "))))
        }
    }
}

/// The codec reported on, the anchor, then the others; only their pictures that the first one has, too.
fn legend_order<'a>(measured: &Measured<'a>, codec: &str, anchor: Option<&str>) -> Vec<(&'a str, ByImage<'a>)> {
    let place = |name: &str| match name {
        n if n == codec => 0,
        n if Some(n) == anchor => 1,
        _ => 2,
    };
    let mut order: Vec<_> = measured.to_vec();
    order.sort_by_key(|(name, _)| place(name));
    let pictures: Vec<&str> = order[0].1.keys().copied().collect();
    for (_, images) in &mut order {
        images.retain(|image, _| pictures.contains(image));
    }
    order.retain(|(_, images)| !images.is_empty());
    order
}

fn why_untimed(runs: &[Run]) -> String {
    match runs.iter().map(|r| r.workers).max() {
        Some(workers) if workers > 1 => {
            format!("Times were not measured: {workers} jobs ran at once. Run again with -j 1 for times.")
        }
        _ => "Times were not measured.".to_owned(),
    }
}
