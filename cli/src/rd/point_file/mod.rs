//! Files of measured points: ours, and those of other programs. A file may be a [`table`] or
//! [`json`]; [`record`] makes points of either, and [`mod@settle`] of what several files say
//! together. [`mod@write`] writes ours.

mod json;
mod record;
mod settle;
mod table;
mod write;

use std::fs;
use std::path::Path;

use crate::base::error::{CliError, Result};
use crate::base::names::shown;
use crate::rd::metric::Metrics;
use crate::rd::points::Point;

pub(crate) use settle::settle;
#[cfg(test)]
pub(crate) use table::parse_csv;
pub(crate) use table::parse_unfinished;
pub(crate) use write::{Columns, to_csv};

/// The name of the file of points in a folder of results.
pub(crate) const RESULTS: &str = "results.csv";

/// Reads a file of points, or that of a folder of results. Columns may come in any order, with
/// others among them; those of `metrics` are scores.
///
/// # Errors
/// [`CliError::Input`] names the file, the line and the field.
pub(crate) fn read_points(path: &Path, metrics: &Metrics) -> Result<Vec<Point>> {
    let file = if path.is_dir() { path.join(RESULTS) } else { path.to_owned() };
    let text = fs::read_to_string(&file).map_err(|e| CliError::reading(&file, &e))?;
    let points = match json::is_json(&text) {
        true => json::parse(&text, &shown(file.file_stem().unwrap_or_default()), metrics),
        false => table::parse_csv(&text, metrics),
    };
    points.map_err(|e| CliError::Input(format!("{}: {e}", shown(&file))))
}
