//! Results that are there: folders of runs, and files of points.

use std::path::Path;
use std::sync::Arc;

use super::record::Record;
use crate::base::error::Result;
use crate::rd::metric::Metrics;
use crate::rd::point_file::read_points;
use crate::rd::points::Point;

/// The points of a file, or of a folder of results. The metrics that its record describes become
/// known.
///
/// # Errors
/// As [`read_points`], and where the record is none of ours.
pub(crate) fn read_results(path: &Path, metrics: &mut Metrics) -> Result<Vec<Point>> {
    read_with_record(path, metrics).map(|(points, _)| points)
}

/// The same with the record of a folder, where it has one.
pub(crate) fn read_with_record(path: &Path, metrics: &mut Metrics) -> Result<(Vec<Point>, Option<Record>)> {
    let record = if path.is_dir() { Record::read(path)? } else { None };
    for metric in record.iter().flat_map(|r| &r.metrics) {
        // What this program knows itself it knows better.
        if metrics.find(&metric.key).is_none() {
            metrics.add(&Arc::new(metric.clone()));
        }
    }
    Ok((read_points(path, metrics)?, record))
}
