//! The metrics of a comparison: those that decide, and those that are watched.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::definition::Metric;
use super::known::{DECIDING, Metrics};
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
