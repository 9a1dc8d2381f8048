//! Speed against size: each codec at one working point, SSIMULACRA2 of about 70.

use serde::Serialize;

use crate::rd::analysis::curve::Axis;
use crate::rd::analysis::tables::Summary;
use crate::rd::points::{ByImage, Point, TIMING};

/// The SSIMULACRA2 of the working point: high quality by the metric's own scale.
pub(crate) const WORKING_POINT: f64 = 70.0;

/// What the times of rows without a column for it are called.
pub(crate) const STORED: &str = "as stored";

/// Size, encode and decode time of one codec: all of the same configuration, over the same pictures.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct SpeedRow {
    pub(crate) codec: String,
    /// What the times are the times of: `call`, `process` or `as stored`. Those of different kinds do not compare.
    pub(crate) timing: String,
    pub(crate) pictures: usize,
    /// Mean over the pictures.
    pub(crate) megapixels: f64,
    /// Width and height, where all pictures have the same up to a quarter turn.
    pub(crate) size: Option<[u32; 2]>,
    /// Mean seconds a picture.
    pub(crate) enc_s: Option<f64>,
    pub(crate) dec_s: Option<f64>,
    /// Megapixels a second.
    pub(crate) enc_mps: Option<f64>,
    pub(crate) dec_mps: Option<f64>,
    /// Mean difference of the bytes at equal SSIMULACRA2 of 70 to those of the anchor, in percent; 0 for the anchor.
    pub(crate) bytes_percent: Option<f64>,
}

/// The rows of all codecs that have times.
pub(crate) fn rows(codecs: &[(&str, ByImage<'_>)], anchor: Option<&ByImage<'_>>) -> Vec<SpeedRow> {
    codecs.iter().filter_map(|(name, images)| row(name, images, anchor)).collect()
}

fn row(codec: &str, images: &ByImage<'_>, anchor: Option<&ByImage<'_>>) -> Option<SpeedRow> {
    let timing = images.values().flatten().find(|p| is_timed(p)).map(|p| kind(p))?;
    let points: Vec<&Point> = images.values().filter_map(|points| nearest(points, timing)).collect();
    let pixels: f64 = points.iter().map(|p| f64::from(p.w) * f64::from(p.h)).sum();
    let count = points.len() as f64;
    // A codec whose rows have one of the times only in part would be measured on other pictures than the rest.
    let total = |time: fn(&Point) -> Option<f64>| -> Option<f64> {
        points.iter().map(|p| time(p).filter(|s| *s > 0.0)).sum::<Option<f64>>()
    };
    let (enc, dec) = (total(|p| p.enc_s), total(|p| p.dec_s));
    let side = |p: &Point| [p.w.max(p.h), p.w.min(p.h)];
    let size = points.first().map(|p| side(p)).filter(|first| points.iter().all(|p| side(p) == *first));
    Some(SpeedRow {
        codec: codec.to_owned(),
        timing: timing.to_owned(),
        pictures: points.len(),
        megapixels: pixels / count / 1e6,
        size,
        enc_s: enc.map(|s| s / count),
        dec_s: dec.map(|s| s / count),
        enc_mps: enc.map(|s| pixels / s / 1e6),
        dec_mps: dec.map(|s| pixels / s / 1e6),
        bytes_percent: anchor.and_then(|anchor| bytes_at_working_point(images, anchor)),
    })
}

fn is_timed(point: &Point) -> bool {
    // Some files have zeros for what was not measured.
    point.enc_s.is_some_and(|s| s > 0.0) || point.dec_s.is_some_and(|s| s > 0.0)
}

fn kind(point: &Point) -> &str {
    point.extra(TIMING).unwrap_or(STORED)
}

/// The timed point nearest to the working point.
fn nearest<'a>(points: &[&'a Point], timing: &str) -> Option<&'a Point> {
    let distance = |p: &Point| p.scores.ssim2.map(|s| (s - WORKING_POINT).abs());
    points
        .iter()
        .filter(|p| is_timed(p) && kind(p) == timing)
        .filter_map(|p| Some((*p, distance(p)?)))
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(p, _)| p)
}

/// The mean over the pictures of the bytes at the working point against those of `anchor`, in percent.
fn bytes_at_working_point(images: &ByImage<'_>, anchor: &ByImage<'_>) -> Option<f64> {
    Summary::new(images, anchor, Axis::Ssimulacra2).map(|s| s.mean())
}
