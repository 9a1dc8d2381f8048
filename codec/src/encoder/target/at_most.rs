//! A bound in place of a target: the quality that is asked for, or the best one below it that keeps
//! to the bound.

use super::goal::{Target, Targeted};
use super::search::Search;
use crate::encoder::encode::Encoder;
use crate::encoder::encoded::Encoded;
use crate::encoder::progress::Progress;
use crate::error::EncodeError;
use crate::image::view::ImageView;

impl Encoder<'_> {
    /// Encodes a picture at the configuration's quality and, where `measure` gives more than the
    /// value of `bound`, at lower ones, until one is not above it and by no more than the tolerance
    /// below, or no other can be. The result is never above the bound where it is
    /// [`met`](Targeted::met); else it is the lowest that was found. [`Encoder::encode_within`]
    /// does so for bytes. Where no pass has met the bound, the last of several is one at quality 0.
    /// A lossless encoding has one pass. Where `measure` gives NaN, that is above any bound.
    ///
    /// ```
    /// # let pixels: Vec<u8> = (0..64 * 48 * 3u32).map(|i| (i * i / 97) as u8).collect();
    /// # let view = kvant::ImageView::new(&pixels, 64, 48, 64 * 3, kvant::PixelFormat::Rgb8)?;
    /// use kvant::{EncodeError, Encoder, EncoderConfig, Measure, Target};
    ///
    /// // No more bits than 2 a pixel, within a twentieth.
    /// let bound = Target::new(Measure::Bytes, 64.0 * 48.0 * 2.0 / 8.0).with_tolerance(38.0);
    /// let encoder = Encoder::new(EncoderConfig::default())?;
    /// let found = encoder.encode_at_most(&view, &bound, |e| Ok::<_, EncodeError>(e.stream.len() as f64))?;
    /// assert!(found.met && found.encoded.stream.len() <= 768);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Encoder::encode_to_target`]; a lossless encoding, which has one size, is none.
    pub fn encode_at_most<E: From<EncodeError>>(
        &self,
        image: &ImageView<'_>,
        bound: &Target,
        mut measure: impl FnMut(&Encoded) -> Result<f64, E>,
    ) -> Result<Targeted, E> {
        bound.check().map_err(EncodeError::from)?;
        let aim = Target { value: bound.value - bound.tolerance.min(bound.value.abs()) / 2.0, ..*bound };
        let mut search = Search::new(&aim, image.spec().pixels());
        let mut quality = f64::from(self.setup.config.quality);
        let (_, sections) = self.begin(image)?;
        // What cannot be measured is above any bound.
        let known = |value: f64| if value.is_nan() { f64::INFINITY } else { value };
        let mut best: Option<Targeted> = None;
        for passes in 1..=bound.max_passes {
            let setup = self.setup.at(quality as f32, self.setup.config.effort).map_err(EncodeError::from)?;
            let progress = Progress::new(self.observer, image.spec(), setup.config.lossless);
            let encoded = Self { setup, ..*self }.full(image, &sections, &progress)?;
            let value = measure(&encoded)?;
            search.note(quality, value);
            let met = value <= bound.value;
            // The highest that keeps to the bound, or the lowest.
            let better =
                |b: &Targeted| if met { !b.met || value > b.value } else { !b.met && known(value) < known(b.value) };
            if best.as_ref().is_none_or(better) {
                best = Some(Targeted { encoded, quality: quality as f32, value, met, passes });
            }
            let found = best.as_mut().expect("there is one from the first pass on");
            found.passes = passes;
            let near = value >= bound.value - bound.tolerance;
            if self.setup.config.lossless || (met && (near || passes == 1)) {
                break;
            }
            let last = passes + 1 == bound.max_passes && !found.met;
            let Some(next) = (if last { Some(0.0) } else { search.next() }) else { break };
            quality = next;
        }
        Ok(best.expect("the first pass is always made"))
    }
}
