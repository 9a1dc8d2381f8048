//! Measured points, and how they are put in order.

use std::collections::BTreeMap;

use super::metric::Metric;
use super::scale::Scale;
use crate::base::print::print_error;

/// What the times of a row are the times of: see [`super::codecs::Timing`].
pub(crate) const TIMING: &str = "timing";
/// What the row was measured from: a digest of picture, codec version and settings.
pub(crate) const KEY: &str = "key";

/// What stands as picture where a file has means over a set alone.
pub(crate) const MEAN_OF_SET: &str = "(set's mean)";

/// Says `yes` where the codec is lossless and the picture came back exactly.
pub(crate) const LOSSLESS: &str = "lossless";

/// Says `laid` where the picture has alpha and the codec none: see [`super::run`].
pub(crate) const ALPHA: &str = "alpha";
/// The scale that the picture was coded at, where that is not its own: see [`Scale`].
pub(crate) const SCALE: &str = "scale";

/// The most memory of a process that encodes, and of one that decodes, in megabytes of 10^6 bytes.
pub(crate) const MEMORY: [&str; 2] = ["enc_mb", "dec_mb"];

/// How often a picture was encoded and decoded, where that is more than once, and the shortest and
/// longest of those times.
pub(crate) const REPEATED: [&str; 5] = ["reps", "enc_min_s", "enc_max_s", "dec_min_s", "dec_max_s"];

/// On how many threads a codec was timed besides one, or 1 where it has no more, and those times.
pub(crate) const ALL_THREADS: [&str; 3] = ["threads", "enc_all_s", "dec_all_s"];

/// One picture through one codec at one quality. What was not measured is `None`, an empty field in
/// the file.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Point {
    /// Codec and its settings.
    pub(crate) codec: String,
    /// File stem of the picture.
    pub(crate) image: String,
    /// Quality on the codec's own scale.
    pub(crate) q: f64,
    /// Size of the stream; `None` where only bits per pixel were given.
    pub(crate) bytes: Option<u64>,
    /// Bits per pixel.
    pub(crate) bpp: f64,
    /// How the decoded picture compares with the source: scores by the columns of metrics.
    pub(crate) scores: BTreeMap<String, f64>,
    /// Seconds to encode.
    pub(crate) enc_s: Option<f64>,
    /// Seconds to decode.
    pub(crate) dec_s: Option<f64>,
    /// Width and height in pixels.
    pub(crate) size: Option<[u32; 2]>,
    /// Columns that are not among the fields here, by name, in the order of the file; empty fields
    /// are left out.
    pub(crate) extra: Vec<(String, String)>,
}

/// What tells points apart: codec, picture, quality as its bits, and scale.
pub(crate) type Identity = (String, String, u64, Scale);

impl Point {
    pub(crate) fn identity(&self) -> Identity {
        (self.codec.clone(), self.image.clone(), self.q.to_bits(), self.scale())
    }

    /// The score by a metric.
    pub(crate) fn score(&self, metric: &Metric) -> Option<f64> {
        self.scores.get(&metric.key).copied()
    }

    /// Where on the axis of a metric the point lies.
    pub(crate) fn position(&self, metric: &Metric) -> Option<f64> {
        metric.position(self.score(metric)?)
    }

    /// Width times height.
    pub(crate) fn pixels(&self) -> Option<f64> {
        self.size.map(|[w, h]| f64::from(w) * f64::from(h))
    }

    /// The scale that the picture was coded at. A file of another program may say something else in
    /// that column, which is no scale.
    pub(crate) fn scale(&self) -> Scale {
        self.extra(SCALE).and_then(|text| text.parse().ok()).unwrap_or_default()
    }

    /// Quality, and scale where that is not the picture's own, for people.
    pub(crate) fn quality(&self) -> String {
        match self.scale() {
            Scale::FULL => self.q.to_string(),
            scale => format!("{} at {scale}", self.q),
        }
    }

    /// Quality and size, for people.
    pub(crate) fn setting(&self) -> String {
        match self.bytes {
            Some(bytes) => format!("q {} ({bytes} bytes)", self.quality()),
            None => format!("q {} ({} bpp)", self.quality(), self.bpp),
        }
    }

    /// The value of an extra column.
    pub(crate) fn extra(&self, column: &str) -> Option<&str> {
        self.extra.iter().find(|(name, _)| name == column).map(|(_, value)| value.as_str())
    }

    /// The value of an extra column that has numbers.
    pub(crate) fn number(&self, column: &str) -> Option<f64> {
        self.extra(column)?.parse().ok().filter(|value: &f64| value.is_finite())
    }

    pub(crate) fn is_lossless(&self) -> bool {
        self.extra(LOSSLESS).is_some()
    }
}

/// The last of the points of each codec, picture, quality and scale, in the place of the first.
/// Says on standard error how many others there were.
pub(crate) fn latest(points: Vec<Point>) -> Vec<Point> {
    let all = points.len();
    let mut places = BTreeMap::new();
    let mut kept: Vec<Point> = Vec::with_capacity(all);
    for point in points {
        let place = *places.entry(point.identity()).or_insert(kept.len());
        if place == kept.len() {
            kept.push(point);
        } else {
            kept[place] = point;
        }
    }
    if kept.len() < all {
        let n = all - kept.len();
        print_error(&format!(
            "kvant: {n} points are there more than once (same codec, picture and q): the last counts\n"
        ));
    }
    kept
}

/// Sorts by codec (those of `order` first, in that order), picture, scale (the largest first) and
/// quality.
pub(crate) fn sort(points: &mut [Point], order: &[&str]) {
    let place = |p: &Point| order.iter().position(|name| *name == p.codec).unwrap_or(order.len());
    points.sort_by(|a, b| {
        let by_codec = place(a).cmp(&place(b)).then_with(|| a.codec.cmp(&b.codec));
        let by_image = by_codec.then_with(|| a.image.cmp(&b.image));
        by_image.then_with(|| b.scale().cmp(&a.scale())).then(a.q.total_cmp(&b.q))
    });
}

/// The points of each picture, of one codec.
pub(crate) type ByImage<'a> = BTreeMap<&'a str, Vec<&'a Point>>;

/// Groups points by codec, codecs in the order of their first point, and by picture.
pub(crate) fn by_codec(points: &[Point]) -> Vec<(&str, ByImage<'_>)> {
    let mut codecs: Vec<(&str, ByImage<'_>)> = Vec::new();
    for p in points {
        let at = codecs.iter().position(|(name, _)| *name == p.codec).unwrap_or_else(|| {
            codecs.push((&p.codec, BTreeMap::new()));
            codecs.len() - 1
        });
        codecs[at].1.entry(&p.image).or_default().push(p);
    }
    codecs
}

/// Codecs without their points of reduced pictures, and pictures without points.
pub(crate) fn at_full_size<'a>(codecs: &[(&'a str, ByImage<'a>)]) -> Vec<(&'a str, ByImage<'a>)> {
    let mut codecs = codecs.to_vec();
    for (_, images) in &mut codecs {
        images.values_mut().for_each(|points| points.retain(|p| p.scale() == Scale::FULL));
        images.retain(|_, points| !points.is_empty());
    }
    codecs.retain(|(_, images)| !images.is_empty());
    codecs
}
