//! A file of points that grows as they come, so that an interrupt loses none of them.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::base::error::{CliError, Result};
use crate::base::names::shown;
use crate::base::output::write_file;
use crate::rd::metric::Metrics;
use crate::rd::point_file::{Columns, parse_unfinished};
use crate::rd::points::Point;

/// The file, open at its end.
pub(crate) struct Appender {
    path: PathBuf,
    columns: Columns,
    file: Mutex<File>,
}

impl Appender {
    /// Writes `points` into the file at `path`, in place of what is there, and opens it for more;
    /// those have extra columns of the names in `more` too.
    pub(crate) fn new(path: &Path, points: &[Point], more: &[&str]) -> Result<Self> {
        let columns = Columns::of(points).with(more);
        let text = points.iter().fold(columns.header(), |text, point| text + &columns.record(point));
        write_file(path, text.as_bytes(), true)?;
        let file = File::options().append(true).open(path).map_err(|e| CliError::writing(path, &e))?;
        Ok(Self { path: path.to_owned(), columns, file: Mutex::new(file) })
    }

    /// Adds a point: one write of a whole record.
    pub(crate) fn append(&self, point: &Point) -> Result<()> {
        let record = self.columns.record(point);
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(record.as_bytes()).map_err(|e| CliError::writing(&self.path, &e))
    }
}

/// The points of a file that a program may have been stopped in: a last record without its end is
/// left out. None where there is no file. Columns of `metrics` are scores.
///
/// # Errors
/// [`CliError::Input`] names the file, the line and the field.
pub(crate) fn read_unfinished(path: &Path, metrics: &Metrics) -> Result<Vec<Point>> {
    if !path.exists() {
        return Ok(Vec::new());
    }
    let text = fs::read_to_string(path).map_err(|e| CliError::reading(path, &e))?;
    parse_unfinished(&text, metrics)
        .map_err(|e| CliError::Input(format!("{}: {e}; move the file away to start anew", shown(path))))
}
