//! Comparisons as a JSON document, `kvant.rd.bd/1`.

use serde::Serialize;

use super::comparison::{Comparison, Options};
use super::curve::{Axis, Interpolation};
use super::pairs::Pairs;
use super::summary::Summary;
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

/// One codec.
#[derive(Debug, Serialize)]
pub(crate) struct Entry {
    #[serde(flatten)]
    pub(crate) comparison: Comparison,
    pub(crate) means: Vec<Means>,
}

/// The mean BD-rate over one axis by either interpolation, in percent.
#[derive(Debug, Serialize)]
pub(crate) struct Means {
    axis: Axis,
    pchip: Option<f64>,
    akima: Option<f64>,
}

impl Document {
    /// The name and version of this format.
    pub(crate) const SCHEMA: &'static str = "kvant.rd.bd/1";
}

impl Means {
    /// Over each axis by which pictures compare.
    pub(crate) fn of(test: &ByImage<'_>, anchor: &ByImage<'_>, options: &Options) -> Vec<Self> {
        let mean = |axis, interpolation| {
            Summary::new(&Pairs::new(test, anchor, axis, interpolation), options.range(axis)).map(|s| s.mean())
        };
        Axis::EVERY
            .into_iter()
            .map(|axis| {
                let [pchip, akima] = Interpolation::ALL.map(|i| mean(axis, i));
                Self { axis, pchip, akima }
            })
            .filter(|m| m.pchip.is_some() || m.akima.is_some())
            .collect()
    }
}
