//! A rectangle of whole tiles, decoded as a picture of its own: all of a picture, or what a region
//! needs.

use std::ops::Range;

use super::filtering::{Filtering, OnSettled, Settled};
use super::parsing::Part;
use super::progress::Progress;
use super::tile::{End, Stream};
use crate::container::Parsed;
use crate::error::DecodeError;
use crate::image::plane::Rect;
use crate::image::view::ImageViewMut;
use crate::memory::{Account, Pace};
use crate::recon::bands::MARGIN;
use crate::simd::Simd;
use crate::syntax::header::PictureHeader;
use crate::syntax::tree::SUPERBLOCK;
use crate::tile::Grid;

/// The tiles, and where they lie.
#[derive(Debug)]
pub(super) struct RegionTiles {
    /// That of the picture, with their size.
    header: PictureHeader,
    grid: Grid,
    /// The tiles by their numbers in the picture, in the order that they have here.
    pub(super) parts: Vec<Part>,
    /// The region within them.
    region: Rect,
}

/// Whole tiles of `side` samples that have any of `from`, with a margin, of `len` samples.
fn covered(from: Range<usize>, side: usize, len: usize) -> Range<usize> {
    from.start.saturating_sub(MARGIN) / side..(from.end + MARGIN).min(len).div_ceil(side)
}

impl RegionTiles {
    /// What `region`, which lies in the picture, needs.
    pub(super) fn around(parsed: &Parsed, region: Rect) -> Self {
        let header = &parsed.header;
        let (width, height) = (header.width as usize, header.height as usize);
        let side = 1 << header.tile_log2;
        let cols = covered(region.x..region.x + region.w, side, width);
        let rows = covered(region.y..region.y + region.h, side, height);
        let (x, y) = (cols.start * side, rows.start * side);
        // Tiles are read from the top on, superblock by superblock, and no further down than it
        // takes.
        let bottom = (region.y + region.h + MARGIN).next_multiple_of(SUPERBLOCK).min(height);
        let header = header.with_size((cols.end * side).min(width) - x, bottom - y);
        let region = Rect { x: region.x - x, y: region.y - y, ..region };
        let grid = Grid::new(&header);
        let number = |i: usize| (rows.start + i / grid.cols()) * parsed.grid.cols() + cols.start + i % grid.cols();
        let parts = (0..grid.len()).map(|i| Part { tile: number(i), rows: grid.rect(i, 0).h }).collect();
        Self { grid, header, parts, region }
    }

    /// What decoding takes, without the pixels.
    pub(super) fn account(&self) -> Account {
        Account::new(&self.header, &self.grid)
    }

    /// Decodes the tiles, and hands over the pixels that each settles, band by band.
    pub(super) fn settle(&self, stream: &Stream<'_>, pace: Pace, each: &mut OnSettled<'_>) -> Result<(), DecodeError> {
        let mut progress = self.progress(stream);
        stream.decode(&self.parts, pace, &mut self.filtering(stream), &mut |settled| {
            each(settled)?;
            progress.advance(settled.place)
        })
    }

    /// Decodes the region into `out`, which has its size and the picture's format.
    pub(super) fn decode(
        &self,
        stream: &Stream<'_>,
        pace: Pace,
        out: &mut ImageViewMut<'_>,
    ) -> Result<(), DecodeError> {
        self.settle(stream, pace, &mut |settled| {
            self.write(stream.simd, settled, out);
            Ok(())
        })
    }

    /// Decodes what there is of the region into `out`; how each tile ended, and where it lies among
    /// them.
    pub(super) fn salvage(
        &self,
        stream: &Stream<'_>,
        pace: Pace,
        out: &mut ImageViewMut<'_>,
    ) -> Result<Vec<(End, Rect)>, DecodeError> {
        let mut progress = self.progress(stream);
        let ends = stream.salvage(&self.parts, pace, &mut self.filtering(stream), &mut |settled| {
            self.write(stream.simd, settled, out);
            progress.advance(settled.place)
        })?;
        Ok(ends.into_iter().enumerate().map(|(i, end)| (end, self.grid.visible(&self.header, i))).collect())
    }

    fn progress<'a>(&self, stream: &Stream<'a>) -> Progress<'a> {
        Progress::new(stream.observer, self.region)
    }

    fn filtering(&self, stream: &Stream<'_>) -> Filtering {
        Filtering::new(stream.simd, &self.header, self.grid)
    }

    /// Writes what the region has of pixels that are settled.
    fn write(&self, simd: Simd, settled: &Settled<'_>, out: &mut ImageViewMut<'_>) {
        if let Some(part) = settled.place.within(self.region) {
            let to = Rect { x: part.x - self.region.x, y: part.y - self.region.y, ..part };
            settled.write(simd, part, &mut out.part(to));
        }
    }
}
