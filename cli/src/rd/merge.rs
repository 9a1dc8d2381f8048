//! `kvant rd merge`: the parts of a run, measured apart, as one.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::args::MergeArgs;
use super::metric::Metrics;
use super::point_file::{RESULTS, to_csv};
use super::points::{self, Identity, Point};
use super::results::read_with_record;
use super::results::record::Record;
use crate::base::error::{CliError, Result};
use crate::base::identity::Inputs;
use crate::base::names::shown;
use crate::base::output::{Destination, write_file};
use crate::base::print::print_error;

/// Runs the command. A part that cannot be read is named, and the rest is joined.
pub(crate) fn merge(args: &MergeArgs) -> Result<()> {
    let results = args.output.join(RESULTS);
    if results.exists() && !args.force {
        return Err(CliError::Run(format!("{}: there are results already; -f overwrites them", shown(&results))));
    }
    // A part is a file, or a folder of results.
    let parts: Vec<_> =
        args.parts.iter().map(|part| if part.is_dir() { part.join(RESULTS) } else { part.clone() }).collect();
    Inputs::of(parts.iter().map(PathBuf::as_path)).spare(&Destination::File(results.clone()))?;
    let mut joined = Joined::default();
    let mut problems = 0;
    for part in &args.parts {
        if let Err(e) = joined.add(part) {
            print_error(&format!("kvant: {e}\n"));
            problems += 1;
        }
    }
    if joined.points.is_empty() {
        return Err(CliError::Input("no points in any part".to_owned()));
    }
    fs::create_dir_all(&args.output).map_err(|e| CliError::writing(&args.output, &e))?;
    let points = joined.sorted();
    write_file(&results, to_csv(&points).as_bytes(), true)?;
    if let Some(record) = &joined.record {
        record.write(&args.output)?;
    }
    print_error(&format!("kvant: {} points are in {}\n", points.len(), shown(&results)));
    if problems == 0 {
        Ok(())
    } else {
        Err(CliError::Run(format!("{problems} of {} parts left out", args.parts.len())))
    }
}

/// What has been read so far.
#[derive(Default)]
struct Joined {
    /// By codec, picture, quality and scale, in the order in which the points came.
    places: BTreeMap<Identity, usize>,
    points: Vec<Point>,
    record: Option<Record>,
    metrics: Metrics,
}

impl Joined {
    fn add(&mut self, part: &Path) -> Result<()> {
        let (points, record) = read_with_record(part, &mut self.metrics)?;
        for point in points {
            let identity = point.identity();
            match self.places.get(&identity) {
                None => {
                    self.places.insert(identity, self.points.len());
                    self.points.push(point);
                }
                // A job measured twice, by a part that ran again: it must have given the same.
                Some(&at) if (self.points[at].bytes, &self.points[at].scores) == (point.bytes, &point.scores) => {}
                Some(_) => {
                    let (Point { codec, image, .. }, q, part) = (&point, point.quality(), shown(part));
                    return Err(CliError::Input(format!(
                        "{part}: {codec} {image} at quality {q} differs from the same point of an earlier part"
                    )));
                }
            }
        }
        match (&mut self.record, record) {
            (Some(have), Some(new)) => have.merge(new),
            (have, new) => *have = have.take().or(new),
        }
        Ok(())
    }

    fn sorted(&mut self) -> Vec<Point> {
        let order: Vec<_> = self.record.iter().flat_map(|r| &r.codecs).map(|c| c.name.as_str()).collect();
        let mut points = std::mem::take(&mut self.points);
        points::sort(&mut points, &order);
        points
    }
}
