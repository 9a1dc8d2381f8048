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
use crate::rd::points::{Identity, KEY, Point};
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
    /// Opens a folder, made if it is not there, and reads its points. What runs left in it and in
    /// the system's place for temporary files that were killed is cleared.
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

    /// Divides the points of earlier runs by what is `planned`, with its keys: those that are there
    /// and that `reuse` takes, and the others, less those that will be measured again.
    pub(crate) fn divide(
        &self,
        planned: &BTreeMap<Identity, String>,
        reuse: &dyn Fn(&Point) -> bool,
    ) -> (BTreeMap<Identity, Point>, Vec<Point>) {
        divide(&self.points, planned, reuse)
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

/// As [`Folder::divide`] has it. A key alone does not tell pictures of the same samples apart.
fn divide(
    points: &[Point],
    planned: &BTreeMap<Identity, String>,
    reuse: &dyn Fn(&Point) -> bool,
) -> (BTreeMap<Identity, Point>, Vec<Point>) {
    let (mut reused, mut others) = (BTreeMap::new(), Vec::new());
    for point in points {
        let identity = point.identity();
        match planned.get(&identity) {
            Some(key) if point.extra(KEY) == Some(key) && reuse(point) => {
                reused.insert(identity, point.clone());
            }
            Some(_) => {}
            None => others.push(point.clone()),
        }
    }
    (reused, others)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rd::analysis::fixtures;

    fn point(image: &str, key: &str) -> Point {
        let extra = vec![(KEY.to_owned(), key.to_owned())];
        Point { extra, ..fixtures::point("kvant", image, 50.0, 1000, 70.0) }
    }

    #[test]
    fn pictures_of_the_same_samples_have_points_of_their_own() {
        let points = [point("a", "1"), point("copy of a", "1"), point("b", "old"), point("c", "3")];
        let keys = [("a", "1"), ("copy of a", "1"), ("b", "new"), ("another copy", "1")];
        let planned = keys.map(|(image, key)| (point(image, key).identity(), key.to_owned())).into();
        let (reused, others) = divide(&points, &planned, &|_| true);
        assert_eq!(reused.into_values().collect::<Vec<_>>(), points[..2]);
        // What will be measured again is neither.
        assert_eq!(others, points[3..]);
        assert!(divide(&points, &planned, &|_| false).0.is_empty());
    }
}
