//! The report as one HTML file that needs nothing else: no network, no fonts, and no script. What
//! can be switched (the theme, the codecs shown, the picture) are form controls that the style
//! sheet looks at with `:has()`; a browser without it shows everything.

use std::sync::Arc;

use askama::Template;

use super::data::{Matrix, Rate, Report};
use super::evidence_views::{CropView, GenerationView, crops, generations};
use super::figures::{self, Speed};
use super::numbers::{difference, kilobytes, percent, plural, seconds};
use super::plot::{colour_class, mark_path};
use super::resources::{self, Heading, Resources, timing_note, usual_timing};
use super::speed::WorkingPoint;
use crate::base::error::{CliError, Result};
use crate::rd::analysis::comparison::Comparison;
use crate::rd::analysis::curve::Interpolation;
use crate::rd::analysis::lossless::Row;
use crate::rd::analysis::summary::{ImageRate, Summary};
use crate::rd::analysis::tables::p_value;
use crate::rd::metric::{Metric, Transform};
use crate::rd::points::ByImage;

/// What stands where there is no figure.
const NOTHING: &str = "\u{2013}";
/// The most pictures with plots of their own.
const MOST_PICTURES: usize = 60;
/// The most codecs whose matrix is open at first.
const MOST_OPEN: usize = 8;

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    report: &'a Report,
    title: String,
    working_point: String,
    /// The metric that orders codecs.
    first: &'a Metric,
    interpolation: &'static str,
    metrics: Vec<MetricView<'a>>,
    watched: Vec<MetricView<'a>>,
    rows: Vec<RowView<'a>>,
    /// The headings of its columns of times and memory.
    resources: Vec<Heading>,
    matrix: Option<MatrixView<'a>>,
    timing_note: String,
    /// Whether some times are of another kind than those of the codec reported on.
    other_timings: bool,
    codecs: Vec<LegendView<'a>>,
    picture_count: String,
    /// Which codecs the plots of the set miss.
    left_out: String,
    set_plots: Vec<Figure>,
    speed_plots: Vec<Figure>,
    details: Vec<DetailView>,
    equal: Vec<EqualView>,
    lossless: Vec<LosslessView<'a>>,
    rates: Vec<RatesView<'a>>,
    pictures: Vec<PictureView>,
    /// Which pictures have no plots of their own.
    pictures_note: String,
    crops: Vec<CropView>,
    generations: Vec<GenerationView>,
    generation_plots: Vec<Figure>,
    /// The metrics that decide nothing, and their plots.
    more_plots: Vec<Figure>,
}

/// A metric, as people read of it.
struct MetricView<'a> {
    name: &'a str,
    /// What it measures, and which way is better.
    about: String,
}

/// A row of the first table.
struct RowView<'a> {
    codec: &'a str,
    reported: bool,
    cells: Vec<CellView>,
    /// Times and memory.
    resources: Vec<CellView>,
    pictures: String,
}

/// All codecs against all.
struct MatrixView<'a> {
    open: bool,
    codecs: &'a [String],
    rows: Vec<MatrixRow<'a>>,
}

struct MatrixRow<'a> {
    codec: &'a str,
    reported: bool,
    cells: Vec<CellView>,
}

struct CellView {
    class: &'static str,
    text: String,
    small: String,
}

/// One metric or band of the table about the codec reported on.
struct DetailView {
    name: String,
    mean: CellView,
    /// By the signed-rank test.
    p: String,
    median: String,
    best: CellView,
    worst: CellView,
    wins: String,
    /// The BD-quality.
    quality: CellView,
}

/// The BD-rates of one picture by each deciding metric.
struct RatesView<'a> {
    image: &'a str,
    cells: Vec<String>,
}

/// A row of the table of lossless codecs.
struct LosslessView<'a> {
    codec: &'a str,
    reported: bool,
    bytes: String,
    mean: String,
    best: CellView,
    worst: CellView,
    encode: String,
    decode: String,
    pictures: usize,
}

/// Sizes at one score.
struct EqualView {
    score: f64,
    ours: String,
    anchor: String,
    percent: String,
    pictures: usize,
}

struct LegendView<'a> {
    name: &'a str,
    class: String,
    mark: String,
}

struct Figure {
    caption: String,
    svg: String,
}

struct PictureView {
    /// Name and BD-rate, as the list to choose from has it.
    option: String,
    plots: Vec<Figure>,
}

/// The page; `measured` in the order of the legend.
///
/// # Errors
/// [`CliError::Run`] where the template cannot be filled in.
pub(crate) fn render(report: &Report, measured: &[(&str, ByImage<'_>)]) -> Result<String> {
    let shown: Vec<_> = measured.iter().map(|(name, images)| (*name, images)).collect();
    let title = match &report.anchor {
        Some(anchor) => format!("{} against {anchor}", report.codec),
        None => report.codec.clone(),
    };
    let figure = |caption: &str, svg: Option<String>| svg.map(|svg| Figure { caption: caption.to_owned(), svg });
    let common = common_pictures(report, &shown);
    let panel = &report.panel;
    let set_plot = |metric: &Arc<Metric>| figure(&metric.name, figures::set_mean(&shown, &common, metric));
    let set_plots = panel.deciding.iter().filter_map(set_plot).collect();
    let more_plots = panel.watched.iter().filter_map(set_plot).collect();
    let generation_plot = |column| {
        let (caption, svg) = figures::generations(report, report.generations.as_ref()?, column)?;
        Some(Figure { caption, svg })
    };
    let generation_plots = ["ssim2", "psnr_y"].into_iter().filter_map(generation_plot).collect();
    let usual = usual_timing(report);
    let speed_plots = [("Encoding", Speed::Encode), ("Decoding", Speed::Decode)]
        .into_iter()
        .filter_map(|(caption, which)| figure(caption, figures::speed(report, which, usual)))
        .collect();
    let page = Page {
        report,
        title,
        working_point: WorkingPoint::of(panel).to_string(),
        first: panel.first(),
        interpolation: match report.interpolation {
            Interpolation::Pchip => "monotone cubic (PCHIP)",
            Interpolation::Akima => "cubic by Akima's method",
        },
        metrics: panel.deciding.iter().map(|m| metric(m)).collect(),
        watched: panel.watched.iter().map(|m| metric(m)).collect(),
        rows: rows(report),
        resources: Resources::of(report).headings(),
        matrix: report.matrix.as_ref().map(|m| matrix(m, &report.codec)),
        timing_note: [vec![timing_note(report)], resources::notes(report)].concat().join(" "),
        codecs: report.codecs.iter().enumerate().map(|(style, c)| legend(style, &c.name)).collect(),
        picture_count: plural(common.len(), "picture"),
        left_out: left_out(&shown, &common),
        set_plots,
        speed_plots,
        details: details(report),
        equal: equal(report),
        lossless: lossless(report),
        rates: rates(report),
        pictures: pictures(report, &shown),
        pictures_note: match shown.first() {
            Some((_, images)) if images.len() > MOST_PICTURES => {
                format!("Of {} pictures, those with the {MOST_PICTURES} most extreme BD-rates.", images.len())
            }
            _ => String::new(),
        },
        other_timings: report.speed.iter().any(|s| s.timing != usual),
        crops: crops(report),
        generations: generations(report),
        generation_plots,
        more_plots,
    };
    page.render().map_err(|e| CliError::Run(format!("cannot write the report: {e}")))
}

fn metric(metric: &Metric) -> MetricView<'_> {
    let better = if metric.transform.rises() { "more" } else { "less" };
    let about = if metric.about.is_empty() { String::new() } else { format!("{}; ", metric.about) };
    // Of decibels more is better, as of what they are made from.
    let unit = match metric.transform {
        Transform::Decibel => " decibels",
        _ => "",
    };
    MetricView { name: &metric.name, about: format!("{about}{better}{unit} is better.") }
}

fn legend(style: usize, name: &str) -> LegendView<'_> {
    LegendView { name, class: colour_class(style), mark: mark_path(style, 13.0, 7.0) }
}

/// The rows of the first table, the anchor at its place among them.
fn rows(report: &Report) -> Vec<RowView<'_>> {
    let panel = &report.panel;
    let mean = |c: &Comparison| c.summary(panel.first()).map_or(f64::INFINITY, |s| s.mean());
    let mut rows: Vec<_> = report
        .comparisons
        .iter()
        .map(|c| {
            let cells = panel.deciding.iter().map(|m| cell(c.summary(m))).collect();
            row_view(report, &c.codec, cells, c.images())
        })
        .collect();
    if let Some(anchor) = report.codecs.iter().find(|c| Some(&c.name) == report.anchor.as_ref()) {
        let at = report.comparisons.iter().position(|c| mean(c) > 0.0).unwrap_or(rows.len());
        rows.insert(
            at,
            row_view(
                report,
                &anchor.name,
                panel.deciding.iter().map(|_| CellView::plain("0")).collect(),
                anchor.pictures,
            ),
        );
    }
    rows
}

fn row_view<'a>(report: &Report, codec: &'a str, cells: Vec<CellView>, pictures: usize) -> RowView<'a> {
    let resources = Resources::of(report).cells(codec).into_iter();
    let resource = |cell: resources::Cell| CellView {
        class: "",
        text: cell.text.unwrap_or(NOTHING.to_owned()),
        small: cell.small,
    };
    RowView {
        codec,
        reported: codec == report.codec,
        cells,
        resources: resources.map(resource).collect(),
        pictures: pictures.to_string(),
    }
}

/// Means of fewer pictures than others say so.
fn matrix<'a>(matrix: &'a Matrix, reported: &str) -> MatrixView<'a> {
    let most = matrix.rates.iter().flatten().flatten().map(|rate| rate.pictures).max();
    let cell = |rate: &Option<Rate>| {
        let fewer = rate.filter(|r| Some(r.pictures) != most);
        CellView {
            class: "",
            text: rate.map_or(NOTHING.to_owned(), |r| percent(r.percent)),
            small: fewer.map_or(String::new(), |r| plural(r.pictures, "picture")),
        }
    };
    let row = |(codec, rates): (&'a String, &'a Vec<Option<Rate>>)| MatrixRow {
        codec,
        reported: codec == reported,
        cells: rates.iter().map(cell).collect(),
    };
    MatrixView {
        open: matrix.codecs.len() <= MOST_OPEN,
        codecs: &matrix.codecs,
        rows: matrix.codecs.iter().zip(&matrix.rates).map(row).collect(),
    }
}

impl CellView {
    fn plain(text: &str) -> Self {
        Self { class: "", text: text.to_owned(), small: String::new() }
    }
}

/// A mean with its interval, coloured where the interval is on one side of nothing.
fn cell(summary: Option<&Summary>) -> CellView {
    let Some(summary) = summary else {
        return CellView::plain(NOTHING);
    };
    let (mean, (lo, hi)) = (summary.mean(), summary.interval());
    let class = match mean {
        _ if lo <= 0.0 && hi >= 0.0 => "",
        m if m < 0.0 => "good",
        _ => "bad",
    };
    let small = if lo == hi { String::new() } else { format!("{} to {}", percent(lo), percent(hi)) };
    CellView { class, text: format!("{} %", percent(mean)), small }
}

/// The mean BD-quality with its interval and its unit.
fn quality(summary: &Summary) -> CellView {
    let Some(quality) = summary.quality() else {
        return CellView::plain(NOTHING);
    };
    let (lo, hi) = quality.interval;
    let class = match () {
        () if lo > 0.0 => "good",
        () if hi < 0.0 => "bad",
        () => "",
    };
    let unit = summary.metric.axis_unit();
    let interval = if lo == hi { String::new() } else { format!("{} to {}", difference(lo), difference(hi)) };
    CellView { class, text: format!("{} {unit}", difference(quality.mean)).trim_end().to_owned(), small: interval }
}

/// The codec reported on against the anchor by each metric, then by the first one in bands.
fn details(report: &Report) -> Vec<DetailView> {
    let Some(comparison) = report.comparison(&report.codec) else {
        return Vec::new();
    };
    let view = |name: String, s: &Summary| DetailView {
        name,
        mean: cell(Some(s)),
        p: s.wilcoxon().map_or(NOTHING.to_owned(), |test| p_value(&test)),
        median: format!("{} %", percent(s.median())),
        best: extreme(s.best()),
        worst: extreme(s.worst()),
        wins: format!("{} of {}", s.wins(), s.images.len()),
        quality: quality(s),
    };
    let whole = comparison.summaries.iter().map(|s| view(s.metric.name.clone(), s));
    let first = report.panel.first();
    let bands = first
        .bands
        .iter()
        .filter_map(|band| Some(view(format!("{} {} to {}", first.name, band.0, band.1), comparison.band(*band)?)));
    whole.chain(bands).collect()
}

/// The BD-rates of the codec reported on picture by picture, by name.
fn rates(report: &Report) -> Vec<RatesView<'_>> {
    let Some(comparison) = report.comparison(&report.codec) else {
        return Vec::new();
    };
    let mut images: Vec<&str> = comparison.summaries.iter().flat_map(|s| &s.images).map(|i| i.image.as_str()).collect();
    images.sort_unstable();
    images.dedup();
    let rate = |image: &str, metric: &Metric| {
        let found = comparison.summary(metric)?.images.iter().find(|i| i.image == image)?;
        Some(format!("{} %", percent(found.percent)))
    };
    let row = |image| {
        let cells = report.panel.deciding.iter().map(|m| rate(image, m).unwrap_or(NOTHING.to_owned()));
        RatesView { image, cells: cells.collect() }
    };
    images.into_iter().map(row).collect()
}

/// The bytes of the codec reported on and of the anchor at equal scores by the first metric.
fn equal(report: &Report) -> Vec<EqualView> {
    let sizes = report.comparison(&report.codec).map_or(&[][..], |c| &c.equal);
    sizes
        .iter()
        .filter_map(|e| {
            let s = e.sizes.as_ref()?;
            Some(EqualView {
                score: e.score,
                ours: s.test.map_or(NOTHING.to_owned(), kilobytes),
                anchor: s.anchor.map_or(NOTHING.to_owned(), kilobytes),
                percent: format!("{} %", percent(s.percent)),
                pictures: s.images,
            })
        })
        .collect()
}

/// The lossless codecs, the smallest files first.
fn lossless(report: &Report) -> Vec<LosslessView<'_>> {
    let Some(all) = &report.lossless else {
        return Vec::new();
    };
    all.rows.iter().map(|row| lossless_view(row, &all.codec)).collect()
}

fn lossless_view<'a>(row: &'a Row, reported: &str) -> LosslessView<'a> {
    let time = |s: Option<f64>| s.map_or(NOTHING.to_owned(), seconds);
    LosslessView {
        codec: &row.codec,
        reported: row.codec == reported,
        bytes: kilobytes(row.bytes as f64),
        mean: format!("{} %", percent(row.percent)),
        best: extreme(&row.best),
        worst: extreme(&row.worst),
        encode: time(row.enc_s),
        decode: time(row.dec_s),
        pictures: row.pictures,
    }
}

/// A picture and its rate.
fn extreme(rate: &ImageRate) -> CellView {
    CellView { class: "", text: format!("{} %", percent(rate.percent)), small: rate.image.clone() }
}

/// The pictures of the codec reported on and of the anchor.
fn common_pictures<'a>(report: &Report, shown: &[(&'a str, &ByImage<'a>)]) -> Vec<&'a str> {
    let of = |wanted: &str| shown.iter().find(|(name, _)| *name == wanted).map(|(_, images)| *images);
    let anchor = report.anchor.as_deref().and_then(of);
    let ours = of(&report.codec).into_iter().flat_map(|images| images.keys().copied());
    ours.filter(|image| anchor.is_none_or(|a| a.contains_key(image))).collect()
}

/// Which codecs miss one of the pictures that the plots of the set are about.
fn left_out(shown: &[(&str, &ByImage<'_>)], pictures: &[&str]) -> String {
    let count = |images: &ByImage<'_>| pictures.iter().filter(|image| images.contains_key(*image)).count();
    let fewer: Vec<_> = shown
        .iter()
        .map(|(name, images)| (name, count(images)))
        .filter(|(_, count)| *count < pictures.len())
        .map(|(name, count)| format!("{name} ({count} of {})", pictures.len()))
        .collect();
    if fewer.is_empty() {
        return String::new();
    }
    format!("Not here, since they were measured on fewer pictures: {}.", fewer.join(", "))
}

/// The pictures with their plots, the worst of the codec reported on first; the best and the worst
/// where there are many.
fn pictures(report: &Report, shown: &[(&str, &ByImage<'_>)]) -> Vec<PictureView> {
    let Some((_, images)) = shown.first() else {
        return Vec::new();
    };
    let rates = report.images_by_rate();
    let rate = |image: &str| rates.iter().find(|(i, _)| *i == image).map(|(_, percent)| *percent);
    let mut order: Vec<(&str, Option<f64>)> = images.keys().map(|image| (*image, rate(image))).collect();
    order.sort_by(|a, b| b.1.unwrap_or(f64::NEG_INFINITY).total_cmp(&a.1.unwrap_or(f64::NEG_INFINITY)));
    if order.len() > MOST_PICTURES {
        order.drain(MOST_PICTURES / 2..order.len() - MOST_PICTURES / 2);
    }
    order
        .into_iter()
        .map(|(image, rate)| PictureView {
            option: rate
                .map_or(image.to_owned(), |r| format!("{image} ({} % by {})", percent(r), report.panel.first().name)),
            plots: report
                .panel
                .deciding
                .iter()
                .filter_map(|metric| {
                    let svg = figures::picture(shown, image, metric)?;
                    Some(Figure { caption: metric.name.clone(), svg })
                })
                .collect(),
        })
        .collect()
}
