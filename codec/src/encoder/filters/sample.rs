//! The rows of a picture that its filters are chosen by: bands of them, one below the other.

use std::ops::Range;

use crate::filter::{Deblock, classified, deblock};
use crate::image::plane::{Plane, Rect};
use crate::recon::picture::PictureSamples;
use crate::simd::Simd;
use crate::syntax::header::PictureHeader;
use crate::syntax::tree::SUPERBLOCK;

/// Pixels that are enough, about; but at least one band in `FEWEST`.
const PIXELS: usize = 3 << 15;
const FEWEST: usize = 8;

/// Rows of luma at the ends of a band that what lies beyond it reaches.
const MARGIN: usize = 8;

/// Some bands of a picture: rows of superblocks.
#[derive(Debug)]
pub(super) struct Sample {
    /// Of a picture of these rows alone.
    pub(super) header: PictureHeader,
    picture: PictureSamples,
    /// All rows, in their order.
    whole: bool,
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
    /// That of `picture`, which comes of `source`, and its planes.
    pub(super) fn new(header: &PictureHeader, picture: &PictureSamples, source: &[Plane]) -> (Self, Vec<SamplePlane>) {
        let (width, height) = header.plane_size(0);
        let bands = height / SUPERBLOCK;
        let every = (width * height / PIXELS).clamp(1, FEWEST);
        let whole = every == 1 || bands < every;
        let (band, tops) = match whole {
            true => (height, vec![0]),
            false => (SUPERBLOCK, (every / 2..bands).step_by(every).map(|i| i * SUPERBLOCK).collect()),
        };
        let header = header.with_size(header.width as usize, band * tops.len());
        let mut own = PictureSamples::new(&header);
        let mut planes = own.planes.clone();
        for (i, &y) in tops.iter().enumerate() {
            let (part, to) = (Rect { x: 0, y, w: width, h: band }, Rect { x: 0, y: i * band, w: width, h: band });
            own.copy(&header, picture, part, (0, to.y));
            for (p, plane) in planes.iter_mut().enumerate() {
                plane.copy(&source[p], header.in_plane(part, p), (0, header.in_plane(to, p).y));
            }
        }
        let filtered = own.planes.clone().into_iter();
        let planes = planes.into_iter().zip(filtered).enumerate();
        let planes = planes.map(|(p, (source, filtered))| SamplePlane { p, source, filtered }).collect();
        (Self { header, picture: own, whole }, planes)
    }

    /// The rows of `plane` that count.
    pub(super) fn rows(&self, plane: &SamplePlane) -> impl Iterator<Item = Range<usize>> + use<> {
        let p = plane.p;
        let (height, margin) = (self.header.plane_size(0).1, if self.whole { 0 } else { MARGIN });
        let band = if self.whole { height } else { SUPERBLOCK };
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

    /// A sample of a picture whose samples are their rows' numbers.
    fn sample(width: usize, height: usize) -> (Sample, Vec<SamplePlane>) {
        let header = PictureHeader { subsampled: true, gray: false, ..PictureHeader::blank() }.with_size(width, height);
        let mut picture = PictureSamples::new(&header);
        for plane in &mut picture.planes {
            (0..plane.height()).for_each(|y| plane.row_mut(y).fill(y as u16));
        }
        let source = picture.planes.clone();
        Sample::new(&header, &picture, &source)
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
