//! One codec against another: every figure that there is.

use serde::Serialize;

use super::curve::{Axis, Interpolation};
use super::equal::{self, Equal};
use super::pairs::Pairs;
use super::summary::Summary;
use super::time::time_ratio;
use crate::rd::points::ByImage;

/// SSIMULACRA2 from low to medium, medium to high, and high to what nobody tells from the original.
pub(crate) const BANDS: [(f64, f64); 3] = [(30.0, 60.0), (60.0, 75.0), (75.0, 92.0)];

/// What a comparison may do in more than one way.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Options {
    pub(crate) interpolation: Interpolation,
    /// The part of SSIMULACRA2 that counts; the other axes count whole.
    pub(crate) ssim2_range: (f64, f64),
}

impl Default for Options {
    fn default() -> Self {
        Self { interpolation: Interpolation::default(), ssim2_range: Axis::Ssimulacra2.range() }
    }
}

impl Options {
    /// The part of `axis` that counts.
    pub(crate) fn range(&self, axis: Axis) -> (f64, f64) {
        if axis == Axis::Ssimulacra2 { self.ssim2_range } else { axis.range() }
    }
}

/// One codec against another on the pictures that both have.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Comparison {
    pub(crate) codec: String,
    pub(crate) anchor: String,
    /// In the order of [`Axis::EVERY`], without the axes by which no picture compares.
    pub(crate) summaries: Vec<Summary>,
    /// SSIMULACRA2 by [`BANDS`], without those in which no picture compares.
    pub(crate) bands: Vec<Summary>,
    /// Sizes at each of [`equal::SCORES`].
    pub(crate) equal: Vec<Equal>,
    /// Time to encode, as a multiple of the anchor's.
    pub(crate) enc_ratio: Option<f64>,
    /// Time to decode, as a multiple of the anchor's.
    pub(crate) dec_ratio: Option<f64>,
}

impl Comparison {
    /// Compares `test` with `anchor`, each with its name. `None` where no picture compares by any
    /// axis.
    pub(crate) fn new(test: (&str, &ByImage<'_>), anchor: (&str, &ByImage<'_>), options: &Options) -> Option<Self> {
        let pairs = |axis| Pairs::new(test.1, anchor.1, axis, options.interpolation);
        let by_ssim2 = pairs(Axis::Ssimulacra2);
        let summaries: Vec<_> =
            Axis::EVERY.into_iter().filter_map(|axis| Summary::new(&pairs(axis), options.range(axis))).collect();
        (!summaries.is_empty()).then(|| Self {
            codec: test.0.to_owned(),
            anchor: anchor.0.to_owned(),
            summaries,
            bands: BANDS.into_iter().filter_map(|band| Summary::new(&by_ssim2, band)).collect(),
            equal: equal::SCORES.into_iter().map(|score| Equal::new(&by_ssim2, score)).collect(),
            enc_ratio: time_ratio(test.1, anchor.1, |p| p.enc_s),
            dec_ratio: time_ratio(test.1, anchor.1, |p| p.dec_s),
        })
    }

    /// The summary over `axis`, where pictures compare by it.
    pub(crate) fn summary(&self, axis: Axis) -> Option<&Summary> {
        self.summaries.iter().find(|s| s.axis == axis)
    }

    /// The summary over one of [`BANDS`], where pictures compare in it.
    pub(crate) fn band(&self, band: (f64, f64)) -> Option<&Summary> {
        self.bands.iter().find(|s| s.range == band)
    }

    /// The most pictures that compare by any axis.
    pub(crate) fn images(&self) -> usize {
        self.summaries.iter().map(|s| s.images.len()).max().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rd::analysis::fixtures::points;
    use crate::rd::point_file::parse_csv;
    use crate::rd::points::by_codec;

    /// Three codecs on kodim03, kodim13 and kodim20 of Kodak. What is expected was computed with
    /// `PchipInterpolator` of SciPy 1.17.1, by the definition of docs/LABORATORY.md.
    #[test]
    fn mean_bd_rates_of_measured_codecs_are_those_of_scipy() {
        let points = parse_csv(include_str!("../../../tests/data/kodak_points.csv")).unwrap();
        let codecs = by_codec(&points);
        let find = |name: &str| &codecs.iter().find(|(n, _)| *n == name).unwrap().1;
        let anchor = ("avif_iq_s6", find("avif_iq_s6"));
        for (codec, by_scipy) in
            [("jxl_e7", [24.342583, 20.596227, 27.214904]), ("webp_m6", [28.301653, 19.118930, 12.474092])]
        {
            let comparison = Comparison::new((codec, find(codec)), anchor, &Options::default()).unwrap();
            for (axis, expected) in Axis::ALL.into_iter().zip(by_scipy) {
                let s = comparison.summary(axis).unwrap();
                assert_eq!(s.images.len(), 3);
                assert!((s.mean() - expected).abs() < 1e-5, "{codec} {}: {} is not {expected}", axis.name(), s.mean());
            }
        }
    }

    #[test]
    fn bands_are_parts_of_the_curves_and_absent_where_nobody_is() {
        // ln(bytes) differs by 0 at 30 and by 1 at 70, linearly: straight lines stay straight.
        let bytes = |ln: f64| (1e6 * ln.exp()).round() as u64;
        let anchor = [(1.0, bytes(0.0), 30.0), (2.0, bytes(1.0), 50.0), (3.0, bytes(2.0), 70.0)];
        let test = [(1.0, bytes(0.0), 30.0), (2.0, bytes(1.5), 50.0), (3.0, bytes(3.0), 70.0)];
        let all = [points("test", "a", &test), points("anchor", "a", &anchor)].concat();
        let codecs = by_codec(&all);
        let compare =
            |options: Options| Comparison::new(("test", &codecs[0].1), ("anchor", &codecs[1].1), &options).unwrap();
        let c = compare(Options::default());
        // The mean difference is that in the middle of the interval, at 45, 65 and 50.
        let ln = |s: &Summary| (s.mean() / 100.0).ln_1p();
        for (s, expected) in [
            (c.band((30.0, 60.0)).unwrap(), 0.375),
            (c.band((60.0, 75.0)).unwrap(), 0.875),
            (c.summary(Axis::Ssimulacra2).unwrap(), 0.5),
        ] {
            assert!((ln(s) - expected).abs() < 1e-5, "{:?}: {} is not {expected}", s.range, ln(s));
        }
        assert!(c.band((75.0, 92.0)).is_none());
        assert_eq!(c.equal.iter().map(|e| e.sizes.is_some()).collect::<Vec<_>>(), [true, true, true, false, false]);
        // Another range changes the summary, not the bands.
        let c = compare(Options { ssim2_range: (60.0, 70.0), ..Options::default() });
        assert!((ln(c.summary(Axis::Ssimulacra2).unwrap()) - 0.875).abs() < 1e-5);
        assert!((ln(c.band((30.0, 60.0)).unwrap()) - 0.375).abs() < 1e-5);
    }

    #[test]
    fn without_a_common_picture_there_is_no_comparison() {
        let figures = [(1.0, 2000, 30.0), (2.0, 4000, 50.0)];
        let all = [points("test", "a", &figures), points("anchor", "b", &figures)].concat();
        let codecs = by_codec(&all);
        assert!(Comparison::new(("test", &codecs[0].1), ("anchor", &codecs[1].1), &Options::default()).is_none());
    }
}
