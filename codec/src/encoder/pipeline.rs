//! The stages that a lossy picture goes through: planes, plan, wanted offsets, tiles, filters,
//! file.

use std::sync::{Mutex, PoisonError};

use super::adaptive::sketch;
use super::encoded::Encoded;
use super::filters::Kept;
use super::input::colour;
use super::plan::Plan;
use super::progress::Progress;
use super::setup::Setup;
use super::shared::Shared;
use super::tile::{CodedTile, Picture};
use super::{filters, lossless, tiles};
use crate::container::{self, Section};
use crate::encoder::adaptive::cells::Offsets;
use crate::encoder::analysis::Analysis;
use crate::encoder::analysis::content::Census;
use crate::encoder::input::alpha;
use crate::encoder::input::source::PlaneSource;
use crate::error::EncodeError;
use crate::image::plane::{Plane, Rect};
use crate::image::view::{Image, ImageView};
use crate::recon::Context;
use crate::recon::dequant::Dequantiser;
use crate::recon::output::Output;
use crate::recon::picture::PictureSamples;
use crate::syntax::header::PictureHeader;
use crate::tile::Grid;

/// A lossy picture, coded.
pub(super) struct CodedPicture {
    pub(super) stream: Vec<u8>,
    pub(super) header: PictureHeader,
    /// Before the filters; where it was to be kept.
    pub(super) picture: Option<PictureSamples>,
    /// Of each tile, where there is any.
    pub(super) alpha: Vec<Plane>,
}

impl CodedPicture {
    /// The stream with the picture that a decoder makes of it, which was to be kept of `image`.
    pub(super) fn reconstructed(self, setup: &Setup, image: &ImageView<'_>) -> Result<Encoded, EncodeError> {
        let Self { stream, header, picture, alpha } = self;
        let mut picture = picture.expect("it was to be kept");
        let mut reconstruction = Image::with_depth(image.width(), image.height(), image.format(), image.depth())?;
        let simd = setup.simd();
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
}

/// A tile: what the file holds of it, and its alpha where there is any.
type FileTile = (Vec<u8>, Option<Plane>);

/// Takes `source` through all stages, to a file with `sections`. The samples that it is
/// reconstructed as stay where `keep` asks for them.
pub(super) fn code(
    setup: &Setup,
    mut source: PlaneSource<'_>,
    sections: &[Section],
    progress: &Progress<'_>,
    keep: bool,
) -> Result<CodedPicture, EncodeError> {
    let (simd, spec) = (setup.simd(), source.spec);
    let plan = plan(setup, &mut source)?;
    let mut header = plan.header(&setup.config, &spec);
    header.sections = !sections.is_empty();
    let offsets = Offsets::of(simd, &header, &mut source, &plan.parameters)?;
    progress.advance(0)?;
    let kept = Mutex::new(Kept::new(&header, &plan.parameters, keep));
    let tiles = tiles(setup, (&header, &plan), (&mut source, offsets.as_ref()), &kept, progress)?;
    let mut kept = kept.into_inner().unwrap_or_else(PoisonError::into_inner);
    progress.advance(0)?;
    filters::choose(simd, &setup.workers, &mut header, &mut kept, &plan.parameters);
    let (data, alpha): (Vec<_>, Vec<_>) = tiles.into_iter().unzip();
    let stream = container::write(&header, sections, &data);
    Ok(CodedPicture { stream, header, picture: kept.picture, alpha: alpha.into_iter().flatten().collect() })
}

/// What this picture is coded with, and its luma at half of the resolution where sketches are made
/// of that.
fn plan(setup: &Setup, source: &mut PlaneSource<'_>) -> Result<Plan, EncodeError> {
    let simd = setup.simd();
    let (mut analysis, mut census) = (Analysis::default(), Census::default());
    let [width, height] = colour::luma_sides(&source.spec);
    let mut half = setup.plan.is_sketched_lightly().then(|| Plane::new(width / 2, height / 2));
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
    Ok(setup.plan.for_picture(setup.config.content, (&analysis, &census), cicp))
}

/// All tiles, in order.
fn tiles(
    setup: &Setup,
    (header, plan): (&PictureHeader, &Plan),
    (source, offsets): (&mut PlaneSource<'_>, Option<&Offsets>),
    kept: &Mutex<Kept>,
    progress: &Progress<'_>,
) -> Result<Vec<FileTile>, EncodeError> {
    let simd = setup.simd();
    let dequantiser = Dequantiser::new(header);
    let context = Context { simd, header, dequantiser: &dequantiser };
    let shared = Shared::new(plan, &context, offsets);
    let grid = Grid::new(header);
    let view = source.view().copied();
    let alpha = |i| {
        let alpha = |image: &ImageView<'_>| tile_alpha(setup, image, grid.visible(header, i), progress);
        view.as_ref().filter(|_| header.alpha).map(alpha).transpose()
    };
    let file = |(colour, alpha): (CodedTile, Option<(Plane, Vec<u8>)>)| {
        let (plane, alpha) = alpha.unzip();
        (container::tile(alpha.as_deref(), Some(&colour.signs), &colour.colour), plane)
    };
    let mut out = Vec::with_capacity(grid.len());
    source.walk(|planes| {
        let picture = Picture { shared: &shared, grid: &grid, source: planes, kept, progress };
        let tiles = tiles::encode(&setup.workers, &picture, grid.beginning(planes[0].rows()), alpha)?;
        out.extend(tiles.into_iter().map(file));
        Ok(())
    })?;
    Ok(out)
}

/// The alpha of the pixels in `rect`, and what codes it.
fn tile_alpha(
    setup: &Setup,
    image: &ImageView<'_>,
    rect: Rect,
    progress: &Progress<'_>,
) -> Result<(Plane, Vec<u8>), EncodeError> {
    let plane = alpha::plane(image, rect, setup.config.alpha_quality);
    let simd = setup.simd();
    let coded = lossless::exact(simd, std::slice::from_ref(&plane), image.depth().into(), usize::MAX, progress)?;
    Ok((plane, coded.expect("any number of bytes will do")))
}
