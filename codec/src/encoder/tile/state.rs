//! A tile that is being coded: its rows as they are begun and written.

use std::sync::mpsc::Sender;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::rows::{Row, Rows};
use super::writer::{CodedTile, Found, Writer};
use crate::encoder::filters::Kept;
use crate::encoder::progress::Progress;
use crate::encoder::shared::Shared;
use crate::entropy::learnt::Learnt;
use crate::error::EncodeError;
use crate::image::plane::{Plane, Rect};
use crate::recon::{LEAST_ROWS, TileSamples};
use crate::syntax::tree::SUPERBLOCK;
use crate::tile::Grid;

/// What tiles are coded from and put together to.
pub(in crate::encoder) struct Picture<'a> {
    pub(in crate::encoder) shared: &'a Shared<'a>,
    pub(in crate::encoder) grid: &'a Grid,
    pub(in crate::encoder) source: &'a [Plane],
    /// What is kept of what it is reconstructed as.
    pub(in crate::encoder) kept: &'a Mutex<Kept>,
    pub(in crate::encoder) progress: &'a Progress<'a>,
}

/// A tile that is being coded, in the profile `FAST` or mixed.
pub(in crate::encoder) struct Tile<'a, const FAST: bool> {
    pub(in crate::encoder) picture: &'a Picture<'a>,
    pub(in crate::encoder) index: usize,
    rows: Mutex<Rows>,
    writer: Mutex<Writer<FAST>>,
}

/// Luma rows of the source that there are above and below a row of superblocks.
const MARGIN: usize = LEAST_ROWS - SUPERBLOCK;

impl<'a, const FAST: bool> Tile<'a, FAST> {
    /// Tile `index`, untouched.
    pub(in crate::encoder) fn new(picture: &'a Picture<'a>, index: usize) -> Self {
        let header = picture.shared.context.header;
        let rows = picture.grid.rect(index, 0).h.div_ceil(SUPERBLOCK);
        Self {
            picture,
            index,
            rows: Mutex::new(Rows::new(rows, !header.screen)),
            writer: Mutex::new(Writer::new(rows, header.start())),
        }
    }

    /// The streams, once all rows are written.
    pub(in crate::encoder) fn finish(self) -> CodedTile {
        self.writer.into_inner().unwrap_or_else(PoisonError::into_inner).finish()
    }

    /// Room for as much of the source as a lane needs at a time: all of it, and it is there, where
    /// blocks are copied.
    pub(super) fn source(&self) -> Vec<Plane> {
        let Picture { shared, grid, source, .. } = *self.picture;
        let header = shared.context.header;
        let whole = grid.rect(self.index, 0).h;
        let height = if header.screen { whole } else { whole.min(SUPERBLOCK + 2 * MARGIN) };
        let plane = |p| {
            let Rect { x, y, w, .. } = grid.rect(self.index, p);
            let height = header.in_plane(Rect { x: 0, y: 0, w: 0, h: height }, p).h;
            let mut plane = Plane::new(w, height);
            if header.screen {
                plane.take_rows(&source[p], (x, y), 0..height);
            }
            plane
        };
        (0..header.planes()).map(plane).collect()
    }

    /// Puts the source of the row of superblocks that begins at luma row `y` into `planes`.
    pub(super) fn take_source(&self, planes: &mut [Plane], y: usize) {
        let Picture { shared, grid, source, .. } = *self.picture;
        let header = shared.context.header;
        let top = y.saturating_sub(MARGIN);
        let bottom = (y + SUPERBLOCK + MARGIN).min(grid.rect(self.index, 0).h);
        for (p, plane) in planes.iter_mut().enumerate() {
            let rows = header.in_plane(Rect { x: 0, y: top, w: 0, h: bottom - top }, p);
            let Rect { x, y, .. } = grid.rect(self.index, p);
            plane.take_rows(&source[p], (x, y), rows.y..rows.y + rows.h);
        }
    }

    /// Where the row of superblocks at luma row `y` of the tile lies in it.
    pub(super) fn row_rect(&self, y: usize) -> Rect {
        let Rect { w, h, .. } = self.picture.grid.rect(self.index, 0);
        Rect { x: 0, y, w, h: SUPERBLOCK.min(h - y) }
    }

    /// Keeps what the row of superblocks at luma row `y` is reconstructed as, where that is wanted.
    pub(super) fn place(&self, samples: &TileSamples, y: usize) {
        let Picture { shared, grid, source, kept, .. } = *self.picture;
        let Rect { x, y: top, .. } = grid.rect(self.index, 0);
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.place(shared.context.header, (samples, source), self.row_rect(y), (x, top + y));
    }

    /// Has row `number` written; `learnt` takes the models as they stand then. Returns memory for
    /// another row.
    pub(super) fn put(
        &self,
        number: usize,
        found: Found,
        learnt: Option<Sender<Learnt>>,
    ) -> Result<Found, EncodeError> {
        // Where another one panicked, that is what the caller will get.
        let mut writer = self.writer.lock().map_err(|_| EncodeError::Cancelled)?;
        Ok(writer.put(number, found, learnt))
    }

    /// Whether ways look at prices that change.
    pub(super) fn learns(&self) -> bool {
        let shared = self.picture.shared;
        shared.direct().is_none() || shared.plan.rule.optimise
    }

    pub(super) fn next_row(&self) -> Option<Row> {
        self.rows().next(self.learns())
    }

    pub(super) fn rows(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
