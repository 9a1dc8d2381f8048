//! What a run scores with: metrics of this program, and programs.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use super::definition::Metric;
use super::known::Metrics;
use super::program::MetricProgram;
use crate::base::error::{CliError, Result};
use crate::base::output::TemporaryFolder;
use crate::base::print::print_error;
use crate::metrics::{BACKGROUNDS, Reference, Scores, Selection};
use crate::pictures::Picture;

/// How often in a row a program may fail.
const PATIENCE: u32 = 3;

/// The metrics of a run.
pub(crate) struct Scoring {
    selection: Selection,
    programs: Vec<Runnable>,
}

/// A program that can be run here.
struct Runnable {
    program: MetricProgram,
    version: String,
    /// How often it has failed in a row.
    failures: AtomicU32,
}

impl From<Selection> for Scoring {
    fn from(selection: Selection) -> Self {
        Self { selection, programs: Vec::new() }
    }
}

impl Scoring {
    /// Those that `wanted` names, else those of this program. A program that cannot be run here is
    /// skipped with a line.
    ///
    /// # Errors
    /// [`CliError::Usage`] for a name that no metric has or that nothing here computes,
    /// [`CliError::Run`] where none is left.
    pub(crate) fn new(metrics: &Metrics, wanted: &[String]) -> Result<Self> {
        if wanted.is_empty() {
            return Ok(Selection::ALL.into());
        }
        let mut scoring = Self::from(Selection::NONE);
        for name in wanted {
            let metric = metrics.named(name)?;
            match metrics.program(metric) {
                None if select(&mut scoring.selection, &metric.key) => {}
                None => {
                    let what = format!("metric {}: results have it, but nothing here computes it", metric.key);
                    return Err(CliError::Usage(what));
                }
                Some(program) => match program.version() {
                    Ok(version) => {
                        let (program, failures) = (program.clone(), AtomicU32::new(0));
                        scoring.programs.push(Runnable { program, version, failures });
                    }
                    Err(reason) => print_error(&format!("kvant: {} is skipped: {reason}\n", metric.key)),
                },
            }
        }
        if scoring.programs.is_empty() && scoring.selection == Selection::NONE {
            return Err(CliError::Run("none of the metrics can be run here".to_owned()));
        }
        Ok(scoring)
    }

    /// What the scores depend on besides pictures: part of the key of a cached result.
    pub(crate) fn key(&self) -> String {
        let mut text = format!("{:?}", self.selection);
        for Runnable { program, version, .. } in &self.programs {
            text += &format!(" {version} {}", program.settings());
        }
        text
    }

    /// The metrics that are programs.
    pub(crate) fn programs(&self) -> impl Iterator<Item = &Metric> {
        self.programs.iter().map(|p| &*p.program.metric)
    }
}

/// Whether this program computes the metric of a column itself: then it is selected.
fn select(selection: &mut Selection, key: &str) -> bool {
    match key {
        "ssim2" => selection.ssim2 = true,
        "ba_p3" | "ba_max" => selection.butteraugli = true,
        "ms_ssim" => selection.ms_ssim = true,
        "ms_ssim_rgb" => selection.ms_ssim_rgb = true,
        "psnr_y" | "psnr_rgb" => selection.psnr = true,
        _ => return false,
    }
    true
}

/// A picture that others are scored against.
pub(crate) struct ScoringReference {
    own: Reference,
    /// For each program the picture as it takes it: on each background where it has alpha.
    files: Vec<Vec<PathBuf>>,
    /// Where they are.
    _folder: Option<TemporaryFolder>,
}

impl ScoringReference {
    pub(crate) fn new(picture: &Picture, scoring: &Scoring) -> Result<Self> {
        let own = Reference::new(picture, scoring.selection)?;
        if scoring.programs.is_empty() {
            return Ok(Self { own, files: Vec::new(), _folder: None });
        }
        let folder = TemporaryFolder::new()?;
        let laid = laid(picture, picture.format().has_alpha());
        let write = |(number, runnable): (usize, &Runnable)| {
            let each = laid
                .iter()
                .enumerate()
                .map(|(i, picture)| runnable.program.write(picture, folder.path(), &format!("reference{number}-{i}")));
            each.collect::<Result<Vec<_>>>()
        };
        let files = scoring.programs.iter().enumerate().map(write).collect::<Result<_>>()?;
        Ok(Self { own, files, _folder: Some(folder) })
    }

    /// The scores of a picture of the same size. A program that fails costs its score and no more.
    ///
    /// # Errors
    /// Where a metric of this program does not take the pictures, or files cannot be written.
    pub(crate) fn compare(&self, picture: &Picture, scoring: &Scoring) -> Result<Scored> {
        let mut scored = Scored { own: self.own.compare(picture)?, ..Scored::default() };
        if scoring.programs.is_empty() {
            return Ok(scored);
        }
        let laid = laid(picture, self.own.composites(picture));
        for (number, runnable) in scoring.programs.iter().enumerate() {
            let Runnable { program, failures, .. } = runnable;
            let metric = &program.metric;
            if failures.load(Ordering::Relaxed) >= PATIENCE {
                scored.incomplete = true;
                continue;
            }
            match self.run(number, program, &laid)? {
                Ok(score) => {
                    failures.store(0, Ordering::Relaxed);
                    scored.others.push((metric.key.clone(), metric.transform.rises(), score));
                }
                Err(problem) => {
                    scored.incomplete = true;
                    scored.problems.push(format!("{}: {problem}", metric.name));
                    if failures.fetch_add(1, Ordering::Relaxed) + 1 == PATIENCE {
                        let what = format!("{} is given up on after {PATIENCE} failures in a row", metric.name);
                        scored.problems.push(what);
                    }
                }
            }
        }
        Ok(scored)
    }

    /// The worst score by a program over the backgrounds.
    fn run(
        &self,
        number: usize,
        program: &MetricProgram,
        laid: &[Picture],
    ) -> Result<std::result::Result<f64, String>> {
        // Only the scores of one comparison are there at a time in a folder of its own.
        let folder = TemporaryFolder::new()?;
        let mut scores = Vec::new();
        for (i, picture) in laid.iter().enumerate() {
            let file = program.write(picture, folder.path(), "distorted")?;
            // A reference without alpha looks the same on every background.
            let references = &self.files[number];
            match program.score(&references[i % references.len()], &file) {
                Ok(score) => scores.push(score),
                Err(problem) => return Ok(Err(problem)),
            }
        }
        let worse = |a: f64, b: f64| if program.metric.transform.rises() { a.min(b) } else { a.max(b) };
        Ok(Ok(scores.into_iter().reduce(worse).unwrap_or(f64::NAN)))
    }
}

/// A picture as it is, or on each background.
fn laid(picture: &Picture, composites: bool) -> Vec<Picture> {
    match composites {
        false => vec![picture.clone()],
        true => BACKGROUNDS.iter().map(|(_, colour)| picture.over(*colour).into_owned()).collect(),
    }
}

/// The scores of one picture.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scored {
    own: Scores,
    /// Those by programs: column, whether more is better, and score.
    others: Vec<(String, bool, f64)>,
    /// A line for each program that failed.
    pub(crate) problems: Vec<String>,
    /// Whether a score is missing that should be there.
    pub(crate) incomplete: bool,
}

impl Scored {
    /// The worse score of each metric.
    pub(crate) fn worse(mut self, other: Self) -> Self {
        self.own = self.own.worse(other.own);
        self.others.retain(|(column, ..)| other.others.iter().any(|(c, ..)| c == column));
        for (column, rises, score) in &mut self.others {
            let theirs = other.others.iter().find(|(c, ..)| c == column).map_or(*score, |(.., score)| *score);
            *score = if *rises { score.min(theirs) } else { score.max(theirs) };
        }
        self.problems.extend(other.problems);
        self.incomplete |= other.incomplete;
        self
    }

    /// All of them, by the columns of result files.
    pub(crate) fn by_column(self) -> BTreeMap<String, f64> {
        let mut scores = self.own.by_column();
        scores.extend(self.others.into_iter().map(|(column, _, score)| (column, score)));
        scores
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn all_that_this_program_knows_is_computed_and_what_only_results_have_is_refused() {
        let mut metrics = Metrics::built_in();
        for metric in metrics.iter() {
            let scoring = Scoring::new(&metrics, std::slice::from_ref(&metric.key)).unwrap();
            assert_ne!(scoring.selection, Selection::NONE, "{}", metric.key);
        }
        let foreign = Metric { key: "foreign".to_owned(), ..(**metrics.find("ssim2").unwrap()).clone() };
        metrics.add(&Arc::new(foreign));
        let fault = Scoring::new(&metrics, &["psnr".to_owned(), "foreign".to_owned()]).err().unwrap();
        assert!(fault.code() == 2 && fault.to_string().contains("metric foreign"), "{fault}");
    }
}
