//! BD-rates of one codec against another by one metric, and what a set of pictures makes of them.

use std::sync::Arc;

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

use super::bootstrap::mean_interval;
use super::curve::{Curve, bd_quality, bd_rate, overlap};
use super::pairs::{Pairs, Reason};
use super::wilcoxon::Wilcoxon;
use crate::rd::metric::Metric;
use crate::rd::points::Point;
use crate::rd::scale::Scale;

/// Percent that come of the rounding of the files alone, which have six decimals.
pub(crate) const NOISE: f64 = 5e-4;

/// Points that a curve should have to be trusted.
const FEW_POINTS: usize = 4;

/// The BD-rate on one picture.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct ImageRate {
    pub(crate) image: String,
    /// Percent; negative is fewer bytes than the anchor.
    pub(crate) percent: f64,
    /// BD-quality, in the unit of the axis; positive is better than the anchor. `None` where the
    /// curves have no size in common.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) quality: Option<f64>,
}

/// The BD-quality of a set of pictures.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Quality {
    /// Number of pictures.
    pub(crate) n: usize,
    /// The mean over the pictures, in the unit of the axis.
    pub(crate) mean: f64,
    /// The 95 % interval of the mean.
    pub(crate) interval: (f64, f64),
}

/// A measured point that was no part of a curve.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Dropped {
    pub(crate) codec: String,
    pub(crate) image: String,
    pub(crate) reason: Reason,
    /// Quality on the codec's own scale.
    pub(crate) q: f64,
    /// Where that is not the picture's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) scale: Option<String>,
    pub(crate) bytes: Option<u64>,
    /// All of them, for people.
    #[serde(skip)]
    pub(crate) setting: String,
}

impl Dropped {
    fn new((point, reason): &(&Point, Reason)) -> Self {
        let (codec, image, setting) = (point.codec.clone(), point.image.clone(), point.setting());
        let scale = Some(point.scale()).filter(|scale| *scale != Scale::FULL).map(|scale| scale.to_string());
        Self { codec, image, reason: *reason, q: point.q, scale, bytes: point.bytes, setting }
    }
}

/// BD-rates of one codec against another by one metric.
#[derive(Debug, Clone)]
pub(crate) struct Summary {
    pub(crate) metric: Arc<Metric>,
    /// The part of the axis that counts, in the unit of the axis; may be infinite.
    pub(crate) range: (f64, f64),
    /// The rates of at least one picture, ascending: the best comes first.
    pub(crate) images: Vec<ImageRate>,
    /// Points of either codec, picture by picture.
    pub(crate) dropped: Vec<Dropped>,
    /// Pictures of `images` where a curve has fewer than 4 points, or where the interval that both
    /// cover is less than half of what one of them covers of the range.
    pub(crate) thin: usize,
    /// Pictures that both codecs have scores of and that could not be compared: no quality in
    /// common, too few points for a curve, or different sizes.
    pub(crate) left_out: Vec<String>,
}

impl Summary {
    /// Over all pairs. `None` where no picture can be compared.
    pub(crate) fn new(pairs: &Pairs<'_>, range: (f64, f64)) -> Option<Self> {
        let (mut images, mut thin) = (Vec::new(), 0);
        let mut left_out: Vec<String> = pairs.unfit.iter().map(|u| u.image.to_owned()).collect();
        let mut dropped: Vec<_> = pairs.unfit.iter().flat_map(|u| &u.dropped).map(Dropped::new).collect();
        for pair in &pairs.pairs {
            let (test, anchor) = (&pair.test.curve, &pair.anchor.curve);
            let Some(ratio) = bd_rate(test, anchor, range) else {
                left_out.push(pair.image.to_owned());
                continue;
            };
            images.push(ImageRate {
                image: pair.image.to_owned(),
                percent: 100.0 * ratio,
                quality: bd_quality(test, anchor, range),
            });
            thin += usize::from(is_thin(test, anchor, range));
            dropped.extend(pair.test.dropped.iter().chain(&pair.anchor.dropped).map(Dropped::new));
        }
        images.sort_by(|a, b| a.percent.total_cmp(&b.percent));
        left_out.sort();
        (!images.is_empty()).then(|| Self { metric: Arc::clone(&pairs.metric), range, images, dropped, thin, left_out })
    }

    fn rates(&self) -> Vec<f64> {
        self.images.iter().map(|i| i.percent).collect()
    }

    /// The mean over the pictures, in percent: the headline.
    pub(crate) fn mean(&self) -> f64 {
        self.rates().iter().sum::<f64>() / self.images.len() as f64
    }

    /// The median over the pictures, in percent.
    pub(crate) fn median(&self) -> f64 {
        let n = self.images.len();
        (self.images[(n - 1) / 2].percent + self.images[n / 2].percent) / 2.0
    }

    /// The picture with the lowest rate.
    pub(crate) fn best(&self) -> &ImageRate {
        &self.images[0]
    }

    /// The picture with the highest rate.
    pub(crate) fn worst(&self) -> &ImageRate {
        &self.images[self.images.len() - 1]
    }

    /// Pictures that take fewer bytes, beyond [`NOISE`].
    pub(crate) fn wins(&self) -> usize {
        self.images.iter().filter(|i| i.percent < -NOISE).count()
    }

    /// Pictures that take more bytes, beyond [`NOISE`].
    pub(crate) fn losses(&self) -> usize {
        self.images.iter().filter(|i| i.percent > NOISE).count()
    }

    /// The 95 % interval of the mean, in percent: see [`mean_interval`].
    pub(crate) fn interval(&self) -> (f64, f64) {
        mean_interval(&self.rates())
    }

    /// Whether the rates may be chance: the signed-rank test of their ln(ratio), in which those
    /// within [`NOISE`] are none. `None` where all are.
    pub(crate) fn wilcoxon(&self) -> Option<Wilcoxon> {
        let beyond = self.images.iter().map(|i| i.percent).filter(|percent| percent.abs() > NOISE);
        Wilcoxon::new(&beyond.map(|percent| (percent / 100.0).ln_1p()).collect::<Vec<_>>())
    }

    /// The BD-quality over the pictures; `None` where none has one.
    pub(crate) fn quality(&self) -> Option<Quality> {
        let values: Vec<f64> = self.images.iter().filter_map(|i| i.quality).collect();
        let n = values.len();
        let mean = values.iter().sum::<f64>() / n as f64;
        (n > 0).then(|| Quality { n, mean, interval: mean_interval(&values) })
    }
}

/// What programs read of it: the figures too, not only what they are made from. An unlimited range
/// is `null`.
impl Serialize for Summary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let limit = |x: f64| x.is_finite().then_some(x);
        let mut s = serializer.serialize_struct("Summary", 16)?;
        s.serialize_field("axis", &self.metric.key)?;
        s.serialize_field("range", &[limit(self.range.0), limit(self.range.1)])?;
        s.serialize_field("n", &self.images.len())?;
        s.serialize_field("mean", &self.mean())?;
        s.serialize_field("median", &self.median())?;
        s.serialize_field("best", self.best())?;
        s.serialize_field("worst", self.worst())?;
        s.serialize_field("wins", &self.wins())?;
        s.serialize_field("losses", &self.losses())?;
        s.serialize_field("interval", &self.interval())?;
        s.serialize_field("wilcoxon", &self.wilcoxon())?;
        s.serialize_field("quality", &self.quality())?;
        s.serialize_field("thin", &self.thin)?;
        s.serialize_field("left_out", &self.left_out)?;
        s.serialize_field("images", &self.images)?;
        s.serialize_field("dropped", &self.dropped)?;
        s.end()
    }
}

fn is_thin(test: &Curve, anchor: &Curve, range: (f64, f64)) -> bool {
    let common = overlap(test, anchor, range).map_or(0.0, |(lo, hi)| hi - lo);
    [test, anchor].iter().any(|curve| {
        let counted = curve.span().1.min(range.1) - curve.span().0.max(range.0);
        curve.len() < FEW_POINTS || common < counted / 2.0
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rd::analysis::curve::Interpolation;
    use crate::rd::analysis::fixtures::{at_scale, point, points};
    use crate::rd::metric::Metrics;
    use crate::rd::points::by_codec;

    const SSIM2: (f64, f64) = (30.0, 92.0);

    /// `test` against `anchor` by SSIMULACRA2.
    fn summary(points: &[Point], range: (f64, f64)) -> Option<Summary> {
        let codecs = by_codec(points);
        let find = |name: &str| &codecs.iter().find(|c| c.0 == name).unwrap().1;
        let ssim2 = Metrics::built_in().find("ssim2").unwrap().clone();
        Summary::new(&Pairs::new(find("test"), find("anchor"), &ssim2, Interpolation::Pchip), range)
    }

    /// The anchor, and the test codec with all bytes multiplied by `factor`, on one picture.
    fn scaled(image: &str, factor: f64) -> Vec<Point> {
        let anchor = [(1.0, 2000, 30.0), (2.0, 4000, 50.0), (3.0, 8000, 70.0), (4.0, 16_000, 90.0)];
        let test = anchor.map(|(q, bytes, score)| (q, (bytes as f64 * factor) as u64, score));
        [points("anchor", image, &anchor), points("test", image, &test)].concat()
    }

    #[test]
    fn figures_are_those_of_the_pictures() {
        let factors = [("a", 1.1), ("b", 0.8), ("c", 1.0), ("d", 1.5)];
        let points: Vec<_> = factors.iter().flat_map(|(image, factor)| scaled(image, *factor)).collect();
        let s = summary(&points, SSIM2).unwrap();
        // The rates are +10, -20, 0 and +50.
        assert_eq!(s.images.iter().map(|i| i.image.as_str()).collect::<String>(), "bcad");
        assert!((s.mean() - 10.0).abs() < 1e-9 && (s.median() - 5.0).abs() < 1e-9, "{s:?}");
        assert_eq!((s.best().image.as_str(), s.worst().image.as_str()), ("b", "d"));
        assert_eq!((s.wins(), s.losses()), (1, 2));
        assert_eq!((s.thin, s.dropped.len(), s.left_out.len()), (0, 0, 0));
        let (lo, hi) = s.interval();
        assert!((-20.0..10.0).contains(&lo) && (10.1..=50.1).contains(&hi), "{lo} to {hi}");
        // scipy.stats.wilcoxon([ln(1.1), ln(0.8), ln(1.5)]).pvalue, and 0 left out.
        let test = s.wilcoxon().unwrap();
        assert_eq!((test.n, test.p), (3, 0.75));
        let json = serde_json::to_value(&s).unwrap();
        assert_eq!((&json["axis"], &json["n"], &json["wins"]), (&"ssim2".into(), &4.into(), &1.into()));
    }

    #[test]
    fn the_bd_quality_is_the_mean_of_the_pictures_that_have_one() {
        // Twenty points a factor of e: half the size is 20 ln 2 better, twice the size as much
        // worse.
        let line = |scale: f64| {
            let bytes = |ln: f64| (1e9 * scale * f64::exp(ln)).round() as u64;
            [(1.0, bytes(0.0), 40.0), (2.0, bytes(1.0), 60.0), (3.0, bytes(2.0), 80.0)]
        };
        let pair = |image, scale| [points("anchor", image, &line(1.0)), points("test", image, &line(scale))].concat();
        let mut all = [pair("a", 0.5), pair("b", 0.25)].concat();
        let expected = 20.0 * 3.0 * 2f64.ln() / 2.0;
        let quality = summary(&all, SSIM2).unwrap().quality().unwrap();
        assert!((quality.mean - expected).abs() < 1e-6 && quality.n == 2, "{quality:?}");
        assert!(quality.interval.0 <= quality.mean && quality.mean <= quality.interval.1, "{quality:?}");
        // At a thousandth of the size they have qualities in common, and no size.
        all.extend(pair("c", 0.001));
        let with_c = summary(&all, SSIM2).unwrap();
        assert_eq!((with_c.images.len(), with_c.quality().unwrap()), (3, quality));
    }

    #[test]
    fn dropped_points_are_named() {
        let mut points = scaled("a", 1.0);
        // More bytes than at 90, for less.
        points.push(point("test", "a", 5.0, 20_000, 85.0));
        let s = summary(&points, SSIM2).unwrap();
        // Seen from the best quality down, 85 is worse than 90 but not smaller.
        assert_eq!((s.dropped.len(), s.dropped[0].setting.as_str()), (1, "q 5 (20000 bytes)"));
        assert_eq!((s.dropped[0].codec.as_str(), s.dropped[0].reason), ("test", Reason::Beaten));
        points[0].bpp = 0.0;
        points[5].bpp = f64::NAN;
        points[6].scores.insert("ssim2".to_owned(), f64::INFINITY);
        let dropped: Vec<_> = summary(&points, SSIM2).unwrap().dropped;
        let told: Vec<_> = dropped.iter().map(|d| (d.codec.as_str(), d.q, d.reason)).collect();
        let expected = [("test", 2.0, Reason::Rate), ("test", 3.0, Reason::Score)];
        assert_eq!(told[..2], expected);
        assert_eq!(told[2..], [("test", 5.0, Reason::Beaten), ("anchor", 1.0, Reason::Rate)]);
    }

    #[test]
    fn a_curve_over_scales_is_that_of_their_hull_alone() {
        // ln(bytes) over 1000 by the score: the chords of the hull rise by ever less, 20, 18, 15
        // and 10 to a doubling.
        let hull = [(1.0, 1000, 25.0), (1.0, 2000, 45.0), (2.0, 4000, 63.0), (3.0, 8000, 78.0), (4.0, 16_000, 88.0)];
        let anchor =
            points("anchor", "a", &[(1.0, 1500, 25.0), (2.0, 4000, 50.0), (3.0, 9000, 70.0), (4.0, 20_000, 90.0)]);
        let alone = [points("test", "a", &hull), anchor.clone()].concat();
        let half = at_scale("1/2", points("test", "a", &[hull[0], (2.0, 2900, 50.0), (3.0, 3900, 60.0)]));
        let both = [points("test", "a", &hull[1..]), half, anchor].concat();
        let [alone, both] = [alone, both].map(|points| summary(&points, SSIM2).unwrap());
        assert_eq!(both.images, alone.images);
        let dropped: Vec<_> = both.dropped.iter().map(|d| (d.q, d.scale.as_deref(), d.reason)).collect();
        assert_eq!(dropped, [(2.0, Some("1/2"), Reason::Hull), (3.0, Some("1/2"), Reason::Hull)]);
        assert_eq!(serde_json::to_value(&both.dropped[0]).unwrap()["scale"], "1/2");
    }

    #[test]
    fn few_points_and_short_overlaps_are_thin() {
        let five = [(1.0, 2000, 30.0), (2.0, 4000, 45.0), (3.0, 8000, 60.0), (4.0, 16_000, 75.0), (5.0, 32_000, 90.0)];
        let thin = |test: &[(f64, u64, f64)]| {
            summary(&[points("anchor", "a", &five), points("test", "a", test)].concat(), SSIM2).map(|s| s.thin)
        };
        assert_eq!(thin(&five), Some(0));
        assert_eq!(thin(&five[..3]), Some(1), "three points");
        // From 61 on, the test covers 29 of the 60 that the anchor covers; from 59 on, 31.
        let from = |lo: f64| [(1.0, 9000, lo), (2.0, 10_000, 70.0), (3.0, 16_000, 75.0), (4.0, 30_000, 90.0)];
        assert_eq!((thin(&from(61.0)), thin(&from(59.0))), (Some(1), Some(0)));
    }

    #[test]
    fn what_does_not_compare_is_left_out_by_name() {
        let low = [(1.0, 2000, 31.0), (2.0, 4000, 40.0)];
        let high = [(1.0, 8000, 50.0), (2.0, 9000, 60.0)];
        let mut other_size = scaled("size", 1.0);
        other_size.iter_mut().filter(|p| p.codec == "test").for_each(|p| p.size = Some([200, 400]));
        let apart = [points("anchor", "apart", &low), points("test", "apart", &high)].concat();
        let single = [points("anchor", "single", &low), points("test", "single", &high[..1])].concat();
        let lonely = points("test", "lonely", &high);
        let s = summary(&[scaled("a", 1.0), other_size, apart.clone(), single, lonely].concat(), SSIM2).unwrap();
        assert_eq!(s.images.len(), 1);
        assert_eq!(s.left_out, ["apart", "single", "size"]);
        assert!(summary(&apart, SSIM2).is_none());
        // A range may leave a picture out too.
        assert!(summary(&scaled("a", 1.0), (91.0, 92.0)).is_none());
    }
}
