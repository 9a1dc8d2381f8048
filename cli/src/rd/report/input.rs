//! What a report is made from: points and records, of folders and files.

use std::path::{Path, PathBuf};

use crate::base::error::{CliError, Result};
use crate::rd::metric::Metrics;
use crate::rd::point_file::settle;
use crate::rd::points::{Point, latest};
use crate::rd::results::read_with_record;
use crate::rd::results::record::Record;

/// Everything that was measured, and what could not be read.
#[derive(Debug, Default)]
pub(crate) struct Input {
    /// Those of codecs with qualities.
    pub(crate) points: Vec<Point>,
    /// Those of lossless codecs.
    pub(crate) lossless: Vec<Point>,
    /// All metrics that are known.
    pub(crate) metrics: Metrics,
    /// Those of all folders, merged; `None` where no folder has one.
    pub(crate) record: Option<Record>,
    /// The first folder of results: what a report measures itself is kept there.
    pub(crate) folder: Option<PathBuf>,
    /// A line for each thing that was left out.
    pub(crate) problems: Vec<String>,
}

impl Input {
    /// Reads folders of results and files of points; `metric_file` describes metrics of the user's.
    /// One that cannot be read is named in
    /// `problems`, and the rest goes on.
    ///
    /// # Errors
    /// The first fault, where there is not a single point.
    pub(crate) fn read<'a>(paths: impl IntoIterator<Item = &'a PathBuf>, metric_file: Option<&Path>) -> Result<Self> {
        let mut input = Self { metrics: Metrics::known(Path::new(""), metric_file)?, ..Self::default() };
        let mut first_fault = None;
        for path in paths {
            if let Err(e) = input.add(path) {
                input.problems.push(e.to_string());
                first_fault.get_or_insert(e);
            }
        }
        if input.points.is_empty() {
            return Err(first_fault.unwrap_or_else(|| CliError::Input("no points to report on".to_owned())));
        }
        input.points = latest(input.points);
        settle(&mut input.points)?;
        (input.lossless, input.points) = input.points.into_iter().partition(Point::is_lossless);
        Ok(input)
    }

    fn add(&mut self, path: &Path) -> Result<()> {
        let (points, record) = read_with_record(path, &mut self.metrics)?;
        self.points.extend(points);
        if path.is_dir() {
            self.folder.get_or_insert_with(|| path.to_owned());
        }
        if let Some(record) = record {
            match &mut self.record {
                Some(have) => have.merge(record),
                none => *none = Some(record),
            }
        }
        Ok(())
    }
}
