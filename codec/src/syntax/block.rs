//! What the stream says of a superblock: splits, blocks and levels, parsed or to be written.

use super::screen::Prediction;
use super::state::{Unit, UnitMode};
use super::tree::{Channel, Node, Split};
use super::vector::Vector;
use crate::predict::{ChromaMode, IntraMode};
use crate::transform::TxType;

/// The levels of one plane of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TransformBlock {
    /// Number of scan positions up to the last level that is not zero; 0 for an uncoded block.
    pub(crate) end: u16,
    /// Where its levels, in scan order, start among those of the superblock.
    pub(crate) start: u32,
    pub(crate) tx: TxType,
}

impl TransformBlock {
    pub(crate) const UNCODED: Self = Self { end: 0, start: 0, tx: TxType::DCT };

    /// Its levels among those of the superblock.
    pub(crate) fn levels<'a>(&self, all: &'a [i32]) -> &'a [i32] {
        &all[self.start as usize..][..self.end as usize]
    }
}

/// A block of the luma tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LumaBlock {
    pub(crate) node: Node,
    /// QP offset, in the header's resolution.
    pub(crate) offset: i8,
    pub(crate) prediction: Prediction,
    /// DC where the block is not predicted by a mode.
    pub(crate) mode: IntraMode,
    /// Line of the references, an index of [`LINES`](crate::predict::edges::LINES).
    pub(crate) line: u8,
    pub(crate) tb: TransformBlock,
}

/// A block of the chroma tree: both planes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ChromaBlock {
    pub(crate) node: Node,
    /// QP offset of the cell at its centre.
    pub(crate) offset: i8,
    pub(crate) mode: ChromaMode,
    /// Luma mode at its centre.
    pub(crate) luma_mode: IntraMode,
    /// Vector of the luma block there, where it is a copy; in chroma samples.
    pub(crate) luma_vector: Option<Vector>,
    /// Cb and Cr.
    pub(crate) tb: [TransformBlock; 2],
}

/// All that is coded of a superblock.
#[derive(Debug, Clone, Default)]
pub(crate) struct Superblock {
    /// The chroma tree is the luma tree.
    pub(crate) shared_tree: bool,
    /// Splits of all nodes in coding order, forced ones too.
    pub(crate) luma_splits: Vec<Split>,
    pub(crate) chroma_splits: Vec<Split>,
    pub(crate) luma: Vec<LumaBlock>,
    pub(crate) chroma: Vec<ChromaBlock>,
    pub(crate) levels: Vec<i32>,
    /// Those of all palettes' maps.
    pub(crate) indices: Vec<u8>,
}

impl Superblock {
    /// Empties it, keeping its memory.
    pub(crate) fn clear(&mut self) {
        self.shared_tree = false;
        self.luma_splits.clear();
        self.chroma_splits.clear();
        self.luma.clear();
        self.chroma.clear();
        self.levels.clear();
        self.indices.clear();
    }

    pub(crate) fn splits_mut(&mut self, channel: Channel) -> &mut Vec<Split> {
        match channel {
            Channel::Luma => &mut self.luma_splits,
            Channel::Chroma => &mut self.chroma_splits,
        }
    }
}

impl LumaBlock {
    /// A block at `node` predicted by `mode`, without levels.
    pub(crate) fn blank(node: Node, offset: i8, mode: IntraMode) -> Self {
        Self { node, offset, prediction: Prediction::Intra, mode, line: 0, tb: TransformBlock::UNCODED }
    }

    /// What later blocks see of it but for its spectra.
    pub(crate) fn unit(&self) -> Unit {
        Unit {
            log2_w: self.node.log2_w as u8,
            log2_h: self.node.log2_h as u8,
            mode: UnitMode::Luma(self.mode),
            spectrum: Default::default(),
        }
    }
}

impl ChromaBlock {
    /// The vector by which it is copied, if it is.
    pub(crate) fn vector(&self) -> Option<Vector> {
        self.luma_vector.filter(|_| self.mode == ChromaMode::Derived)
    }

    /// What later blocks see of it but for its spectra.
    pub(crate) fn unit(&self) -> Unit {
        Unit {
            log2_w: self.node.log2_w as u8,
            log2_h: self.node.log2_h as u8,
            mode: UnitMode::Chroma(self.mode.family()),
            spectrum: Default::default(),
        }
    }
}
