//! What the tools for screens remember of a tile: where blocks take their prediction from, vectors and colours used
//! last. BITSTREAM.md §5.5, §5.6.

use super::copy::Vector;
use super::palette::Palette;
use super::recent::Recent;

/// Where the prediction of a luma block comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// Its mode.
    Mode,
    /// Samples reconstructed before.
    Copy(Vector),
    /// Colours and an index map; where its indices, row by row, start among those of the superblock.
    Palette(Palette, u32),
}

impl Source {
    /// The vector of a copy.
    pub(crate) fn vector(self) -> Option<Vector> {
        match self {
            Self::Copy(vector) => Some(vector),
            Self::Mode | Self::Palette(..) => None,
        }
    }
}

/// Vectors and luma colours used last.
#[derive(Debug, Clone, Copy)]
pub(crate) struct History {
    pub(crate) vectors: Recent<Vector, 4>,
    pub(crate) colours: Recent<u8, 16>,
}

impl History {
    pub(crate) fn new() -> Self {
        Self { vectors: Recent::new(), colours: Recent::new() }
    }

    /// Notes what a block with `source` used.
    pub(crate) fn note(&mut self, source: &Source) {
        match source {
            Source::Mode => {}
            Source::Copy(vector) => self.vectors.renew(*vector),
            Source::Palette(palette, _) => palette.colours().iter().rev().for_each(|&c| self.colours.renew(c)),
        }
    }
}

/// The sources of the luma blocks of a tile, by 4x4 units; without room in pictures that do not use the tools.
#[derive(Debug, Clone)]
pub(crate) struct SourceMap {
    cols: usize,
    units: Vec<Source>,
}

impl SourceMap {
    /// For a luma plane of `width` x `height` samples, multiples of 4.
    pub(crate) fn new(width: usize, height: usize) -> Self {
        Self { cols: width / 4, units: vec![Source::Mode; width * height / 16] }
    }

    /// The source over sample (x, y).
    pub(crate) fn at(&self, x: usize, y: usize) -> Source {
        self.units.get(y / 4 * self.cols + x / 4).copied().unwrap_or(Source::Mode)
    }

    /// The source left of the block at (x, y) and the one above; a mode outside the tile.
    pub(crate) fn near(&self, x: usize, y: usize) -> [Source; 2] {
        [if x > 0 { self.at(x - 1, y) } else { Source::Mode }, if y > 0 { self.at(x, y - 1) } else { Source::Mode }]
    }

    /// Notes the source of the block at (x, y) of `w` x `h` samples.
    pub(crate) fn set(&mut self, (x, y): (usize, usize), (w, h): (usize, usize), source: Source) {
        for row in y / 4..(y + h) / 4 {
            self.units[row * self.cols + x / 4..][..w / 4].fill(source);
        }
    }
}
