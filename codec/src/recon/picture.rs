//! The whole picture: tiles put together and filtered. BITSTREAM.md §10.

#[cfg(feature = "bench-api")]
use crate::filter::Deblock;
use crate::filter::{BlockMap, Unit, classified, deblock};
use crate::image::plane::{Plane, Rect};
use crate::simd::Simd;
use crate::syntax::header::PictureHeader;

/// Planes, and the blocks that each is made of.
pub(crate) type Parts<'a> = (&'a [Plane], &'a [BlockMap]);

/// The planes of a picture, or some rows of them, and the blocks they are made of.
#[derive(Debug, Clone)]
pub(crate) struct PictureSamples {
    pub(crate) planes: Vec<Plane>,
    /// The blocks of each.
    maps: Vec<BlockMap>,
}

impl PictureSamples {
    /// A picture without tiles yet.
    pub(crate) fn new(header: &PictureHeader) -> Self {
        let sizes = (0..header.planes()).map(|p| header.plane_size(p));
        Self {
            planes: sizes.clone().map(|(w, h)| Plane::new(w, h)).collect(),
            maps: sizes.map(|(w, h)| BlockMap::new(w, h)).collect(),
        }
    }

    /// Bytes that a picture takes.
    pub(crate) fn memory(header: &PictureHeader) -> u64 {
        let samples = header.samples();
        2 * samples + samples / 16 * size_of::<Unit>() as u64
    }

    /// The planes, and the blocks of each.
    pub(crate) fn parts(&self) -> Parts<'_> {
        (&self.planes, &self.maps)
    }

    /// Copies what `from` has over `part` to where `to` begins; both in luma samples, multiples of
    /// 8.
    pub(crate) fn place(&mut self, header: &PictureHeader, (planes, maps): Parts<'_>, part: Rect, to: (usize, usize)) {
        let to = Rect { x: to.0, y: to.1, ..part };
        for p in 0..self.planes.len() {
            let (part, to) = (header.in_plane(part, p), header.in_plane(to, p));
            self.planes[p].copy(&planes[p], part, (to.x, to.y));
            for y in 0..part.h / 4 {
                let units = &maps[p].row(part.y / 4 + y)[part.x / 4..(part.x + part.w) / 4];
                self.maps[p].row_mut(to.y / 4 + y)[to.x / 4..(to.x + to.w) / 4].copy_from_slice(units);
            }
        }
    }

    /// Puts nothing over `part`, in luma samples, multiples of 8.
    pub(crate) fn clear(&mut self, header: &PictureHeader, part: Rect) {
        for (p, (plane, map)) in self.planes.iter_mut().zip(&mut self.maps).enumerate() {
            let Rect { x, y, w, h } = header.in_plane(part, p);
            (y..y + h).for_each(|y| plane.row_mut(y)[x..x + w].fill(0));
            (y / 4..(y + h) / 4).for_each(|y4| map.row_mut(y4)[x / 4..(x + w) / 4].fill(Unit::BLANK));
        }
    }

    /// Gives the rows above luma row `top`, a multiple of 8, up for as many behind the last one.
    /// Rows keep their numbers.
    pub(crate) fn go_on(&mut self, header: &PictureHeader, top: usize) {
        go_on(header, &mut self.planes, &mut self.maps, top);
    }

    /// Takes the planes out, with their blocks.
    pub(super) fn take_planes(&mut self) -> impl Iterator<Item = (Plane, BlockMap)> + use<'_> {
        self.planes.drain(..).zip(self.maps.drain(..))
    }

    /// Puts the next one back.
    pub(super) fn put_plane(&mut self, plane: Plane, map: BlockMap) {
        self.planes.push(plane);
        self.maps.push(map);
    }

    /// Runs the filters that the header asks for.
    pub(crate) fn filter(&mut self, simd: Simd, header: &PictureHeader) {
        for (p, plane) in self.planes.iter_mut().enumerate() {
            let subsampled = p > 0 && header.subsampled;
            deblock(simd, plane, &self.maps[p], header.deblock[p.min(1)], header.internal_depth(), subsampled);
            let strength = header.classified[p.min(1)];
            if strength > 0 {
                classified(simd, plane, &self.maps[p], header.extra_depth(), p > 0, strength);
            }
        }
    }

    /// What deblocking with `parameters` makes of plane `p`, which stays as it is.
    #[cfg(feature = "bench-api")]
    pub(crate) fn deblocked(&self, simd: Simd, header: &PictureHeader, p: usize, parameters: Deblock) -> Plane {
        let mut plane = self.planes[p].clone();
        deblock(simd, &mut plane, &self.maps[p], parameters, header.internal_depth(), p > 0 && header.subsampled);
        plane
    }

    /// The blocks of plane `p`.
    pub(crate) fn map(&self, p: usize) -> &BlockMap {
        &self.maps[p]
    }
}

/// Gives the rows of `planes` and `maps` above luma row `top`, a multiple of 8, up for as many
/// behind the last one.
pub(super) fn go_on(header: &PictureHeader, planes: &mut [Plane], maps: &mut [BlockMap], top: usize) {
    for (p, (plane, map)) in planes.iter_mut().zip(maps).enumerate() {
        let top = header.in_plane(Rect { x: 0, y: top, w: 0, h: 0 }, p).y;
        plane.go_on(top);
        map.go_on(top / 4);
    }
}
