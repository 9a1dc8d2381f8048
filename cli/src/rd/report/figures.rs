//! The plots of a report: which figures they show, of which points.

use std::collections::BTreeMap;

use super::data::Report;
use super::evidence::generations::{CodecGenerations, Generations};
use super::numbers::{percent, seconds, two_digits};
use super::plot::{Mark, Plot, PlotAxis, Scale, Series};
use crate::rd::analysis::curve::Axis;
use crate::rd::points::{ByImage, Point};

/// A codec with its points, and its place in the legend.
type Measured<'a> = (&'a str, &'a ByImage<'a>);

/// How a metric is plotted: its scale, and what to write beside it.
fn vertical(axis: Axis) -> PlotAxis {
    let (label, scale) = match axis {
        Axis::Ssimulacra2 => ("SSIMULACRA2 (up is better)", Scale::Linear),
        Axis::Butteraugli => ("Butteraugli 3-norm (up is better)", Scale::LogFalling),
        Axis::PsnrY => ("PSNR-Y, dB (up is better)", Scale::Linear),
        Axis::PsnrRgb => ("PSNR-RGB, dB (up is better)", Scale::Linear),
        Axis::ButteraugliMax => ("Butteraugli maximum (up is better)", Scale::LogFalling),
        Axis::MsSsim => ("MS-SSIM, dB (up is better)", Scale::Linear),
    };
    PlotAxis { label: label.to_owned(), scale }
}

fn rate() -> PlotAxis {
    PlotAxis { label: "bits per pixel".to_owned(), scale: Scale::Log }
}

/// The set as a whole over one metric: each mark is one quality setting, with the geometric mean of
/// the bits per pixel and the mean score over `pictures`. A codec that misses one of them at a
/// setting has no mark there: a mean over fewer pictures would lie elsewhere for that alone. The
/// scores are averaged where the axis is even: Butteraugli by its logarithm. `None` without a mark.
pub(crate) fn set_mean(codecs: &[Measured<'_>], pictures: &[&str], axis: Axis) -> Option<String> {
    set_plot(codecs, pictures, axis).svg()
}

/// The plot of [`set_mean`].
pub(crate) fn set_plot(codecs: &[Measured<'_>], pictures: &[&str], axis: Axis) -> Plot {
    let count = pictures.len();
    let series = codecs.iter().enumerate().map(|(style, (name, images))| {
        let mut by_quality: BTreeMap<u64, Vec<(&Point, f64)>> = BTreeMap::new();
        for point in pictures.iter().filter_map(|image| images.get(image)).flatten() {
            if let Some(position) = axis.score(&point.scores).and_then(|s| axis.position(s)) {
                by_quality.entry(point.q.to_bits()).or_default().push((point, position));
            }
        }
        let complete = by_quality.values().filter(|points| points.len() == count);
        let marks = complete.map(|points| {
            let mean = |f: &dyn Fn(&(&Point, f64)) -> f64| points.iter().map(f).sum::<f64>() / count as f64;
            let (bpp, score) = (mean(&|p| p.0.bpp.ln()).exp(), plotted(axis, mean(&|p| p.1)));
            mark(name, points[0].0.q, bpp, score)
        });
        Series { style, marks: by_rate(marks.collect()), label: None }
    });
    let title = format!("{} over bits per pixel, mean of the set", axis.name());
    Plot { title, x: rate(), y: vertical(axis), series: series.collect() }
}

/// One picture over one metric: its measured points.
pub(crate) fn picture(codecs: &[Measured<'_>], image: &str, axis: Axis) -> Option<String> {
    let series = codecs.iter().enumerate().filter_map(|(style, (name, images))| {
        let marks = images.get(image)?.iter().filter_map(|p| {
            let position = axis.position(axis.score(&p.scores)?)?;
            Some(mark(name, p.q, p.bpp, plotted(axis, position)))
        });
        Some(Series { style, marks: by_rate(marks.collect()), label: None })
    });
    let title = format!("{} over bits per pixel, {image}", axis.name());
    Plot { title, x: rate(), y: vertical(axis), series: series.collect() }.svg()
}

/// From a position on the axis to what is plotted: the score itself, of MS-SSIM the decibels.
fn plotted(axis: Axis, position: f64) -> f64 {
    match axis {
        Axis::Ssimulacra2 | Axis::PsnrY | Axis::PsnrRgb | Axis::MsSsim => position,
        Axis::Butteraugli | Axis::ButteraugliMax => (-position).exp(),
    }
}

fn mark(codec: &str, q: f64, bpp: f64, score: f64) -> Mark {
    Mark { x: bpp, y: score, title: format!("{codec} q {q}: {bpp:.3} bpp, {score:.2}"), hollow: false }
}

fn by_rate(mut marks: Vec<Mark>) -> Vec<Mark> {
    marks.sort_by(|a, b| a.x.total_cmp(&b.x));
    marks
}

/// Which of the two times a plot is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Speed {
    Encode,
    Decode,
}

/// Size over speed: a mark a codec. `None` where no codec has both.
pub(crate) fn speed(report: &Report, which: Speed, usual_timing: &str) -> Option<String> {
    let verb = if which == Speed::Encode { "encoded" } else { "decoded" };
    let series = report.speed.iter().filter_map(|row| {
        let (x, time) = match which {
            Speed::Encode => (row.enc_mps?, row.enc_s?),
            Speed::Decode => (row.dec_mps?, row.dec_s?),
        };
        let y = row.bytes_percent?;
        let title = format!(
            "{}: {} megapixels a second ({} a picture), {} % bytes",
            row.codec,
            two_digits(x),
            seconds(time),
            percent(y)
        );
        let mark = Mark { x, y, title, hollow: row.timing != usual_timing };
        Some(Series { style: report.style(&row.codec), marks: vec![mark], label: Some(row.codec.clone()) })
    });
    let x = PlotAxis { label: format!("megapixels {verb} a second (right is faster)"), scale: Scale::Log };
    let y = PlotAxis { label: "% of bytes (down is better)".to_owned(), scale: Scale::Linear };
    Plot { title: format!("size over speed, {verb}"), x, y, series: series.collect() }.svg()
}

/// A score over the generations: the mean of the pictures, a line a codec.
pub(crate) fn generations(report: &Report, generations: &Generations, axis: Axis) -> Option<String> {
    let values = |c: &CodecGenerations| if axis == Axis::PsnrY { c.psnr_y.clone() } else { c.ssim2.clone() };
    let series = generations.codecs.iter().map(|c| {
        let marks = values(c).into_iter().zip(1u32..).map(|(y, generation)| {
            let title = format!("{} generation {generation}: {y:.2}", c.codec);
            Mark { x: f64::from(generation), y, title, hollow: false }
        });
        Series { style: report.style(&c.codec), marks: marks.collect(), label: None }
    });
    let x = PlotAxis { label: "times encoded".to_owned(), scale: Scale::Linear };
    Plot { title: format!("{} over generations", axis.name()), x, y: vertical(axis), series: series.collect() }.svg()
}
