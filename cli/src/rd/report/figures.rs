//! The plots of a report: which figures they show, of which points.

use std::collections::BTreeMap;

use super::data::Report;
use super::evidence::generations::{CodecGenerations, Generations};
use super::numbers::{percent, seconds, two_digits};
use super::plot::{Mark, Plot, PlotAxis, Scale, Series};
use crate::rd::analysis::hull::upper_hull;
use crate::rd::metric::{Metric, Metrics, Transform};
use crate::rd::points::{ByImage, Point};
use crate::rd::scale;

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

/// The set as a whole over one metric: each mark is one setting (quality and scale), with the
/// geometric mean of the bits per pixel and the mean score over `pictures`. A codec that misses one
/// of them at a setting has no mark there: a mean over fewer pictures would lie elsewhere for that
/// alone. The scores are averaged where the axis is even: Butteraugli by its logarithm. `None`
/// without a mark.
pub(crate) fn set_mean(codecs: &[Measured<'_>], pictures: &[&str], metric: &Metric) -> Option<String> {
    set_plot(codecs, pictures, metric).svg()
}

/// The plot of [`set_mean`].
fn set_plot(codecs: &[Measured<'_>], pictures: &[&str], metric: &Metric) -> Plot {
    let count = pictures.len();
    let series = codecs.iter().enumerate().map(|(style, (name, images))| {
        let mut by_quality: BTreeMap<(u64, scale::Scale), Vec<(&Point, f64)>> = BTreeMap::new();
        for point in pictures.iter().filter_map(|image| images.get(image)).flatten() {
            if let Some(position) = point.position(metric) {
                by_quality.entry((point.q.to_bits(), point.scale())).or_default().push((point, position));
            }
        }
        let complete = by_quality.values().filter(|points| points.len() == count);
        let marks = complete.map(|points| {
            let mean = |f: &dyn Fn(&(&Point, f64)) -> f64| points.iter().map(f).sum::<f64>() / count as f64;
            (points[0].0, mean(&|p| p.0.bpp.ln()).exp(), mean(&|p| p.1))
        });
        Series { style, marks: line(name, marks.collect(), metric), label: None }
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
        let marks = images.get(image)?.iter().filter_map(|p| Some((*p, p.bpp, p.position(metric)?)));
        Some(Series { style, marks: line(name, marks.collect(), metric), label: None })
    });
    let title = format!("{} over bits per pixel, {image}", metric.name);
    Plot { title, x: rate(), y: vertical(metric), series: series.collect() }
}

/// From a position on the axis to what is plotted: the score itself, or its decibels.
fn plotted(metric: &Metric, position: f64) -> f64 {
    if metric.transform == Transform::Decibel { position } else { metric.transform.score(position) }
}

/// The marks of one codec, by rate: each of a point's setting, at some bits per pixel and some
/// place on the axis. Of several scales, those on the convex hull.
fn line(codec: &str, mut places: Vec<(&Point, f64, f64)>, metric: &Metric) -> Vec<Mark> {
    if places.iter().any(|(point, ..)| point.scale() != places[0].0.scale()) {
        places.retain(|(_, bpp, place)| *bpp > 0.0 && bpp.is_finite() && place.is_finite());
        let plane: Vec<_> = places.iter().map(|(_, bpp, place)| (bpp.ln(), *place)).collect();
        places = upper_hull(&plane).into_iter().map(|i| places[i]).collect();
    }
    places.sort_by(|a, b| a.1.total_cmp(&b.1));
    let mark = |(point, bpp, place): (&Point, f64, f64)| {
        let score = plotted(metric, place);
        let title = format!("{codec} q {}: {bpp:.3} bpp, {score:.2}", point.quality());
        Mark { x: bpp, y: score, title, hollow: false }
    };
    places.into_iter().map(mark).collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rd::analysis::fixtures::{at_scale, points};
    use crate::rd::points::by_codec;

    #[test]
    fn a_mark_of_the_set_is_of_one_quality_and_one_scale_and_a_line_is_their_hull() {
        let of = |image, factor: u64| {
            let whole = [(1.0, 2000 * factor, 40.0), (2.0, 8000 * factor, 70.0)];
            // The second is far below the line.
            let half = [(1.0, 1000 * factor, 20.0), (2.0, 4000 * factor, 35.0)];
            [points("c", image, &whole), at_scale("1/2", points("c", image, &half))].concat()
        };
        let all = [of("a", 1), of("b", 4)].concat();
        let codecs = by_codec(&all);
        let metrics = Metrics::built_in();
        let plot = set_plot(&[("c", &codecs[0].1)], &["a", "b"], metrics.find("ssim2").unwrap());
        // 10 000 bytes are a bit per pixel, and the geometric mean of 1 and 4 is 2.
        let titles: Vec<_> = plot.series[0].marks.iter().map(|m| m.title.as_str()).collect();
        assert_eq!(titles, ["c q 1 at 1/2: 0.200 bpp, 20.00", "c q 1: 0.400 bpp, 40.00", "c q 2: 1.600 bpp, 70.00"]);
        let plot = picture_plot(&[("c", &codecs[0].1)], "b", metrics.find("ssim2").unwrap());
        assert_eq!(plot.series[0].marks.iter().map(|m| m.x).collect::<Vec<_>>(), [0.4, 0.8, 3.2]);
    }
}
