//! The stages that a lossy picture goes through: planes, plan, wanted offsets, tiles, filters, file.

use std::sync::{Mutex, PoisonError};

use super::alpha;
use super::analysis::Analysis;
use super::cells::Offsets;
use super::content::Census;
use super::filters::Kept;
use super::plan::Plan;
use super::shared::Shared;
use super::source::Source;
use super::tile::{CodedTile, Picture};
use super::{Encoder, Progress, colour, filters, lossless, preview, sketch, tiles};
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

/// A tile: what the file holds of it, and its alpha where there is any.
type FileTile = (Vec<u8>, Option<Plane>);

/// Takes `source` through all stages; the samples that it is reconstructed as are kept where they are asked for.
pub(super) fn code(
    encoder: &Encoder,
    mut source: Source<'_>,
    progress: &Progress<'_>,
    keep: bool,
) -> Result<Coded, EncodeError> {
    let (simd, spec) = (Simd::new(encoder.config.cpu), source.spec);
    let plan = plan(encoder, &mut source)?;
    let sections = preview::sections(&encoder.config, &spec, |small| source.eighth(small), progress)?;
    let mut header = plan.header(&encoder.config, &spec);
    header.sections = !sections.is_empty();
    let offsets = Offsets::of(simd, &header, &mut source, &plan.parameters)?;
    progress.advance(0)?;
    let kept = Mutex::new(Kept::new(&header, &plan.parameters, keep));
    let tiles = tiles(encoder, (&header, &plan), (&mut source, offsets.as_ref()), &kept, progress)?;
    let mut kept = kept.into_inner().unwrap_or_else(PoisonError::into_inner);
    progress.advance(0)?;
    filters::choose(simd, &encoder.workers, &mut header, &mut kept, &plan.parameters);
    let (data, alpha): (Vec<_>, Vec<_>) = tiles.into_iter().unzip();
    let stream = container::write(&header, &sections, &data);
    Ok(Coded { stream, header, picture: kept.picture, alpha: alpha.into_iter().flatten().collect() })
}

/// What this picture is coded with, and its luma at half of the resolution where sketches are made of that.
fn plan(encoder: &Encoder, source: &mut Source<'_>) -> Result<Plan, EncodeError> {
    let simd = Simd::new(encoder.config.cpu);
    let (mut analysis, mut census) = (Analysis::default(), Census::default());
    let [width, height] = colour::luma_sides(&source.spec);
    let mut half = encoder.plan.is_sketched_lightly().then(|| Plane::new(width / 2, height / 2));
    source.glance(|planes, shown| {
        let blocks = shown.and_then(|shown| shown.blocks(&planes[0]));
        let luma = blocks.as_ref().unwrap_or(&planes[0]);
        analysis.add(simd, luma);
        census.add(simd, luma);
        if let Some(half) = &mut half {
            sketch::halve(simd, &planes[0], half);
        }
    })?;
    source.half = half;
    let cicp = source.spec.metadata().and_then(|m| m.cicp);
    Ok(encoder.plan.for_picture(encoder.config.content, (&analysis, &census), cicp))
}

/// All tiles, in order.
fn tiles(
    encoder: &Encoder,
    (header, plan): (&PictureHeader, &Plan),
    (source, offsets): (&mut Source<'_>, Option<&Offsets>),
    kept: &Mutex<Kept>,
    progress: &Progress<'_>,
) -> Result<Vec<FileTile>, EncodeError> {
    let simd = Simd::new(encoder.config.cpu);
    let dequantiser = Dequantiser::new(header);
    let context = Context { simd, header, dequantiser: &dequantiser };
    let shared = Shared::new(plan, &context, offsets);
    let grid = Grid::new(header);
    let view = source.view().copied();
    let alpha = |i| {
        let alpha = |image: &ImageView<'_>| tile_alpha(encoder, image, grid.visible(header, i), progress);
        view.as_ref().filter(|_| header.alpha).map(alpha).transpose()
    };
    let file = |(colour, alpha): (CodedTile, Option<(Plane, Vec<u8>)>)| {
        let (plane, alpha) = alpha.unzip();
        (container::tile(alpha.as_deref(), Some(&colour.signs), &colour.colour), plane)
    };
    let mut out = Vec::with_capacity(grid.len());
    source.walk(|planes| {
        let picture = Picture { shared: &shared, grid: &grid, source: planes, kept, progress };
        let tiles = tiles::encode(&encoder.workers, &picture, grid.beginning(planes[0].rows()), alpha)?;
        out.extend(tiles.into_iter().map(file));
        Ok(())
    })?;
    Ok(out)
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
