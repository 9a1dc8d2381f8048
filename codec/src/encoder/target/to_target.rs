//! The quality at which a picture comes to a size, or to a score by a metric of the caller's.

use super::goal::{Measure, Target, Targeted};
use super::search::Search;
use crate::container::Section;
use crate::encoder::config::Quantiser;
use crate::encoder::encode::Encoder;
use crate::encoder::encoded::Encoded;
use crate::encoder::input::source::PlaneSource;
use crate::encoder::progress::Progress;
use crate::encoder::setup::Setup;
use crate::encoder::{graphics, pipeline, preview};
use crate::error::{ConfigError, EncodeError};
use crate::image::view::ImageView;

/// The effort that looks ahead for a size, and from which on: those are four times as slow and
/// more, but in pictures of the trellis.
const SCOUT: u8 = 2;
const SCOUTED_FROM: u8 = 4;
/// How often at most, and what is near enough for it: times the tolerance.
const SCOUTS: u32 = 3;
const NEAR: f64 = 3.0;

impl Encoder<'_> {
    /// Encodes a picture at several qualities, until one comes to `target` by `measure`, or none
    /// can. The quality of the configuration does not count. The observer is told of each pass from
    /// its start. `measure` is called with the result of each pass, and with those of the passes at
    /// a low effort that come first where a high effort looks for a size. Where it gives NaN, that
    /// is further from the target than any number.
    /// [`Encoder::encode_to_size`] does so for bytes.
    ///
    /// ```
    /// # let pixels: Vec<u8> = (0..64 * 48 * 3u32).map(|i| (i * i / 97) as u8).collect();
    /// # let view = kvant::ImageView::new(&pixels, 64, 48, 64 * 3, kvant::PixelFormat::Rgb8)?;
    /// use kvant::{EncodeError, Encoder, EncoderConfig, Measure, Target};
    ///
    /// // The mean absolute error, about 20 at quality 0.
    /// let target = Target::new(Measure::Other { at_0: 20.0, at_100: 0.0 }, 5.0);
    /// let encoder = Encoder::new(EncoderConfig::default())?;
    /// let found = encoder.encode_to_target(&view, &target, |e| {
    ///     let errors = pixels.iter().zip(e.reconstruction.data()).map(|(a, b)| f64::from(a.abs_diff(*b)));
    ///     Ok::<_, EncodeError>(errors.sum::<f64>() / pixels.len() as f64)
    /// })?;
    /// assert!((found.value - 5.0).abs() <= target.tolerance);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Encoder::encode_full`]; [`ConfigError::Target`] and [`ConfigError::LosslessTarget`];
    /// whatever `measure` returns.
    pub fn encode_to_target<E: From<EncodeError>>(
        &self,
        image: &ImageView<'_>,
        target: &Target,
        mut measure: impl FnMut(&Encoded) -> Result<f64, E>,
    ) -> Result<Targeted, E> {
        let setup = &self.setup;
        target.check().map_err(EncodeError::from)?;
        if setup.config.lossless {
            return Err(EncodeError::from(ConfigError::LosslessTarget).into());
        }
        setup.check(image.spec())?;
        let mut search = self.search(image, target, &mut measure)?;
        let progress = Progress::new(self.observer, image.spec(), false);
        let sections = preview::sections_of(&setup.config, image, &progress)?;
        // What cannot be measured is as far away as can be.
        let away = |value: f64| Some((value - target.value).abs()).filter(|e| !e.is_nan()).unwrap_or(f64::INFINITY);
        let mut best: Option<Targeted> = None;
        for passes in 1..=target.max_passes {
            let Some(quality) = search.next() else { break };
            let at_quality = setup.at(quality as f32, setup.config.effort).map_err(EncodeError::from)?;
            let encoded = self.pass(&at_quality, image, &sections)?;
            let value = measure(&encoded)?;
            search.note(quality, value);
            let error = away(value);
            if best.as_ref().is_none_or(|b| error < away(b.value)) {
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
        match graphics::exact(setup, image, &sections, best.encoded.stream.len(), &progress)? {
            Some(encoded) => Ok(Targeted { value: measure(&encoded)?, encoded, met: true, ..best }),
            None => Ok(best),
        }
    }

    /// Begins a search for `target`: after some fast encodes where it is a size and the effort is
    /// high. Scores are too bumpy for one effort to tell much of another.
    fn search<E: From<EncodeError>>(
        &self,
        image: &ImageView<'_>,
        target: &Target,
        measure: &mut impl FnMut(&Encoded) -> Result<f64, E>,
    ) -> Result<Search, E> {
        let setup = &self.setup;
        let mut search = Search::new(target, image.spec().pixels());
        let slow = setup.config.effort >= SCOUTED_FROM && setup.config.quantiser != Some(Quantiser::Trellis);
        if target.measure != Measure::Bytes || !slow {
            return Ok(search);
        }
        let progress = Progress::new(self.observer, image.spec(), false);
        let sections = preview::sections_of(&setup.config.clone().with_effort(SCOUT), image, &progress)?;
        for _ in 0..SCOUTS {
            let Some(quality) = search.next() else { break };
            let scout = setup.at(quality as f32, SCOUT).map_err(EncodeError::from)?;
            let value = measure(&self.pass(&scout, image, &sections)?)?;
            search.note(quality, value);
            if (value - target.value).abs() <= NEAR * target.tolerance {
                break;
            }
        }
        Ok(search.afresh())
    }

    /// One encode of a search.
    fn pass(&self, setup: &Setup, image: &ImageView<'_>, sections: &[Section]) -> Result<Encoded, EncodeError> {
        let progress = Progress::new(self.observer, image.spec(), false);
        pipeline::code(setup, PlaneSource::of(setup, image), sections, &progress, true)?.reconstructed(setup, image)
    }
}

#[cfg(test)]
mod tests {
    use super::super::goal::Measure;
    use super::*;
    use crate::encoder::config::EncoderConfig;
    use crate::image::format::PixelFormat;

    fn encoder() -> Encoder<'static> {
        let config = EncoderConfig::default().with_effort(1).with_quality(95.0).with_preview(true);
        Encoder::new(config.with_content(crate::Content::Photo)).unwrap()
    }

    /// Measures bytes, but for the first time.
    fn bytes() -> impl FnMut(&Encoded) -> Result<f64, EncodeError> {
        let mut first = true;
        move |encoded| Ok(if std::mem::take(&mut first) { f64::NAN } else { encoded.stream.len() as f64 })
    }

    #[test]
    fn what_cannot_be_measured_is_not_the_best() {
        let pixels: Vec<u8> = (0..64 * 48 * 3u32).map(|i| (i * i / 97) as u8).collect();
        let view = ImageView::packed(&pixels, 64, 48, PixelFormat::Rgb8).unwrap();
        let target = Target::new(Measure::Bytes, 3000.0).with_tolerance(100.0);
        let found = encoder().encode_to_target(&view, &target, bytes()).unwrap();
        assert!(!found.value.is_nan() && found.passes > 1, "{} {}", found.value, found.passes);
        let found = encoder().encode_at_most(&view, &target, bytes()).unwrap();
        assert!(found.met && found.passes > 1, "{} {}", found.value, found.passes);
        let config = encoder().setup.config.clone().with_quality(found.quality);
        assert_eq!(Encoder::new(config).unwrap().encode(&view).as_ref(), Ok(&found.encoded.stream));
    }
}
