//! The grid of tiles: independent in parsing and prediction. BITSTREAM.md §2.3.

#![cfg_attr(not(test), deny(clippy::disallowed_types, clippy::float_arithmetic))]

use std::ops::Range;

use crate::image::plane::Rect;
use crate::syntax::header::PictureHeader;
use crate::syntax::screen::{History, PredictionMap};
use crate::syntax::state::{CellMap, TileState, UnitMap};

/// The tiles of a picture.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Grid {
    width: usize,
    height: usize,
    side: usize,
    chroma_shift: u32,
}

impl Grid {
    pub(crate) fn new(header: &PictureHeader) -> Self {
        let (width, height) = header.plane_size(0);
        Self { width, height, side: 1 << header.tile_log2, chroma_shift: u32::from(header.subsampled) }
    }

    /// Tiles side by side.
    pub(crate) fn cols(&self) -> usize {
        self.width.div_ceil(self.side)
    }

    /// The tiles that begin in luma rows `rows`.
    pub(crate) fn beginning(&self, rows: Range<usize>) -> Range<usize> {
        let [start, end] = [rows.start, rows.end].map(|y| y.div_ceil(self.side) * self.cols());
        start..end
    }

    /// Number of tiles.
    pub(crate) fn len(&self) -> usize {
        self.cols() * self.height.div_ceil(self.side)
    }

    /// Where tile `index` lies in plane `plane`, in samples of that plane.
    pub(crate) fn rect(&self, index: usize, plane: usize) -> Rect {
        let (x, y) = (index % self.cols() * self.side, index / self.cols() * self.side);
        let shift = if plane > 0 { self.chroma_shift } else { 0 };
        let w = self.side.min(self.width - x);
        let h = self.side.min(self.height - y);
        Rect { x: x >> shift, y: y >> shift, w: w >> shift, h: h >> shift }
    }

    /// The visible pixels of tile `index`.
    pub(crate) fn visible(&self, header: &PictureHeader, index: usize) -> Rect {
        let Rect { x, y, w, h } = self.rect(index, 0);
        Rect { x, y, w: w.min(header.width as usize - x), h: h.min(header.height as usize - y) }
    }

    /// An empty parse state for tile `index`.
    pub(crate) fn state(&self, header: &PictureHeader, index: usize) -> TileState {
        let luma = self.rect(index, 0);
        let chroma = if header.gray { Rect { x: 0, y: 0, w: 0, h: 0 } } else { self.rect(index, 1) };
        let units = if header.screen { UnitMap::with_copies } else { UnitMap::new };
        TileState {
            luma: units(luma.w, luma.h),
            chroma: units(chroma.w, chroma.h),
            cells: CellMap::new(header.adaptive.map_or(6, |a| a.cell_log2), luma.w, luma.h),
            predictions: if header.screen { PredictionMap::new(luma.w, luma.h) } else { PredictionMap::new(0, 0) },
            history: History::new(),
        }
    }
}
