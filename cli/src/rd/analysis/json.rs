//! Comparisons as a JSON document, `kvant.rd.bd/2`.

use serde::{Serialize, Serializer};

use super::comparison::Comparison;
use super::curve::Interpolation;
use super::pairs::Pairs;
use super::summary::Summary;
use crate::rd::metric::Panel;
use crate::rd::points::ByImage;

/// The whole document.
#[derive(Debug, Serialize)]
pub(crate) struct Document {
    pub(crate) schema: &'static str,
    pub(crate) tool: &'static str,
    pub(crate) anchor: String,
    pub(crate) options: Options,
    pub(crate) comparisons: Vec<Entry>,
    /// Codecs that have no picture that compares with the anchor's.
    pub(crate) not_compared: Vec<String>,
    /// One line for each file that could not be used.
    pub(crate) failed: Vec<String>,
}

/// How it was compared.
#[derive(Debug, Serialize)]
pub(crate) struct Options {
    pub(crate) interpolation: Interpolation,
    /// The metrics that decide, by their columns.
    #[serde(serialize_with = "keys")]
    pub(crate) metrics: Panel,
}

fn keys<S: Serializer>(panel: &Panel, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(panel.deciding.iter().map(|m| &m.key))
}

/// One codec.
#[derive(Debug, Serialize)]
pub(crate) struct Entry {
    #[serde(flatten)]
    pub(crate) comparison: Comparison,
    pub(crate) means: Vec<Means>,
}

/// The mean BD-rate by one metric with either interpolation, in percent.
#[derive(Debug, Serialize)]
pub(crate) struct Means {
    axis: String,
    pchip: Option<f64>,
    akima: Option<f64>,
}

impl Document {
    /// The name and version of this format.
    pub(crate) const SCHEMA: &'static str = "kvant.rd.bd/2";
}

impl Means {
    /// By each metric by which pictures compare.
    pub(crate) fn of(test: &ByImage<'_>, anchor: &ByImage<'_>, panel: &Panel) -> Vec<Self> {
        let means = panel.iter().map(|metric| {
            let mean = |interpolation| {
                Summary::new(&Pairs::new(test, anchor, metric, interpolation), metric.counted()).map(|s| s.mean())
            };
            let [pchip, akima] = Interpolation::ALL.map(mean);
            Self { axis: metric.key.clone(), pchip, akima }
        });
        means.filter(|m| m.pchip.is_some() || m.akima.is_some()).collect()
    }
}
