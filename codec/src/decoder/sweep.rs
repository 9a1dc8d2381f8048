//! A picture tile after tile, in the memory of a few: each tile that comes settles the pixels up to those that the filters
//! change with the tiles at its right and below.

use super::tile::{Content, coders_memory};
use super::window::MARGIN;
use crate::error::DecodeError;
use crate::image::plane::{Plane, Rect};
use crate::image::view::Image;
use crate::recon::output::Output;
use crate::recon::picture::PictureSamples;
use crate::simd::Simd;
use crate::syntax::header::PictureHeader;
use crate::tile::Grid;

/// Samples of the tiles at the left and above that a tile is filtered with: those whose pixels wait for it, and those that
/// these depend on, in whole superblocks so that blocks lie at multiples of their sides.
const HALO: usize = (2 * MARGIN).next_multiple_of(64);

/// Part of a picture before the filters.
#[derive(Debug)]
struct Piece {
    samples: PictureSamples,
    alpha: Option<Plane>,
}

impl Piece {
    fn new(header: &PictureHeader) -> Self {
        let (width, height) = header.plane_size(0);
        Self { samples: PictureSamples::new(header), alpha: header.alpha.then(|| Plane::new(width, height)) }
    }

    /// Copies `part` of `from` to where `to` begins, multiples of 8.
    fn copy(&mut self, header: &PictureHeader, from: &Self, part: Rect, to: (usize, usize)) {
        self.samples.copy(header, &from.samples, part, to);
        if let (Some(alpha), Some(from)) = (&mut self.alpha, &from.alpha) {
            for y in 0..part.h {
                let row = &from.row(part.y + y)[part.x..part.x + part.w];
                alpha.row_mut(to.1 + y)[to.0..to.0 + part.w].copy_from_slice(row);
            }
        }
    }
}

/// Pixels that are settled, and where they lie in the picture.
pub(super) type Settled = (Image, Rect);

/// What is kept of the tiles so far.
#[derive(Debug)]
pub(super) struct Sweep {
    simd: Simd,
    header: PictureHeader,
    grid: Grid,
    /// Number of the next tile.
    next: usize,
    /// The last rows of the row of tiles above.
    above: Piece,
    /// Those of the tiles of this row.
    below: Piece,
    /// The last columns of the tile before.
    left: Piece,
}

impl Sweep {
    /// No tile yet of the picture of `header`.
    pub(super) fn new(simd: Simd, header: &PictureHeader, grid: Grid) -> Self {
        let (width, side) = (header.width as usize, 1 << header.tile_log2);
        // One tile, and lossless ones, need none of this.
        let rows = header.with_size(if grid.len() > grid.cols() && !header.lossless { width } else { 1 }, HALO);
        let columns = header.with_size(HALO, if grid.cols() > 1 && !header.lossless { side } else { 1 });
        let (above, below, left) = (Piece::new(&rows), Piece::new(&rows), Piece::new(&columns));
        Self { simd, header: header.clone(), grid, next: 0, above, below, left }
    }

    /// Bytes that a sweep takes with `at_once` tiles of `grid` being decoded.
    pub(super) fn memory(header: &PictureHeader, grid: &Grid, at_once: u64) -> u64 {
        let side = 1 << header.tile_log2;
        let (width, height) = (side.min(header.width as usize), side.min(header.height as usize));
        let window = header.with_size(width + HALO, height + HALO);
        let bytes = |header: &PictureHeader| {
            let pixels = u64::from(header.width) * u64::from(header.height);
            // The planes, and what is kept of alpha.
            PictureSamples::memory(header) + if header.alpha { 2 * pixels } else { 0 }
        };
        let pixels = u64::from(window.width) * u64::from(window.height) * 8;
        let strips = 2 * bytes(&header.with_size(header.width as usize, HALO)) + bytes(&header.with_size(HALO, height));
        let tiles = at_once * bytes(&header.with_size(width, height)) + coders_memory(header, grid, at_once);
        tiles + bytes(&window) + pixels + strips
    }

    /// Takes over the next tile.
    pub(super) fn push(&mut self, tile: Content) -> Result<Settled, DecodeError> {
        let visible = self.grid.visible(&self.header, self.next);
        let settled = match tile {
            Content::Lossless(planes) => self.settle(&self.header, visible, visible, |output| {
                (0..).zip(&planes).for_each(|(channel, plane)| output.channel(visible, channel, plane));
            })?,
            Content::Lossy(tile) => {
                let place = self.grid.rect(self.next, 0);
                let (x, y) = (place.x.saturating_sub(HALO), place.y.saturating_sub(HALO));
                let header = self.header.with_size(visible.x + visible.w - x, visible.y + visible.h - y);
                let mut window = Piece::new(&header);
                let inside = Rect { x: place.x - x, y: place.y - y, ..place };
                self.surround(&mut window, place, inside);
                window.samples.place(&header, inside, &tile.samples, &tile.state);
                if let (Some(alpha), Some(own)) = (&mut window.alpha, &tile.alpha) {
                    (0..own.height()).for_each(|row| {
                        alpha.row_mut(inside.y + row)[inside.x..inside.x + own.width()].copy_from_slice(own.row(row));
                    });
                }
                drop(tile);
                self.keep(&window, place, inside);
                window.samples.filter(self.simd, &header);
                let region = self.region(place, visible);
                let shown = Rect { x: region.x - x, y: region.y - y, ..region };
                self.settle(&header, shown, region, |output| {
                    output.colours(self.simd, &window.samples.planes);
                    window.alpha.iter().for_each(|alpha| output.channel(header.area(), header.planes(), alpha));
                })?
            }
        };
        self.next += 1;
        if self.next.is_multiple_of(self.grid.cols()) {
            std::mem::swap(&mut self.above, &mut self.below);
        }
        Ok(settled)
    }

    /// An image of `region` of the picture, written by `write` as `shown` of the picture of `header`.
    fn settle(
        &self,
        header: &PictureHeader,
        shown: Rect,
        region: Rect,
        write: impl FnOnce(&mut Output<'_, '_>),
    ) -> Result<Settled, DecodeError> {
        let mut image = Image::with_depth(shown.w as u32, shown.h as u32, header.pixel_format(), header.depth)?;
        write(&mut Output { header, region: shown, out: &mut image.view_mut() });
        Ok((image, region))
    }

    /// The pixels that the tile at `place` settles: not those near its right and lower edges, but those that its neighbours
    /// left.
    fn region(&self, place: Rect, visible: Rect) -> Rect {
        let (x, y) = (place.x.saturating_sub(MARGIN), place.y.saturating_sub(MARGIN));
        let end = |end: usize, all: usize| if end == all { end } else { end - MARGIN };
        let right = end(visible.x + visible.w, self.header.width as usize);
        let bottom = end(visible.y + visible.h, self.header.height as usize);
        Rect { x, y, w: right - x, h: bottom - y }
    }

    /// Puts what is kept of earlier tiles into the window of the tile at `place`, which is `inside` it.
    fn surround(&self, window: &mut Piece, place: Rect, inside: Rect) {
        if inside.y > 0 {
            let part = Rect { x: place.x - inside.x, y: 0, w: inside.x + place.w, h: HALO };
            window.copy(&self.header, &self.above, part, (0, 0));
        }
        if inside.x > 0 {
            let part = Rect { x: 0, y: 0, w: HALO, h: place.h };
            window.copy(&self.header, &self.left, part, (0, inside.y));
        }
    }

    /// Keeps of the tile at `place`, which is `inside` the window, what later ones need.
    fn keep(&mut self, window: &Piece, place: Rect, inside: Rect) {
        let (right, bottom) = (inside.x + place.w, inside.y + place.h);
        let (width, height) = self.header.plane_size(0);
        if place.x + place.w < width {
            let part = Rect { x: right - HALO, w: HALO, ..inside };
            self.left.copy(&self.header, window, part, (0, 0));
        }
        if place.y + place.h < height {
            let part = Rect { y: bottom - HALO, h: HALO, ..inside };
            self.below.copy(&self.header, window, part, (place.x, 0));
        }
    }
}
