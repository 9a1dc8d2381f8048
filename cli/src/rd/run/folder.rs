//! The folder of results: points appended as they are measured, so that an interrupted run loses
//! nothing and goes on.

use std::collections::BTreeMap;
use std::env;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use crate::base::error::{CliError, Result};
use crate::base::leftovers;
use crate::base::names::shown;
use crate::base::output::write_file;
use crate::rd::metric::Metrics;
use crate::rd::point_file::{RESULTS, to_csv};
use crate::rd::points::{KEY, Point};
use crate::rd::results::appender::{Appender, read_unfinished};

/// Where the programs of the shipped peers are, in a folder of results.
const PEERS: &str = "peers";

/// A folder of results that one run works in.
pub(crate) struct Folder {
    path: PathBuf,
    /// What earlier runs left.
    points: Vec<Point>,
    /// Held while the program runs: two runs in one folder would write over each other.
    _lock: File,
}

impl Folder {
    /// Opens a folder, made if it is not there, and reads its points. What runs left in it and in the
    /// system's place for temporary files that were killed is cleared.
    ///
    /// # Errors
    /// [`CliError::Run`] where another run works in it, [`CliError::Input`] where its points are
    /// damaged.
    pub(crate) fn open(path: &Path, metrics: &Metrics) -> Result<Self> {
        fs::create_dir_all(path).map_err(|e| CliError::writing(path, &e))?;
        let lock_path = path.join(".lock");
        let lock = File::create(&lock_path).map_err(|e| CliError::writing(&lock_path, &e))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(CliError::Run(format!("{}: another run works in this folder", shown(path))));
            }
            // File systems without locks: then the user has to take care.
            Err(TryLockError::Error(_)) => {}
        }
        leftovers::clear_folders(&env::temp_dir());
        [path, &path.join(PEERS)].into_iter().for_each(leftovers::clear_files);
        let points = read_unfinished(&path.join(RESULTS), metrics)?;
        Ok(Self { path: path.to_owned(), points, _lock: lock })
    }

    /// The codecs that earlier runs measured.
    pub(crate) fn codecs(&self) -> impl Iterator<Item = &str> {
        self.points.iter().map(|p| p.codec.as_str())
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Where the programs of the shipped peers are.
    pub(crate) fn peers(&self) -> PathBuf {
        self.path.join(PEERS)
    }

    /// Divides the points of earlier runs: those that `reuse` takes by their key, and the others,
    /// less those that `replaced` says will be measured again.
    pub(crate) fn divide(
        &self,
        reuse: &dyn Fn(&str, &Point) -> bool,
        replaced: &dyn Fn(&Point) -> bool,
    ) -> (BTreeMap<String, Point>, Vec<Point>) {
        let (mut reused, mut others) = (BTreeMap::new(), Vec::new());
        for point in &self.points {
            match point.extra(KEY) {
                Some(key) if reuse(key, point) => {
                    reused.insert(key.to_owned(), point.clone());
                }
                _ if replaced(point) => {}
                _ => others.push(point.clone()),
            }
        }
        (reused, others)
    }

    /// Writes the points that stay, and opens the file for more, which may have columns `more`.
    pub(crate) fn begin(&self, points: &[Point], more: &[&str]) -> Result<Appender> {
        Appender::new(&self.path.join(RESULTS), points, more)
    }

    /// Writes all points in their final order.
    pub(crate) fn finish(&self, points: &[Point]) -> Result<()> {
        write_file(&self.path.join(RESULTS), to_csv(points).as_bytes(), true)
    }
}
