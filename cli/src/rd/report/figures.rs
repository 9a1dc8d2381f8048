//! The plots of a report: which figures they show, of which points.

use std::collections::BTreeMap;

use super::data::Report;
use super::evidence::generations::{CodecGenerations, Generations};
use super::numbers::{percent, seconds, two_digits};
use super::plot::{Mark, Plot, PlotAxis, Scale, Series};
use crate::rd::metric::{Metric, Metrics, Transform};
use crate::rd::points::{ByImage, Point};

/// A codec with its points, and its place in the legend.
type Measured<'a> = (&'a str, &'a ByImage<'a>);

/// How a metric is plotted: its scale, and what to write beside it.
fn vertical(metric: &Metric) -> PlotAxis {
    let scale = match metric.transform {
        Transform::Rising | Transform::Decibel => Scale::Linear,
        Transform::Falling => Scale::Falling,
        Transform::LogRising => Scale::Log,
        Transform::LogFalling => Scale::LogFalling,
    };
    let unit = if metric.unit.is_empty() { String::new() } else { format!(", {}", metric.unit) };
    PlotAxis { label: format!("{}{unit} (up is better)", metric.name), scale }
}

fn rate() -> PlotAxis {
    PlotAxis { label: "bits per pixel".to_owned(), scale: Scale::Log }
}

/// The set as a whole over one metric: each mark is one quality setting, with the geometric mean of
/// the bits per pixel and the mean score over `pictures`. A codec that misses one of them at a
/// setting has no mark there: a mean over fewer pictures would lie elsewhere for that alone. The
/// scores are averaged where the axis is even: Butteraugli by its logarithm. `None` without a mark.
pub(crate) fn set_mean(codecs: &[Measured<'_>], pictures: &[&str], metric: &Metric) -> Option<String> {
    set_plot(codecs, pictures, metric).svg()
}

/// The plot of [`set_mean`].
fn set_plot(codecs: &[Measured<'_>], pictures: &[&str], metric: &Metric) -> Plot {
    let count = pictures.len();
    let series = codecs.iter().enumerate().map(|(style, (name, images))| {
        let mut by_quality: BTreeMap<u64, Vec<(&Point, f64)>> = BTreeMap::new();
        for point in pictures.iter().filter_map(|image| images.get(image)).flatten() {
            if let Some(position) = point.position(metric) {
                by_quality.entry(point.q.to_bits()).or_default().push((point, position));
            }
        }
        let complete = by_quality.values().filter(|points| points.len() == count);
        let marks = complete.map(|points| {
            let mean = |f: &dyn Fn(&(&Point, f64)) -> f64| points.iter().map(f).sum::<f64>() / count as f64;
            let (bpp, score) = (mean(&|p| p.0.bpp.ln()).exp(), plotted(metric, mean(&|p| p.1)));
            mark(name, points[0].0.q, bpp, score)
        });
        Series { style, marks: by_rate(marks.collect()), label: None }
    });
    let title = format!("{} over bits per pixel, mean of the set", metric.name);
    Plot { title, x: rate(), y: vertical(metric), series: series.collect() }
}

/// The plot of [`set_mean`] as documents have it: within the scores that BD-rates are of.
pub(crate) fn counted_set_plot(codecs: &[Measured<'_>], pictures: &[&str], metric: &Metric) -> Plot {
    let mut plot = set_plot(codecs, pictures, metric);
    let counts = |score: f64| {
        let [least, most] = metric.range;
        least.is_none_or(|least| score >= least) && most.is_none_or(|most| score <= most)
    };
    plot.series.iter_mut().for_each(|series| series.marks.retain(|mark| counts(mark.y)));
    plot
}

/// One picture over one metric: its measured points.
pub(crate) fn picture(codecs: &[Measured<'_>], image: &str, metric: &Metric) -> Option<String> {
    picture_plot(codecs, image, metric).svg()
}

/// The plot of [`picture`].
pub(crate) fn picture_plot(codecs: &[Measured<'_>], image: &str, metric: &Metric) -> Plot {
    let series = codecs.iter().enumerate().filter_map(|(style, (name, images))| {
        let marks = images
            .get(image)?
            .iter()
            .filter_map(|p| Some(mark(name, p.q, p.bpp, plotted(metric, p.position(metric)?))));
        Some(Series { style, marks: by_rate(marks.collect()), label: None })
    });
    let title = format!("{} over bits per pixel, {image}", metric.name);
    Plot { title, x: rate(), y: vertical(metric), series: series.collect() }
}

/// From a position on the axis to what is plotted: the score itself, or its decibels.
fn plotted(metric: &Metric, position: f64) -> f64 {
    if metric.transform == Transform::Decibel { position } else { metric.transform.score(position) }
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
    speed_plot(report, which, usual_timing).svg()
}

/// The plot of [`speed`]. What was timed in another way than usual is an outline.
pub(crate) fn speed_plot(report: &Report, which: Speed, usual_timing: &str) -> Plot {
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
    Plot { title: format!("size over speed, {verb}"), x, y, series: series.collect() }
}

/// A score over the generations: the mean of the pictures, a line a codec; with the name of the
/// metric, which is that of a column.
pub(crate) fn generations(report: &Report, generations: &Generations, column: &str) -> Option<(String, String)> {
    let metrics = Metrics::built_in();
    let metric = metrics.find(column)?;
    let values = |c: &CodecGenerations| if column == "psnr_y" { c.psnr_y.clone() } else { c.ssim2.clone() };
    let series = generations.codecs.iter().map(|c| {
        let marks = values(c).into_iter().zip(1u32..).map(|(y, generation)| {
            let title = format!("{} generation {generation}: {y:.2}", c.codec);
            Mark { x: f64::from(generation), y, title, hollow: false }
        });
        Series { style: report.style(&c.codec), marks: marks.collect(), label: None }
    });
    let x = PlotAxis { label: "times encoded".to_owned(), scale: Scale::Linear };
    let title = format!("{} over generations", metric.name);
    let svg = Plot { title, x, y: vertical(metric), series: series.collect() }.svg()?;
    Some((metric.name.clone(), svg))
}
