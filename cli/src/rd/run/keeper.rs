//! Keeps the files of a run's points, as it is asked to.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::iter;
use std::path::{Path, PathBuf};

use kvant::Metadata;

use super::measure::Measured;
use super::plan::{Measurement, RunPlan};
use crate::base::error::{CliError, Result};
use crate::base::output::{Destination, WriteOptions};
use crate::metrics::BACKGROUNDS;
use crate::pictures::{OutputFormat, write_file};
use crate::rd::results::kept::{Keep, coded_path, decoded_path, safe};

/// Files and pictures of a plan's measurements in a folder of results.
pub(super) struct Keeper<'a> {
    folder: &'a Path,
    keep: Keep,
    plan: &'a RunPlan,
}

impl<'a> Keeper<'a> {
    /// # Errors
    /// [`CliError::Usage`] where two codecs or two pictures would be kept under one name.
    pub(super) fn new(folder: &'a Path, keep: Keep, plan: &'a RunPlan) -> Result<Self> {
        if keep.any() {
            apart("codecs", plan.series.iter().map(|s| s.codec.name()))?;
            apart("pictures", plan.sources.iter().map(|s| s.name.as_str()))?;
        }
        Ok(Self { folder, keep, plan })
    }

    /// Whether a file is missing that should be there of a point of `bytes`.
    pub(super) fn lacks(&self, measurement: &Measurement, bytes: u64) -> bool {
        let is_there = |name: &str, bytes: Option<u64>| {
            let [coded, decoded] = self.paths(measurement, name);
            let is_whole = |file: fs::Metadata| bytes.is_none_or(|bytes| file.len() == bytes);
            (!self.keep.coded || fs::metadata(coded).is_ok_and(is_whole)) && (!self.keep.decoded || decoded.is_file())
        };
        // The bytes of what was laid over several backgrounds are a mean.
        !is_there("", Some(bytes)) && !BACKGROUNDS.iter().all(|(name, _)| is_there(&on(name), None))
    }

    /// Writes what is to be kept. Of what is not, nothing stays of an earlier measurement, which
    /// may have been of another encoder.
    pub(super) fn store(&self, measurement: &Measurement, measured: &Measured) -> Result<()> {
        let laid = BACKGROUNDS.iter().map(|(name, _)| on(name));
        let names: Vec<String> = iter::once(String::new()).chain(laid).collect();
        let (of_one, of_several) = names.split_at(1);
        let (used, unused) = if measured.files.len() > 1 { (of_several, of_one) } else { (of_one, of_several) };
        for [coded, decoded] in unused.iter().map(|name| self.paths(measurement, name)) {
            remove(&coded)?;
            remove(&decoded)?;
        }
        for (name, (stream, picture)) in used.iter().zip(&measured.files) {
            let [coded, decoded] = self.paths(measurement, name);
            if self.keep.coded { write(coded, stream) } else { remove(&coded) }?;
            if self.keep.decoded {
                let metadata = Metadata::default().with_cicp(measured.cicp);
                write(decoded, &write_file(picture, &metadata, OutputFormat::Png)?)?;
            } else {
                remove(&decoded)?;
            }
        }
        Ok(())
    }

    /// The coded file and the decoded picture; `name` is what stands behind the picture's.
    fn paths(&self, measurement: &Measurement, name: &str) -> [PathBuf; 2] {
        let codec = self.plan.codec(measurement);
        let image = format!("{}{name}", self.plan.source(measurement).name);
        let point = (codec.name(), image.as_str(), measurement.q, measurement.scale);
        [coded_path(self.folder, point, codec.extension()), decoded_path(self.folder, point)]
    }
}

/// What stands behind the name of a picture that was laid on a background.
fn on(background: &str) -> String {
    format!("-on-{background}")
}

/// That file names tell `names` apart, on file systems too that take `A` for `a`.
fn apart<'a>(what: &str, names: impl Iterator<Item = &'a str>) -> Result<()> {
    let mut seen = BTreeMap::new();
    for name in names {
        let file = safe(name);
        if let Some(other) = seen.insert(file.to_lowercase(), name).filter(|other| *other != name) {
            let text = format!("--keep: the {what} {other:?} and {name:?} would both be kept as {file:?}");
            return Err(CliError::Usage(text));
        }
    }
    Ok(())
}

fn write(path: PathBuf, data: &[u8]) -> Result<()> {
    let options = WriteOptions { force: true, like: None };
    Destination::InFolder(path).write(data, options).map(drop)
}

fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(e) if ![ErrorKind::NotFound, ErrorKind::NotADirectory].contains(&e.kind()) => {
            Err(CliError::writing(path, &e))
        }
        _ => Ok(()),
    }
}
