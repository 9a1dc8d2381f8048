//! The encoder's interface, and its way through a picture: plan, planes, tiles, filter, file.

mod activity;
mod adaptive;
mod alpha;
pub(crate) mod analysis;
pub(crate) mod colour;
mod config;
mod content;
mod dct8;
mod effort;
mod filters;
pub(crate) mod forward;
mod graphics;
mod hash;
mod lossless;
mod parameters;
mod perception;
pub(crate) mod plan;
mod preview;
pub(crate) mod quantise;
pub(crate) mod satd;
mod search;
mod sketch;
#[cfg(feature = "bench-api")]
pub(crate) mod statistics;
mod target;
mod tile;

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

#[cfg(feature = "bench-api")]
pub(crate) use self::adaptive::CellGrid;
use self::adaptive::Offsets;
use self::alpha::Mask;
use self::analysis::Analysis;
pub use self::config::{Content, EncoderConfig, Quantiser, TileSize, Tune};
#[cfg(feature = "bench-api")]
pub(crate) use self::perception::losses;
use self::plan::Plan;
use self::search::Shared;
pub use self::target::{Measure, Target, Targeted};
use crate::colour::Depths;
use crate::container;
use crate::error::{ConfigError, EncodeError};
use crate::image::plane::{Plane, Rect};
use crate::image::view::{Image, ImageView};
use crate::memory;
use crate::quant::dequant::Dequantiser;
use crate::recon::Context;
use crate::recon::output::Output;
use crate::recon::picture::PictureSamples;
use crate::simd::Simd;
use crate::syntax::header::PictureHeader;
use crate::threads::Workers;
use crate::tile::Grid;

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

/// A lossy picture, coded.
struct Coded {
    stream: Vec<u8>,
    header: PictureHeader,
    /// Before the filters.
    picture: PictureSamples,
    /// Of each tile, where there is any.
    alpha: Vec<Plane>,
}

/// Counts coded pixels over all tiles for an observer.
struct Progress<'a> {
    observer: Option<&'a dyn Observer>,
    /// Times that each pixel is coded: once for the colours of a lossy picture and once for its alpha, for each channel
    /// without loss.
    times: u64,
    done: AtomicU64,
    total: u64,
}

impl<'a> Progress<'a> {
    fn new(observer: Option<&'a dyn Observer>, image: &ImageView<'_>, lossless: bool) -> Self {
        let total = u64::from(image.width()) * u64::from(image.height());
        let format = image.format();
        let times = if lossless { format.channels() } else { 1 + usize::from(format.has_alpha()) };
        Self { observer, times: times as u64, done: AtomicU64::new(0), total }
    }

    /// Notes that `pixels` more are coded once.
    fn advance(&self, pixels: u64) -> Result<(), EncodeError> {
        let done = (self.done.fetch_add(pixels, Ordering::Relaxed) + pixels) / self.times;
        match self.observer.map(|o| o.progress(done.min(self.total), self.total)) {
            Some(ControlFlow::Break(())) => Err(EncodeError::Cancelled),
            _ => Ok(()),
        }
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
        self.encode_watched(image, None)
    }

    fn encode_watched(&self, image: &ImageView<'_>, observer: Option<&dyn Observer>) -> Result<Vec<u8>, EncodeError> {
        self.check(image)?;
        let progress = Progress::new(observer, image, self.config.lossless);
        if self.config.lossless {
            return self.lossless(image, &progress);
        }
        let coded = self.code(image, &progress)?;
        let exact = graphics::exact(self, image, coded.stream.len(), &progress)?;
        Ok(exact.map_or(coded.stream, |exact| exact.stream))
    }

    /// Encodes a picture, tells `observer` how it goes, and returns the reconstruction beside the stream.
    ///
    /// # Errors
    /// As [`Encoder::encode`]; [`EncodeError::Cancelled`] where the observer said so.
    pub fn encode_full(&self, image: &ImageView<'_>, observer: Option<&dyn Observer>) -> Result<Encoded, EncodeError> {
        self.check(image)?;
        let progress = Progress::new(observer, image, self.config.lossless);
        if self.config.lossless {
            let stream = self.lossless(image, &progress)?;
            return Ok(Encoded { stream, reconstruction: Image::of(image)?, lossless: true });
        }
        let coded = self.code(image, &progress)?;
        match graphics::exact(self, image, coded.stream.len(), &progress)? {
            Some(exact) => Ok(exact),
            None => self.reconstructed(image, coded),
        }
    }

    /// The stream of a picture all of whose pixels are to be kept.
    fn lossless(&self, image: &ImageView<'_>, progress: &Progress<'_>) -> Result<Vec<u8>, EncodeError> {
        let sections = preview::sections(&self.config, image, progress)?;
        let stream = lossless::encode(self, image, &sections, usize::MAX, progress)?;
        Ok(stream.expect("any number of bytes will do"))
    }

    /// What was coded of `image`, with the picture that a decoder makes of it.
    fn reconstructed(&self, image: &ImageView<'_>, coded: Coded) -> Result<Encoded, EncodeError> {
        let Coded { stream, header, mut picture, alpha } = coded;
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
    fn check(&self, image: &ImageView<'_>) -> Result<(), EncodeError> {
        Ok(memory::check_picture(&self.plan.header(&self.config, image), &self.config.limits)?)
    }

    /// Adds a picture to the equations of the classified filter, of luma and of chroma.
    #[cfg(feature = "bench-api")]
    pub(crate) fn add_equations(
        &self,
        image: &ImageView<'_>,
        to: &mut [Vec<statistics::Equations>; 2],
    ) -> Result<(), EncodeError> {
        let Coded { header, picture, .. } = self.code(image, &Progress::new(None, image, false))?;
        let simd = Simd::new(self.config.cpu);
        for (p, source) in colour::to_planes(simd, image, self.config.chroma, !self.config.exact).iter().enumerate() {
            let deblocked = picture.deblocked(simd, &header, p, header.deblock[p.min(1)]);
            statistics::add(&mut to[p.min(1)], source, &deblocked, picture.map(p));
        }
        Ok(())
    }

    /// Codes a lossy picture.
    fn code(&self, image: &ImageView<'_>, progress: &Progress<'_>) -> Result<Coded, EncodeError> {
        let simd = Simd::new(self.config.cpu);
        let mut source = colour::to_planes(simd, image, self.config.chroma, !self.config.exact);
        let (width, height) = (source[0].width(), source[0].height());
        let shown = Mask::shown(image, width, height);
        if let Some(shown) = shown.as_ref().filter(|_| !self.config.exact) {
            alpha::clean(shown, &mut source);
        }
        let analysed = colour::reduced(&source, Depths::new(image.depth()).extra());
        let blocks = shown.as_ref().and_then(|shown| shown.blocks(&analysed[0]));
        let cicp = image.metadata().and_then(|m| m.cicp);
        let luma = blocks.as_ref().unwrap_or(&analysed[0]);
        let plan = self.plan.for_picture(simd, self.config.content, (luma, &Analysis::new(simd, luma)), cicp);
        let sections = preview::sections(&self.config, image, progress)?;
        let mut header = plan.header(&self.config, image);
        header.sections = !sections.is_empty();
        let dequantiser = Dequantiser::new(&header);
        let context = Context { simd, header: &header, dequantiser: &dequantiser };
        let offsets = Offsets::of(simd, &header, &analysed, shown.as_ref(), &plan.parameters);
        progress.advance(0)?;
        let shared = Shared::new(&plan, &context, offsets.as_ref());
        let grid = Grid::new(&header);
        let tiles = self.workers.map(grid.len(), |i| {
            let alpha = match header.alpha {
                true => Some(self.alpha(image, grid.visible(&header, i), progress)?),
                false => None,
            };
            Ok::<_, EncodeError>((alpha, tile::encode(&shared, &grid, i, &source, progress)?))
        })?;
        let mut picture = PictureSamples::new(&header);
        let (mut data, mut alpha) = (Vec::with_capacity(grid.len()), Vec::new());
        for (i, (own, tile)) in tiles.into_iter().enumerate() {
            let Rect { x, y, w, h } = grid.rect(i, 0);
            picture.place(&header, &tile.samples, Rect { x: 0, y: 0, w, h }, (x, y));
            let coded = own.map(|(plane, coded)| {
                alpha.push(plane);
                coded
            });
            data.push(container::tile(coded.as_deref(), Some(&tile.signs), &tile.colour));
        }
        progress.advance(0)?;
        filters::choose(simd, &mut header, &picture, &source, &plan.parameters);
        Ok(Coded { stream: container::write(&header, &sections, &data), header, picture, alpha })
    }

    /// The alpha of the pixels in `rect`, and what codes it.
    fn alpha(
        &self,
        image: &ImageView<'_>,
        rect: Rect,
        progress: &Progress<'_>,
    ) -> Result<(Plane, Vec<u8>), EncodeError> {
        let plane = alpha::plane(image, rect, self.config.alpha_quality);
        let simd = Simd::new(self.config.cpu);
        let coded = lossless::exact(simd, std::slice::from_ref(&plane), image.depth().into(), usize::MAX, progress)?;
        Ok((plane, coded.expect("any number of bytes will do")))
    }
}

/// Encodes `image` with `config`.
///
/// # Errors
/// [`EncodeError`] where a setting is out of range.
pub fn encode(image: &ImageView<'_>, config: &EncoderConfig) -> Result<Vec<u8>, EncodeError> {
    Encoder::new(config.clone())?.encode(image)
}
