//! Encoding a tile: search a superblock by the prices of the models as they stand, write it, and reconstruct it for its signs
//! as the decoder does.

use super::Progress;
use super::direct::DirectTile;
use super::search::{Shared, TileSearch};
use crate::entropy::Profile;
use crate::entropy::range::{RangeEncoder, WriteInterval};
use crate::error::EncodeError;
use crate::image::plane::{Plane, Rect};
use crate::recon::{Reconstruction, SignWriter, TileSamples};
use crate::syntax::superblock::Walk;
use crate::syntax::tree::SUPERBLOCK;
use crate::tile::Grid;

/// A tile, coded.
#[derive(Debug)]
pub(super) struct CodedTile {
    pub(super) signs: Vec<u8>,
    pub(super) colour: Vec<u8>,
    pub(super) samples: TileSamples,
}

/// Copies a tile out of a plane.
fn crop(plane: &Plane, rect: Rect) -> Plane {
    let mut out = Plane::new(rect.w, rect.h);
    for y in 0..rect.h {
        out.row_mut(y).copy_from_slice(&plane.row(rect.y + y)[rect.x..rect.x + rect.w]);
    }
    out
}

/// Codes tile `index` of `source`, the planes of the picture.
pub(super) fn encode(
    shared: &Shared<'_>,
    grid: &Grid,
    index: usize,
    source: &[Plane],
    progress: &Progress<'_>,
) -> Result<CodedTile, EncodeError> {
    match shared.context.header.profile {
        Profile::Mixed => encode_with::<false>(shared, grid, index, source, progress),
        Profile::Fast => encode_with::<true>(shared, grid, index, source, progress),
    }
}

fn encode_with<const FAST: bool>(
    shared: &Shared<'_>,
    grid: &Grid,
    index: usize,
    source: &[Plane],
    progress: &Progress<'_>,
) -> Result<CodedTile, EncodeError> {
    let header = shared.context.header;
    let planes: Vec<Plane> = source.iter().enumerate().map(|(p, plane)| crop(plane, grid.rect(index, p))).collect();
    let offsets = shared.offsets.map(|o| o.tile(grid.rect(index, 0)));
    let samples = || TileSamples::new(header, grid, index);
    if let Some(effort) = shared.plan.effort.direct.as_ref().filter(|_| !header.screen) {
        return direct::<FAST>(shared, effort, grid, index, &planes, progress);
    }
    let mut search = TileSearch::new(shared, &planes, offsets, samples(), grid.state(header, index));
    let mut recon = Reconstruction::new(shared.context, samples());
    let mut walk = Walk::new(RangeEncoder::<FAST>::new(header.is_trellis()), header, grid.state(header, index));
    let mut signs = SignWriter::new(WriteInterval::new(), !FAST);
    let (width, height) = (planes[0].width(), planes[0].height());
    for y in (0..height).step_by(SUPERBLOCK) {
        for x in (0..width).step_by(SUPERBLOCK) {
            search.set_models(walk.coder.models(), walk.coder.levels());
            let mut sb = search.superblock(x, y);
            walk.superblock(&mut sb, x, y);
            recon.superblock(&sb, &mut signs);
        }
        progress.advance((width * SUPERBLOCK.min(height - y)) as u64)?;
    }
    Ok(CodedTile { signs: signs.finish(), colour: walk.coder.finish(), samples: recon.samples })
}

fn direct<const FAST: bool>(
    shared: &Shared<'_>,
    effort: &super::effort::Direct,
    grid: &Grid,
    index: usize,
    planes: &[Plane],
    progress: &Progress<'_>,
) -> Result<CodedTile, EncodeError> {
    let header = shared.context.header;
    let offsets = shared.offsets.map(|o| o.tile(grid.rect(index, 0)));
    let samples = TileSamples::new(header, grid, index);
    let mut way = DirectTile::new(shared, effort, planes, offsets, samples, grid.state(header, index));
    let mut walk = Walk::new(RangeEncoder::<FAST>::new(header.is_trellis()), header, grid.state(header, index));
    let mut signs = SignWriter::new(WriteInterval::new(), !FAST);
    let (width, height) = (planes[0].width(), planes[0].height());
    for y in (0..height).step_by(SUPERBLOCK) {
        for x in (0..width).step_by(SUPERBLOCK) {
            if shared.plan.rule.optimise {
                way.set_models(walk.coder.models(), walk.coder.levels());
            }
            walk.superblock(way.superblock(x, y, &mut signs), x, y);
        }
        progress.advance((width * SUPERBLOCK.min(height - y)) as u64)?;
    }
    Ok(CodedTile { signs: signs.finish(), colour: walk.coder.finish(), samples: way.into_samples() })
}
