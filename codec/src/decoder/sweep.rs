//! A picture tile after tile, in the memory of a few: each tile that comes settles the pixels up to those that the filters
//! change with the tiles at its right and below.

use super::tile::{Content, Tile};
use crate::error::DecodeError;
use crate::image::plane::{Plane, Rect};
use crate::image::view::{Image, ImageViewMut};
use crate::memory::{HALO, MARGIN, strips};
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

    /// Puts in a tile, which lies over `inside`, and the first `visible` rows of its alpha.
    fn place(&mut self, header: &PictureHeader, inside: Rect, visible: usize, tile: &Tile) {
        self.samples.place(header, inside, &tile.samples, &tile.state);
        if let (Some(alpha), Some(own)) = (&mut self.alpha, &tile.alpha) {
            for y in 0..visible.min(own.height()) {
                alpha.row_mut(inside.y + y)[inside.x..inside.x + own.width()].copy_from_slice(own.row(y));
            }
        }
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

/// Pixels that a tile settles: of the picture around them, which is filtered.
#[derive(Debug)]
pub(super) struct Settled {
    /// Where they lie in the picture.
    pub(super) place: Rect,
    /// Where the picture around them begins.
    origin: (usize, usize),
    /// That of the picture, with the size of the one around them.
    header: PictureHeader,
    pixels: Pixels,
}

#[derive(Debug)]
enum Pixels {
    Lossy(Piece),
    /// The channels of the visible pixels, the alpha last.
    Lossless(Vec<Plane>),
    /// The tile gave none.
    Missing,
}

impl Settled {
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

    /// Takes over the next tile, or that there is none.
    pub(super) fn push(&mut self, tile: Option<Content>) -> Settled {
        let visible = self.grid.visible(&self.header, self.next);
        let settled = match tile {
            Some(Content::Lossless(planes)) => self.alone(visible, Pixels::Lossless(planes)),
            None if self.header.lossless => self.alone(visible, Pixels::Missing),
            Some(Content::Lossy(tile)) => self.surrounded(visible, Some(*tile)),
            None => self.surrounded(visible, None),
        };
        self.next += 1;
        if self.next.is_multiple_of(self.grid.cols()) {
            std::mem::swap(&mut self.above, &mut self.below);
        }
        settled
    }

    /// The pixels of a tile that depend on no others.
    fn alone(&self, visible: Rect, pixels: Pixels) -> Settled {
        let header = self.header.with_size(visible.w, visible.h);
        Settled { place: visible, origin: (visible.x, visible.y), header, pixels }
    }

    /// The pixels that the next tile settles, filtered with what is kept of its neighbours.
    fn surrounded(&mut self, visible: Rect, tile: Option<Tile>) -> Settled {
        let place = self.grid.rect(self.next, 0);
        let (x, y) = (place.x.saturating_sub(HALO), place.y.saturating_sub(HALO));
        let header = self.header.with_size(visible.x + visible.w - x, visible.y + visible.h - y);
        let mut window = Piece::new(&header);
        let inside = Rect { x: place.x - x, y: place.y - y, ..place };
        self.surround(&mut window, place, inside);
        if let Some(tile) = tile {
            window.place(&header, inside, visible.h, &tile);
        }
        self.keep(&window, place, inside);
        window.samples.filter(self.simd, &header);
        Settled { place: self.region(place, visible), origin: (x, y), header, pixels: Pixels::Lossy(window) }
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
