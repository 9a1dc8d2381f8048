//! Encoding a tile: lanes find the coding of its rows of superblocks, side by side, and one writer codes them in order.
//!
//! A superblock looks at what stands above it and to the right of that: a lane follows the one on the row above at a
//! distance. What one finds depends on no more than that and on models as they stood some rows before, so the bytes are the
//! same for any number of lanes.

mod lane;
mod rows;
mod writer;

use std::sync::mpsc::Sender;
use std::sync::{Mutex, MutexGuard, PoisonError};

pub(super) use self::writer::CodedTile;

use self::lane::Lane;
use self::rows::{Row, Rows};
use self::writer::{Found, Writer};
use super::Progress;
use super::direct::DirectTile;
use super::filters::Kept;
use super::search::TileSearch;
use super::shared::Shared;
use crate::entropy::cost::Counter;
use crate::entropy::learnt::Learnt;
use crate::error::EncodeError;
use crate::image::plane::{Plane, Rect};
use crate::recon::{LEAST_ROWS, SignNoter, TileSamples};
use crate::syntax::block::Superblock;
use crate::syntax::state::TileState;
use crate::syntax::tree::SUPERBLOCK;
use crate::tile::Grid;

/// Luma rows of the source that there are above and below a row of superblocks.
const MARGIN: usize = LEAST_ROWS - SUPERBLOCK;

/// A way to find the coding of a tile's superblocks.
pub(super) trait Way {
    fn ground(&mut self) -> Ground<'_>;

    /// The row of superblocks that begins at luma row `y` comes next; its source is there.
    fn begin_row(&mut self, _y: usize) {}

    /// Finds the coding of the superblock at luma sample `at`, whose state and samples it leaves behind, with its signs
    /// in coding order.
    fn superblock(&mut self, at: (usize, usize), sb: &mut Superblock, signs: &mut SignNoter);
}

/// What a way has of its tile.
pub(super) struct Ground<'w> {
    pub(super) source: &'w mut [Plane],
    pub(super) samples: &'w mut TileSamples,
    pub(super) state: &'w mut TileState,
    pub(super) prices: &'w mut Counter,
}

/// What tiles are coded from and put together to.
pub(super) struct Picture<'a> {
    pub(super) shared: &'a Shared<'a>,
    pub(super) grid: &'a Grid,
    pub(super) source: &'a [Plane],
    /// What is kept of what it is reconstructed as.
    pub(super) kept: &'a Mutex<Kept>,
    pub(super) progress: &'a Progress<'a>,
}

/// A tile that is being coded, in the profile `FAST` or mixed.
pub(super) struct Tile<'a, const FAST: bool> {
    picture: &'a Picture<'a>,
    index: usize,
    rows: Mutex<Rows>,
    writer: Mutex<Writer<FAST>>,
}

impl<'a, const FAST: bool> Tile<'a, FAST> {
    /// Tile `index`, untouched.
    pub(super) fn new(picture: &'a Picture<'a>, index: usize) -> Self {
        let header = picture.shared.context.header;
        let rows = picture.grid.rect(index, 0).h.div_ceil(SUPERBLOCK);
        Self {
            picture,
            index,
            rows: Mutex::new(Rows::new(rows, !header.screen)),
            writer: Mutex::new(Writer::new(rows, header.is_trellis())),
        }
    }

    /// Takes part as long as there are rows to begin.
    pub(super) fn work(&self) -> Result<(), EncodeError> {
        let Picture { shared, grid, .. } = *self.picture;
        let header = shared.context.header;
        let Some(first) = self.rows().first(self.learns()) else { return Ok(()) };
        let rows = if header.screen { usize::MAX } else { LEAST_ROWS };
        let samples = TileSamples::with_rows(header, grid, self.index, rows);
        let (source, state) = (self.source(), grid.state(header, self.index));
        let offsets = shared.offsets.map(|o| o.tile(grid.rect(self.index, 0)));
        match shared.direct() {
            Some(direct) => {
                Lane::new(self, DirectTile::new(shared, direct, source, offsets, samples, state)).run(first)
            }
            None => Lane::new(self, TileSearch::new(shared, source, offsets, samples, state)).run(first),
        }
    }

    /// The streams, once all rows are written.
    pub(super) fn finish(self) -> CodedTile {
        self.writer.into_inner().unwrap_or_else(PoisonError::into_inner).finish()
    }

    /// Room for as much of the source as a lane needs at a time: all of it, and it is there, where blocks are copied.
    fn source(&self) -> Vec<Plane> {
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
    fn take_source(&self, planes: &mut [Plane], y: usize) {
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
    fn row_rect(&self, y: usize) -> Rect {
        let Rect { w, h, .. } = self.picture.grid.rect(self.index, 0);
        Rect { x: 0, y, w, h: SUPERBLOCK.min(h - y) }
    }

    /// Keeps what the row of superblocks at luma row `y` is reconstructed as, where that is wanted.
    fn place(&self, samples: &TileSamples, y: usize) {
        let Picture { shared, grid, source, kept, .. } = *self.picture;
        let Rect { x, y: top, .. } = grid.rect(self.index, 0);
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.place(shared.context.header, (samples, source), self.row_rect(y), (x, top + y));
    }

    /// Has row `number` written; `learnt` takes the models as they stand then. Returns memory for another row.
    fn put(&self, number: usize, found: Found, learnt: Option<Sender<Learnt>>) -> Result<Found, EncodeError> {
        // Where another one panicked, that is what the caller will get.
        let mut writer = self.writer.lock().map_err(|_| EncodeError::Cancelled)?;
        Ok(writer.put(number, found, learnt))
    }

    /// Whether ways look at prices that change.
    fn learns(&self) -> bool {
        let shared = self.picture.shared;
        shared.direct().is_none() || shared.plan.rule.optimise
    }

    fn next_row(&self) -> Option<Row> {
        self.rows().next(self.learns())
    }

    fn rows(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
