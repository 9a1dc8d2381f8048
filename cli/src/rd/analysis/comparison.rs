//! One codec against another: every figure that there is.

use serde::Serialize;

use super::curve::Interpolation;
use super::equal::Equal;
use super::pairs::Pairs;
use super::summary::Summary;
use super::time::time_ratio;
use crate::rd::metric::{Metric, Panel};
use crate::rd::points::ByImage;

/// One codec against another on the pictures that both have.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Comparison {
    pub(crate) codec: String,
    pub(crate) anchor: String,
    /// By the metrics that decide and by those that are watched, without those by which no picture
    /// compares.
    pub(crate) summaries: Vec<Summary>,
    /// The first metric in its bands, without those in which no picture compares.
    pub(crate) bands: Vec<Summary>,
    /// Sizes at each level of the first metric.
    pub(crate) equal: Vec<Equal>,
    /// Time to encode, as a multiple of the anchor's.
    pub(crate) enc_ratio: Option<f64>,
    /// Time to decode, as a multiple of the anchor's.
    pub(crate) dec_ratio: Option<f64>,
}

impl Comparison {
    /// Compares `test` with `anchor`, each with its name. `None` where no picture compares by any
    /// metric.
    pub(crate) fn new(
        test: (&str, &ByImage<'_>),
        anchor: (&str, &ByImage<'_>),
        panel: &Panel,
        interpolation: Interpolation,
    ) -> Option<Self> {
        let pairs = |metric| Pairs::new(test.1, anchor.1, metric, interpolation);
        let first = panel.first();
        let by_first = pairs(first);
        let band = |&(low, high): &(f64, f64)| Summary::new(&by_first, first.places([Some(low), Some(high)]));
        let summaries: Vec<_> =
            panel.iter().filter_map(|metric| Summary::new(&pairs(metric), metric.counted())).collect();
        (!summaries.is_empty()).then(|| Self {
            codec: test.0.to_owned(),
            anchor: anchor.0.to_owned(),
            summaries,
            bands: first.bands.iter().filter_map(band).collect(),
            equal: first.levels.iter().map(|score| Equal::new(&by_first, *score)).collect(),
            enc_ratio: time_ratio(test.1, anchor.1, |p| p.enc_s),
            dec_ratio: time_ratio(test.1, anchor.1, |p| p.dec_s),
        })
    }

    /// The summary by a metric, where pictures compare by it.
    pub(crate) fn summary(&self, metric: &Metric) -> Option<&Summary> {
        self.summaries.iter().find(|s| s.metric.key == metric.key)
    }

    /// The summary in a band of the first metric, where pictures compare in it.
    pub(crate) fn band(&self, band: (f64, f64)) -> Option<&Summary> {
        self.bands.iter().find(|s| s.metric.places([Some(band.0), Some(band.1)]) == s.range)
    }

    /// The most pictures that compare by any metric.
    pub(crate) fn images(&self) -> usize {
        self.summaries.iter().map(|s| s.images.len()).max().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rd::analysis::fixtures::points;
    use crate::rd::metric::Metrics;
    use crate::rd::point_file::parse_csv;
    use crate::rd::points::by_codec;

    /// The usual metrics.
    fn panel() -> Panel {
        Panel::usual(&Metrics::built_in(), &[])
    }

    /// Three codecs on kodim03, kodim13 and kodim20 of Kodak. What is expected was computed with
    /// `PchipInterpolator` of SciPy 1.17.1, by the definition of docs/LABORATORY.md.
    #[test]
    fn mean_bd_rates_of_measured_codecs_are_those_of_scipy() {
        let points = parse_csv(include_str!("../../../tests/data/kodak_points.csv"), &Metrics::built_in()).unwrap();
        let codecs = by_codec(&points);
        let find = |name: &str| &codecs.iter().find(|(n, _)| *n == name).unwrap().1;
        let anchor = ("avif_iq_s6", find("avif_iq_s6"));
        for (codec, by_scipy) in
            [("jxl_e7", [24.342583, 20.596227, 27.214904]), ("webp_m6", [28.301653, 19.118930, 12.474092])]
        {
            let comparison = Comparison::new((codec, find(codec)), anchor, &panel(), Interpolation::Pchip).unwrap();
            for (metric, expected) in panel().iter().zip(by_scipy) {
                let s = comparison.summary(metric).unwrap();
                assert_eq!(s.images.len(), 3);
                assert!((s.mean() - expected).abs() < 1e-5, "{codec} {}: {} is not {expected}", metric.name, s.mean());
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
        let compare = |panel: &Panel| {
            Comparison::new(("test", &codecs[0].1), ("anchor", &codecs[1].1), panel, Interpolation::Pchip).unwrap()
        };
        let mut panel = panel();
        let c = compare(&panel);
        // The mean difference is that in the middle of the interval, at 45, 65 and 50.
        let ln = |s: &Summary| (s.mean() / 100.0).ln_1p();
        for (s, expected) in [
            (c.band((30.0, 60.0)).unwrap(), 0.375),
            (c.band((60.0, 75.0)).unwrap(), 0.875),
            (c.summary(panel.first()).unwrap(), 0.5),
        ] {
            assert!((ln(s) - expected).abs() < 1e-5, "{:?}: {} is not {expected}", s.range, ln(s));
        }
        assert!(c.band((75.0, 92.0)).is_none());
        assert_eq!(c.equal.iter().map(|e| e.sizes.is_some()).collect::<Vec<_>>(), [true, true, true, false, false]);
        // Another range changes the summary, not the bands.
        panel.deciding[0] = panel.first().within(60.0, 70.0).into();
        let c = compare(&panel);
        assert!((ln(c.summary(panel.first()).unwrap()) - 0.875).abs() < 1e-5);
        assert!((ln(c.band((30.0, 60.0)).unwrap()) - 0.375).abs() < 1e-5);
    }

    #[test]
    fn without_a_common_picture_there_is_no_comparison() {
        let figures = [(1.0, 2000, 30.0), (2.0, 4000, 50.0)];
        let all = [points("test", "a", &figures), points("anchor", "b", &figures)].concat();
        let codecs = by_codec(&all);
        let (test, anchor) = (("test", &codecs[0].1), ("anchor", &codecs[1].1));
        assert!(Comparison::new(test, anchor, &panel(), Interpolation::Pchip).is_none());
    }
}
