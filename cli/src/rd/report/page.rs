//! The report as one HTML file that needs nothing else: no network, no fonts, and no script. What can be switched (the
//! theme, the codecs shown, the picture) are form controls that the style sheet looks at with `:has()`; a browser without
//! it shows everything.

use askama::Template;

use super::data::{Cell, Report};
use super::figures::{self, Speed};
use super::plot::{mark_path, style_class};
use super::speed::{STORED, SpeedRow, WORKING_POINT};
use super::words::{percent, plural, seconds};
use crate::error::{CliError, Result};
use crate::rd::analysis::curve::Axis;
use crate::rd::points::ByImage;

/// The most pictures with plots of their own.
const MOST_PICTURES: usize = 60;

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    report: &'a Report,
    title: String,
    working_point: f64,
    metrics: Vec<&'static str>,
    rows: Vec<RowView<'a>>,
    timing_note: String,
    codecs: Vec<LegendView<'a>>,
    picture_count: String,
    /// Which codecs the plots of the set miss.
    left_out: Vec<String>,
    set_plots: Vec<Figure>,
    speed_plots: Vec<Figure>,
    pictures: Vec<PictureView>,
}

/// A row of the first table.
struct RowView<'a> {
    codec: &'a str,
    reported: bool,
    cells: Vec<CellView>,
    encode: String,
    decode: String,
    pictures: String,
}

struct CellView {
    class: &'static str,
    text: String,
    small: String,
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

/// The page.
///
/// # Errors
/// [`CliError::Run`] where the template cannot be filled in.
pub(crate) fn render(report: &Report, measured: &[(&str, ByImage<'_>)]) -> Result<String> {
    // In the order of the legend, which is that of the styles.
    let shown: Vec<_> = report
        .codecs
        .iter()
        .filter_map(|c| measured.iter().find(|(name, _)| *name == c.name))
        .map(|(name, images)| (*name, images))
        .collect();
    let title = match &report.anchor {
        Some(anchor) => format!("{} against {anchor}", report.codec),
        None => report.codec.clone(),
    };
    let figure = |caption: &str, svg: Option<String>| svg.map(|svg| Figure { caption: caption.to_owned(), svg });
    let set_plots = Axis::ALL.iter().filter_map(|a| figure(a.name(), figures::set_mean(&shown, *a))).collect();
    let usual = usual_timing(report);
    let speed_plots = [("Encoding", Speed::Encode), ("Decoding", Speed::Decode)]
        .into_iter()
        .filter_map(|(caption, which)| figure(caption, figures::speed(report, which, usual)))
        .collect();
    let count = report.codecs.first().map_or(0, |c| c.pictures);
    let page = Page {
        report,
        title,
        working_point: WORKING_POINT,
        metrics: Axis::ALL.iter().map(|a| a.name()).collect(),
        rows: rows(report),
        timing_note: timing_note(report),
        codecs: report.codecs.iter().enumerate().map(|(style, c)| legend(style, &c.name)).collect(),
        picture_count: plural(count, "picture"),
        left_out: left_out(report, count),
        set_plots,
        speed_plots,
        pictures: pictures(report, &shown),
    };
    page.render().map_err(|e| CliError::Run(format!("cannot write the report: {e}")))
}

fn legend(style: usize, name: &str) -> LegendView<'_> {
    LegendView {
        name,
        class: style_class(style).replacen(&format!("s{style} "), "", 1),
        mark: mark_path(style, 13.0, 7.0),
    }
}

/// The rows of the first table, the anchor at its place among them.
fn rows(report: &Report) -> Vec<RowView<'_>> {
    let mut rows: Vec<(f64, RowView<'_>)> = report
        .rows
        .iter()
        .map(|row| {
            let cells = row.cells.iter().map(|c| c.as_ref().map_or_else(empty_cell, cell)).collect();
            let pictures = row.cells.iter().flatten().map(|c| c.pictures).max().unwrap_or(0);
            let key = row.cells.first().and_then(Option::as_ref).map_or(f64::INFINITY, |c| c.mean);
            (key, row_view(report, &row.codec, cells, pictures))
        })
        .collect();
    if let Some(anchor) = report.codecs.iter().find(|c| Some(&c.name) == report.anchor.as_ref()) {
        let cells =
            Axis::ALL.iter().map(|_| CellView { class: "", text: "0".to_owned(), small: String::new() }).collect();
        let at = rows.iter().position(|(key, _)| *key > 0.0).unwrap_or(rows.len());
        rows.insert(at, (0.0, row_view(report, &anchor.name, cells, anchor.pictures)));
    }
    rows.into_iter().map(|(_, row)| row).collect()
}

fn row_view<'a>(report: &Report, codec: &'a str, cells: Vec<CellView>, pictures: usize) -> RowView<'a> {
    let speed = report.speed.iter().find(|s| s.codec == codec);
    let time = |of: fn(&SpeedRow) -> Option<f64>| speed.and_then(of).map_or("\u{2013}".to_owned(), seconds);
    RowView {
        codec,
        reported: codec == report.codec,
        cells,
        encode: time(|s| s.enc_s),
        decode: time(|s| s.dec_s),
        pictures: pictures.to_string(),
    }
}

fn cell(cell: &Cell) -> CellView {
    let class = match (cell.interval, cell.mean) {
        (Some([lo, hi]), _) if lo < 0.0 && hi > 0.0 => "",
        (_, mean) if mean < -0.05 => "good",
        (_, mean) if mean > 0.05 => "bad",
        _ => "",
    };
    let small = cell.interval.map_or(String::new(), |[lo, hi]| format!("{} to {}", percent(lo), percent(hi)));
    CellView { class, text: format!("{} %", percent(cell.mean)), small }
}

fn empty_cell() -> CellView {
    CellView { class: "", text: "\u{2013}".to_owned(), small: String::new() }
}

/// The kind of times that most of the page is about: those of the codec reported on.
fn usual_timing(report: &Report) -> &str {
    report.speed.iter().find(|s| s.codec == report.codec).or(report.speed.first()).map_or(STORED, |s| &s.timing)
}

/// What the times are the times of, and which do not compare.
fn timing_note(report: &Report) -> String {
    if let Some(reason) = &report.untimed {
        return reason.clone();
    }
    let mut kinds: Vec<&str> = vec![usual_timing(report)];
    for row in &report.speed {
        if !kinds.contains(&row.timing.as_str()) {
            kinds.push(&row.timing);
        }
    }
    let parts: Vec<_> = kinds
        .iter()
        .map(|kind| {
            let names: Vec<_> = report.speed.iter().filter(|s| s.timing == *kind).map(|s| s.codec.as_str()).collect();
            let what = match *kind {
                "call" => "the library call alone",
                "process" => "a whole process with its start and files",
                _ => "as stored with the points, measured elsewhere",
            };
            format!("{}: {what}", names.join(", "))
        })
        .collect();
    match parts.len() {
        1 => format!("Times of {}.", parts[0]),
        _ => format!("Times of different kinds do not compare (other kinds have hollow marks). {}.", parts.join("; ")),
    }
}

fn left_out(report: &Report, count: usize) -> Vec<String> {
    let fewer: Vec<_> = report.codecs.iter().filter(|c| c.pictures < count).collect();
    if fewer.is_empty() {
        return Vec::new();
    }
    let names: Vec<_> = fewer.iter().map(|c| format!("{} ({} of {count})", c.name, c.pictures)).collect();
    vec![format!("Not here, since they were measured on fewer pictures: {}.", names.join(", "))]
}

/// The pictures with their plots, the worst of the codec reported on first; the best and the worst where there are many.
fn pictures(report: &Report, shown: &[(&str, &ByImage<'_>)]) -> Vec<PictureView> {
    let Some((_, images)) = shown.first() else {
        return Vec::new();
    };
    let rate = |image: &str| {
        let cell = report.row(&report.codec)?.cells.first()?.as_ref()?;
        cell.images.iter().find(|i| i.image == image).map(|i| i.percent)
    };
    let mut order: Vec<(&str, Option<f64>)> = images.keys().map(|image| (*image, rate(image))).collect();
    order.sort_by(|a, b| b.1.unwrap_or(f64::NEG_INFINITY).total_cmp(&a.1.unwrap_or(f64::NEG_INFINITY)));
    if order.len() > MOST_PICTURES {
        order.drain(MOST_PICTURES / 2..order.len() - MOST_PICTURES / 2);
    }
    order
        .into_iter()
        .map(|(image, rate)| PictureView {
            option: rate.map_or(image.to_owned(), |r| format!("{image} ({} % by SSIMULACRA2)", percent(r))),
            plots: Axis::ALL
                .iter()
                .filter_map(|axis| {
                    let svg = figures::picture(shown, image, *axis)?;
                    Some(Figure { caption: axis.name().to_owned(), svg })
                })
                .collect(),
        })
        .collect()
}
