//! A picture tile after tile, in the memory of a few: each tile settles the pixels up to those that
//! the filters change with the tiles at its right and below, band by band as its rows come.

use std::ops::Range;

use crate::error::DecodeError;
use crate::image::format::PixelFormat;
use crate::image::plane::{Plane, Rect};
use crate::image::view::{Image, ImageViewMut};
use crate::memory::{HALO, strips};
use crate::recon::TileSamples;
use crate::recon::bands::{BAND, BandPlane, Bands, MARGIN};
use crate::recon::output::{Output, depth_in};
use crate::recon::picture::PictureSamples;
use crate::simd::Simd;
use crate::syntax::header::PictureHeader;
use crate::tile::Grid;

/// A lossy tile as far as it is reconstructed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reconstructed<'a> {
    pub(super) samples: &'a TileSamples,
    /// Of the visible pixels.
    pub(super) alpha: Option<&'a Plane>,
}

/// What pixels that are settled are handed to.
pub(super) type OnSettled<'a> = dyn FnMut(&Settled<'_>) -> Result<(), DecodeError> + Send + 'a;

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
        self.samples.place(header, from.samples.parts(), part, to);
        if let (Some(alpha), Some(from)) = (&mut self.alpha, &from.alpha) {
            alpha.copy(from, part, to);
        }
    }

    /// The same of a tile, of whose alpha there is what is visible.
    fn place(&mut self, header: &PictureHeader, tile: Reconstructed<'_>, part: Rect, to: (usize, usize)) {
        self.samples.place(header, tile.samples.parts(), part, to);
        if let (Some(alpha), Some(own)) = (&mut self.alpha, tile.alpha) {
            let visible = Rect { x: 0, y: 0, w: own.width(), h: own.height() };
            part.within(visible).iter().for_each(|part| alpha.copy(own, *part, to));
        }
    }

    /// Gives the rows above row `top`, a multiple of 8, up for as many behind the last one.
    fn go_on(&mut self, header: &PictureHeader, top: usize) {
        self.samples.go_on(header, top);
        self.alpha.iter_mut().for_each(|alpha| alpha.go_on(top));
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
    header: &'a PictureHeader,
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
    /// Writes those of `part` of the picture, which are among them, to `out`, which has that size
    /// and all channels of the picture.
    pub(super) fn write(&self, simd: Simd, part: Rect, out: &mut ImageViewMut<'_>) {
        let (header, area) = (self.header, self.header.area());
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
            Pixels::Missing => return,
        }
        output.complete();
    }

    /// All of them, as a picture of their own that has all channels of the picture.
    pub(super) fn image(&self, simd: Simd, format: PixelFormat) -> Result<Image, DecodeError> {
        let Rect { w, h, .. } = self.place;
        let mut image = Image::with_depth(w as u32, h as u32, format, depth_in(self.header, format))?;
        self.write(simd, self.place, &mut image.view_mut());
        Ok(image)
    }
}

/// What is kept of the tiles so far.
#[derive(Debug)]
pub(super) struct Filtering {
    simd: Simd,
    header: PictureHeader,
    grid: Grid,
    /// Number of the next tile, or of the one that is on its way.
    next: usize,
    /// Of a tile whose rows come, the way through the filters.
    current: Option<TileFiltering>,
    /// The last rows of the row of tiles above.
    above: Piece,
    /// Those of the tiles of this row.
    below: Piece,
    /// The last columns of the tile before; of the one that is on its way, as far as its rows came.
    left: Piece,
}

impl Filtering {
    /// No tile yet of the picture of `header`.
    pub(super) fn new(simd: Simd, header: &PictureHeader, grid: Grid) -> Self {
        let [rows, columns] = strips(header, &grid).map(|strip| Piece::new(&strip));
        let (above, below, left) = (rows.clone(), rows, columns);
        Self { simd, header: header.clone(), grid, next: 0, current: None, above, below, left }
    }

    /// Takes over the next tile, one without loss, and hands over its pixels.
    pub(super) fn lossless(&mut self, planes: &[Plane], each: &mut OnSettled<'_>) -> Result<(), DecodeError> {
        self.alone(Pixels::Lossless(planes), each)
    }

    /// Takes over that there is no next tile, and hands over the pixels that this settles.
    pub(super) fn missing(&mut self, each: &mut OnSettled<'_>) -> Result<(), DecodeError> {
        if self.header.lossless {
            return self.alone(Pixels::Missing, each);
        }
        self.begin(each)?;
        while self.current.is_some() {
            self.take(None);
            let planes = filtered(self.band());
            self.settle(planes, each)?;
        }
        Ok(())
    }

    /// Hands over the pixels of a tile that depend on no others.
    fn alone(&mut self, pixels: Pixels<'_>, each: &mut OnSettled<'_>) -> Result<(), DecodeError> {
        let place = self.grid.visible(&self.header, self.next);
        let header = self.header.with_size(place.w, place.h);
        each(&Settled { place, origin: (place.x, place.y), header: &header, pixels })?;
        self.end();
        Ok(())
    }

    /// Begins with the next tile, one with loss: filters what is kept of the tiles above it.
    pub(super) fn begin(&mut self, each: &mut OnSettled<'_>) -> Result<(), DecodeError> {
        let (place, visible) = (self.grid.rect(self.next, 0), self.grid.visible(&self.header, self.next));
        let mut current = TileFiltering::new(self, place, visible);
        if place.y > current.origin.1 {
            let part = Rect { x: current.origin.0, y: 0, w: place.x + place.w - current.origin.0, h: HALO };
            let at = current.make_room();
            current.window.copy(&current.header, &self.above, part, (0, at));
            let planes = filtered(current.bands.begin(&mut current.window.samples, HALO));
            current.settle(planes, each)?;
        }
        self.current = Some(current);
        Ok(())
    }

    /// Luma rows that there must be of the tile that is on its way for its next band; `None` where
    /// none is.
    pub(super) fn wanted(&self) -> Option<usize> {
        self.current.as_ref().map(|current| current.come + current.next_rows())
    }

    /// Takes over the next band of the tile that is on its way, or that there is none. Returns the
    /// luma rows of the tile that were taken over with it.
    pub(super) fn take(&mut self, tile: Option<Reconstructed<'_>>) -> usize {
        let Some(current) = &mut self.current else { return 0 };
        let (at, place) = (current.make_room(), current.place);
        let (header, y, h) = (&current.header, current.come, current.next_rows());
        let inside = place.x - current.origin.0;
        if inside > 0 {
            current.window.copy(header, &self.left, Rect { x: 0, y, w: HALO, h }, (0, at));
        }
        let Some(tile) = tile else {
            current.window.samples.clear(header, Rect { x: inside, y: at, w: place.w, h });
            return y + h;
        };
        current.window.place(header, tile, Rect { x: 0, y, w: place.w, h }, (inside, at));
        let (width, height) = self.header.plane_size(0);
        if place.x + place.w < width {
            self.left.place(&self.header, tile, Rect { x: place.w - HALO, y, w: HALO, h }, (0, y));
        }
        if place.y + place.h < height && y + h == place.h {
            let part = Rect { x: 0, y: place.h - HALO, w: place.w, h: HALO };
            self.below.place(&self.header, tile, part, (place.x, 0));
        }
        y + h
    }

    /// The planes of the band that was taken, which are to be filtered and then to be given to
    /// [`Filtering::settle`].
    pub(super) fn band(&mut self) -> Vec<BandPlane> {
        let Some(current) = &mut self.current else { return Vec::new() };
        let rows = current.next_rows();
        current.come += rows;
        current.bands.begin(&mut current.window.samples, rows)
    }

    /// Hands over what a band settles whose planes are filtered. Whether it was the last of its
    /// tile.
    pub(super) fn settle(&mut self, planes: Vec<BandPlane>, each: &mut OnSettled<'_>) -> Result<bool, DecodeError> {
        let Some(current) = &mut self.current else { return Ok(true) };
        current.settle(planes, each)?;
        if current.come < current.place.h {
            return Ok(false);
        }
        self.current = None;
        self.end();
        Ok(true)
    }

    /// Goes on to the next tile.
    fn end(&mut self) {
        self.next += 1;
        if self.next.is_multiple_of(self.grid.cols()) {
            std::mem::swap(&mut self.above, &mut self.below);
        }
    }

    /// The pixels that the tile at `place` settles: not those near its right and lower edges, but
    /// those that its neighbours left.
    fn region(&self, place: Rect, visible: Rect) -> Rect {
        let (x, y) = (place.x.saturating_sub(MARGIN), place.y.saturating_sub(MARGIN));
        let end = |end: usize, all: usize| if end == all { end } else { end - MARGIN };
        let right = end(visible.x + visible.w, self.header.width as usize);
        let bottom = end(visible.y + visible.h, self.header.height as usize);
        Rect { x, y, w: right - x, h: bottom - y }
    }
}

/// The planes of a band behind the filters, one after the other.
fn filtered(mut planes: Vec<BandPlane>) -> Vec<BandPlane> {
    planes.iter_mut().for_each(BandPlane::filter);
    planes
}

/// A tile with what is kept around it, on their way through the filters.
#[derive(Debug)]
struct TileFiltering {
    /// That of the picture, with their size.
    header: PictureHeader,
    /// Where they begin in the picture.
    origin: (usize, usize),
    /// Where the tile lies in the picture.
    place: Rect,
    /// The pixels of the picture that the tile settles.
    region: Rect,
    /// Luma rows of the tile that have come.
    come: usize,
    bands: Bands,
    window: Piece,
}

impl TileFiltering {
    /// Before the first row of what surrounds the tile at `place`, of which pixels are `visible`.
    fn new(filtering: &Filtering, place: Rect, visible: Rect) -> Self {
        let origin = (place.x.saturating_sub(HALO), place.y.saturating_sub(HALO));
        let header = filtering.header.with_size(visible.x + visible.w - origin.0, visible.y + visible.h - origin.1);
        let region = filtering.region(place, visible);
        let bands = Bands::new(filtering.simd, &header, (region.x - origin.0, region.y - origin.1));
        Self { window: Piece::new(&Bands::window_of(&header)), bands, header, origin, place, region, come: 0 }
    }

    /// Luma rows of the tile's next band.
    fn next_rows(&self) -> usize {
        BAND.min(self.place.h - self.come)
    }

    /// Makes room in the window for a band; the luma row where it goes.
    fn make_room(&mut self) -> usize {
        let (next, needed) = self.bands.next();
        self.window.go_on(&self.header, needed);
        next
    }

    /// Hands over what is settled with a band whose planes are filtered.
    fn settle(&mut self, planes: Vec<BandPlane>, each: &mut OnSettled<'_>) -> Result<(), DecodeError> {
        let Range { start, end } = self.bands.end(&mut self.window.samples, planes);
        let settled = Rect { y: self.origin.1 + start, h: end - start, ..self.region };
        let Some(place) = settled.within(self.region) else { return Ok(()) };
        each(&Settled { place, origin: self.origin, header: &self.header, pixels: Pixels::Lossy(&self.window) })
    }
}
