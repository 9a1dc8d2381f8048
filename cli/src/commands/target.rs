//! What `kvant encode` aims at instead of a quality: a size or a score.

use std::fmt;

use clap::Args;
use kvant::{Encoded, Measure, Target, Targeted};
use serde::Serialize;

use crate::error::{CliError, Result};
use crate::pictures::{Picture, Warning};
use crate::rd::metrics::{Reference, Scores, Selection};
use crate::values::{TargetSize, parse_positive, parse_target_size};

/// Code of the warning that a target was not met.
pub(crate) const MISSED: &str = "target-missed";

/// A size or a score to come to.
#[derive(Debug, Args)]
pub(crate) struct TargetArgs {
    /// Search for the quality that gives N bytes; k and M stand for 1000 and 1000000, % for a share of the input file
    #[arg(long, group = "target", value_name = "N[k|M|%]", value_parser = parse_target_size)]
    target_size: Option<TargetSize>,

    /// Search for the quality that gives X bits per pixel
    #[arg(long, group = "target", value_name = "X", value_parser = parse_positive)]
    target_bpp: Option<f64>,

    /// Search for the quality that gives an SSIMULACRA2 score of X (90 excellent, 70 high, 50 medium)
    #[arg(long, group = "target", value_name = "X", allow_negative_numbers = true)]
    target_ssimulacra2: Option<f64>,

    /// Search for the quality that gives a Butteraugli 3-norm of X (0.5 excellent, 1 high, 2 medium)
    #[arg(long, group = "target", value_name = "X", value_parser = parse_positive)]
    target_butteraugli: Option<f64>,

    /// Search for the quality that gives a PSNR of the luma of X dB
    #[arg(long, group = "target", value_name = "X", value_parser = parse_positive)]
    target_psnr: Option<f64>,

    /// How far from the target is near enough [default: 1 (percent) of a size, 0.3 (points) of SSIMULACRA2, 0.02 of
    /// Butteraugli, 0.1 (dB) of PSNR]
    #[arg(long, requires = "target", value_name = "X", value_parser = parse_positive)]
    tolerance: Option<f64>,

    /// Encode a picture at most so many times
    #[arg(long, requires = "target", value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..))]
    max_passes: u32,
}

impl TargetArgs {
    /// The target for `picture`, read from a file of `bytes_in` bytes; `None` where a quality is asked for.
    pub(crate) fn aim(&self, picture: &Picture, bytes_in: u64) -> Option<Aim> {
        let pixels = picture.pixels() as f64;
        let size = match self.target_size {
            Some(TargetSize::Bytes(bytes)) => Some(("size", 1.0, bytes)),
            Some(TargetSize::Percent(percent)) => Some(("size", 1.0, (bytes_in as f64 * percent / 100.0).max(1.0))),
            None => self.target_bpp.map(|bpp| ("bpp", 8.0 / pixels, bpp * pixels / 8.0)),
        };
        let score = |kind, measure, value| (kind, 1.0, measure, value);
        let (kind, unit, measure, value) = size
            .map(|(kind, unit, bytes)| (kind, unit, Measure::Bytes, bytes))
            .or_else(|| self.target_ssimulacra2.map(|v| score("ssimulacra2", Measure::Ssimulacra2, v)))
            .or_else(|| self.target_butteraugli.map(|v| score("butteraugli", Measure::Butteraugli, v)))
            .or_else(|| self.target_psnr.map(|v| score("psnr", Measure::Psnr, v)))?;
        let mut target = Target::new(measure, value);
        if let Some(tolerance) = self.tolerance {
            target.tolerance = if measure == Measure::Bytes { value * tolerance / 100.0 } else { tolerance };
        }
        target.max_passes = self.max_passes;
        Some(Aim { kind, unit, target })
    }
}

/// A target as the command line names it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Aim {
    kind: &'static str,
    /// What a value of the library is in the unit of the command line.
    unit: f64,
    pub(crate) target: Target,
}

/// What JSON says of a target.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Reached {
    kind: &'static str,
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
            _ => return Ok(Gauge { kind: self.kind, measure: self.target.measure, reference: None }),
        };
        let reference = Some(Reference::new(picture, selection)?);
        Ok(Gauge { kind: self.kind, measure: self.target.measure, reference })
    }

    /// What the search came to.
    pub(crate) fn reached(&self, found: &Targeted) -> Reached {
        Reached {
            kind: self.kind,
            value: self.target.value * self.unit,
            tolerance: self.target.tolerance * self.unit,
            reached: found.value * self.unit,
            met: found.met,
        }
    }
}

impl fmt::Display for Reached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = if self.kind == "size" { 0 } else { 3 };
        write!(f, "{} {:.digits$} for a target of {:.digits$}", self.kind, self.reached, self.value)
    }
}

impl Reached {
    /// A line about a target that was not met.
    pub(crate) fn missed(&self, quality: f64) -> Option<Warning> {
        let text = format!("not met: {self}; quality {quality}, the nearest, is written");
        (!self.met).then_some(Warning { code: MISSED, text })
    }
}

/// Measures encodings of a picture.
pub(crate) struct Gauge {
    kind: &'static str,
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
        score.ok_or_else(|| CliError::Run(format!("{} cannot be computed for this picture", self.kind)))
    }

    /// The scores of the metric that is aimed at; `None` for sizes.
    pub(crate) fn scores(&self, encoded: &Encoded) -> Result<Option<Scores>> {
        let picture = || Picture::from(encoded.reconstruction.clone());
        self.reference.as_ref().map(|reference| reference.compare(&picture())).transpose()
    }
}
