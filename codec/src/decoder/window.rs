//! A rectangle of whole tiles, decoded as a picture of its own: all of a picture, or what a region needs.

use std::ops::Range;

use super::tile::{self, Content, Part, Salvaged, Stream};
use crate::container::Parsed;
use crate::error::DecodeError;
use crate::image::plane::Rect;
use crate::image::view::ImageViewMut;
use crate::recon::output::Output;
use crate::recon::picture::PictureSamples;
use crate::simd::Simd;
use crate::syntax::header::PictureHeader;
use crate::syntax::tree::SUPERBLOCK;
use crate::threads;
use crate::tile::Grid;

/// Luma samples around a region that its pixels depend on, through both filters (§10.7) and the interpolation of chroma,
/// rounded up to whole units.
pub(super) const MARGIN: usize = 24;

/// The tiles, and where they lie.
#[derive(Debug)]
pub(super) struct Window {
    /// That of the picture, with the window's size.
    header: PictureHeader,
    grid: Grid,
    /// The tiles by their numbers in the picture, in the order that they have in the window.
    tiles: Vec<Part>,
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
        let (x, y) = (cols.start * side, rows.start * side);
        // Tiles are read from the top on, superblock by superblock, and no further down than it takes.
        let bottom = (region.y + region.h + MARGIN).next_multiple_of(SUPERBLOCK).min(height);
        let header = header.with_size((cols.end * side).min(width) - x, bottom - y);
        let region = Rect { x: region.x - x, y: region.y - y, ..region };
        let grid = Grid::new(&header);
        let number = |i: usize| (rows.start + i / grid.cols()) * parsed.grid.cols() + cols.start + i % grid.cols();
        let tiles = (0..grid.len()).map(|i| Part { tile: number(i), rows: grid.rect(i, 0).h }).collect();
        Self { grid, header, tiles, region }
    }

    /// Bytes that decoding takes, without the pixels.
    pub(super) fn memory(&self, threads: usize) -> u64 {
        let header = &self.header;
        let size = header.width as u64 * header.height as u64;
        let at_once = threads::at_most(threads).min(self.tiles.len()) as u64;
        let coders = tile::coders_memory(header, &self.grid, at_once);
        let alpha = if header.alpha { 2 * size } else { 0 };
        match header.lossless {
            true => coders + alpha + 2 * size * header.planes() as u64,
            false => coders + alpha + PictureSamples::memory(header),
        }
    }

    /// Decodes the region into `out`, which has its size and the picture's format.
    pub(super) fn decode(
        &self,
        stream: &Stream<'_>,
        threads: usize,
        out: &mut ImageViewMut<'_>,
    ) -> Result<(), DecodeError> {
        let tiles = stream.decode(&self.tiles, threads)?;
        self.write(stream.simd, tiles.into_iter().enumerate(), out);
        Ok(())
    }

    /// Decodes what there is of the region into `out`; what became of each tile, and where it lies in the region.
    pub(super) fn salvage(
        &self,
        stream: &Stream<'_>,
        threads: usize,
        out: &mut ImageViewMut<'_>,
    ) -> Vec<(Part, Rect, Option<DecodeError>)> {
        let mut tiles = stream.salvage(&self.tiles, threads);
        let contents: Vec<_> =
            tiles.iter_mut().enumerate().filter_map(|(i, tile)| Some((i, tile.content.take()?))).collect();
        self.write(stream.simd, contents.into_iter(), out);
        let place = |i: usize, tile: Salvaged| {
            (Part { tile: self.tiles[i].tile, rows: tile.rows }, self.grid.visible(&self.header, i), tile.fault)
        };
        tiles.into_iter().enumerate().map(|(i, tile)| place(i, tile)).collect()
    }

    /// Makes pixels of `tiles`, numbered as in the window.
    fn write(&self, simd: Simd, tiles: impl Iterator<Item = (usize, Content)>, out: &mut ImageViewMut<'_>) {
        let mut output = Output { header: &self.header, region: self.region, out };
        let mut picture = (!self.header.lossless).then(|| PictureSamples::new(&self.header));
        let mut channels = Vec::new();
        for (i, content) in tiles {
            let visible = self.grid.visible(&self.header, i);
            match content {
                Content::Lossy(tile) => {
                    let place = self.grid.rect(i, 0);
                    picture.iter_mut().for_each(|p| p.place(&self.header, place, &tile.samples, &tile.state));
                    channels.extend(tile.alpha.map(|plane| (visible, self.header.planes(), plane)));
                }
                Content::Lossless(planes) => {
                    channels.extend(planes.into_iter().enumerate().map(|(channel, plane)| (visible, channel, plane)));
                }
            }
        }
        if let Some(mut picture) = picture {
            picture.filter(simd, &self.header);
            output.colours(simd, &picture.planes);
        }
        channels.iter().for_each(|(tile, channel, plane)| output.channel(*tile, *channel, plane));
    }
}
