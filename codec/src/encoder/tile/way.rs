//! A way to find the coding of a tile: what lanes ask of the search and of the direct way.

use crate::entropy::cost::Counter;
use crate::image::plane::Plane;
use crate::recon::{SignNoter, TileSamples};
use crate::syntax::block::Superblock;
use crate::syntax::state::TileState;

/// A way to find the coding of a tile's superblocks.
pub(in crate::encoder) trait Way {
    fn ground(&mut self) -> Ground<'_>;

    /// The row of superblocks that begins at luma row `y` comes next; its source is there.
    fn begin_row(&mut self, _y: usize) {}

    /// Finds the coding of the superblock at luma sample `at`, whose state and samples it leaves
    /// behind, with its signs in coding order.
    fn superblock(&mut self, at: (usize, usize), sb: &mut Superblock, signs: &mut SignNoter);
}

/// What a way has of its tile.
pub(in crate::encoder) struct Ground<'w> {
    pub(in crate::encoder) source: &'w mut [Plane],
    pub(in crate::encoder) samples: &'w mut TileSamples,
    pub(in crate::encoder) state: &'w mut TileState,
    pub(in crate::encoder) prices: &'w mut Counter,
}
