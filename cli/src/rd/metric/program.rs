//! Metrics that are programs: the TOML files that describe them, and what is shipped.
//!
//! A file has one table for each metric; `cli/peers/metrics.toml`, which is built into the program,
//! shows all there is to a table and says what its keys mean.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use toml::Spanned;

use super::definition::{Metric, Transform};
use crate::base::error::{CliError, Result};
use crate::base::output::write_file;
use crate::pictures::Picture;
use crate::rd::programs::process::{self, last_lines, short_name};
use crate::rd::programs::table::{TableFault, depth, tables, template, timeout};
use crate::rd::programs::version::{digest, own_files, version_of};
use crate::rd::programs::{Exchange, Template, Values, exchange_file};

/// The shipped tables, and their name in a folder of results.
const FILE: &str = "metrics.toml";
const TOML: &str = include_str!("../../../peers/metrics.toml");
/// The program that they call.
const SCRIPT: &str = include_str!("../../../peers/metric.py");

/// What stands before a score where the table does not say.
const SCORE: &str = "kvant-score:";

/// A metric that is a program.
#[derive(Debug, Clone)]
pub(crate) struct MetricProgram {
    pub(crate) metric: Arc<Metric>,
    command: Template,
    version: Option<Template>,
    /// What stands before the score in what the program says.
    score: String,
    input: Exchange,
    /// The most bits a sample that it takes, 8 or 16.
    depth: u8,
    timeout: Duration,
    /// The folder of the file that describes it, absolute.
    here: PathBuf,
}

/// The shipped metrics, in the order of their file. Where they are to run, their file and their
/// script must be in `folder`: see [`install`].
pub(super) fn shipped(folder: &Path) -> Result<Vec<MetricProgram>> {
    parse(&folder.join(FILE), TOML)
}

/// The text of the shipped metrics' file.
pub(crate) fn shipped_text() -> &'static str {
    TOML
}

/// Writes what the shipped metrics need into `folder`, which is made where it is missing.
pub(super) fn install(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).map_err(|e| CliError::writing(folder, &e))?;
    write_file(&folder.join(FILE), TOML.as_bytes(), true)?;
    write_file(&folder.join("metric.py"), SCRIPT.as_bytes(), true)
}

/// The metrics of the user's file `path`.
///
/// # Errors
/// [`CliError::Input`] names file, line and fault.
pub(super) fn read(path: &Path) -> Result<Vec<MetricProgram>> {
    parse(path, &fs::read_to_string(path).map_err(|e| CliError::reading(path, &e))?)
}

fn parse(path: &Path, text: &str) -> Result<Vec<MetricProgram>> {
    let metric = |name: &str, table: Table, here: &Path| {
        table.check(name, here).map_err(|f| TableFault { what: format!("{name}: {}", f.what), ..f })
    };
    Ok(tables(path, text, metric)?.into_iter().map(|(_, metric)| metric).collect())
}

impl MetricProgram {
    /// The version of the program.
    ///
    /// # Errors
    /// Why it cannot run.
    pub(crate) fn version(&self) -> std::result::Result<String, String> {
        let here = || Values::default().with("here", &self.here);
        let program = self.command.fill(&here()).swap_remove(0);
        version_of(&program, self.version.as_ref().map(|v| v.fill(&here())), None)
    }

    /// What decides its scores besides the version: part of the key of a cached result.
    pub(super) fn settings(&self) -> String {
        let files = own_files(&self.command, &self.here).map(digest).collect::<Vec<_>>();
        let command = self.command.fill(&Values::default());
        format!("{} {command:?} {} {:?} {} {files:?}", self.metric.key, self.score, self.input, self.depth)
    }

    /// Writes a picture as the program takes it into `folder`, and gives its path.
    pub(super) fn write(&self, picture: &Picture, folder: &Path, name: &str) -> Result<PathBuf> {
        let path = folder.join(name).with_extension(self.input.extension());
        let file = match self.depth {
            8 => exchange_file(&picture.narrowed(), self.input)?,
            _ => exchange_file(picture, self.input)?,
        };
        fs::write(&path, file).map_err(|e| CliError::writing(&path, &e))?;
        Ok(path)
    }

    /// The score of `distorted` against `reference`, files as [`MetricProgram::write`] writes them.
    ///
    /// # Errors
    /// A line: how the program ended, or that it told no score.
    pub(super) fn score(&self, reference: &Path, distorted: &Path) -> std::result::Result<f64, String> {
        let files = Values::default().with("reference", reference).with("distorted", distorted);
        let command = self.command.fill(&files.with("here", &self.here));
        let ended = process::run(&command, self.timeout).map_err(|e| e.to_string())?;
        let told = [&ended.stdout, &ended.stderr].into_iter().find_map(|text| number_behind(text, &self.score));
        told.ok_or_else(|| {
            let said = last_lines(&ended.stderr).pop().map_or(String::new(), |line| format!(", but {line:?}"));
            format!("{} told no number behind {:?}{said}", short_name(&command[0]), self.score)
        })
    }
}

/// The number behind the last `label` in a text.
fn number_behind(text: &str, label: &str) -> Option<f64> {
    let (_, rest) = text.rsplit_once(label)?;
    let number = rest.split_whitespace().next()?;
    number.trim_end_matches([',', ';', '%', ')']).parse().ok()
}

/// A table as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    name: Option<String>,
    #[serde(default)]
    about: String,
    command: Vec<Spanned<String>>,
    version: Option<Vec<Spanned<String>>>,
    score: Option<Spanned<String>>,
    better: Better,
    transform: Option<Spanned<TransformName>>,
    range: Option<Spanned<[f64; 2]>>,
    #[serde(default)]
    levels: Vec<f64>,
    #[serde(default)]
    unit: String,
    #[serde(default)]
    input: Exchange,
    depth: Option<Spanned<u8>>,
    timeout: Option<Spanned<f64>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Better {
    Higher,
    Lower,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum TransformName {
    None,
    Log,
    Decibel,
}

impl Table {
    fn check(self, key: &str, here: &Path) -> std::result::Result<MetricProgram, TableFault> {
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if key.is_empty() || !key.chars().all(is_plain) {
            let what = "the name is not of small letters, digits and _: it names a column".to_owned();
            return Err(TableFault { at: None, what });
        }
        let files = ["reference", "distorted"];
        let command = template(&self.command, &[], &files, &files)?;
        let version = self.version.as_ref().map(|v| template(v, &[], &[], &[])).transpose()?;
        let transform = self.transform()?;
        let range = match &self.range {
            Some(range) if range.get_ref()[0] < range.get_ref()[1] => range.get_ref().map(Some),
            Some(range) => return Err(TableFault::at(range, "range is not [LOWEST, HIGHEST]")),
            None => [None; 2],
        };
        let (timeout, depth) = (timeout(self.timeout.as_ref())?, depth(self.depth.as_ref())?);
        let score = self.score.unwrap_or(Spanned::new(0..0, SCORE.to_owned()));
        if score.get_ref().trim().is_empty() {
            return Err(TableFault::at(&score, "score is empty: it is what stands before the number"));
        }
        let metric = Metric {
            key: key.to_owned(),
            name: self.name.unwrap_or_else(|| key.to_owned()),
            about: self.about,
            unit: if transform == Transform::Decibel { "dB".to_owned() } else { self.unit },
            transform,
            range,
            bands: Vec::new(),
            working_point: self.levels.get(self.levels.len() / 2).copied(),
            levels: self.levels,
        };
        Ok(MetricProgram {
            metric: Arc::new(metric),
            command,
            version,
            score: score.into_inner(),
            input: self.input,
            depth,
            timeout,
            here: here.to_owned(),
        })
    }

    fn transform(&self) -> std::result::Result<Transform, TableFault> {
        let named = self.transform.as_ref().map_or(TransformName::None, |t| *t.get_ref());
        match (named, self.better, &self.transform) {
            (TransformName::None, Better::Higher, _) => Ok(Transform::Rising),
            (TransformName::None, Better::Lower, _) => Ok(Transform::Falling),
            (TransformName::Log, Better::Higher, _) => Ok(Transform::LogRising),
            (TransformName::Log, Better::Lower, _) => Ok(Transform::LogFalling),
            (TransformName::Decibel, Better::Lower, Some(place)) => {
                Err(TableFault::at(place, "decibel is for scores of which more is better, up to 1"))
            }
            (TransformName::Decibel, ..) => Ok(Transform::Decibel),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
[mine]
command = ["cmp", "{reference}", "{distorted}"]
better = "lower"
transform = "log"
range = [0.5, 4]
"#;

    #[test]
    fn a_table_needs_little() {
        let found = parse(Path::new("folder/my.toml"), GOOD).unwrap();
        let metric = &found[0].metric;
        assert_eq!(
            (metric.key.as_str(), metric.name.as_str(), metric.transform),
            ("mine", "mine", Transform::LogFalling)
        );
        assert_eq!((metric.range, found[0].depth, found[0].score.as_str()), ([Some(0.5), Some(4.0)], 8, SCORE));
        assert!(found[0].here.ends_with("folder"));
    }

    #[test]
    fn faults_name_file_and_line() {
        for (from, to, line, word) in [
            ("{distorted}", "{out}", 3, "{out}"),
            (", \"{distorted}\"", "", 3, "lacks {distorted}"),
            ("\"lower\"", "\"less\"", 4, "less"),
            ("\"log\"", "\"decibel\"", 5, "up to 1"),
            ("[0.5, 4]", "[4, 0.5]", 6, "range"),
            ("[0.5, 4]", "[0.5, 4]\ndepth = 9", 7, "8 or 16"),
            ("[0.5, 4]", "[0.5, 4]\nscore = \" \"", 7, "score"),
            ("[mine]", "[\"my metric\"]", 2, "small letters"),
            ("better = \"lower\"\n", "", 2, "better"),
        ] {
            assert!(GOOD.contains(from), "{from}");
            let text = parse(Path::new("my.toml"), &GOOD.replacen(from, to, 1)).unwrap_err().to_string();
            assert!(text.starts_with(&format!("my.toml: line {line}: ")) && text.contains(word), "{text}");
        }
    }

    #[test]
    fn the_last_number_behind_the_label_is_the_score() {
        let said = "frame 1 VMAF score: 3\n[x] VMAF score: 86.25, done\n";
        assert_eq!(number_behind(said, "VMAF score:"), Some(86.25));
        assert_eq!(number_behind("psnr inf", "psnr"), Some(f64::INFINITY));
        assert_eq!((number_behind(said, "SSIM"), number_behind("SSIM: none", "SSIM:")), (None, None));
    }
}
