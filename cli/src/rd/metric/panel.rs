//! The metrics of a comparison: those that decide, and those that are watched.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::definition::Metric;
use super::known::{DECIDING, Metrics};
use crate::base::error::Result;
use crate::rd::points::Point;

/// Metrics of a comparison, in the order of tables.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Panel {
    /// Those that tables, intervals and lists of pictures are about: one at least. The first orders
    /// the codecs.
    pub(crate) deciding: Vec<Arc<Metric>>,
    /// Those that are shown beside them.
    pub(crate) watched: Vec<Arc<Metric>>,
}

impl Panel {
    /// Those that `wanted` names decide, in that order; the usual ones where it names none. The
    /// others that `points` have scores by are watched.
    ///
    /// # Errors
    /// [`CliError::Usage`](crate::base::error::CliError::Usage) for a name that no metric has.
    pub(crate) fn new<'a>(
        metrics: &Metrics,
        wanted: &[String],
        points: impl IntoIterator<Item = &'a Point>,
    ) -> Result<Self> {
        let usual = Self::usual(metrics, points);
        if wanted.is_empty() {
            return Ok(usual);
        }
        let mut deciding: Vec<Arc<Metric>> = Vec::new();
        for name in wanted {
            let metric = metrics.named(name)?;
            if !deciding.contains(metric) {
                deciding.push(Arc::clone(metric));
            }
        }
        let watched = metrics.iter().filter(|m| usual.iter().any(|u| &u == m) && !deciding.contains(m));
        Ok(Self { watched: watched.cloned().collect(), deciding })
    }

    /// The usual metrics that decide, as far as two codecs of `points`, or the only one, have
    /// scores by them. Where there are none, all decide that there are scores by; without any
    /// scores, the usual ones.
    pub(crate) fn usual<'a>(metrics: &Metrics, points: impl IntoIterator<Item = &'a Point>) -> Self {
        let (mut codecs, mut scored) = (BTreeSet::new(), BTreeMap::<&str, BTreeSet<&str>>::new());
        for point in points {
            codecs.insert(point.codec.as_str());
            point.scores.keys().for_each(|key| _ = scored.entry(key).or_default().insert(&point.codec));
        }
        // A metric that one codec of several has compares nothing.
        let is_common = |m: &&Arc<Metric>| scored.get(m.key.as_str()).is_some_and(|c| c.len() >= codecs.len().min(2));
        let present: Vec<_> = metrics.iter().filter(is_common).cloned().collect();
        let usual = |m: &Arc<Metric>| DECIDING.contains(&m.key.as_str());
        let (deciding, watched): (Vec<_>, Vec<_>) = present.into_iter().partition(usual);
        match (deciding.is_empty(), watched.is_empty()) {
            (false, _) => Self { deciding, watched },
            (true, false) => Self { deciding: watched, watched: Vec::new() },
            (true, true) => Self { deciding: metrics.iter().filter(|m| usual(m)).cloned().collect(), watched },
        }
    }

    /// The metric that orders codecs, and that sizes are compared by.
    pub(crate) fn first(&self) -> &Arc<Metric> {
        &self.deciding[0]
    }

    /// All of them, those that decide first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<Metric>> {
        self.deciding.iter().chain(&self.watched)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rd::analysis::fixtures::points;

    fn keys(panel: &Panel) -> [Vec<&str>; 2] {
        [&panel.deciding, &panel.watched].map(|metrics| metrics.iter().map(|m| m.key.as_str()).collect())
    }

    /// Points of two codecs with scores by `columns`, of which the second codec lacks the last.
    fn with(columns: &[&str]) -> Vec<Point> {
        let mut all = [points("a", "i", &[(1.0, 100, 1.0)]), points("b", "i", &[(1.0, 100, 1.0)])].concat();
        for p in &mut all {
            p.scores = columns.iter().map(|c| ((*c).to_owned(), 1.0)).collect();
        }
        all[1].scores.remove(columns[columns.len() - 1]);
        all
    }

    #[test]
    fn the_usual_metrics_decide_as_far_as_two_codecs_have_them() {
        let metrics = Metrics::built_in();
        let panel = |columns: &[&str]| Panel::new(&metrics, &[], &with(columns)).unwrap();
        let found = panel(&["ms_ssim", "psnr_y", "ssim2", "psnr_rgb", "ba_p3"]);
        assert_eq!(keys(&found), [vec!["ssim2", "psnr_y"], vec!["psnr_rgb", "ms_ssim"]]);
        // None of the usual ones: what there is decides.
        assert_eq!(keys(&panel(&["ms_ssim", "psnr_rgb", "ssim2"])), [vec!["psnr_rgb", "ms_ssim"], vec![]]);
        assert_eq!(keys(&Panel::usual(&metrics, &[])), [vec!["ssim2", "ba_p3", "psnr_y"], vec![]]);
    }

    #[test]
    fn those_that_are_named_decide_and_the_others_are_watched() {
        let metrics = Metrics::built_in();
        let wanted = ["PSNR-RGB", "ms-ssim", "psnr-rgb"].map(str::to_owned);
        let panel = Panel::new(&metrics, &wanted, &with(&["ssim2", "psnr_rgb", "ba_p3"])).unwrap();
        assert_eq!(keys(&panel), [vec!["psnr_rgb", "ms_ssim"], vec!["ssim2"]]);
        assert_eq!(Panel::new(&metrics, &["none".to_owned()], &[]).unwrap_err().code(), 2);
    }
}
