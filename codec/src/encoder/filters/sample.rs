//! The rows of a picture that its filters are chosen by: bands of them, one below the other.

use std::ops::Range;

use crate::filter::{Deblock, classified, deblock};
use crate::image::plane::{Plane, Rect};
use crate::recon::TileSamples;
use crate::recon::picture::PictureSamples;
use crate::simd::Simd;
use crate::syntax::header::PictureHeader;
use crate::syntax::tree::SUPERBLOCK;

/// Pixels that are enough, about; but at least one band in `FEWEST`, up to this many pixels.
const PIXELS: usize = 3 << 15;
const FEWEST: usize = 8;
const MOST: usize = 1 << 22;

/// Rows of luma at the ends of a band that what lies beyond it reaches.
const MARGIN: usize = 8;

/// Some bands of a picture: rows of superblocks.
#[derive(Debug)]
pub(super) struct Sample {
    /// Of a picture of these rows alone.
    pub(super) header: PictureHeader,
    picture: PictureSamples,
    source: Vec<Plane>,
    /// There is one band in so many; 1 where all rows are taken.
    every: usize,
}

/// A plane of a sample: as it should be, and as the filters leave it.
#[derive(Debug)]
pub(super) struct SamplePlane {
    /// Its number.
    p: usize,
    pub(super) source: Plane,
    pub(super) filtered: Plane,
}

impl Sample {
    /// Of the picture of `header`, whose rows are to come.
    pub(super) fn new(header: &PictureHeader) -> Self {
        let (width, height) = header.plane_size(0);
        let bands = height / SUPERBLOCK;
        let every = (width * height / PIXELS).clamp(1, FEWEST.max(width * height / MOST));
        let every = if bands < every.min(FEWEST) { 1 } else { every.min(bands) };
        let height = if every == 1 { height } else { (every / 2..bands).step_by(every).len() * SUPERBLOCK };
        let header = header.with_size(header.width as usize, height);
        let picture = PictureSamples::new(&header);
        let source = picture.planes.clone();
        Self { header, picture, source, every }
    }

    /// Takes `part` of a tile, a row of superblocks, which begins at `to` in the picture and comes
    /// of `source`, where it is of a band.
    pub(super) fn place(&mut self, (samples, source): (&TileSamples, &[Plane]), part: Rect, to: (usize, usize)) {
        let number = to.1 / SUPERBLOCK;
        let y = number / self.every * SUPERBLOCK;
        if number % self.every != self.every / 2 || y >= self.header.plane_size(0).1 {
            return;
        }
        self.picture.place(&self.header, samples.parts(), part, (to.0, y));
        let (from, to) = (Rect { x: to.0, y: to.1, ..part }, Rect { x: to.0, y, ..part });
        for (p, (plane, source)) in self.source.iter_mut().zip(source).enumerate() {
            let to = self.header.in_plane(to, p);
            plane.copy(source, self.header.in_plane(from, p), (to.x, to.y));
        }
    }

    /// Takes the planes out, once all rows are there.
    pub(super) fn take_planes(&mut self) -> Vec<SamplePlane> {
        let source = std::mem::take(&mut self.source).into_iter().enumerate();
        source.map(|(p, source)| SamplePlane { p, source, filtered: self.picture.planes[p].clone() }).collect()
    }

    /// Whether all rows are taken.
    fn is_whole(&self) -> bool {
        self.every == 1
    }

    /// The rows of `plane` that count.
    pub(super) fn rows(&self, plane: &SamplePlane) -> impl Iterator<Item = Range<usize>> + use<> {
        let p = plane.p;
        let (height, margin) = (self.header.plane_size(0).1, if self.is_whole() { 0 } else { MARGIN });
        let band = if self.is_whole() { height } else { SUPERBLOCK };
        let shift = u32::from(p > 0 && self.header.subsampled);
        (0..height).step_by(band).map(move |y| (y + margin) >> shift..(y + band - margin) >> shift)
    }

    /// Deblocks `plane`.
    pub(super) fn deblock(&self, simd: Simd, plane: &mut SamplePlane, parameters: Deblock) {
        let SamplePlane { p, filtered: ref mut plane, .. } = *plane;
        let subsampled = p > 0 && self.header.subsampled;
        plane.data_mut().copy_from_slice(self.picture.planes[p].from(0, 0));
        deblock(simd, plane, self.picture.map(p), parameters, self.header.internal_depth(), subsampled);
    }

    /// What the classified filter at full strength makes of a plane, which is deblocked.
    pub(super) fn classified(&self, simd: Simd, plane: &SamplePlane) -> Plane {
        let (p, mut plane) = (plane.p, plane.filtered.clone());
        classified(simd, &mut plane, self.picture.map(p), self.header.extra_depth(), p > 0, 8);
        plane
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tile::Grid;

    /// A sample of a picture whose samples are their rows' numbers.
    fn sample(width: usize, height: usize) -> (Sample, Vec<SamplePlane>) {
        let header = PictureHeader { subsampled: true, gray: false, ..PictureHeader::blank() }.with_size(width, height);
        let mut samples = TileSamples::with_rows(&header, &Grid::new(&header), 0, usize::MAX);
        for plane in &mut samples.planes {
            (0..plane.height()).for_each(|y| plane.row_mut(y).fill(y as u16));
        }
        let (source, mut sample) = (samples.planes.clone(), Sample::new(&header));
        let (width, height) = header.plane_size(0);
        for y in (0..height).step_by(SUPERBLOCK) {
            let part = Rect { x: 0, y, w: width, h: SUPERBLOCK.min(height - y) };
            sample.place((&samples, &source), part, (0, y));
        }
        let planes = sample.take_planes();
        (sample, planes)
    }

    #[test]
    fn a_small_picture_counts_as_a_whole() {
        let (sample, planes) = sample(200, 120);
        let rows: Vec<_> = planes.iter().flat_map(|plane| sample.rows(plane)).collect();
        assert_eq!(rows, [0..120, 0..60, 0..60]);
        assert!((0..120).all(|y| planes[0].source.get(199, y) == y as u16));
    }

    #[test]
    fn bands_of_a_large_picture_are_whole_rows_of_superblocks_without_their_ends() {
        let (sample, planes) = sample(512, 512);
        for (p, plane) in planes.iter().enumerate() {
            let band = 64 >> p.min(1);
            let rows: Vec<_> = sample.rows(plane).collect();
            assert!(rows.len() >= 2, "{rows:?}");
            for rows in rows {
                let first = plane.source.get(0, rows.start);
                assert_eq!(usize::from(first) % band, 8 >> p.min(1));
                assert_eq!(rows.len(), (64 - 16) >> p.min(1));
                assert!(rows.clone().all(|y| plane.source.get(0, y) - first == (y - rows.start) as u16));
            }
        }
    }
}
