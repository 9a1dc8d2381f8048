//! A lane: one row of superblocks after another, each next to those that other lanes are on.

use super::rows::Row;
use super::state::Tile;
use super::way::{Ground, Way};
use super::writer::Found;
use crate::entropy::learnt::Learnt;
use crate::entropy::notes::Noter;
use crate::error::EncodeError;
use crate::recon::{SignNoter, Stitch};
use crate::syntax::block::Superblock;
use crate::syntax::state::TileState;
use crate::syntax::superblock::Walk;
use crate::syntax::tree::SUPERBLOCK;

/// A way through rows of a tile, and what notes what it finds.
pub(super) struct Lane<'t, 'a, W, const FAST: bool> {
    tile: &'t Tile<'a, FAST>,
    way: W,
    /// Prices are those of its models. It borrows the way's state.
    walk: Walk<'a, Noter<FAST>>,
    signs: SignNoter,
    sb: Superblock,
}

impl<'t, 'a, W: Way, const FAST: bool> Lane<'t, 'a, W, FAST> {
    pub(super) fn new(tile: &'t Tile<'a, FAST>, way: W) -> Self {
        let header = tile.picture.shared.context.header;
        Self {
            tile,
            way,
            walk: Walk::new(Noter::default(), header, TileState::nowhere()),
            signs: SignNoter::new(!FAST),
            sb: Superblock::default(),
        }
    }

    /// Codes row `first`, and then others as long as there are any that nobody has begun.
    pub(super) fn run(mut self, first: Row) -> Result<(), EncodeError> {
        let mut next = Some(first);
        while let Some(row) = next {
            self.row(row)?;
            next = self.tile.next_row();
        }
        Ok(())
    }

    fn row(&mut self, row: Row) -> Result<(), EncodeError> {
        let (tile, y) = (self.tile, row.number * SUPERBLOCK);
        let part = tile.row_rect(y);
        self.begin(&row)?;
        for x in (0..part.w).step_by(SUPERBLOCK) {
            let next = x + SUPERBLOCK;
            if next < part.w {
                self.sew(&row, next)?;
            }
            self.superblock(x, y);
            if next < part.w {
                self.cut(&row, x);
                continue;
            }
            // All that may end the work comes before the last one: no other row is over then.
            tile.place(self.way.ground().samples, y);
            tile.picture.progress.advance((part.w * part.h) as u64)?;
            self.cut(&row, x);
        }
        let found =
            Found { bins: std::mem::take(&mut self.walk.coder.notes), signs: std::mem::take(&mut self.signs.sink) };
        let spare = tile.put(row.number, found, row.learnt)?;
        (self.walk.coder.notes, self.signs.sink) = (spare.bins, spare.signs);
        Ok(())
    }

    /// Makes all ready for the first superblock of a row, once that is there which it stands upon.
    fn begin(&mut self, row: &Row) -> Result<(), EncodeError> {
        let (header, y) = (self.walk.header, row.number * SUPERBLOCK);
        let ground = self.way.ground();
        if !header.screen {
            self.tile.take_source(ground.source, y);
        }
        ground.samples.begin_row(header, y);
        self.way.begin_row(y);
        if self.tile.learns() {
            self.walk.coder.learnt = Some(match &row.start {
                Some(start) => start.recv().map_err(|_| EncodeError::Cancelled)?,
                None => Learnt::new(header.profile, header.start()),
            });
        }
        self.sew(row, 0)
    }

    /// Waits for what stands above the superblock at luma column `x`, and puts it there.
    fn sew(&mut self, row: &Row, x: usize) -> Result<(), EncodeError> {
        if let Some(above) = &row.above {
            let stitch = above.recv().map_err(|_| EncodeError::Cancelled)?;
            let ground = self.way.ground();
            stitch.sew(self.walk.header, ground.samples, ground.state, (x, row.number * SUPERBLOCK));
        }
        Ok(())
    }

    /// Hands on what those below the superblock at luma column `x` look at.
    fn cut(&mut self, row: &Row, x: usize) {
        if let Some(below) = &row.below {
            let ground = self.way.ground();
            let stitch = Stitch::cut(self.walk.header, ground.samples, ground.state, (x, row.number * SUPERBLOCK));
            // Who has given up does not take it.
            let _ = below.send(stitch);
        }
    }

    /// Finds the coding of the superblock at luma sample (`x`, `y`), and notes it.
    fn superblock(&mut self, x: usize, y: usize) {
        let Ground { state, prices, .. } = self.way.ground();
        if let Some(learnt) = &mut self.walk.coder.learnt {
            prices.borrow(learnt);
        }
        let (cells, history) = (state.cells.save(x, y), state.history);
        self.way.superblock((x, y), &mut self.sb, &mut self.signs);
        let Ground { state, prices, .. } = self.way.ground();
        if let Some(learnt) = &mut self.walk.coder.learnt {
            prices.give_back(learnt);
        }
        // The walk meets all of it as if for the first time.
        state.cells.restore(x, y, &cells);
        state.history = history;
        std::mem::swap(&mut self.walk.state, state);
        self.walk.superblock(&mut self.sb, x, y);
        std::mem::swap(&mut self.walk.state, self.way.ground().state);
    }
}
