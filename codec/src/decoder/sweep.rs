//! A picture tile after tile, in the memory of a few: each tile that comes settles the pixels up to those that the filters
//! change with the tiles at its right and below, band by band.

use std::ops::Range;

use super::tile::{Content, Tile};
use crate::error::DecodeError;
use crate::image::plane::{Plane, Rect};
use crate::image::view::{Image, ImageViewMut};
use crate::memory::{HALO, strips};
use crate::recon::bands::{BAND, Bands, MARGIN};
use crate::recon::output::Output;
use crate::recon::picture::PictureSamples;
use crate::simd::Simd;
use crate::syntax::header::PictureHeader;
use crate::tile::Grid;

/// Part of a picture before the filters.
#[derive(Debug, Clone)]
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
            alpha.copy(from, part, to);
        }
    }

    /// The same of a tile, of whose alpha there is what is visible.
    fn place(&mut self, header: &PictureHeader, tile: &Tile, part: Rect, to: (usize, usize)) {
        self.samples.place(header, &tile.samples, &tile.state, part, to);
        if let (Some(alpha), Some(own)) = (&mut self.alpha, &tile.alpha) {
            let visible = Rect { x: 0, y: 0, w: own.width(), h: own.height() };
            part.within(visible).iter().for_each(|part| alpha.copy(own, *part, to));
        }
    }

    /// Leaves out the first `rows` rows, a multiple of 8.
    fn move_up(&mut self, header: &PictureHeader, rows: usize) {
        self.samples.move_up(header, rows);
        self.alpha.iter_mut().for_each(|alpha| alpha.move_up(rows));
    }
}

/// Pixels that are settled: of the picture around them, which is filtered.
#[derive(Debug)]
pub(super) struct Settled<'a> {
    /// Where they lie in the picture.
    pub(super) place: Rect,
    /// Where the picture around them begins.
    origin: (usize, usize),
    /// That of the picture, with the size of the one around them.
    header: PictureHeader,
    pixels: Pixels<'a>,
}

#[derive(Debug)]
enum Pixels<'a> {
    Lossy(&'a Piece),
    /// The channels of the visible pixels, the alpha last.
    Lossless(&'a [Plane]),
    /// The tile gave none.
    Missing,
}

impl Settled<'_> {
    /// Writes those of `part` of the picture, which are among them, to `out`, which has that size and the picture's format.
    pub(super) fn write(&self, simd: Simd, part: Rect, out: &mut ImageViewMut<'_>) {
        let (header, area) = (&self.header, self.header.area());
        let region = Rect { x: part.x - self.origin.0, y: part.y - self.origin.1, ..part };
        let mut output = Output { header, region, out };
        match &self.pixels {
            Pixels::Lossy(piece) => {
                output.colours(simd, &piece.samples.planes);
                piece.alpha.iter().for_each(|alpha| output.channel(area, header.planes(), alpha));
            }
            Pixels::Lossless(planes) => {
                planes.iter().enumerate().for_each(|(channel, plane)| output.channel(area, channel, plane));
            }
            Pixels::Missing => {}
        }
    }

    /// All of them, as a picture of their own.
    pub(super) fn image(&self, simd: Simd) -> Result<Image, DecodeError> {
        let Rect { w, h, .. } = self.place;
        let mut image = Image::with_depth(w as u32, h as u32, self.header.pixel_format(), self.header.output_depth())?;
        self.write(simd, self.place, &mut image.view_mut());
        Ok(image)
    }
}

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
        let [rows, columns] = strips(header, &grid).map(|strip| Piece::new(&strip));
        Self { simd, header: header.clone(), grid, next: 0, above: rows.clone(), below: rows, left: columns }
    }

    /// Takes over the next tile, or that there is none, and hands over the pixels that it settles, from the top on.
    pub(super) fn push<E>(
        &mut self,
        tile: Option<Content>,
        mut each: impl FnMut(&Settled<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let visible = self.grid.visible(&self.header, self.next);
        match tile {
            Some(Content::Lossless(planes)) => each(&self.alone(visible, Pixels::Lossless(&planes))),
            None if self.header.lossless => each(&self.alone(visible, Pixels::Missing)),
            Some(Content::Lossy(tile)) => self.surrounded(visible, Some(&tile), &mut each),
            None => self.surrounded(visible, None, &mut each),
        }?;
        self.next += 1;
        if self.next.is_multiple_of(self.grid.cols()) {
            std::mem::swap(&mut self.above, &mut self.below);
        }
        Ok(())
    }

    /// The pixels of a tile that depend on no others.
    fn alone<'a>(&self, visible: Rect, pixels: Pixels<'a>) -> Settled<'a> {
        let header = self.header.with_size(visible.w, visible.h);
        Settled { place: visible, origin: (visible.x, visible.y), header, pixels }
    }

    /// Filters the next tile with what is kept of its neighbours.
    fn surrounded<E>(
        &mut self,
        visible: Rect,
        tile: Option<&Tile>,
        each: &mut impl FnMut(&Settled<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let place = self.grid.rect(self.next, 0);
        let mut descent = Descent::new(self, place, visible);
        if place.y > descent.origin.1 {
            let part = Rect { x: descent.origin.0, y: 0, w: place.x + place.w - descent.origin.0, h: HALO };
            descent.advance(HALO, each, |header, window, at| window.copy(header, &self.above, part, (0, at)))?;
        }
        let inside = place.x - descent.origin.0;
        for y in (0..place.h).step_by(BAND) {
            let h = BAND.min(place.h - y);
            descent.advance(h, each, |header, window, at| {
                if inside > 0 {
                    window.copy(header, &self.left, Rect { x: 0, y, w: HALO, h }, (0, at));
                }
                match tile {
                    Some(tile) => window.place(header, tile, Rect { x: 0, y, w: place.w, h }, (inside, at)),
                    None => window.samples.clear(header, Rect { x: inside, y: at, w: place.w, h }),
                }
            })?;
        }
        if let Some(tile) = tile {
            self.keep(tile, place);
        }
        Ok(())
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

    /// Keeps of the tile at `place` what later ones need.
    fn keep(&mut self, tile: &Tile, place: Rect) {
        let (width, height) = self.header.plane_size(0);
        if place.x + place.w < width {
            let part = Rect { x: place.w - HALO, y: 0, w: HALO, h: place.h };
            self.left.place(&self.header, tile, part, (0, 0));
        }
        if place.y + place.h < height {
            let part = Rect { x: 0, y: place.h - HALO, w: place.w, h: HALO };
            self.below.place(&self.header, tile, part, (place.x, 0));
        }
    }
}

/// A tile with what is kept around it, on their way through the filters.
struct Descent {
    /// That of the picture, with their size.
    header: PictureHeader,
    /// Where they begin in the picture.
    origin: (usize, usize),
    /// The pixels of the picture that the tile settles.
    region: Rect,
    bands: Bands,
    window: Piece,
}

impl Descent {
    /// Before the first row of what surrounds the tile at `place`, of which pixels are `visible`.
    fn new(sweep: &Sweep, place: Rect, visible: Rect) -> Self {
        let origin = (place.x.saturating_sub(HALO), place.y.saturating_sub(HALO));
        let header = sweep.header.with_size(visible.x + visible.w - origin.0, visible.y + visible.h - origin.1);
        let region = sweep.region(place, visible);
        let bands = Bands::new(sweep.simd, &header, (region.x - origin.0, region.y - origin.1));
        Self { window: Piece::new(&Bands::window_of(&header)), bands, header, origin, region }
    }

    /// Has `fill` put the next `rows` rows into the window, filters them, and hands over what that settles.
    fn advance<E>(
        &mut self,
        rows: usize,
        each: &mut impl FnMut(&Settled<'_>) -> Result<(), E>,
        fill: impl FnOnce(&PictureHeader, &mut Piece, usize),
    ) -> Result<(), E> {
        let moved = self.bands.make_room();
        self.window.move_up(&self.header, moved);
        fill(&self.header, &mut self.window, self.bands.next());
        let Range { start, end } = self.bands.advance(&mut self.window.samples, rows);
        let settled = Rect { y: self.origin.1 + start, h: end - start, ..self.region };
        let Some(place) = settled.within(self.region) else { return Ok(()) };
        let top = self.bands.top();
        each(&Settled {
            place,
            origin: (self.origin.0, self.origin.1 + top),
            header: self.header.with_size(self.header.width as usize, self.header.height as usize - top),
            pixels: Pixels::Lossy(&self.window),
        })
    }
}
