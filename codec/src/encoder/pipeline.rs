//! The stages that a lossy picture goes through: planes, plan, wanted offsets, tiles, filters, file.

use std::borrow::Cow;
use std::sync::{Mutex, PoisonError};

use super::adaptive::Offsets;
use super::alpha::{self, Mask};
use super::analysis::Analysis;
use super::plan::Plan;
use super::search::Shared;
use super::tile::{CodedTile, Picture};
use super::{Encoder, Progress, colour, filters, lossless, preview, tiles};
use crate::colour::Depths;
use crate::container;
use crate::error::EncodeError;
use crate::image::plane::{Plane, Rect};
use crate::image::view::ImageView;
use crate::quant::dequant::Dequantiser;
use crate::recon::Context;
use crate::recon::picture::PictureSamples;
use crate::simd::Simd;
use crate::syntax::header::PictureHeader;
use crate::tile::Grid;

/// A lossy picture, coded.
pub(super) struct Coded {
    pub(super) stream: Vec<u8>,
    pub(super) header: PictureHeader,
    /// Before the filters; where it was to be kept.
    pub(super) picture: Option<PictureSamples>,
    /// Of each tile, where there is any.
    pub(super) alpha: Vec<Plane>,
}

/// What is coded of a picture.
struct Source {
    planes: Vec<Plane>,
    /// The samples that show, where some are hidden.
    shown: Option<Mask>,
    /// Bits of a sample beyond 10.
    extra: u32,
}

/// A tile: what the file holds of it, and its alpha where there is any.
type FileTile = (Vec<u8>, Option<Plane>);

/// Takes `image` through all stages; its samples are kept where they are asked for.
pub(super) fn code(
    encoder: &Encoder,
    image: &ImageView<'_>,
    progress: &Progress<'_>,
    keep: bool,
) -> Result<Coded, EncodeError> {
    let simd = Simd::new(encoder.config.cpu);
    let source = Source::of(encoder, image);
    let analysed = source.analysed();
    let plan = plan(encoder, image, &source, &analysed);
    let sections = preview::sections(&encoder.config, image, progress)?;
    let mut header = plan.header(&encoder.config, image);
    header.sections = !sections.is_empty();
    let offsets = Offsets::of(simd, &header, &analysed, source.shown.as_ref(), &plan.parameters);
    progress.advance(0)?;
    let picture = (keep || filters::look(&plan.parameters)).then(|| Mutex::new(PictureSamples::new(&header)));
    let tiles = tiles(encoder, image, (&header, &plan), (&source, offsets.as_ref()), picture.as_ref(), progress)?;
    let picture = picture.map(|picture| picture.into_inner().unwrap_or_else(PoisonError::into_inner));
    progress.advance(0)?;
    let planes = (picture.as_ref(), &source.planes[..]);
    filters::choose(simd, &encoder.workers, &mut header, planes, &plan.parameters);
    let (data, alpha): (Vec<_>, Vec<_>) = tiles.into_iter().unzip();
    let stream = container::write(&header, &sections, &data);
    Ok(Coded { stream, header, picture: picture.filter(|_| keep), alpha: alpha.into_iter().flatten().collect() })
}

impl Source {
    /// The planes of `image`, what nothing shows of them made cheap.
    fn of(encoder: &Encoder, image: &ImageView<'_>) -> Self {
        let (simd, config) = (Simd::new(encoder.config.cpu), &encoder.config);
        let mut planes = colour::to_planes(simd, &encoder.workers, image, config.chroma, !config.exact);
        let shown = Mask::shown(image, planes[0].width(), planes[0].height());
        if let Some(shown) = shown.as_ref().filter(|_| !config.exact) {
            alpha::clean(shown, &mut planes);
        }
        Self { planes, shown, extra: Depths::new(image.depth()).extra() }
    }

    /// The planes at 10 bits, for what only looks at them.
    fn analysed(&self) -> Cow<'_, [Plane]> {
        colour::reduced(&self.planes, self.extra)
    }
}

/// What this picture is coded with.
fn plan(encoder: &Encoder, image: &ImageView<'_>, source: &Source, analysed: &[Plane]) -> Plan {
    let blocks = source.shown.as_ref().and_then(|shown| shown.blocks(&analysed[0]));
    let cicp = image.metadata().and_then(|m| m.cicp);
    let (simd, luma) = (Simd::new(encoder.config.cpu), blocks.as_ref().unwrap_or(&analysed[0]));
    encoder.plan.for_picture(simd, encoder.config.content, (luma, &Analysis::new(simd, luma)), cicp)
}

/// All tiles, in order.
fn tiles(
    encoder: &Encoder,
    image: &ImageView<'_>,
    (header, plan): (&PictureHeader, &Plan),
    (source, offsets): (&Source, Option<&Offsets>),
    samples: Option<&Mutex<PictureSamples>>,
    progress: &Progress<'_>,
) -> Result<Vec<FileTile>, EncodeError> {
    let simd = Simd::new(encoder.config.cpu);
    let dequantiser = Dequantiser::new(header);
    let context = Context { simd, header, dequantiser: &dequantiser };
    let shared = Shared::new(plan, &context, offsets);
    let grid = Grid::new(header);
    let picture = Picture { shared: &shared, grid: &grid, source: &source.planes, samples, progress };
    let alpha = |i| {
        let alpha = || tile_alpha(encoder, image, grid.visible(header, i), progress);
        header.alpha.then(alpha).transpose()
    };
    let file = |(colour, alpha): (CodedTile, Option<(Plane, Vec<u8>)>)| {
        let (plane, alpha) = alpha.unzip();
        (container::tile(alpha.as_deref(), Some(&colour.signs), &colour.colour), plane)
    };
    Ok(tiles::encode(&encoder.workers, &picture, alpha)?.into_iter().map(file).collect())
}

/// The alpha of the pixels in `rect`, and what codes it.
fn tile_alpha(
    encoder: &Encoder,
    image: &ImageView<'_>,
    rect: Rect,
    progress: &Progress<'_>,
) -> Result<(Plane, Vec<u8>), EncodeError> {
    let plane = alpha::plane(image, rect, encoder.config.alpha_quality);
    let simd = Simd::new(encoder.config.cpu);
    let coded = lossless::exact(simd, std::slice::from_ref(&plane), image.depth().into(), usize::MAX, progress)?;
    Ok((plane, coded.expect("any number of bytes will do")))
}
