//! The encoder's interface.

mod activity;
mod adaptive;
mod alpha;
pub(crate) mod analysis;
mod cells;
pub(crate) mod colour;
mod config;
pub(crate) mod content;
mod dct8;
mod direct;
mod effort;
mod filters;
pub(crate) mod forward;
mod graphics;
mod hash;
mod layout;
mod lossless;
mod parameters;
mod perception;
mod pipeline;
pub(crate) mod plan;
mod preview;
pub(crate) mod quantise;
mod rows;
pub(crate) mod satd;
mod search;
mod shared;
mod sketch;
mod source;
#[cfg(feature = "bench-api")]
pub(crate) mod statistics;
mod target;
mod tile;
mod tiles;

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

#[cfg(feature = "bench-api")]
pub(crate) use self::cells::CellGrid;
pub use self::config::{Content, EncoderConfig, Quantiser, TileSize, Tune};
#[cfg(feature = "bench-api")]
pub(crate) use self::perception::losses;
use self::pipeline::Coded;
use self::plan::Plan;
use self::source::Source;
pub use self::target::{Measure, Target, Targeted};
use crate::error::{ConfigError, EncodeError};
use crate::image::view::{Image, ImageSpec, ImageView};
use crate::memory;
use crate::recon::output::Output;
use crate::simd::Simd;
use crate::threads::Workers;
use crate::tile::Grid;

/// Told how far an encode is, and asked whether to go on.
pub trait Observer: Sync {
    /// `done` of `total` pixels are coded. Called from any thread, now and then; [`ControlFlow::Break`] cancels.
    fn progress(&self, done: u64, total: u64) -> ControlFlow<()>;
}

/// A stream.
#[derive(Debug, Clone)]
pub struct Stream {
    /// The `.kvt` file.
    pub bytes: Vec<u8>,
    /// As [`Encoded::lossless`].
    pub lossless: bool,
}

/// A stream, and the picture that decoding it gives.
#[derive(Debug, Clone)]
pub struct Encoded {
    /// The `.kvt` stream.
    pub stream: Vec<u8>,
    /// What any decoder makes of it.
    pub reconstruction: Image,
    /// Whether the pixels are coded without loss: they were to be, or take no more bytes so ([`Content::Auto`]). Colours of
    /// fully transparent pixels may then be others all the same, where they were not to be kept.
    pub lossless: bool,
}

/// An encoder with checked settings; `Send` and `Sync`, no state between pictures.
#[derive(Debug, Clone)]
pub struct Encoder {
    config: EncoderConfig,
    plan: Plan,
    workers: Arc<Workers>,
}

/// Counts coded pixels over all tiles for an observer.
struct Progress<'a> {
    observer: Option<&'a dyn Observer>,
    /// Times that each pixel is coded: once for the colours of a lossy picture and once for its alpha, for each channel
    /// without loss.
    times: u64,
    done: AtomicU64,
    total: u64,
    cancelled: AtomicBool,
}

impl<'a> Progress<'a> {
    fn new(observer: Option<&'a dyn Observer>, image: &ImageSpec<'_>, lossless: bool) -> Self {
        let total = image.pixels();
        let format = image.format();
        let times = if lossless { format.channels() } else { 1 + usize::from(format.has_alpha()) };
        Self { observer, times: times as u64, done: AtomicU64::new(0), total, cancelled: AtomicBool::new(false) }
    }

    /// Notes that `pixels` more are coded once.
    fn advance(&self, pixels: u64) -> Result<(), EncodeError> {
        let done = (self.done.fetch_add(pixels, Ordering::Relaxed) + pixels) / self.times;
        // All threads are to hear of it, and the observer is to be asked no more.
        let cancels = |o: &dyn Observer| o.progress(done.min(self.total), self.total).is_break();
        if self.cancelled.load(Ordering::Relaxed) || self.observer.is_some_and(cancels) {
            self.cancelled.store(true, Ordering::Relaxed);
            return Err(EncodeError::Cancelled);
        }
        Ok(())
    }
}

impl Encoder {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`ConfigError`] names the first setting out of range.
    pub fn new(config: EncoderConfig) -> Result<Self, ConfigError> {
        let plan = Plan::new(&config)?;
        let workers = Arc::new(Workers::new(config.threads));
        Ok(Self { config, plan, workers })
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
        self.check(image.spec())?;
        let progress = Progress::new(observer, image.spec(), self.config.lossless);
        if self.config.lossless {
            return Ok(Stream { bytes: self.lossless(image, &progress)?, lossless: true });
        }
        let coded = pipeline::code(self, Source::of(self, image), &progress, false)?;
        Ok(match graphics::exact(self, image, coded.stream.len(), &progress)? {
            Some(exact) => Stream { bytes: exact.stream, lossless: true },
            None => Stream { bytes: coded.stream, lossless: false },
        })
    }

    /// The same with the reconstruction beside the stream.
    ///
    /// # Errors
    /// As [`Encoder::encode_observed`].
    pub fn encode_full(&self, image: &ImageView<'_>, observer: Option<&dyn Observer>) -> Result<Encoded, EncodeError> {
        self.check(image.spec())?;
        let progress = Progress::new(observer, image.spec(), self.config.lossless);
        if self.config.lossless {
            let stream = self.lossless(image, &progress)?;
            return Ok(Encoded { stream, reconstruction: Image::of(image)?, lossless: true });
        }
        let coded = pipeline::code(self, Source::of(self, image), &progress, true)?;
        match graphics::exact(self, image, coded.stream.len(), &progress)? {
            Some(exact) => Ok(exact),
            None => self.reconstructed(image, coded),
        }
    }

    /// The stream of a picture all of whose pixels are to be kept.
    fn lossless(&self, image: &ImageView<'_>, progress: &Progress<'_>) -> Result<Vec<u8>, EncodeError> {
        let sections = preview::sections_of(&self.config, image, progress)?;
        let stream = lossless::encode(self, image, &sections, usize::MAX, progress)?;
        Ok(stream.expect("any number of bytes will do"))
    }

    /// What was coded of `image`, with the picture that a decoder makes of it.
    fn reconstructed(&self, image: &ImageView<'_>, coded: Coded) -> Result<Encoded, EncodeError> {
        let Coded { stream, header, picture, alpha } = coded;
        let mut picture = picture.expect("it was to be kept");
        let mut reconstruction = Image::with_depth(image.width(), image.height(), image.format(), image.depth())?;
        let simd = Simd::new(self.config.cpu);
        picture.filter(simd, &header);
        let mut view = reconstruction.view_mut();
        let mut output = Output::whole(&header, &mut view);
        output.colours(simd, &picture.planes);
        let grid = Grid::new(&header);
        for (i, plane) in alpha.iter().enumerate() {
            output.channel(grid.visible(&header, i), header.planes(), plane);
        }
        Ok(Encoded { stream, reconstruction, lossless: false })
    }

    /// That those who keep to the limits can decode `image`.
    fn check(&self, image: &ImageSpec<'_>) -> Result<(), EncodeError> {
        Ok(memory::check_picture(&self.plan.header(&self.config, image), &self.config.limits)?)
    }

    /// Adds a picture to the equations of the classified filter, of luma and of chroma.
    #[cfg(feature = "bench-api")]
    pub(crate) fn add_equations(
        &self,
        image: &ImageView<'_>,
        to: &mut [Vec<statistics::Equations>; 2],
    ) -> Result<(), EncodeError> {
        let progress = Progress::new(None, image.spec(), false);
        let Coded { header, picture, .. } = pipeline::code(self, Source::of(self, image), &progress, true)?;
        let picture = picture.expect("it was to be kept");
        let simd = Simd::new(self.config.cpu);
        let source = colour::to_planes(simd, &self.workers, image, self.config.chroma, !self.config.exact);
        for (p, source) in source.iter().enumerate() {
            let deblocked = picture.deblocked(simd, &header, p, header.deblock[p.min(1)]);
            statistics::add(&mut to[p.min(1)], source, &deblocked, picture.map(p));
        }
        Ok(())
    }
}

/// Encodes `image` with `config`.
///
/// # Errors
/// [`EncodeError`] where a setting is out of range.
pub fn encode(image: &ImageView<'_>, config: &EncoderConfig) -> Result<Vec<u8>, EncodeError> {
    Encoder::new(config.clone())?.encode(image)
}
