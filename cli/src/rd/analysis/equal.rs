//! Bytes at equal quality: what people understand without knowing what a BD-rate is.

use serde::Serialize;

use super::pairs::Pairs;

/// Sizes of two codecs at one score.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Equal {
    /// By the metric that codecs are ordered by.
    pub(crate) score: f64,
    /// `None` where no picture reaches the score in both codecs.
    pub(crate) sizes: Option<Sizes>,
}

/// Geometric means over the pictures where the curves of both codecs reach the score.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Sizes {
    /// Number of pictures.
    pub(crate) images: usize,
    /// Bytes of the codec, where all pictures' sizes are known.
    pub(crate) test: Option<f64>,
    /// Bytes of the anchor.
    pub(crate) anchor: Option<f64>,
    /// How many percent more bytes the codec takes than the anchor.
    pub(crate) percent: f64,
}

/// On one picture: ln of the bits per pixel of both codecs, and of the bytes that one bit per pixel
/// takes.
type Logs = (f64, f64, Option<f64>);

impl Equal {
    /// Sizes at a score by the metric of `pairs`.
    pub(crate) fn new(pairs: &Pairs<'_>, score: f64) -> Self {
        let place = pairs.metric.position(score).unwrap_or(f64::NAN);
        let reached: Vec<Logs> = pairs
            .pairs
            .iter()
            .filter_map(|p| {
                let byte = p.pixels.map(|pixels| (pixels / 8.0).ln());
                Some((p.test.curve.at(place)?, p.anchor.curve.at(place)?, byte))
            })
            .collect();
        let mean = |log: fn(&Logs) -> Option<f64>| {
            let sum: Option<f64> = reached.iter().map(log).sum();
            Some((sum? / reached.len() as f64).exp())
        };
        let ratio = mean(|(test, anchor, _)| Some(test - anchor)).filter(|_| !reached.is_empty());
        let sizes = ratio.map(|ratio| Sizes {
            images: reached.len(),
            test: mean(|(test, _, byte)| Some(test + (*byte)?)),
            anchor: mean(|(_, anchor, byte)| Some(anchor + (*byte)?)),
            percent: 100.0 * (ratio - 1.0),
        });
        Self { score, sizes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rd::analysis::curve::Interpolation;
    use crate::rd::analysis::fixtures::points;
    use crate::rd::metric::Metrics;
    use crate::rd::points::by_codec;

    #[test]
    fn sizes_are_geometric_means_over_the_pictures_that_reach_the_score() {
        // On "a", 50 takes 4000 bytes against 8000; on "b", 1000 against 500. "c" ends at 49.
        let all = [
            points("test", "a", &[(1.0, 4000, 50.0), (2.0, 9000, 69.0)]),
            points("anchor", "a", &[(1.0, 8000, 50.0), (2.0, 9000, 70.0)]),
            points("test", "b", &[(1.0, 1000, 50.0), (2.0, 9000, 70.0)]),
            points("anchor", "b", &[(1.0, 500, 50.0), (2.0, 9000, 70.0)]),
            points("test", "c", &[(1.0, 10, 40.0), (2.0, 20, 49.0)]),
            points("anchor", "c", &[(1.0, 500, 40.0), (2.0, 9000, 60.0)]),
        ]
        .concat();
        let codecs = by_codec(&all);
        let metrics = Metrics::built_in();
        let pairs = Pairs::new(&codecs[0].1, &codecs[1].1, metrics.find("ssim2").unwrap(), Interpolation::Pchip);
        // By hand: sqrt(4000 * 1000) = 2000, sqrt(8000 * 500) = 2000.
        let at_50 = Equal::new(&pairs, 50.0).sizes.unwrap();
        assert_eq!(at_50.images, 2);
        for (value, expected) in [(at_50.test, 2000.0), (at_50.anchor, 2000.0), (Some(at_50.percent), 0.0)] {
            let value = value.unwrap();
            assert!((value - expected).abs() < 1e-8, "{value} is not {expected}");
        }
        // Only "b" reaches 70 in both.
        let at_70 = Equal::new(&pairs, 70.0).sizes.unwrap();
        assert_eq!(at_70.images, 1);
        assert!((at_70.test.unwrap() - 9000.0).abs() < 1e-8, "{at_70:?}");
        assert_eq!(Equal::new(&pairs, 71.0), Equal { score: 71.0, sizes: None });
    }
}
