//! What stands at the bottom of a superblock, handed over to those below: where rows of superblocks
//! are reconstructed side by side, each in memory of its own.

use super::samples::{LOOKED_AT, TileSamples};
use crate::image::plane::Rect;
use crate::syntax::header::PictureHeader;
use crate::syntax::state::{TileState, Unit};
use crate::syntax::tree::SUPERBLOCK;

/// All that blocks below a superblock look at.
#[derive(Debug)]
pub(crate) struct Stitch {
    /// Plane by plane, row by row.
    samples: Vec<u16>,
    /// Of luma, then of chroma.
    units: Vec<Unit>,
    cells: [Option<i8>; 16],
}

impl Stitch {
    /// Of the superblock at luma sample (`x`, `y`), which has another one below.
    pub(crate) fn cut(
        header: &PictureHeader,
        samples: &TileSamples,
        state: &TileState,
        (x, y): (usize, usize),
    ) -> Self {
        let mut stitch = Self {
            samples: Vec::with_capacity(3 * LOOKED_AT * SUPERBLOCK),
            units: Vec::with_capacity(2 * SUPERBLOCK / 4),
            cells: state.cells.save(x, y),
        };
        let part = part(state, x, y + SUPERBLOCK);
        for (p, plane) in samples.planes.iter().enumerate() {
            let Rect { x, y, w, h } = header.in_plane(part, p);
            (y..y + h).for_each(|y| stitch.samples.extend_from_slice(&plane.row(y)[x..x + w]));
        }
        for (p, units) in [&state.luma, &state.chroma].into_iter().enumerate().take(samples.planes.len()) {
            let Rect { x, y, w, h } = header.in_plane(part, p);
            stitch.units.extend_from_slice(units.row(x, y + h - 1, w));
        }
        stitch
    }

    /// Puts it above luma sample (`x`, `y`), the upper left one of a superblock.
    pub(crate) fn sew(
        &self,
        header: &PictureHeader,
        samples: &mut TileSamples,
        state: &mut TileState,
        (x, y): (usize, usize),
    ) {
        state.cells.restore(x, y - SUPERBLOCK, &self.cells);
        let (part, mut rest) = (part(state, x, y), &self.samples[..]);
        for (p, plane) in samples.planes.iter_mut().enumerate() {
            let Rect { x, y, w, h } = header.in_plane(part, p);
            for y in y..y + h {
                let (row, after) = rest.split_at(w);
                plane.row_mut(y)[x..x + w].copy_from_slice(row);
                rest = after;
            }
        }
        let mut rest = &self.units[..];
        for (p, units) in [&mut state.luma, &mut state.chroma].into_iter().enumerate().take(samples.planes.len()) {
            let Rect { x, y, w, h } = header.in_plane(part, p);
            let (row, after) = rest.split_at(w / 4);
            units.row_mut(x, y + h - 1, w).copy_from_slice(row);
            rest = after;
        }
    }
}

/// The luma samples looked at from below luma sample (`x`, `y`), the upper left one of a
/// superblock.
fn part(state: &TileState, x: usize, y: usize) -> Rect {
    Rect { x, y: y - LOOKED_AT, w: SUPERBLOCK.min(state.luma.width() - x), h: LOOKED_AT }
}
