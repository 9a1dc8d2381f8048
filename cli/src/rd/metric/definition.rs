//! What a score by a metric means: which column has it, which way is better, and on what axis
//! curves run over it.

use serde::{Deserialize, Serialize};

/// From a score to its place on an axis on which higher is better and equal steps matter about
/// equally.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Transform {
    /// The score itself, of which more is better.
    Rising,
    /// The score with its sign turned, of which less is better.
    Falling,
    /// ln of the score, of which more is better: equal steps are equal ratios.
    LogRising,
    /// -ln of the score, of which less is better.
    LogFalling,
    /// -10 log10(1 - score), in dB, of a score of at most 1.
    Decibel,
}

impl Transform {
    /// Where on the axis a score lies; `None` where it has no place there (an exact copy's infinite
    /// PSNR).
    pub(crate) fn position(self, score: f64) -> Option<f64> {
        let x = match self {
            Self::Rising => score,
            Self::Falling => -score,
            Self::LogRising => score.ln(),
            Self::LogFalling => -score.ln(),
            Self::Decibel => -10.0 * (1.0 - score).log10(),
        };
        x.is_finite().then_some(x)
    }

    /// The score at a place on the axis.
    pub(crate) fn score(self, position: f64) -> f64 {
        match self {
            Self::Rising => position,
            Self::Falling => -position,
            Self::LogRising => position.exp(),
            Self::LogFalling => (-position).exp(),
            Self::Decibel => 1.0 - 10f64.powf(-position / 10.0),
        }
    }

    /// Whether a higher score is a better one.
    pub(crate) fn rises(self) -> bool {
        !matches!(self, Self::Falling | Self::LogFalling)
    }
}

/// A metric. What is not known of one is empty.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Metric {
    /// The column of result files that has the score.
    pub(crate) key: String,
    /// The heading of tables.
    pub(crate) name: String,
    /// What it measures, for people who do not know it: what follows its name.
    pub(crate) about: String,
    /// The unit of what is plotted.
    pub(crate) unit: String,
    pub(crate) transform: Transform,
    /// The scores that count, the lower one first; `None` where there is no limit.
    pub(crate) range: [Option<f64>; 2],
    /// Parts of the scale that are looked at apart.
    pub(crate) bands: Vec<(f64, f64)>,
    /// Scores at which sizes are compared.
    pub(crate) levels: Vec<f64>,
    /// The score at which speeds are compared, one of `levels`.
    pub(crate) working_point: Option<f64>,
}

impl Metric {
    /// Where on the axis a score lies; `None` where it has no place there.
    pub(crate) fn position(&self, score: f64) -> Option<f64> {
        self.transform.position(score)
    }

    /// The part of the axis that counts: `range` as places.
    pub(crate) fn counted(&self) -> (f64, f64) {
        self.places(self.range)
    }

    /// The part of the axis between two scores, of which the lower one comes first.
    pub(crate) fn places(&self, scores: [Option<f64>; 2]) -> (f64, f64) {
        let place = |score: Option<f64>, open: f64| score.map_or(open, |s| self.position(s).unwrap_or(open));
        let [low, high] = if self.transform.rises() { scores } else { [scores[1], scores[0]] };
        (place(low, f64::NEG_INFINITY), place(high, f64::INFINITY))
    }

    /// The unit of the axis, which differences on it are in; empty where it is the metric's own
    /// scale.
    pub(crate) fn axis_unit(&self) -> &str {
        match self.transform {
            Transform::LogFalling => "\u{2212}ln",
            Transform::LogRising => "ln",
            Transform::Rising | Transform::Falling | Transform::Decibel => &self.unit,
        }
    }

    /// This metric with another part of its scale that counts.
    pub(crate) fn within(&self, low: f64, high: f64) -> Self {
        Self { range: [Some(low), Some(high)], ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rd::metric::Metrics;

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-12, "{a} is not {b}");
    }

    #[test]
    fn positions_are_such_that_higher_is_better() {
        let e = std::f64::consts::E;
        close(Transform::LogFalling.position(e).unwrap(), -1.0);
        close(Transform::LogRising.position(e).unwrap(), 1.0);
        close(Transform::Decibel.position(0.99).unwrap(), 20.0);
        close(Transform::Falling.position(3.0).unwrap(), -3.0);
        assert_eq!(Transform::LogFalling.position(0.0), None);
        assert_eq!(Transform::Rising.position(f64::INFINITY), None);
        assert_eq!(Transform::Decibel.position(1.0), None);
        assert_eq!(Transform::LogRising.position(-1.0), None);
    }

    #[test]
    fn scores_come_back_from_their_places() {
        use Transform::{Decibel, Falling, LogFalling, LogRising, Rising};
        for transform in [Rising, Falling, LogRising, LogFalling, Decibel] {
            for score in [0.1, 0.75, 0.999] {
                close(transform.score(transform.position(score).unwrap()), score);
            }
        }
    }

    #[test]
    fn a_range_of_scores_is_one_of_the_axis_whichever_way_is_better() {
        let metrics = Metrics::built_in();
        let metric = |key: &str| metrics.find(key).unwrap();
        assert_eq!(metric("ssim2").counted(), (30.0, 92.0));
        assert_eq!(metric("psnr_y").counted(), (f64::NEG_INFINITY, f64::INFINITY));
        let (low, high) = metric("ba_p3").within(1.0, std::f64::consts::E).counted();
        close(low, -1.0);
        close(high, 0.0);
    }
}
