//! The encoder's calls on a picture that is in memory.

use super::config::EncoderConfig;
use super::encoded::{Encoded, Stream};
use super::pipeline;
use super::progress::Progress;
use super::setup::Setup;
use super::source::Source;
use super::{graphics, lossless, preview};
use crate::container::Section;
use crate::error::{ConfigError, EncodeError};
use crate::image::view::{Image, ImageView};
use crate::observer::Observer;

/// An encoder with checked settings; `Send` and `Sync`, no state between pictures.
#[derive(Debug, Clone)]
pub struct Encoder {
    pub(super) setup: Setup,
}

impl Encoder {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`ConfigError`] names the first setting out of range.
    pub fn new(config: EncoderConfig) -> Result<Self, ConfigError> {
        Ok(Self { setup: Setup::new(config)? })
    }

    /// Encodes a picture.
    ///
    /// # Errors
    /// [`EncodeError`], where the picture or what is said of it exceeds [`EncoderConfig::limits`].
    pub fn encode(&self, image: &ImageView<'_>) -> Result<Vec<u8>, EncodeError> {
        Ok(self.encode_observed(image, None)?.bytes)
    }

    /// Encodes a picture and tells `observer` how it goes.
    ///
    /// # Errors
    /// As [`Encoder::encode`]; [`EncodeError::Cancelled`] where the observer said so.
    pub fn encode_observed(
        &self,
        image: &ImageView<'_>,
        observer: Option<&dyn Observer>,
    ) -> Result<Stream, EncodeError> {
        let setup = &self.setup;
        let (progress, sections) = self.begin(image, observer)?;
        if setup.config.lossless {
            return Ok(Stream { bytes: whole(setup, image, &sections, &progress)?, lossless: true });
        }
        let coded = pipeline::code(setup, Source::of(setup, image), &sections, &progress, false)?;
        Ok(match graphics::exact(setup, image, &sections, coded.stream.len(), &progress)? {
            Some(exact) => Stream { bytes: exact.stream, lossless: true },
            None => Stream { bytes: coded.stream, lossless: false },
        })
    }

    /// The same with the reconstruction beside the stream.
    ///
    /// # Errors
    /// As [`Encoder::encode_observed`].
    pub fn encode_full(&self, image: &ImageView<'_>, observer: Option<&dyn Observer>) -> Result<Encoded, EncodeError> {
        let setup = &self.setup;
        let (progress, sections) = self.begin(image, observer)?;
        if setup.config.lossless {
            let stream = whole(setup, image, &sections, &progress)?;
            return Ok(Encoded { stream, reconstruction: Image::of(image)?, lossless: true });
        }
        let coded = pipeline::code(setup, Source::of(setup, image), &sections, &progress, true)?;
        match graphics::exact(setup, image, &sections, coded.stream.len(), &progress)? {
            Some(exact) => Ok(exact),
            None => coded.reconstructed(setup, image),
        }
    }

    /// Checks that `image` can be coded, and makes its sections.
    fn begin<'o>(
        &self,
        image: &ImageView<'_>,
        observer: Option<&'o dyn Observer>,
    ) -> Result<(Progress<'o>, Vec<Section>), EncodeError> {
        let setup = &self.setup;
        setup.check(image.spec())?;
        let progress = Progress::new(observer, image.spec(), setup.config.lossless);
        let sections = preview::sections_of(&setup.config, image, &progress)?;
        Ok((progress, sections))
    }
}

/// The stream of a picture all of whose pixels are to be kept.
fn whole(
    setup: &Setup,
    image: &ImageView<'_>,
    sections: &[Section],
    progress: &Progress<'_>,
) -> Result<Vec<u8>, EncodeError> {
    let stream = lossless::encode(setup, image, sections, usize::MAX, progress)?;
    Ok(stream.expect("any number of bytes will do"))
}

/// Encodes `image` with `config`.
///
/// # Errors
/// [`EncodeError`] where a setting is out of range.
pub fn encode(image: &ImageView<'_>, config: &EncoderConfig) -> Result<Vec<u8>, EncodeError> {
    Encoder::new(config.clone())?.encode(image)
}
