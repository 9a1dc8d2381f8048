//! What a caller may set.

use crate::colour::Chroma;
use crate::entropy::Profile;
use crate::limits::Limits;
use crate::names::names;
use crate::simd::CpuLevel;

/// Width and height of a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TileSize {
    /// 512 x 512 pixels: finer regions and more parallel work for some bytes more.
    T512,
    /// 1024 x 1024 pixels.
    T1024,
}

names! {
    TileSize, "tile size";
    T512 = "512",
    T1024 = "1024",
}

impl TileSize {
    /// log2 of a side.
    pub(crate) fn log2(self) -> u32 {
        match self {
            Self::T512 => 9,
            Self::T1024 => 10,
        }
    }
}

/// What the encoder minimises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tune {
    /// Perceived difference: frequency-weighted matrices, adaptive quantisation.
    Perceptual,
    /// Squared error: flat matrices.
    Psnr,
}

names! {
    Tune, "tuning";
    Perceptual = "perceptual",
    Psnr = "psnr",
}

/// What a picture shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Content {
    /// The encoder looks at the picture: contrast on grounds of one colour makes it a screen. One
    /// that looks drawn is coded without loss where that takes no more bytes.
    Auto,
    /// A photograph: it is coded without loss only where [`EncoderConfig::lossless`] says so.
    Photo,
    /// A screenshot, a drawing, text: repeated shapes and few colours are looked for. It is coded
    /// without loss where that takes no more bytes.
    Screen,
}

names! {
    Content, "content";
    Auto = "auto",
    Photo = "photo",
    Screen = "screen",
}

/// The family of quantiser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Quantiser {
    /// Scalar, each coefficient rounded to the nearest level, as a baseline.
    Uniform,
    /// Scalar with a dead zone.
    DeadZone,
    /// Scalar, levels chosen by rate and distortion.
    Rdoq,
    /// Trellis-coded: two quantisers half a step apart, in turns that the levels themselves tell.
    Trellis,
}

names! {
    Quantiser, "quantiser";
    Uniform = "uniform",
    DeadZone = "deadzone",
    Rdoq = "rdoq",
    Trellis = "trellis",
}

/// Settings of the encoder. Start from [`EncoderConfig::default`] and change what you need.
///
/// ```
/// use kvant::{Chroma, Encoder, EncoderConfig};
///
/// let config = EncoderConfig::default().with_quality(65.0).with_effort(7).with_chroma(Chroma::Yuv420);
/// assert_eq!((config.quality, config.effort, config.chroma), (65.0, 7, Chroma::Yuv420));
/// let encoder = Encoder::new(config)?;
/// # Ok::<(), kvant::ConfigError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct EncoderConfig {
    /// 0 (smallest) to 100 (finest quantiser, not lossless); about the mean SSIMULACRA2 score of
    /// photographs. Default 80.
    pub quality: f32,
    /// Every pixel comes back as it is; quality and what belongs to lossy coding do not count.
    /// Default false.
    pub lossless: bool,
    /// Quality of the alpha: 100 (the default) is lossless, below it has fewer different values, 2
    /// at 0.
    pub alpha_quality: u8,
    /// The colours of fully transparent pixels are kept as they are, instead of what takes fewest
    /// bytes; at 4:2:0 they count as much as others in the chroma that they share. Default false;
    /// lossless pictures always keep them.
    pub exact: bool,
    /// The stream has a preview: the picture at an eighth of its size each way, near the front. It
    /// takes about a hundredth of the bytes. Default false.
    pub preview: bool,
    /// 1 (fastest) to 9 (smallest). Default 5.
    pub effort: u8,
    /// Chroma sampling. Default 4:4:4. Gray pictures have none.
    pub chroma: Chroma,
    /// Tile size. Default 1024.
    pub tile_size: TileSize,
    /// Entropy coding: for size or for the speed of decoding. Default mixed.
    pub profile: Profile,
    /// What to minimise. Default perceptual.
    pub tune: Tune,
    /// What the picture shows. Default: found out for each.
    pub content: Content,
    /// Quantiser family; `None` for what the effort chooses.
    pub quantiser: Option<Quantiser>,
    /// Limits of those who will decode the stream, on one thread: a picture that they refuse is not
    /// encoded. Default those of [`DecoderOptions`](crate::DecoderOptions).
    pub limits: Limits,
    /// Numbers of the encoder's tuning by name, for experiments: see
    /// `codec/src/encoder/parameters.rs`. Not stable.
    pub parameters: Vec<(String, f64)>,
    /// Threads: 1 (the default) for the caller's own, 0 for all of rayon's current pool, else a
    /// pool of that size. The bytes do not depend on it.
    pub threads: usize,
    /// CPU level; the machine's best by default. The bytes do not depend on it.
    pub cpu: CpuLevel,
}

impl Default for EncoderConfig {
    fn default() -> Self {
        Self {
            quality: 80.0,
            lossless: false,
            alpha_quality: 100,
            exact: false,
            preview: false,
            effort: 5,
            chroma: Chroma::Yuv444,
            tile_size: TileSize::T1024,
            profile: Profile::Mixed,
            tune: Tune::Perceptual,
            content: Content::Auto,
            quantiser: None,
            limits: Limits::default(),
            parameters: Vec::new(),
            threads: 1,
            cpu: CpuLevel::detect(),
        }
    }
}

impl EncoderConfig {
    /// The same with this [`quality`](EncoderConfig::quality), 0 to 100.
    #[must_use]
    pub fn with_quality(self, quality: f32) -> Self {
        Self { quality, ..self }
    }

    /// The same with every pixel kept, or not: [`lossless`](EncoderConfig::lossless).
    #[must_use]
    pub fn with_lossless(self, lossless: bool) -> Self {
        Self { lossless, ..self }
    }

    /// The same with this [`alpha_quality`](EncoderConfig::alpha_quality), 0 to 100.
    #[must_use]
    pub fn with_alpha_quality(self, alpha_quality: u8) -> Self {
        Self { alpha_quality, ..self }
    }

    /// The same with the colours of transparent pixels kept, or not:
    /// [`exact`](EncoderConfig::exact).
    #[must_use]
    pub fn with_exact(self, exact: bool) -> Self {
        Self { exact, ..self }
    }

    /// The same with a preview, or without one: [`preview`](EncoderConfig::preview).
    #[must_use]
    pub fn with_preview(self, preview: bool) -> Self {
        Self { preview, ..self }
    }

    /// The same with this [`effort`](EncoderConfig::effort), 1 to 9.
    #[must_use]
    pub fn with_effort(self, effort: u8) -> Self {
        Self { effort, ..self }
    }

    /// The same with this [`chroma`](EncoderConfig::chroma) sampling.
    #[must_use]
    pub fn with_chroma(self, chroma: Chroma) -> Self {
        Self { chroma, ..self }
    }

    /// The same with tiles of this [`tile_size`](EncoderConfig::tile_size).
    #[must_use]
    pub fn with_tile_size(self, tile_size: TileSize) -> Self {
        Self { tile_size, ..self }
    }

    /// The same with this [`profile`](EncoderConfig::profile) of entropy coding.
    #[must_use]
    pub fn with_profile(self, profile: Profile) -> Self {
        Self { profile, ..self }
    }

    /// The same with this to minimise: [`tune`](EncoderConfig::tune).
    #[must_use]
    pub fn with_tune(self, tune: Tune) -> Self {
        Self { tune, ..self }
    }

    /// The same with this said of what the picture shows: [`content`](EncoderConfig::content).
    #[must_use]
    pub fn with_content(self, content: Content) -> Self {
        Self { content, ..self }
    }

    /// The same with this [`quantiser`](EncoderConfig::quantiser); `None` for what the effort
    /// chooses.
    #[must_use]
    pub fn with_quantiser(self, quantiser: impl Into<Option<Quantiser>>) -> Self {
        Self { quantiser: quantiser.into(), ..self }
    }

    /// The same with these [`limits`](EncoderConfig::limits) of those who will decode.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// The same with another number of the tuning: [`parameters`](EncoderConfig::parameters). Not
    /// stable.
    #[must_use]
    pub fn with_parameter(mut self, name: impl Into<String>, value: f64) -> Self {
        self.parameters.push((name.into(), value));
        self
    }

    /// The same with so many [`threads`](EncoderConfig::threads); 0 stands for those of rayon's
    /// current pool.
    #[must_use]
    pub fn with_threads(self, threads: usize) -> Self {
        Self { threads, ..self }
    }

    /// The same with the instructions of this [`cpu`](EncoderConfig::cpu) level.
    #[must_use]
    pub fn with_cpu(self, cpu: CpuLevel) -> Self {
        Self { cpu, ..self }
    }
}
