//! What the stream says of a superblock: splits, blocks and levels, parsed or to be written.

use super::copy::Vector;
use super::screen::Source;
use super::state::{Channel, Unit};
use super::tree::{Node, Split};
use crate::predict::IntraMode;
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
    pub(crate) source: Source,
    /// DC where the source is not the mode.
    pub(crate) mode: IntraMode,
    /// Line of the references, an index of [`LINES`](crate::predict::edges::LINES).
    pub(crate) line: u8,
    pub(crate) tb: TransformBlock,
}

/// The neighbours that a cross-component model is fitted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Neighbours {
    Both,
    Above,
    Left,
}

/// How chroma is predicted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChromaMode {
    /// As the luma block at its centre.
    Derived,
    /// By a mode of its own.
    Own(IntraMode),
    /// From luma, by a linear model fitted to neighbours.
    Fitted(Neighbours),
    /// From luma, with slopes for Cb and Cr in 1/8, -16 to 16.
    Explicit([i8; 2]),
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
        Self { node, offset, source: Source::Mode, mode, line: 0, tb: TransformBlock::UNCODED }
    }

    /// What later blocks see of it but for its spectra.
    pub(crate) fn unit(&self) -> Unit {
        Unit {
            log2_w: self.node.log2_w as u8,
            log2_h: self.node.log2_h as u8,
            mode: self.mode.seen().0,
            learned: self.mode.learned_index().is_some(),
            spectrum: Default::default(),
        }
    }
}

impl ChromaMode {
    /// Family, for contexts: 0 a mode of its own, 1 derived, 2 from luma samples.
    pub(crate) fn family(self) -> u8 {
        match self {
            Self::Own(_) => 0,
            Self::Derived => 1,
            Self::Fitted(_) | Self::Explicit(_) => 2,
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
            mode: self.mode.family(),
            learned: false,
            spectrum: Default::default(),
        }
    }
}
