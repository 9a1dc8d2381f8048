//! The cells of a picture, and the offsets of the quantiser parameter that they want.

use crate::image::plane::Rect;
use crate::syntax::state::CellMap;
use crate::syntax::superblock::MAX_OFFSET;
use crate::syntax::tree::Node;

/// The cells of a picture or of a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CellGrid {
    /// log2 of a cell's side in luma samples.
    pub(in crate::encoder) log2: u32,
    pub(in crate::encoder) cols: usize,
    pub(in crate::encoder) rows: usize,
}

impl CellGrid {
    /// For `width` x `height` luma samples.
    pub(crate) fn new(log2: u32, width: usize, height: usize) -> Self {
        let size = 1usize << log2;
        Self { log2, cols: width.div_ceil(size), rows: height.div_ceil(size) }
    }

    /// Number of cells.
    pub(in crate::encoder) fn len(&self) -> usize {
        self.cols * self.rows
    }

    /// The cell over luma sample (x, y).
    pub(in crate::encoder) fn index(&self, x: usize, y: usize) -> usize {
        (y >> self.log2) * self.cols + (x >> self.log2)
    }
}

/// Wanted QP offsets of the cells of a picture or a tile.
#[derive(Debug, Clone)]
pub(crate) struct Offsets {
    pub(in crate::encoder) grid: CellGrid,
    /// Octaves of step that an offset of 1 in the header's resolution stands for.
    pub(in crate::encoder) unit: f64,
    /// In octaves of step.
    pub(in crate::encoder) cells: Vec<f64>,
}

impl Offsets {
    /// None but 0, on `grid`.
    pub(in crate::encoder) fn blank(grid: CellGrid) -> Self {
        Self { grid, unit: 0.125, cells: vec![0.0; grid.len()] }
    }

    /// Those of a tile at `rect` in luma, whose corner is a cell's.
    pub(in crate::encoder) fn tile(&self, rect: Rect) -> Self {
        let grid = CellGrid::new(self.grid.log2, rect.w, rect.h);
        let (x, y) = (rect.x >> grid.log2, rect.y >> grid.log2);
        let row = |cy: usize| &self.cells[(y + cy) * self.grid.cols + x..][..grid.cols];
        Self { grid, cells: (0..grid.rows).flat_map(row).copied().collect(), ..*self }
    }

    /// The offset for a block: mean over the cells that it covers.
    pub(crate) fn at(&self, x: usize, y: usize, w: usize, h: usize) -> i8 {
        let CellGrid { log2, cols, rows } = self.grid;
        let last = |at: usize, len: usize, count: usize| ((at + len - 1) >> log2).min(count - 1);
        let (mut sum, mut n) = (0.0, 0.0);
        for cy in y >> log2..=last(y, h, rows) {
            for cx in x >> log2..=last(x, w, cols) {
                sum += self.cells[cy * cols + cx];
                n += 1.0;
            }
        }
        let limit = MAX_OFFSET as f64;
        (sum / (n * self.unit)).round().clamp(-limit, limit) as i8
    }

    /// The offset of the block at `node`: that of its cell where one is known already, else the one
    /// wanted.
    pub(crate) fn of_block(&self, cells: &CellMap, node: &Node) -> i8 {
        cells.get(node.x, node.y).unwrap_or_else(|| self.at(node.x, node.y, node.w(), node.h()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tile_has_the_cells_of_its_part_of_the_picture() {
        let picture = Offsets {
            cells: (0..15).map(f64::from).collect(),
            ..Offsets::blank(CellGrid { log2: 5, cols: 5, rows: 3 })
        };
        let tile = picture.tile(Rect { x: 64, y: 32, w: 72, h: 64 });
        assert_eq!((tile.grid.cols, tile.grid.rows), (3, 2));
        assert_eq!(tile.cells, [7.0, 8.0, 9.0, 12.0, 13.0, 14.0]);
    }
}
