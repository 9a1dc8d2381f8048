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
    /// The encoder looks at the picture: contrast on grounds of one colour makes it a screen. One that looks drawn is coded
    /// without loss where that takes no more bytes.
    Auto,
    /// A photograph: it is never coded without loss unless it is to be.
    Photo,
    /// A screenshot, a drawing, text: repeated shapes and few colours are looked for. It is coded without loss where that
    /// takes no more bytes.
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
    /// Scalar with a dead zone.
    DeadZone,
    /// Scalar, levels chosen by rate and distortion.
    Rdoq,
    /// Trellis-coded: two quantisers half a step apart, in turns that the levels themselves tell.
    Trellis,
}

names! {
    Quantiser, "quantiser";
    DeadZone = "deadzone",
    Rdoq = "rdoq",
    Trellis = "trellis",
}

/// Settings of the encoder. Start from [`EncoderConfig::default`] and change what you need.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct EncoderConfig {
    /// 0 (smallest) to 100 (finest quantiser, not lossless); about the mean SSIMULACRA2 score of photographs. Default 80.
    pub quality: f32,
    /// Every pixel comes back as it is; quality and what belongs to lossy coding do not count. Default false.
    pub lossless: bool,
    /// Quality of the alpha: 100 (the default) is lossless, below it has fewer different values, 2 at 0.
    pub alpha_quality: u8,
    /// The colours of fully transparent pixels are kept as they are, instead of what takes fewest bytes; at 4:2:0 they count as
    /// much as others in the chroma that they share. Default false; lossless pictures always keep them.
    pub exact: bool,
    /// The stream has a preview: the picture at an eighth of its size each way, near the front. It takes about a hundredth
    /// of the bytes. Default false.
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
    /// Limits of those who will decode the stream, on one thread: a picture that they refuse is not encoded. Default those of
    /// [`DecoderOptions`](crate::DecoderOptions).
    pub limits: Limits,
    /// Numbers of the encoder's tuning by name, for experiments: see `codec/src/encoder/parameters.rs`. Not stable.
    pub parameters: Vec<(String, f64)>,
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
