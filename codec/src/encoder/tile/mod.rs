//! Encoding a tile: lanes find the coding of its rows of superblocks, side by side, and one writer
//! codes them in order.
//!
//! A superblock looks at what stands above it and to the right of that: a lane follows the one on
//! the row above at a distance. What one finds depends on no more than that and on models as they
//! stood some rows before, so the bytes are the same for any number of lanes.

mod lane;
mod rows;
mod state;
pub(super) mod way;
mod writer;

use self::lane::Lane;
pub(super) use self::state::{Picture, Tile};
pub(super) use self::writer::CodedTile;
use super::direct::DirectTile;
use super::search::TileSearch;
use crate::error::EncodeError;
use crate::recon::{LEAST_ROWS, TileSamples};

impl<const FAST: bool> Tile<'_, FAST> {
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
}
