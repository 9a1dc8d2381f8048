//! The record of a measurement beside its points: what was run, where, with which versions. The
//! file `run.json`.

use std::env;
use std::fs;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::thread::available_parallelism;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::base::error::{CliError, Result};
use crate::base::names::shown;
use crate::base::output::write_file;
use crate::rd::codecs::Timing;
use crate::rd::metric::Metric;

/// The name of the file in a folder of results.
pub(crate) const FILE: &str = "run.json";

const SCHEMA: &str = "kvant.rd.run/1";

/// One run, or several merged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) schema: String,
    /// The runs that the points come from, the oldest first.
    pub(crate) runs: Vec<Run>,
    /// Codecs in the order of the tables.
    pub(crate) codecs: Vec<CodecRecord>,
    /// Pictures by name.
    pub(crate) pictures: Vec<PictureRecord>,
    /// The metrics that were programs.
    #[serde(default)]
    pub(crate) metrics: Vec<Metric>,
    /// A line for each thing that failed and was left out.
    pub(crate) problems: Vec<String>,
}

/// One call of the program.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Run {
    /// Program and version.
    pub(crate) tool: String,
    /// Identity of the sources, as far as the build knew it.
    pub(crate) commit: String,
    /// The command line.
    pub(crate) command: Vec<String>,
    /// When it began, RFC 3339 in UTC.
    pub(crate) started: String,
    /// Jobs at once; times were measured with one only.
    pub(crate) workers: usize,
    pub(crate) machine: Machine,
    /// The user's file of external peers.
    pub(crate) peers: Option<PathBuf>,
    /// Why some of its points have no times, where that is so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) untimed: Option<String>,
    /// What is to be known of its figures, though nothing failed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) notes: Vec<String>,
}

/// Where it ran.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Machine {
    /// Model of the processor.
    pub(crate) cpu: String,
    pub(crate) cores: usize,
    /// Operating system and architecture.
    pub(crate) system: String,
}

/// A codec that was measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct CodecRecord {
    /// Its name in the points.
    pub(crate) name: String,
    /// What [`crate::rd::codecs::resolve`] made it from.
    pub(crate) spec: String,
    pub(crate) version: String,
    /// What its times are the times of.
    pub(crate) timing: String,
}

/// A picture that was measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct PictureRecord {
    /// Its name in the points.
    pub(crate) name: String,
    /// Where it was, as [`crate::rd::corpus::CorpusPicture::location`] gives it.
    pub(crate) location: String,
}

impl Record {
    pub(crate) fn new(run: Run, codecs: Vec<CodecRecord>, pictures: Vec<PictureRecord>) -> Self {
        let (metrics, problems) = (Vec::new(), Vec::new());
        Self { schema: SCHEMA.to_owned(), runs: vec![run], codecs, pictures, metrics, problems }
    }

    /// Adds what `other` has; of codecs and pictures that both have, those of `other` count.
    pub(crate) fn merge(&mut self, other: Self) {
        self.runs.extend(other.runs);
        for codec in other.codecs {
            replace_or_push(&mut self.codecs, codec, |c| c.name.clone());
        }
        for metric in other.metrics {
            replace_or_push(&mut self.metrics, metric, |m| m.key.clone());
        }
        for picture in other.pictures {
            replace_or_push(&mut self.pictures, picture, |p| p.name.clone());
        }
        self.pictures.sort_by(|a, b| a.name.cmp(&b.name));
        self.problems.extend(other.problems);
    }

    /// Reads the record of a folder of results; `None` where it has none.
    ///
    /// # Errors
    /// [`CliError::Input`] where the file is none of ours.
    pub(crate) fn read(folder: &Path) -> Result<Option<Self>> {
        let path = folder.join(FILE);
        if !path.exists() {
            return Ok(None);
        }
        let text = fs::read_to_string(&path).map_err(|e| CliError::reading(&path, &e))?;
        let fault = |what: String| CliError::Input(format!("{}: {what}", shown(&path)));
        let record: Self = serde_json::from_str(&text).map_err(|e| fault(e.to_string()))?;
        if record.schema != SCHEMA {
            return Err(fault(format!("schema {:?}, expected {SCHEMA:?}", record.schema)));
        }
        Ok(Some(record))
    }

    /// Writes the record into a folder of results.
    pub(crate) fn write(&self, folder: &Path) -> Result<()> {
        let path = folder.join(FILE);
        let text = serde_json::to_string_pretty(self).map_err(|e| CliError::Run(format!("cannot write JSON: {e}")))?;
        write_file(&path, (text + "\n").as_bytes(), true)
    }
}

fn replace_or_push<T>(list: &mut Vec<T>, item: T, key: impl Fn(&T) -> String) {
    match list.iter().position(|have| key(have) == key(&item)) {
        Some(at) => list[at] = item,
        None => list.push(item),
    }
}

impl Run {
    /// This call of the program, now.
    pub(crate) fn now(workers: usize, peers: Option<PathBuf>) -> Self {
        Self {
            tool: concat!("kvant ", env!("CARGO_PKG_VERSION")).to_owned(),
            commit: crate::rd::build::COMMIT.to_owned(),
            command: env::args_os().map(|a| a.to_string_lossy().into_owned()).collect(),
            started: humantime::format_rfc3339_seconds(SystemTime::now()).to_string(),
            workers,
            machine: Machine::here(),
            peers,
            untimed: None,
            notes: Vec::new(),
        }
    }
}

impl Machine {
    /// The machine that the program runs on.
    fn here() -> Self {
        // Linux tells the model here; elsewhere the architecture has to do.
        let cpu = fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| {
            let line = text.lines().find(|l| l.starts_with("model name"))?;
            Some(line.split_once(':')?.1.trim().to_owned())
        });
        Self {
            cpu: cpu.unwrap_or_else(|| env::consts::ARCH.to_owned()),
            cores: available_parallelism().map_or(1, NonZero::get),
            system: format!("{} {}", env::consts::OS, env::consts::ARCH),
        }
    }
}

impl CodecRecord {
    pub(crate) fn new(name: &str, spec: &str, version: &str, timing: Timing) -> Self {
        let [name, spec, version, timing] = [name, spec, version, timing.name()].map(str::to_owned);
        Self { name, spec, version, timing }
    }
}
