//! The filters on their way down a picture whose rows come from the top on: with each band of them
//! they settle what no later row changes. There is a window of the picture at a time, the rows that
//! they need. BITSTREAM.md §10.

use std::ops::Range;
use std::sync::Arc;

use super::picture::PictureSamples;
use crate::filter::{BlockMap, Classified, Deblocking, within_reach};
use crate::image::plane::{Plane, Rect};
use crate::simd::Simd;
use crate::syntax::header::PictureHeader;

/// Luma samples around a region that its pixels depend on, through both filters (§10.7) and the
/// interpolation of chroma, rounded up to whole units.
pub(crate) const MARGIN: usize = 24;

/// Most luma rows of a band.
pub(crate) const BAND: usize = 64;
/// Luma rows that are kept of those before a band: some are not settled, and chroma is interpolated
/// with one more.
const KEPT: usize = (MARGIN + 2).next_multiple_of(8);
/// Most luma rows that there are at a time.
pub(crate) const ROWS: usize = KEPT + BAND;

/// The rows that the filters are at.
#[derive(Debug)]
pub(crate) struct Bands {
    simd: Simd,
    /// That of the whole picture.
    header: PictureHeader,
    /// Those of each plane, but for the planes of a band that is on its way.
    filters: Vec<Filters>,
    /// Luma rows that have come.
    come: usize,
    /// Those that are settled.
    settled: usize,
}

/// The filters of a plane.
#[derive(Debug)]
struct Filters {
    deblocking: Option<Arc<Deblocking>>,
    /// With the first row of units of the picture that did not go through it.
    classified: Option<(Classified, usize)>,
    /// The plane has half of the luma's resolution.
    subsampled: bool,
}

/// A plane of a band. Planes do not look at each other: each may go through its filters by itself.
#[derive(Debug)]
pub(crate) struct BandPlane {
    simd: Simd,
    number: usize,
    plane: Plane,
    map: BlockMap,
    filters: Filters,
    /// Luma rows of the band.
    rows: Range<usize>,
    /// They are the last.
    ends: bool,
}

impl BandPlane {
    /// Runs the filters, as far down as there are rows for them.
    pub(crate) fn filter(&mut self) {
        let Self { simd, plane, map, filters, rows, ends, .. } = self;
        let [before, come] = [rows.start, rows.end].map(|row| row >> u32::from(filters.subsampled));
        if let Some(deblocking) = &filters.deblocking {
            deblocking.filter(*simd, plane, map, before / 4..come / 4);
        }
        if let Some((classified, done)) = &mut filters.classified {
            let end = if *ends { come / 4 } else { within_reach(come, filters.subsampled) };
            classified.filter(*simd, plane, map, *done..end, come);
            *done = end;
        }
    }
}

impl Bands {
    /// Before the first row of the picture of `header`, of which pixels are needed from `first` on,
    /// a column and a row, multiples of 8.
    pub(crate) fn new(simd: Simd, header: &PictureHeader, first: (usize, usize)) -> Self {
        // Chroma is interpolated with one more sample.
        let before = Rect { x: first.0.saturating_sub(8), y: first.1.saturating_sub(8), w: 0, h: 0 };
        let deblocking = [false, true].map(|chroma| {
            let subsampled = chroma && header.subsampled;
            Deblocking::new(header.deblock[usize::from(chroma)], header.internal_depth(), subsampled).map(Arc::new)
        });
        let filters = |p: usize| {
            let strength = header.classified[p.min(1)];
            let Rect { x, y, .. } = header.in_plane(before, p);
            let filter = || Classified::new(header.plane_size(p).0, header.extra_depth(), p > 0, strength);
            Filters {
                deblocking: deblocking[p.min(1)].clone(),
                classified: (strength > 0).then(|| (filter().right_of(x / 4), y / 4)),
                subsampled: p > 0 && header.subsampled,
            }
        };
        Self { simd, filters: (0..header.planes()).map(filters).collect(), header: header.clone(), come: 0, settled: 0 }
    }

    /// The window of a picture of `header`.
    pub(crate) fn window_of(header: &PictureHeader) -> PictureHeader {
        header.with_size(header.width as usize, header.plane_size(0).1.min(ROWS))
    }

    /// Bytes that those of a picture of `header` take, without the window.
    pub(crate) fn memory(header: &PictureHeader) -> u64 {
        let filter = |p: usize| match header.classified[p.min(1)] {
            0 => 0,
            _ => Classified::memory(header.plane_size(p).0),
        };
        (0..header.planes()).map(filter).sum()
    }

    /// Luma row of the picture where the next band begins, and the first that is still needed.
    pub(crate) fn next(&self) -> (usize, usize) {
        (self.come, self.come.saturating_sub(KEPT))
    }

    /// Takes the planes out of `window`, where the next `rows` luma rows have come, a multiple of
    /// 8, at most [`BAND`]: they are to be filtered, and given to [`Bands::end`].
    pub(crate) fn begin(&mut self, window: &mut PictureSamples, rows: usize) -> Vec<BandPlane> {
        let height = self.header.plane_size(0).1;
        let before = self.come;
        self.come += rows;
        debug_assert!(rows <= BAND && self.come <= height);
        let (simd, rows, ends) = (self.simd, before..self.come, self.come == height);
        let planes = window.take_planes().zip(self.filters.drain(..)).enumerate();
        let of = |(number, ((plane, map), filters))| BandPlane {
            simd,
            number,
            plane,
            map,
            filters,
            rows: rows.clone(),
            ends,
        };
        planes.map(of).collect()
    }

    /// Puts the planes back, in whatever order they come. Returns the luma rows of the picture that
    /// are settled with them.
    pub(crate) fn end(&mut self, window: &mut PictureSamples, mut planes: Vec<BandPlane>) -> Range<usize> {
        planes.sort_unstable_by_key(|plane| plane.number);
        for BandPlane { plane, map, filters, .. } in planes {
            window.put_plane(plane, map);
            self.filters.push(filters);
        }
        let whole = self.come == self.header.plane_size(0).1;
        let end = if whole { self.header.height as usize } else { self.come.saturating_sub(MARGIN) };
        std::mem::replace(&mut self.settled, end)..end
    }
}
