//! Working memory of the search, and what it keeps between its steps.

use super::shortlist::Shortlist;
use crate::encoder::effort::Effort;
use crate::encoder::quantise::{Scratch, Viterbi};
use crate::predict::edges::{Edges, LINES};
use crate::predict::{ChromaMode, IntraMode};
use crate::recon::{MAX_BLOCK, References};
use crate::syntax::block::LumaBlock;
use crate::transform::{MAX_CODED, TxType};

/// A way to predict a block, with an estimate of its cost.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    pub(super) cost: f64,
    /// Price of mode and line, in squared steps.
    pub(super) price: f64,
    pub(super) mode: IntraMode,
    pub(super) line: u8,
}

/// A block that is predicted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Predicted {
    /// Without levels.
    pub(super) block: LumaBlock,
    /// Price of the prediction, in squared steps.
    pub(super) price: f64,
    /// Where it stands.
    pub(super) slot: usize,
}

/// A way to code a block, before its levels are chosen.
#[derive(Debug)]
pub(super) struct Trial {
    pub(super) predicted: Predicted,
    pub(super) tx: TxType,
    /// Of its palette.
    pub(super) indices: Vec<u8>,
    /// Its coefficients.
    pub(super) room: Room,
    /// Distortion by frequencies that are not coded.
    pub(super) dropped: f64,
    /// What all of it costs, about.
    pub(super) estimate: f64,
    /// Whether that has levels.
    pub(super) coded: bool,
}

/// A mode and the bits that it takes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Offer {
    pub(super) mode: ChromaMode,
    pub(super) bits: f64,
}

/// A way to predict a block, transformed.
#[derive(Debug)]
pub(super) struct ChromaTrial {
    pub(super) offer: Offer,
    /// Where its predictions stand.
    pub(super) slot: usize,
    /// By plane: coefficients, and the levels chosen last.
    pub(super) rooms: [Room; 2],
    /// Distortion by frequencies that are not coded.
    pub(super) dropped: [f64; 2],
    /// What all of it costs, about.
    pub(super) estimate: f64,
}

/// Working memory of the search.
#[derive(Debug)]
pub(super) struct Memory {
    /// By line.
    pub(super) edges: [Edges; LINES.len()],
    /// By plane of the channel, then by slot of the shortlist.
    pub(super) predictions: [Vec<Box<[u16]>>; 2],
    pub(super) shortlist: Shortlist,
    pub(super) quantise: Scratch,
    pub(super) viterbi: Viterbi,
    pub(super) source: Box<[u16]>,
    pub(super) residual: Box<[i32]>,
    /// Samples of nodes as they stand after the best found so far, the last one's last.
    pub(super) saved: Vec<u16>,
    /// Predictions of the luma block that is searched.
    pub(super) ranked: Vec<Candidate>,
    /// Those that are tried, transformed.
    pub(super) trials: Vec<Trial>,
    /// Modes of the chroma block that is searched.
    pub(super) ranked_chroma: Vec<Offer>,
    /// Those that are tried, transformed.
    pub(super) chroma_trials: Vec<ChromaTrial>,
    pub(super) spare: Vec<Room>,
    pub(super) references: References,
}

impl Memory {
    /// For as many trials as `effort` makes.
    pub(super) fn new(effort: &Effort) -> Self {
        let slots = |most: usize| (0..=most).map(|_| vec![0; MAX_BLOCK].into()).collect();
        Self {
            edges: std::array::from_fn(|_| Edges::new()),
            predictions: [effort.luma_modes.max(effort.chroma_modes), effort.chroma_modes].map(slots),
            shortlist: Shortlist::default(),
            quantise: Scratch::new(),
            viterbi: Viterbi::new(),
            source: vec![0; MAX_BLOCK].into(),
            residual: vec![0; MAX_BLOCK].into(),
            saved: Vec::new(),
            ranked: Vec::new(),
            trials: Vec::new(),
            ranked_chroma: Vec::new(),
            chroma_trials: Vec::new(),
            spare: Vec::new(),
            references: References::new(),
        }
    }

    pub(super) fn room(&mut self) -> Room {
        self.spare.pop().unwrap_or_else(|| Room { coefficients: vec![0; MAX_CODED].into(), levels: Vec::new() })
    }
}

/// Room for a plane of a block.
#[derive(Debug)]
pub(super) struct Room {
    pub(super) coefficients: Box<[i32]>,
    pub(super) levels: Vec<i32>,
}
