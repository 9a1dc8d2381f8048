//! The filters on their way down a picture whose rows come from the top on: with each band of them they settle what no later
//! row changes. There is a window of the picture at a time, the rows that they need. BITSTREAM.md §10.

use std::ops::Range;

use super::picture::PictureSamples;
use crate::filter::{Classified, Deblocking, within_reach};
use crate::image::plane::Rect;
use crate::simd::Simd;
use crate::syntax::header::PictureHeader;

/// Luma samples around a region that its pixels depend on, through both filters (§10.7) and the interpolation of chroma,
/// rounded up to whole units.
pub(crate) const MARGIN: usize = 24;

/// Most luma rows of a band.
pub(crate) const BAND: usize = 64;
/// Luma rows that are kept of those before a band: some are not settled, and chroma is interpolated with one more.
const KEPT: usize = (MARGIN + 2).next_multiple_of(8);
/// Most luma rows that there are at a time.
pub(crate) const ROWS: usize = KEPT + BAND;

/// The rows that the filters are at.
#[derive(Debug)]
pub(crate) struct Bands {
    simd: Simd,
    /// That of the whole picture.
    header: PictureHeader,
    deblocking: [Option<Deblocking>; 2],
    /// The filter of each plane, where it has one, and the first row of units of the picture that did not go through it.
    classified: Vec<Option<(Classified, usize)>>,
    /// Luma rows that have come.
    come: usize,
    /// Those that are settled.
    settled: usize,
}

impl Bands {
    /// Before the first row of the picture of `header`, of which pixels are needed from `first` on, a column and a row, multiples
    /// of 8.
    pub(crate) fn new(simd: Simd, header: &PictureHeader, first: (usize, usize)) -> Self {
        // Chroma is interpolated with one more sample.
        let before = Rect { x: first.0.saturating_sub(8), y: first.1.saturating_sub(8), w: 0, h: 0 };
        let deblocking = [false, true].map(|chroma| {
            let subsampled = chroma && header.subsampled;
            Deblocking::new(header.deblock[usize::from(chroma)], header.internal_depth(), subsampled)
        });
        let classified = |p: usize| {
            let strength = header.classified[p.min(1)];
            let Rect { x, y, .. } = header.in_plane(before, p);
            let filter = || Classified::new(header.plane_size(p).0, header.extra_depth(), p > 0, strength);
            (strength > 0).then(|| (filter().right_of(x / 4), y / 4))
        };
        Self {
            simd,
            deblocking,
            classified: (0..header.planes()).map(classified).collect(),
            header: header.clone(),
            come: 0,
            settled: 0,
        }
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

    /// Filters `window`, where the next `rows` luma rows have come, a multiple of 8, at most [`BAND`]. Returns the luma rows of
    /// the picture that this settles.
    pub(crate) fn advance(&mut self, window: &mut PictureSamples, rows: usize) -> Range<usize> {
        let height = self.header.plane_size(0).1;
        let before = self.come;
        self.come += rows;
        debug_assert!(rows <= BAND && self.come <= height);
        for p in 0..window.planes.len() {
            self.filter(window, p, before, self.come == height);
        }
        let end = if self.come == height { self.header.height as usize } else { self.come.saturating_sub(MARGIN) };
        std::mem::replace(&mut self.settled, end)..end
    }

    /// Filters plane `p`, of which luma rows from `before` on are new, and these the last where it `ends`.
    fn filter(&mut self, window: &mut PictureSamples, p: usize, before: usize, ends: bool) {
        let subsampled = p > 0 && self.header.subsampled;
        let [before, come] = [before, self.come].map(|row| row >> u32::from(subsampled));
        let (plane, map) = window.plane_mut(p);
        if let Some(deblocking) = &self.deblocking[p.min(1)] {
            deblocking.filter(self.simd, plane, map, before / 4..come / 4);
        }
        if let Some((classified, done)) = &mut self.classified[p] {
            let end = if ends { come / 4 } else { within_reach(come, subsampled) };
            classified.filter(self.simd, plane, map, *done..end, come);
            *done = end;
        }
    }
}
