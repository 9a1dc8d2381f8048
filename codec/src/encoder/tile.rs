//! Encoding a tile, superblock by superblock: find its coding, write it, and reconstruct it as the decoder does, for its
//! signs.

use std::borrow::Cow;

use super::Progress;
use super::direct::DirectTile;
use super::search::{Shared, TileSearch};
use crate::entropy::Profile;
use crate::entropy::range::RangeEncoder;
use crate::error::EncodeError;
use crate::image::plane::{Plane, Rect};
use crate::recon::{Reconstruction, SignNoter, SignWriter, TileSamples};
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

/// What a tile is coded by: a walk in the profile `FAST` or mixed, and the signs.
pub(super) struct Writer<'a, const FAST: bool> {
    pub(super) walk: Walk<'a, RangeEncoder<FAST>>,
    pub(super) signs: SignNoter,
}

/// A way to find the coding of a tile's superblocks.
pub(super) trait Way {
    /// Finds that of the superblock at luma sample (x, y) and has it written, its signs as well.
    fn superblock<const FAST: bool>(&mut self, x: usize, y: usize, writer: &mut Writer<'_, FAST>);

    /// What the tile is reconstructed as.
    fn into_samples(self) -> TileSamples;
}

/// The whole search.
struct Searched<'a> {
    search: TileSearch<'a>,
    recon: Reconstruction<'a>,
}

impl Way for Searched<'_> {
    fn superblock<const FAST: bool>(&mut self, x: usize, y: usize, Writer { walk, signs }: &mut Writer<'_, FAST>) {
        self.search.set_models(walk.coder.models(), walk.coder.levels());
        let mut sb = self.search.superblock(x, y);
        walk.superblock(&mut sb, x, y);
        self.recon.superblock(&sb, signs);
    }

    fn into_samples(self) -> TileSamples {
        self.recon.samples
    }
}

/// The part of `plane` in `rect`.
fn part(plane: &Plane, rect: Rect) -> Cow<'_, Plane> {
    if (rect.w, rect.h) == (plane.width(), plane.height()) {
        return Cow::Borrowed(plane);
    }
    let mut out = Plane::new(rect.w, rect.h);
    out.copy(plane, rect, (0, 0));
    Cow::Owned(out)
}

/// Codes tile `index` of `source`, the planes of the picture.
pub(super) fn encode(
    shared: &Shared<'_>,
    grid: &Grid,
    index: usize,
    source: &[Plane],
    progress: &Progress<'_>,
) -> Result<CodedTile, EncodeError> {
    let header = shared.context.header;
    let planes: Vec<_> = source.iter().enumerate().map(|(p, plane)| part(plane, grid.rect(index, p))).collect();
    let offsets = shared.offsets.map(|o| o.tile(grid.rect(index, 0)));
    let (samples, state) = (|| TileSamples::new(header, grid, index), || grid.state(header, index));
    match shared.plan.effort.direct.as_ref().filter(|_| !header.screen) {
        Some(direct) => through(
            DirectTile::new(shared, direct, &planes, offsets, samples(), state()),
            shared,
            grid,
            index,
            progress,
        ),
        None => {
            let search = TileSearch::new(shared, &planes, offsets, samples(), state());
            let recon = Reconstruction::new(shared.context, samples());
            through(Searched { search, recon }, shared, grid, index, progress)
        }
    }
}

/// Takes tile `index` by `way`, in the picture's profile.
fn through(
    way: impl Way,
    shared: &Shared<'_>,
    grid: &Grid,
    index: usize,
    progress: &Progress<'_>,
) -> Result<CodedTile, EncodeError> {
    match shared.context.header.profile {
        Profile::Mixed => through_profile::<false>(way, shared, grid, index, progress),
        Profile::Fast => through_profile::<true>(way, shared, grid, index, progress),
    }
}

fn through_profile<const FAST: bool>(
    mut way: impl Way,
    shared: &Shared<'_>,
    grid: &Grid,
    index: usize,
    progress: &Progress<'_>,
) -> Result<CodedTile, EncodeError> {
    let header = shared.context.header;
    let mut writer = Writer {
        walk: Walk::new(RangeEncoder::<FAST>::new(header.is_trellis()), header, grid.state(header, index)),
        signs: SignNoter::new(!FAST),
    };
    let Rect { w: width, h: height, .. } = grid.rect(index, 0);
    for y in (0..height).step_by(SUPERBLOCK) {
        for x in (0..width).step_by(SUPERBLOCK) {
            way.superblock(x, y, &mut writer);
        }
        progress.advance((width * SUPERBLOCK.min(height - y)) as u64)?;
    }
    let Writer { walk, signs } = writer;
    let mut sign_writer = SignWriter::new();
    sign_writer.write(&signs.sink);
    Ok(CodedTile { signs: sign_writer.finish(), colour: walk.coder.finish(), samples: way.into_samples() })
}
