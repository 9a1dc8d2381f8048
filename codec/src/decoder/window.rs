//! A rectangle of whole tiles, decoded as a picture of its own: all of a picture, or what a region needs.

use std::ops::Range;

use super::tile::{self, Tile};
use crate::container::{Parsed, TileIndex};
use crate::entropy::mixer::Mixer;
use crate::entropy::predictor::Profile;
use crate::error::DecodeError;
use crate::image::plane::Rect;
use crate::image::view::ImageViewMut;
use crate::lossless::{self, Shape};
use crate::recon::output::Output;
use crate::recon::picture::PictureSamples;
use crate::simd::Simd;
use crate::syntax::header::PictureHeader;
use crate::threads;
use crate::tile::Grid;

/// Luma samples around a region that its pixels depend on, through both filters (§10.7) and the interpolation of chroma,
/// rounded up to whole units.
const MARGIN: usize = 24;

/// The tiles, and where they lie.
#[derive(Debug)]
pub(super) struct Window {
    /// That of the picture, with the window's size.
    header: PictureHeader,
    grid: Grid,
    /// Numbers of the tiles in the picture, in the order that they have in the window.
    tiles: Vec<usize>,
    /// The region within the window.
    region: Rect,
}

/// Whole tiles of `side` samples that have any of `from`, with a margin, of `len` samples.
fn covered(from: Range<usize>, side: usize, len: usize) -> Range<usize> {
    from.start.saturating_sub(MARGIN) / side..(from.end + MARGIN).min(len).div_ceil(side)
}

impl Window {
    /// What `region`, which lies in the picture, needs.
    pub(super) fn around(parsed: &Parsed, region: Rect) -> Self {
        let header = &parsed.header;
        let (width, height) = (header.width as usize, header.height as usize);
        let side = 1 << header.tile_log2;
        let cols = covered(region.x..region.x + region.w, side, width);
        let rows = covered(region.y..region.y + region.h, side, height);
        let tiles = rows.clone().flat_map(|row| cols.clone().map(move |col| row * parsed.grid.cols() + col)).collect();
        let (x, y) = (cols.start * side, rows.start * side);
        let mut header = header.clone();
        header.width = ((cols.end * side).min(width) - x) as u32;
        header.height = ((rows.end * side).min(height) - y) as u32;
        let region = Rect { x: region.x - x, y: region.y - y, ..region };
        Self { grid: Grid::new(&header), header, tiles, region }
    }

    /// Bytes that decoding takes, without the pixels.
    pub(super) fn memory(&self, threads: usize) -> u64 {
        let header = &self.header;
        let size = header.width as u64 * header.height as u64;
        let at_once = threads::at_most(threads).min(self.tiles.len()) as u64;
        let tile = self.grid.visible(header, 0);
        let exact =
            |planes| lossless::memory(&Shape { width: tile.w, height: tile.h, planes, depth: header.depth.into() });
        let alpha = if header.alpha { at_once * exact(1) + 2 * size } else { 0 };
        if header.lossless {
            return alpha + at_once * exact(header.planes()) + 2 * size * header.planes() as u64;
        }
        let mixers = if header.profile == Profile::Mixed { at_once * Mixer::MEMORY } else { 0 };
        alpha + PictureSamples::memory(header) + mixers
    }

    /// Decodes the region into `out`, which has its size and the picture's format.
    pub(super) fn decode(
        &self,
        simd: Simd,
        data: &[u8],
        parsed: &Parsed,
        index: &TileIndex,
        threads: usize,
        out: &mut ImageViewMut<'_>,
    ) -> Result<(), DecodeError> {
        let mut output = Output { header: &self.header, region: self.region, out };
        if self.header.lossless {
            let channels = threads::map(threads, self.tiles.len(), |i| {
                tile::decode_lossless(simd, parsed, self.tiles[i], parsed.tile(data, index, self.tiles[i])?)
            })?;
            for (i, planes) in channels.iter().enumerate() {
                (0..).zip(planes).for_each(|(channel, plane)| output.channel(&self.grid, i, channel, plane));
            }
            return Ok(());
        }
        let mut picture = PictureSamples::new(&self.header);
        let mut alpha = Vec::new();
        for (i, decoded) in tile::decode_all(simd, data, parsed, index, &self.tiles, threads)?.into_iter().enumerate() {
            let Tile { samples, state, alpha: own } = decoded;
            picture.place(&self.header, &self.grid, i, &samples, &state);
            alpha.extend(own);
        }
        picture.filter(simd, &self.header);
        output.colours(simd, &picture.planes);
        for (i, plane) in alpha.iter().enumerate() {
            output.channel(&self.grid, i, self.header.planes(), plane);
        }
        Ok(())
    }
}
