//! The encoder's interface.

pub(crate) mod colour;
pub(crate) mod forward;
pub(crate) mod satd;

use std::ops::ControlFlow;

use crate::colour::Chroma;
use crate::error::{ConfigError, EncodeError};
use crate::image::view::{Image, ImageView};
use crate::simd::CpuLevel;

/// Width and height of a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TileSize {
    /// 512 x 512 pixels: finer regions and more parallel work for some bytes more.
    T512,
    /// 1024 x 1024 pixels.
    T1024,
}

/// What the encoder minimises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tune {
    /// Perceived difference: frequency-weighted matrices, adaptive quantisation.
    Perceptual,
    /// Squared error: flat matrices.
    Psnr,
}

/// The family of quantiser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Quantiser {
    /// Scalar with a dead zone.
    DeadZone,
    /// Scalar, levels chosen by rate and distortion.
    Rdoq,
}

/// Settings of the encoder. Start from [`EncoderConfig::default`] and change what you need.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct EncoderConfig {
    /// 0 (smallest) to 100 (finest quantiser, not lossless); about the mean SSIMULACRA2 score of photographs. Default 80.
    pub quality: f32,
    /// 1 (fastest) to 9 (smallest). Default 5.
    pub effort: u8,
    /// Chroma sampling. Default 4:4:4. Gray pictures have none.
    pub chroma: Chroma,
    /// Tile size. Default 1024.
    pub tile_size: TileSize,
    /// What to minimise. Default perceptual.
    pub tune: Tune,
    /// Quantiser family; `None` for what the effort chooses.
    pub quantiser: Option<Quantiser>,
    /// Threads: 1 (the default) for the caller's own, 0 for all of rayon's current pool, else a pool of that size.
    /// The bytes do not depend on it.
    pub threads: usize,
    /// CPU level; the machine's best by default. The bytes do not depend on it.
    pub cpu: CpuLevel,
}

impl Default for EncoderConfig {
    fn default() -> Self {
        Self {
            quality: 80.0,
            effort: 5,
            chroma: Chroma::Yuv444,
            tile_size: TileSize::T1024,
            tune: Tune::Perceptual,
            quantiser: None,
            threads: 1,
            cpu: CpuLevel::detect(),
        }
    }
}

/// Told how far an encode is, and asked whether to go on.
pub trait Observer: Sync {
    /// `done` of `total` pixels are coded. Called from any thread, now and then; [`ControlFlow::Break`] cancels.
    fn progress(&self, done: u64, total: u64) -> ControlFlow<()>;
}

/// A stream, and the picture that decoding it gives.
#[derive(Debug, Clone)]
pub struct Encoded {
    /// The `.kvt` stream.
    pub stream: Vec<u8>,
    /// What any decoder makes of it.
    pub reconstruction: Image,
}

/// An encoder with checked settings; `Send` and `Sync`, no state between pictures.
#[derive(Debug, Clone)]
pub struct Encoder {
    _config: EncoderConfig,
}

impl Encoder {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`ConfigError`] names the first setting out of range.
    pub fn new(config: EncoderConfig) -> Result<Self, ConfigError> {
        if !(0.0..=100.0).contains(&config.quality) {
            return Err(ConfigError::Quality(config.quality));
        }
        if !(1..=9).contains(&config.effort) {
            return Err(ConfigError::Effort(config.effort));
        }
        Ok(Self { _config: config })
    }

    /// Encodes a picture.
    ///
    /// # Errors
    /// [`EncodeError`]; the picture itself cannot make encoding fail.
    pub fn encode(&self, image: &ImageView<'_>) -> Result<Vec<u8>, EncodeError> {
        Ok(self.encode_full(image, None)?.stream)
    }

    /// Encodes a picture, tells `observer` how it goes, and returns the reconstruction beside the stream.
    ///
    /// # Errors
    /// As [`Encoder::encode`]; [`EncodeError::Cancelled`] where the observer said so.
    pub fn encode_full(
        &self,
        _image: &ImageView<'_>,
        _observer: Option<&dyn Observer>,
    ) -> Result<Encoded, EncodeError> {
        Err(EncodeError::Cancelled)
    }
}

/// Encodes `image` with `config`.
///
/// # Errors
/// [`EncodeError`] where a setting is out of range.
pub fn encode(image: &ImageView<'_>, config: &EncoderConfig) -> Result<Vec<u8>, EncodeError> {
    Encoder::new(config.clone())?.encode(image)
}
