//! What the tools for screens remember of a tile: how blocks are predicted, vectors and colours
//! used last. BITSTREAM.md §5.5, §5.6.

use super::palette::Palette;
use super::recent::Recent;
use super::vector::Vector;

/// How a luma block is predicted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Prediction {
    /// By its mode.
    Intra,
    /// By samples reconstructed before.
    Copy(Vector),
    /// By colours and an index map; where its indices, row by row, start among those of the
    /// superblock.
    Palette(Palette, u32),
}

impl Prediction {
    /// The vector of a copy.
    pub(crate) fn vector(self) -> Option<Vector> {
        match self {
            Self::Copy(vector) => Some(vector),
            Self::Intra | Self::Palette(..) => None,
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

    /// Notes what a block with `prediction` used.
    pub(crate) fn note(&mut self, prediction: &Prediction) {
        match prediction {
            Prediction::Intra => {}
            Prediction::Copy(vector) => self.vectors.renew(*vector),
            Prediction::Palette(palette, _) => palette.colours().iter().rev().for_each(|&c| self.colours.renew(c)),
        }
    }
}

/// The predictions of the luma blocks of a tile, by 4x4 units; without room in pictures that do not
/// use the tools.
#[derive(Debug, Clone)]
pub(crate) struct PredictionMap {
    cols: usize,
    units: Vec<Prediction>,
}

impl PredictionMap {
    /// For a luma plane of `width` x `height` samples, multiples of 4.
    pub(crate) fn new(width: usize, height: usize) -> Self {
        Self { cols: width / 4, units: vec![Prediction::Intra; width * height / 16] }
    }

    /// The prediction over sample (x, y).
    pub(crate) fn at(&self, x: usize, y: usize) -> Prediction {
        self.units.get(y / 4 * self.cols + x / 4).copied().unwrap_or(Prediction::Intra)
    }

    /// The prediction left of the block at (x, y) and the one above; a mode outside the tile.
    pub(crate) fn near(&self, x: usize, y: usize) -> [Prediction; 2] {
        [
            if x > 0 { self.at(x - 1, y) } else { Prediction::Intra },
            if y > 0 { self.at(x, y - 1) } else { Prediction::Intra },
        ]
    }

    /// Notes the prediction of the block at (x, y) of `w` x `h` samples.
    pub(crate) fn set(&mut self, (x, y): (usize, usize), (w, h): (usize, usize), prediction: Prediction) {
        for row in y / 4..(y + h) / 4 {
            self.units[row * self.cols + x / 4..][..w / 4].fill(prediction);
        }
    }
}
