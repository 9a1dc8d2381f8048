//! What `kvant encode` aims at instead of a quality: a size or a score.

use std::fmt;

use kvant::{Encoded, Encoder, ImageView, Measure, Target, Targeted};
use serde::Serialize;

use crate::args::TargetArgs;
use crate::args::values::{Quality, TargetSize};
use crate::base::error::{CliError, Result};
use crate::base::warning::Warning;
use crate::metrics::{Reference, Scores, Selection};
use crate::pictures::Picture;

/// Code of the warning that a target was not met.
pub(crate) const MISSED: &str = "target-missed";

impl TargetArgs {
    /// Whether anything but a quality is asked for.
    pub(crate) fn is_set(&self) -> bool {
        self.aim(1, 1).is_some()
    }

    /// The target for a picture of `pixels` pixels, read from a file of `bytes_in` bytes; `None`
    /// where nothing but a quality is asked for.
    pub(crate) fn aim(&self, pixels: u64, bytes_in: u64) -> Option<Aim> {
        let pixels = pixels as f64;
        let bytes = |size| match size {
            TargetSize::Bytes(bytes) => bytes,
            TargetSize::Percent(percent) => (bytes_in as f64 * percent / 100.0).max(1.0),
        };
        let of_bytes = |goal, unit, value| (goal, unit, Measure::Bytes, value);
        let score = |goal, measure, value| (goal, 1.0, measure, value);
        let (goal, unit, measure, value) = None
            .or_else(|| self.max_size.map(|size| of_bytes(Goal::MaxSize, 1.0, bytes(size).floor())))
            .or_else(|| self.target_size.map(|size| of_bytes(Goal::Size, 1.0, bytes(size))))
            .or_else(|| self.target_bpp.map(|bpp| of_bytes(Goal::Bpp, 8.0 / pixels, bpp * pixels / 8.0)))
            .or_else(|| self.target_ssimulacra2.map(|v| score(Goal::Ssimulacra2, Measure::Ssimulacra2, v)))
            .or_else(|| self.target_butteraugli.map(|v| score(Goal::Butteraugli, Measure::Butteraugli, v)))
            .or_else(|| self.target_psnr.map(|v| score(Goal::Psnr, Measure::Psnr, v)))?;
        let mut target = Target::new(measure, value);
        if let Some(tolerance) = self.tolerance {
            target.tolerance = if measure == Measure::Bytes { value * tolerance / 100.0 } else { tolerance };
        }
        target.max_passes = self.max_passes;
        Some(Aim { goal, unit, target })
    }
}

/// What is aimed at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Goal {
    Size,
    MaxSize,
    Bpp,
    Ssimulacra2,
    Butteraugli,
    Psnr,
}

impl Goal {
    fn name(self) -> &'static str {
        match self {
            Self::Size | Self::MaxSize => "size",
            Self::Bpp => "bpp",
            Self::Ssimulacra2 => "ssimulacra2",
            Self::Butteraugli => "butteraugli",
            Self::Psnr => "psnr",
        }
    }
}

/// A target as the command line names it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Aim {
    goal: Goal,
    /// What a value of the library is in the unit of the command line.
    unit: f64,
    target: Target,
}

/// What JSON says of a target.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Reached {
    #[serde(rename = "kind")]
    goal: Goal,
    value: f64,
    tolerance: f64,
    reached: f64,
    met: bool,
}

impl Aim {
    /// What measures an encoding of `picture`.
    pub(crate) fn gauge(&self, picture: &Picture) -> Result<Gauge> {
        let selection = match self.target.measure {
            Measure::Ssimulacra2 => Selection { ssim2: true, ..Selection::NONE },
            Measure::Butteraugli => Selection { butteraugli: true, ..Selection::NONE },
            Measure::Psnr => Selection { psnr: true, ..Selection::NONE },
            _ => return Ok(Gauge { goal: self.goal, measure: self.target.measure, reference: None }),
        };
        let reference = Some(Reference::new(picture, selection)?);
        Ok(Gauge { goal: self.goal, measure: self.target.measure, reference })
    }

    /// Searches for the encoding.
    pub(crate) fn search(&self, encoder: &Encoder<'_>, view: &ImageView<'_>, gauge: &Gauge) -> Result<Targeted> {
        match self.goal {
            Goal::MaxSize => encoder.encode_at_most(view, &self.target, |e| gauge.measure(e)),
            _ => encoder.encode_to_target(view, &self.target, |e| gauge.measure(e)),
        }
    }

    /// What is said of a picture that is never small enough, not even at `quality`.
    pub(crate) fn exceeded(&self, found: &Targeted, quality: Quality) -> Option<String> {
        if self.goal != Goal::MaxSize || found.met {
            return None;
        }
        let (allowed, smallest) = (self.target.value, found.value);
        let which = match quality {
            Quality::Lossless => "the lossless encoding".to_owned(),
            Quality::Lossy(quality) => format!("the smallest encoding, at quality {quality},"),
        };
        Some(format!("not met: {which} takes {smallest} bytes, --max-size allows {allowed}; nothing is written"))
    }

    /// What the search came to.
    pub(crate) fn reached(&self, found: &Targeted) -> Reached {
        Reached {
            goal: self.goal,
            value: self.target.value * self.unit,
            tolerance: self.target.tolerance * self.unit,
            reached: found.value * self.unit,
            met: found.met,
        }
    }
}

impl fmt::Display for Reached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { goal, value, tolerance, reached, .. } = *self;
        let digits = if matches!(goal, Goal::Size | Goal::MaxSize) { 0 } else { 3 };
        write!(f, "{} {reached:.digits$}", goal.name())?;
        // As it would be typed.
        let rounded = |v: f64| (v * 1e6).round() / 1e6;
        match goal {
            Goal::MaxSize => write!(f, " of at most {value:.digits$}"),
            Goal::Size | Goal::Bpp => {
                write!(f, " for a target of {value:.digits$} within {} %", rounded(100.0 * tolerance / value))
            }
            _ => write!(f, " for a target of {value:.digits$} within {}", rounded(tolerance)),
        }
    }
}

impl Reached {
    /// A line about a target that was not met.
    pub(crate) fn missed(&self, quality: f64) -> Option<Warning> {
        let mut text = format!("not met: {self}; quality {quality}, the nearest, is written");
        if self.goal == Goal::Size && self.reached < self.value {
            text += "; --max-size takes what is smaller";
        }
        (!self.met).then_some(Warning { code: MISSED, text })
    }
}

/// Measures encodings of a picture.
pub(crate) struct Gauge {
    goal: Goal,
    measure: Measure,
    reference: Option<Reference>,
}

impl Gauge {
    /// The value that is aimed at.
    pub(crate) fn measure(&self, encoded: &Encoded) -> Result<f64> {
        let Some(scores) = self.scores(encoded)? else { return Ok(encoded.stream.len() as f64) };
        let score = match self.measure {
            Measure::Ssimulacra2 => scores.ssim2,
            Measure::Butteraugli => scores.ba_p3,
            _ => scores.psnr_y,
        };
        score.ok_or_else(|| CliError::Run(format!("{} cannot be computed for this picture", self.goal.name())))
    }

    /// The scores of the metric that is aimed at; `None` for sizes.
    pub(crate) fn scores(&self, encoded: &Encoded) -> Result<Option<Scores>> {
        let picture = || Picture::from(encoded.reconstruction.clone());
        self.reference.as_ref().map(|reference| reference.compare(&picture())).transpose()
    }
}
