//! What an encode is to come to, and what came of it.

use crate::encoder::encoded::Encoded;
use crate::error::ConfigError;

/// What is measured of a coded picture, as far as a search over quality needs to know: what a usual
/// photograph comes to.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Measure {
    /// Bytes of the stream.
    Bytes,
    /// PSNR of the luma, in dB.
    Psnr,
    /// SSIMULACRA2: 100 for an exact copy, 90 excellent, 70 high, 50 medium.
    Ssimulacra2,
    /// Butteraugli 3-norm: 0 for an exact copy, 1 about visible.
    Butteraugli,
    /// Any other that rises or falls with quality.
    Other {
        /// Its value at quality 0, roughly.
        at_0: f64,
        /// Its value at quality 100, roughly; greater than `at_0` where more is better.
        at_100: f64,
    },
}

/// A value that a coded picture should come to. Start from [`Target::new`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Target {
    /// What is measured.
    pub measure: Measure,
    /// The value wanted.
    pub value: f64,
    /// Largest distance from it, either way, that is near enough. By default 1 % of the bytes, 0.1
    /// dB, 0.3 points of SSIMULACRA2, 0.02 of Butteraugli, 0.3 % of the range of others.
    pub tolerance: f64,
    /// How many times the picture may be encoded, 1 and up. Default 8; two to four are usual. Fast
    /// encodes that look ahead for a size do not count.
    pub max_passes: u32,
}

/// The encoding that came nearest to a [`Target`], or that kept to a bound.
#[derive(Debug, Clone)]
pub struct Targeted {
    /// The stream and its picture.
    pub encoded: Encoded,
    /// The quality that gives these bytes again.
    pub quality: f32,
    /// What it measured.
    pub value: f64,
    /// Whether that is within the tolerance or not above the bound, or nothing is lost in no more
    /// bytes than the nearest quality takes.
    pub met: bool,
    /// How many times the picture was encoded at the effort asked for.
    pub passes: u32,
}

impl Target {
    /// `value` with the default tolerance.
    pub fn new(measure: Measure, value: f64) -> Self {
        let tolerance = match measure {
            Measure::Bytes => 0.01 * value,
            Measure::Psnr => 0.1,
            Measure::Ssimulacra2 => 0.3,
            Measure::Butteraugli => 0.02,
            Measure::Other { at_0, at_100 } => 0.003 * (at_100 - at_0).abs(),
        };
        Self { measure, value, tolerance, max_passes: 8 }
    }

    /// The same with another [`tolerance`](Target::tolerance), in units of the measure, 0 and up.
    #[must_use]
    pub fn with_tolerance(self, tolerance: f64) -> Self {
        Self { tolerance, ..self }
    }

    /// The same with another number of [`max_passes`](Target::max_passes), 1 and up.
    #[must_use]
    pub fn with_max_passes(self, max_passes: u32) -> Self {
        Self { max_passes, ..self }
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let range = match self.measure {
            Measure::Other { at_0, at_100 } => at_100 - at_0,
            _ => 1.0,
        };
        let above_zero = matches!(self.measure, Measure::Bytes | Measure::Butteraugli);
        let checks = [
            ("value", self.value, self.value.is_finite() && (!above_zero || self.value > 0.0)),
            ("tolerance", self.tolerance, self.tolerance >= 0.0),
            ("range of usual values", range, range.is_normal()),
            ("number of passes", f64::from(self.max_passes), self.max_passes > 0),
        ];
        match checks.into_iter().find(|(.., valid)| !valid) {
            Some((what, value, _)) => Err(ConfigError::Target { what, value }),
            None => Ok(()),
        }
    }
}
