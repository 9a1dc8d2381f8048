//! Rate control: the quality at which a picture comes to a size, or to a score by a metric of the caller's.

mod at_most;
mod curve;
mod search;

use self::search::Search;
use super::pipeline;
use super::source::Source;
use super::{Encoded, Encoder, Observer, Progress, Quantiser, graphics};
use crate::error::{ConfigError, EncodeError};
use crate::image::view::ImageView;

/// What is measured of a coded picture, as far as a search over quality needs to know: what a usual photograph comes to.
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
    /// Largest distance from it, either way, that is near enough. By default 1 % of the bytes, 0.1 dB, 0.3 points of
    /// SSIMULACRA2, 0.02 of Butteraugli, 0.3 % of the range of others.
    pub tolerance: f64,
    /// How many times the picture may be encoded, 1 and up. Default 8; two to four are usual. Fast encodes that look ahead for
    /// a size do not count.
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
    /// Whether that is within the tolerance or not above the bound, or nothing is lost in no more bytes than the nearest
    /// quality takes.
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

    fn check(&self) -> Result<(), ConfigError> {
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

/// The effort that looks ahead for a size, and from which on: those are four times as slow and more, but in pictures of the trellis.
const SCOUT: u8 = 2;
const SCOUTED_FROM: u8 = 4;
/// How often at most, and what is near enough for it: times the tolerance.
const SCOUTS: u32 = 3;
const NEAR: f64 = 3.0;

impl Encoder {
    /// The same at another quality and effort.
    fn at(&self, quality: f32, effort: u8) -> Result<Self, EncodeError> {
        let mut config = self.config.clone();
        (config.quality, config.effort) = (quality, effort);
        Ok(Self::new(config)?)
    }

    /// Begins a search for `target`: after some fast encodes where it is a size and the effort is high. Scores are too bumpy for one
    /// effort to tell much of another.
    fn search<E: From<EncodeError>>(
        &self,
        image: &ImageView<'_>,
        target: &Target,
        observer: Option<&dyn Observer>,
        measure: &mut impl FnMut(&Encoded) -> Result<f64, E>,
    ) -> Result<Search, E> {
        let mut search = Search::new(target, image.spec().pixels());
        let slow = self.config.effort >= SCOUTED_FROM && self.config.quantiser != Some(Quantiser::Trellis);
        if target.measure != Measure::Bytes || !slow {
            return Ok(search);
        }
        for _ in 0..SCOUTS {
            let Some(quality) = search.next() else { break };
            let value = measure(&self.at(quality as f32, SCOUT)?.pass(image, observer)?)?;
            search.note(quality, value);
            if (value - target.value).abs() <= NEAR * target.tolerance {
                break;
            }
        }
        Ok(search.afresh())
    }

    /// One encode of a search.
    fn pass(&self, image: &ImageView<'_>, observer: Option<&dyn Observer>) -> Result<Encoded, EncodeError> {
        let progress = Progress::new(observer, image.spec(), false);
        self.reconstructed(image, pipeline::code(self, Source::of(self, image), &progress, true)?)
    }

    /// Encodes a picture at several qualities, until one comes to `target` by `measure`, or none can. The quality of the
    /// configuration does not count. `observer` is told of each pass from its start, `measure` asked about each, those of a low effort
    /// included that look ahead.
    ///
    /// ```
    /// # let pixels: Vec<u8> = (0..64 * 48 * 3u32).map(|i| (i * i / 97) as u8).collect();
    /// # let view = kvant::ImageView::new(&pixels, 64, 48, 64 * 3, kvant::PixelFormat::Rgb8)?;
    /// use kvant::{EncodeError, Encoder, EncoderConfig, Measure, Target};
    ///
    /// let encoder = Encoder::new(EncoderConfig::default())?;
    /// let target = Target::new(Measure::Bytes, 3000.0);
    /// let found = encoder.encode_to_target(&view, &target, None, |e| Ok::<_, EncodeError>(e.stream.len() as f64))?;
    /// assert!(found.met && found.encoded.stream.len().abs_diff(3000) <= 30);
    ///
    /// // A metric of one's own: the mean absolute error, about 20 at quality 0.
    /// let target = Target::new(Measure::Other { at_0: 20.0, at_100: 0.0 }, 4.0);
    /// let found = encoder.encode_to_target(&view, &target, None, |e| {
    ///     let errors = pixels.iter().zip(e.reconstruction.data()).map(|(a, b)| f64::from(a.abs_diff(*b)));
    ///     Ok::<_, EncodeError>(errors.sum::<f64>() / pixels.len() as f64)
    /// })?;
    /// assert!((found.value - 4.0).abs() <= target.tolerance);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Encoder::encode_full`]; [`ConfigError::Target`] and [`ConfigError::LosslessTarget`]; whatever `measure` returns.
    pub fn encode_to_target<E: From<EncodeError>>(
        &self,
        image: &ImageView<'_>,
        target: &Target,
        observer: Option<&dyn Observer>,
        mut measure: impl FnMut(&Encoded) -> Result<f64, E>,
    ) -> Result<Targeted, E> {
        target.check().map_err(EncodeError::from)?;
        if self.config.lossless {
            return Err(EncodeError::from(ConfigError::LosslessTarget).into());
        }
        self.check(image.spec()).map_err(E::from)?;
        let mut search = self.search(image, target, observer, &mut measure)?;
        let mut best: Option<Targeted> = None;
        for passes in 1..=target.max_passes {
            let Some(quality) = search.next() else { break };
            let encoded = self.at(quality as f32, self.config.effort)?.pass(image, observer)?;
            let value = measure(&encoded)?;
            search.note(quality, value);
            let error = (value - target.value).abs();
            if best.as_ref().is_none_or(|b| error < (b.value - target.value).abs()) {
                let met = error <= target.tolerance;
                best = Some(Targeted { encoded, quality: quality as f32, value, met, passes });
            }
            if let Some(best) = &mut best {
                best.passes = passes;
                if best.met {
                    break;
                }
            }
        }
        let best = best.expect("the first pass is always made");
        // As an encode with the quality found does.
        let progress = Progress::new(observer, image.spec(), false);
        match graphics::exact(self, image, best.encoded.stream.len(), &progress).map_err(E::from)? {
            Some(encoded) => Ok(Targeted { value: measure(&encoded)?, encoded, met: true, ..best }),
            None => Ok(best),
        }
    }
}
