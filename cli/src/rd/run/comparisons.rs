//! What a run is compared with at its end: its own codecs, points from elsewhere, earlier runs.

use std::collections::BTreeSet;

use crate::base::error::{CliError, Result};
use crate::base::names::shown;
use crate::rd::analysis::tables::{against_table, anchors_table};
use crate::rd::args::RunArgs;
use crate::rd::codecs::is_ours;
use crate::rd::metric::{Metrics, Panel};
use crate::rd::point_file::settle;
use crate::rd::points::{ByImage, Point, by_codec};
use crate::rd::results::read_results;
use crate::rd::results::record::Record;

/// Points that are there before the run.
pub(super) struct Comparisons<'a> {
    args: &'a RunArgs,
    /// Those of `--points`.
    pub(super) points: Vec<Point>,
    /// Those of each `--against`.
    earlier: Vec<Vec<Point>>,
}

impl<'a> Comparisons<'a> {
    /// Reads all files first: a mistyped name should not cost a run.
    ///
    /// # Errors
    /// As reading has them; [`CliError::Usage`] where a file is given as the name of a codec.
    pub(super) fn read(args: &'a RunArgs, metrics: &mut Metrics) -> Result<Self> {
        if let Some(name) = args.anchor.as_ref().filter(|name| std::path::Path::new(name).exists()) {
            let what = "--anchor names a codec; --points takes files of points";
            return Err(CliError::Usage(format!("{}: {what}", shown(name))));
        }
        let mut points = Vec::new();
        for path in &args.points {
            points.extend(read_results(path, metrics)?);
        }
        settle(&mut points)?;
        let earlier = args.against.iter().map(|path| read_results(path, metrics)).collect::<Result<_>>()?;
        Ok(Self { args, points, earlier })
    }

    /// The pictures that points from elsewhere have.
    pub(super) fn pictures(&self) -> BTreeSet<&str> {
        self.points.iter().map(|p| p.image.as_str()).collect()
    }

    /// BD-rates of each codec of ours, of the run's `points`, against all others, or against the
    /// one that `--anchor` names; then against earlier runs. `--codec` names the codec that it is
    /// about.
    pub(super) fn text(&self, points: &[Point], record: &Record, panel: &Panel) -> String {
        let measured = by_codec(points);
        let mut all = measured.clone();
        all.extend(
            by_codec(&self.points).into_iter().filter(|(name, _)| measured.iter().all(|(have, _)| have != name)),
        );
        let subjects = self.subjects(&all, record);
        let mut text = String::new();
        for (name, images) in &subjects {
            let others: Vec<_> =
                all.iter().filter(|(other, _)| other != name && self.is_anchor(other)).cloned().collect();
            let table = anchors_table((name, images), &others, panel);
            text += &table.map_or(String::new(), |table| format!("\n{table}"));
        }
        if !self.points.is_empty() && !by_codec(&self.points).iter().any(|(_, theirs)| shares(theirs, &measured)) {
            text += "\nno picture in common with the points\n";
        }
        for (path, old) in self.args.against.iter().zip(&self.earlier) {
            let old = by_codec(old);
            for (name, images) in &subjects {
                // The same codec earlier, where it was there.
                let same = old.iter().any(|(o, _)| o == name);
                for (old_name, old) in old.iter().filter(|(o, _)| !same || o == name) {
                    let title = format!("{old_name} of {}", shown(path));
                    let table = against_table(images, &title, old, panel);
                    text += &format!("\n{name}: ");
                    text += &table.unwrap_or_else(|| format!("no picture in common with {title}\n"));
                }
            }
        }
        text
    }

    fn is_anchor(&self, name: &str) -> bool {
        self.args.anchor.as_deref().is_none_or(|anchor| anchor == name)
    }

    /// The codec that the arguments name, else all of ours, else the first.
    fn subjects<'p>(&self, all: &[(&'p str, ByImage<'p>)], record: &Record) -> Vec<(&'p str, ByImage<'p>)> {
        if let Some(wanted) = &self.args.codec {
            return all.iter().filter(|(name, _)| name == wanted).cloned().collect();
        }
        let measured = || all.iter().filter(|(name, _)| record.codecs.iter().any(|c| c.name == *name));
        let spec =
            |name: &str| record.codecs.iter().find(|c| c.name == name).map_or(name, |c| c.spec.as_str()).to_owned();
        let ours: Vec<_> = measured().filter(|(name, _)| is_ours(&spec(name))).cloned().collect();
        if ours.is_empty() { measured().take(1).cloned().collect() } else { ours }
    }

    /// Whether the codecs that the arguments name are among `measured`, or have points elsewhere.
    ///
    /// # Errors
    /// [`CliError::Usage`] for one that is not.
    pub(super) fn check(&self, measured: &[&str]) -> Result<()> {
        let elsewhere = by_codec(&self.points);
        let mut known: Vec<&str> = Vec::new();
        for name in measured.iter().copied().chain(elsewhere.iter().map(|(name, _)| *name)) {
            if !known.contains(&name) {
                known.push(name);
            }
        }
        match [&self.args.anchor, &self.args.codec].into_iter().flatten().find(|name| !known.contains(&name.as_str())) {
            Some(name) => Err(unknown(name, &known)),
            None => Ok(()),
        }
    }
}

fn shares(theirs: &ByImage<'_>, measured: &[(&str, ByImage<'_>)]) -> bool {
    measured.iter().any(|(_, images)| images.keys().any(|image| theirs.contains_key(image)))
}

fn unknown(name: &str, known: &[&str]) -> CliError {
    CliError::Usage(format!("no codec {name:?} in these results; there are {}", known.join(", ")))
}
