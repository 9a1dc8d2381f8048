//! Speed against size, and memory: each codec at one working point.

use std::fmt;

use serde::Serialize;

use super::choice::Measured;
use crate::rd::analysis::comparison::Comparison;
use crate::rd::metric::{Metric, Panel};
use crate::rd::points::{ALL_THREADS, ByImage, MEMORY, Point, REPEATED, TIMING};

/// Where codecs are compared by speed: at about one score, such as a SSIMULACRA2 of 70. Where the
/// first metric has no such score, it is the middle one of each codec's points on a picture.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WorkingPoint<'a> {
    metric: &'a Metric,
}

impl<'a> WorkingPoint<'a> {
    pub(crate) fn of(panel: &'a Panel) -> Self {
        Self { metric: panel.first() }
    }

    /// The bytes of a codec against those of the anchor there, in percent: at the score, else over
    /// all of the curve.
    fn bytes_percent(self, comparison: &Comparison) -> Option<f64> {
        match self.metric.working_point {
            None => comparison.summary(self.metric).map(|s| s.mean()),
            Some(score) => comparison.equal.iter().find(|e| e.score == score)?.sizes.as_ref().map(|s| s.percent),
        }
    }

    /// The point of a codec on a picture.
    fn nearest(self, mut points: Vec<&Point>) -> Option<&Point> {
        let Some(score) = self.metric.working_point else {
            points.sort_by(|a, b| a.bpp.total_cmp(&b.bpp));
            return points.get(points.len() / 2).copied();
        };
        let distance = |p: &&Point| p.score(self.metric).map_or(f64::NAN, |s| (s - score).abs());
        points.into_iter().filter(|p| !distance(p).is_nan()).min_by(|a, b| distance(a).total_cmp(&distance(b)))
    }
}

impl fmt::Display for WorkingPoint<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.metric.working_point {
            Some(score) => write!(f, "a {} of about {score}", self.metric.name),
            None => write!(f, "the middle one of each codec's qualities"),
        }
    }
}

/// What the times of rows without a column for it are called.
pub(crate) const STORED: &str = "as stored";

/// Size, encode and decode time of one codec: all of the same configuration, over the same
/// pictures.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct SpeedRow {
    pub(crate) codec: String,
    /// What the times are the times of: `call`, `process` or `as stored`. Those of different kinds
    /// do not compare.
    pub(crate) timing: String,
    pub(crate) pictures: usize,
    /// Mean over the pictures, where the size of all is known.
    pub(crate) megapixels: Option<f64>,
    /// Width and height, where all pictures have the same up to a quarter turn.
    pub(crate) size: Option<[u32; 2]>,
    /// Mean seconds a picture.
    pub(crate) enc_s: Option<f64>,
    pub(crate) dec_s: Option<f64>,
    /// How often each picture was timed, where all were several times: seconds are medians then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reps: Option<usize>,
    /// The shortest and the longest of those times, means over the pictures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) enc_range_s: Option<[f64; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) dec_range_s: Option<[f64; 2]>,
    /// On how many threads it was timed besides one, where that was asked for; 1 where it has no
    /// more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) threads: Option<usize>,
    /// Mean seconds a picture on those.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) enc_all_s: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) dec_all_s: Option<f64>,
    /// Megapixels a second.
    pub(crate) enc_mps: Option<f64>,
    pub(crate) dec_mps: Option<f64>,
    /// Mean difference of the bytes at the working point to those of the anchor, in percent; 0 for
    /// the anchor.
    pub(crate) bytes_percent: Option<f64>,
}

/// The rows of all codecs that have times.
pub(crate) fn rows(
    measured: &Measured<'_>,
    anchor: Option<&str>,
    comparisons: &[Comparison],
    panel: &Panel,
) -> Vec<SpeedRow> {
    let at = WorkingPoint::of(panel);
    let bytes = |codec: &str| {
        if Some(codec) == anchor {
            return Some(0.0);
        }
        at.bytes_percent(comparisons.iter().find(|c| c.codec == codec)?)
    };
    measured.iter().filter_map(|(name, images)| row(name, images, at, bytes(name))).collect()
}

fn row(codec: &str, images: &ByImage<'_>, at: WorkingPoint<'_>, bytes_percent: Option<f64>) -> Option<SpeedRow> {
    let timing = images.values().flatten().find(|p| is_timed(p)).map(|p| timing_of(p))?;
    let points: Vec<&Point> = images.values().filter_map(|points| at.nearest(timed(points, timing))).collect();
    let pixels: Option<f64> = points.iter().map(|p| p.pixels()).sum();
    let count = points.len() as f64;
    // A codec whose rows have one of the times only in part would be measured on other pictures
    // than the rest.
    let total = |time: fn(&Point) -> Option<f64>| -> Option<f64> {
        points.iter().map(|p| time(p).filter(|s| *s > 0.0)).sum::<Option<f64>>()
    };
    let (enc, dec) = (total(|p| p.enc_s), total(|p| p.dec_s));
    let sides = |p: &Point| p.size.map(|[w, h]| [w.max(h), w.min(h)]);
    let size = points.first().and_then(|p| sides(p)).filter(|first| points.iter().all(|p| sides(p) == Some(*first)));
    let column = |name| mean_of(&points, name);
    let range = |low, high| Some([column(low)?, column(high)?]);
    let whole = |name| points.iter().map(|p| p.number(name)).collect::<Option<Vec<_>>>();
    let least = |name| whole(name)?.into_iter().min_by(f64::total_cmp).map(|n| n as usize);
    let [reps, enc_min, enc_max, dec_min, dec_max] = REPEATED;
    let [threads, enc_all, dec_all] = ALL_THREADS;
    let speed = |seconds: Option<f64>| Some(pixels? / seconds? / 1e6);
    Some(SpeedRow {
        codec: codec.to_owned(),
        timing: timing.to_owned(),
        pictures: points.len(),
        megapixels: pixels.map(|p| p / count / 1e6),
        size,
        enc_s: enc.map(|s| s / count),
        dec_s: dec.map(|s| s / count),
        reps: least(reps),
        enc_range_s: range(enc_min, enc_max),
        dec_range_s: range(dec_min, dec_max),
        threads: least(threads),
        enc_all_s: column(enc_all),
        dec_all_s: column(dec_all),
        enc_mps: speed(enc),
        dec_mps: speed(dec),
        bytes_percent,
    })
}

/// The mean of a column that all of the points have.
fn mean_of(points: &[&Point], column: &str) -> Option<f64> {
    let sum: Option<f64> = points.iter().map(|p| p.number(column).filter(|value| *value > 0.0)).sum();
    sum.map(|sum| sum / points.len() as f64).filter(|mean| mean.is_finite())
}

/// The memory of one codec over pictures, in megabytes of 10^6 bytes.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct MemoryRow {
    pub(crate) codec: String,
    pub(crate) pictures: usize,
    /// Mean over the pictures of the most that a process took which encoded one.
    pub(crate) enc_mb: Option<f64>,
    /// The same of those that decoded one.
    pub(crate) dec_mb: Option<f64>,
}

/// The rows of all codecs whose memory was measured.
pub(crate) fn memory(measured: &Measured<'_>, panel: &Panel) -> Vec<MemoryRow> {
    let (at, is_measured) = (WorkingPoint::of(panel), |p: &Point| MEMORY.iter().any(|c| p.number(c).is_some()));
    let row = |(codec, images): &(&str, ByImage<'_>)| {
        let measured = images.values().map(|points| points.iter().copied().filter(|p| is_measured(p)).collect());
        let points: Vec<&Point> = measured.filter_map(|points| at.nearest(points)).collect();
        let [enc_mb, dec_mb] = MEMORY.map(|column| mean_of(&points, column));
        let row = MemoryRow { codec: (*codec).to_owned(), pictures: points.len(), enc_mb, dec_mb };
        (enc_mb.is_some() || dec_mb.is_some()).then_some(row)
    };
    measured.iter().filter_map(row).collect()
}

fn is_timed(point: &Point) -> bool {
    // Some files have zeros for what was not measured.
    point.enc_s.is_some_and(|s| s > 0.0) || point.dec_s.is_some_and(|s| s > 0.0)
}

fn timing_of(point: &Point) -> &str {
    point.extra(TIMING).unwrap_or(STORED)
}

/// The points with times of that kind.
fn timed<'a>(points: &[&'a Point], timing: &str) -> Vec<&'a Point> {
    points.iter().copied().filter(|p| is_timed(p) && timing_of(p) == timing).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rd::metric::Metrics;
    use crate::rd::points::by_codec;

    fn point(image: &str, ssim2: f64, enc_s: Option<f64>, timing: Option<&str>) -> Point {
        Point {
            codec: "c".to_owned(),
            image: image.to_owned(),
            q: ssim2,
            bytes: Some(1000),
            bpp: 0.5,
            scores: [("ssim2".to_owned(), ssim2)].into(),
            enc_s,
            dec_s: Some(0.0),
            size: Some([1000, 500]),
            extra: timing.map(|t| (TIMING.to_owned(), t.to_owned())).into_iter().collect(),
        }
    }

    fn only_row(points: &[Point]) -> Option<SpeedRow> {
        rows(&by_codec(points), Some("c"), &[], &Panel::usual(&Metrics::built_in(), points)).into_iter().next()
    }

    #[test]
    fn times_are_those_at_the_working_point() {
        let mut turned = point("b", 69.0, Some(2.0), None);
        turned.size = Some([500, 1000]);
        let points = [point("a", 40.0, Some(9.0), None), point("a", 72.0, Some(0.5), None), turned];
        let row = only_row(&points).unwrap();
        // Two pictures of half a megapixel in 0.5 and 2 seconds: 1.25 s a picture, 1 megapixel in
        // 2.5 s.
        assert_eq!((row.enc_s, row.enc_mps, row.pictures), (Some(1.25), Some(0.4), 2));
        // Zero stands for what was not measured.
        assert_eq!((row.dec_s, row.dec_mps), (None, None));
        assert_eq!((row.size, row.timing.as_str(), row.bytes_percent), (Some([1000, 500]), STORED, Some(0.0)));
    }

    #[test]
    fn without_such_a_score_the_middle_of_the_points_is_taken() {
        let mut points: Vec<_> = [1.0, 2.0, 3.0].map(|s| point("a", s, Some(s), None)).into();
        for p in &mut points {
            (p.bpp, p.scores) = (p.q, [("psnr_y".to_owned(), 30.0 + p.q)].into());
        }
        assert_eq!(only_row(&points).unwrap().enc_s, Some(2.0));
    }

    #[test]
    fn spreads_threads_and_memory_are_means_where_all_points_have_them() {
        let with = |image: &str, columns: &[(&str, &str)]| {
            let mut point = point(image, 70.0, Some(1.0), None);
            point.extra = columns.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            point
        };
        let all = |reps, min, max, mb| {
            [
                ("reps", reps),
                ("enc_min_s", min),
                ("enc_max_s", max),
                ("threads", "4"),
                ("enc_all_s", min),
                ("enc_mb", mb),
            ]
        };
        let one = with("a", &all("5", "0.5", "1.5", "10"));
        let both = [one.clone(), with("b", &all("3", "0.7", "2.5", "30"))];
        let row = only_row(&both).unwrap();
        assert_eq!((row.reps, row.enc_range_s, row.dec_range_s), (Some(3), Some([0.6, 2.0]), None));
        assert_eq!((row.threads, row.enc_all_s, row.dec_all_s), (Some(4), Some(0.6), None));
        let memory_of = |points: &[Point]| memory(&by_codec(points), &Panel::usual(&Metrics::built_in(), points));
        let memory = memory_of(&both).remove(0);
        assert_eq!((memory.pictures, memory.enc_mb, memory.dec_mb), (2, Some(20.0), None));
        // A mean over other pictures than the median's would not stand beside it.
        let row = only_row(&[one, with("b", &[])]).unwrap();
        assert_eq!((row.reps, row.enc_range_s, row.threads, row.enc_all_s), (None, None, None, None));
        assert!(memory_of(&[with("a", &[])]).is_empty());
    }

    #[test]
    fn times_of_two_kinds_do_not_mix_and_codecs_without_times_have_no_row() {
        let points = [point("a", 70.0, Some(1.0), Some("call")), point("b", 70.0, Some(50.0), Some("process"))];
        let row = only_row(&points).unwrap();
        assert_eq!((row.enc_s, row.timing.as_str(), row.pictures), (Some(1.0), "call", 1));
        assert!(only_row(&[point("a", 70.0, None, None)]).is_none());
    }
}
