//! The encoder's calls on a picture that is in memory.

use super::config::EncoderConfig;
use super::encoded::{Encoded, Stream};
use super::pipeline;
use super::progress::Progress;
use super::setup::Setup;
use super::{graphics, lossless, preview};
use crate::container::Section;
use crate::encoder::input::source::PlaneSource;
use crate::error::{ConfigError, EncodeError};
use crate::image::view::{Image, ImageView};
use crate::observer::Observer;

/// An encoder with checked settings, and with an observer, where it has one, that lives for `'o`.
/// It is `Send` and `Sync`, has no state between pictures, and clones of it share their threads.
#[derive(Debug, Clone)]
pub struct Encoder<'o> {
    pub(super) setup: Setup,
    pub(super) observer: Option<&'o dyn Observer>,
}

impl<'o> Encoder<'o> {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`ConfigError`] names the first setting out of range.
    pub fn new(config: EncoderConfig) -> Result<Self, ConfigError> {
        Ok(Self { setup: Setup::new(config)?, observer: None })
    }

    /// The same with an `observer` that is told how each encode goes, and may cancel it.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    ///
    /// use kvant::{EncodeError, Encoder, EncoderConfig};
    ///
    /// # let pixels = vec![128u8; 64 * 48 * 3];
    /// # let view = kvant::ImageView::new(&pixels, 64, 48, 64 * 3, kvant::PixelFormat::Rgb8)?;
    /// let impatient = |_done: u64, _total: u64| ControlFlow::Break(());
    /// let encoder = Encoder::new(EncoderConfig::default())?.with_observer(&impatient);
    /// assert_eq!(encoder.encode(&view), Err(EncodeError::Cancelled));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_observer<'n>(self, observer: &'n dyn Observer) -> Encoder<'n> {
        Encoder { setup: self.setup, observer: Some(observer) }
    }

    /// Encodes a picture to a `.kvt` stream.
    ///
    /// # Errors
    /// [`EncodeError`], where the picture or what is said of it exceeds [`EncoderConfig::limits`];
    /// [`EncodeError::Cancelled`] where the observer said so.
    pub fn encode(&self, image: &ImageView<'_>) -> Result<Vec<u8>, EncodeError> {
        Ok(self.encode_stream(image)?.bytes)
    }

    /// The same, and whether anything is lost.
    ///
    /// # Errors
    /// As [`Encoder::encode`].
    pub fn encode_stream(&self, image: &ImageView<'_>) -> Result<Stream, EncodeError> {
        let setup = &self.setup;
        let (progress, sections) = self.begin(image)?;
        if setup.config.lossless {
            return Ok(Stream { bytes: whole(setup, image, &sections, &progress)?, lossless: true });
        }
        let coded = pipeline::code(setup, PlaneSource::of(setup, image), &sections, &progress, false)?;
        Ok(match graphics::exact(setup, image, &sections, coded.stream.len(), &progress)? {
            Some(exact) => Stream { bytes: exact.stream, lossless: true },
            None => Stream { bytes: coded.stream, lossless: false },
        })
    }

    /// The same with the reconstruction beside the stream.
    ///
    /// # Errors
    /// As [`Encoder::encode`].
    pub fn encode_full(&self, image: &ImageView<'_>) -> Result<Encoded, EncodeError> {
        let (progress, sections) = self.begin(image)?;
        self.full(image, &sections, &progress)
    }

    /// The same of a picture that was checked and whose `sections` are made.
    pub(super) fn full(
        &self,
        image: &ImageView<'_>,
        sections: &[Section],
        progress: &Progress<'_>,
    ) -> Result<Encoded, EncodeError> {
        let setup = &self.setup;
        if setup.config.lossless {
            let stream = whole(setup, image, sections, progress)?;
            return Ok(Encoded { stream, reconstruction: Image::of(image)?, lossless: true });
        }
        let coded = pipeline::code(setup, PlaneSource::of(setup, image), sections, progress, true)?;
        match graphics::exact(setup, image, sections, coded.stream.len(), progress)? {
            Some(exact) => Ok(exact),
            None => coded.reconstructed(setup, image),
        }
    }

    /// Checks that `image` can be coded, and makes its sections.
    pub(super) fn begin(&self, image: &ImageView<'_>) -> Result<(Progress<'o>, Vec<Section>), EncodeError> {
        let setup = &self.setup;
        setup.check(image.spec())?;
        let progress = Progress::new(self.observer, image.spec(), setup.config.lossless);
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
/// ```
/// use kvant::{EncoderConfig, ImageView, PixelFormat};
///
/// let pixels = vec![128u8; 48 * 32 * 3];
/// let view = ImageView::packed(&pixels, 48, 32, PixelFormat::Rgb8)?;
/// let stream = kvant::encode(&view, &EncoderConfig::default().with_quality(70.0))?;
/// let picture = kvant::decode(&stream)?;
/// assert_eq!((picture.width(), picture.height()), (48, 32));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`EncodeError::Config`] where a setting is out of range; else as [`Encoder::encode`].
pub fn encode(image: &ImageView<'_>, config: &EncoderConfig) -> Result<Vec<u8>, EncodeError> {
    Encoder::new(config.clone())?.encode(image)
}
