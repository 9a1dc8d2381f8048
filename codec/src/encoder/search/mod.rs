//! The search: which partition, modes, transforms and levels code a superblock best.
//!
//! Costs are in squared quantiser steps: distortion weighed by matrix and QP offset, plus lambda times bits.

mod chroma;
mod copy;
mod found;
mod luma;
mod palette;
mod partition;
mod promise;
mod ranking;
mod shortlist;
mod slopes;

use self::chroma::{Offer, Trial as ChromaTrial};
use self::luma::Trial;
use self::ranking::Candidate;
use self::shortlist::Shortlist;
use super::cells::Offsets;
use super::effort::Partition;
use super::hash::BlockHashes;
use super::layout::Layout;
use super::quantise::{self, per_step};
use super::shared::Shared;
use super::tile::{Ground, Way};
use crate::entropy::cost::Counter;
use crate::entropy::learnt::Learnt;
use crate::image::plane::{Plane, Rect};
use crate::predict::edges::{Edges, LINES};
use crate::recon::{MAX_BLOCK, Reconstruction, References, SignNoter, TileSamples};
use crate::syntax::block::Superblock;
use crate::syntax::state::TileState;
use crate::syntax::superblock::Walk;
use crate::syntax::tree::{Channel, Node, SUPERBLOCK, SUPERBLOCK_LOG2};
use crate::transform::MAX_CODED;

/// Working memory of the search.
#[derive(Debug)]
struct Memory {
    /// By line.
    edges: [Edges; LINES.len()],
    /// By plane of the channel, then by slot of the shortlist.
    predictions: [Vec<Box<[u16]>>; 2],
    shortlist: Shortlist,
    quantise: quantise::Scratch,
    source: Box<[u16]>,
    residual: Box<[i32]>,
    /// Samples of nodes as they stand after the best found so far, the last one's last.
    saved: Vec<u16>,
    /// Predictions of the luma block that is searched.
    ranked: Vec<Candidate>,
    /// Those that are tried, transformed.
    trials: Vec<Trial>,
    /// Modes of the chroma block that is searched.
    ranked_chroma: Vec<Offer>,
    /// Those that are tried, transformed.
    chroma_trials: Vec<ChromaTrial>,
    spare: Vec<Room>,
    references: References,
}

impl Memory {
    fn room(&mut self) -> Room {
        self.spare.pop().unwrap_or_else(|| Room { coefficients: vec![0; MAX_CODED].into(), levels: Vec::new() })
    }
}

/// Room for a plane of a block.
#[derive(Debug)]
struct Room {
    coefficients: Box<[i32]>,
    levels: Vec<i32>,
}

/// The search through one tile.
#[derive(Debug)]
pub(crate) struct TileSearch<'a> {
    shared: &'a Shared<'a>,
    source: Vec<Plane>,
    offsets: Option<Offsets>,
    /// Of the source's luma, where copies are tried.
    hashes: Option<BlockHashes>,
    recon: Reconstruction<'a>,
    walk: Walk<'a, Counter>,
    /// Of the superblock that is searched.
    found: Superblock,
    memory: Memory,
    partition: Partition,
    /// What guides the partition of luma.
    layout: Option<Layout<'a>>,
}

impl<'a> TileSearch<'a> {
    /// `source` has room for planes of the tile, `offsets` what is wanted for its cells, `samples` none yet.
    pub(crate) fn new(
        shared: &'a Shared<'a>,
        source: Vec<Plane>,
        offsets: Option<Offsets>,
        samples: TileSamples,
        state: TileState,
    ) -> Self {
        let header = shared.context.header;
        let learnt = Learnt::new(header.profile, header.is_trellis());
        let effort = &shared.plan.effort;
        let partition = if header.screen { effort.screens } else { effort.partition };
        let slots = |most: usize| (0..=most).map(|_| vec![0; MAX_BLOCK].into()).collect();
        let (width, height) = (state.luma.width(), state.luma.height());
        Self {
            shared,
            partition,
            layout: partition.guide.map(|guide| Layout::new(shared, guide.depth, width, height)),
            hashes: (header.screen && shared.plan.parameters.copies > 0.0).then(|| BlockHashes::of(&source[0])),
            source,
            offsets,
            recon: Reconstruction::new(shared.context, samples),
            walk: Walk::new(Counter::new(header.profile, &learnt.models, &learnt.levels), header, state),
            found: Superblock::default(),
            memory: Memory {
                edges: std::array::from_fn(|_| Edges::new()),
                predictions: [effort.luma_modes.max(effort.chroma_modes), effort.chroma_modes].map(slots),
                shortlist: Shortlist::default(),
                quantise: quantise::Scratch::new(),
                source: vec![0; MAX_BLOCK].into(),
                residual: vec![0; MAX_BLOCK].into(),
                saved: Vec::new(),
                ranked: Vec::new(),
                trials: Vec::new(),
                ranked_chroma: Vec::new(),
                chroma_trials: Vec::new(),
                spare: Vec::new(),
                references: References::new(),
            },
        }
    }

    /// Finds the coding of the superblock at luma sample (x, y).
    fn find(&mut self, x: usize, y: usize) {
        let root = Node { x, y, log2_w: SUPERBLOCK_LOG2, log2_h: SUPERBLOCK_LOG2 };
        if let Some(layout) = &mut self.layout {
            layout.plan(root, &self.source[0], self.offsets.as_ref());
        }
        self.found.clear();
        self.partition(Channel::Luma, root, 0, f64::INFINITY);
        let header = self.shared.context.header;
        self.found.shared_tree = !header.gray && !header.subsampled && self.shared.plan.parameters.shared_tree > 0.0;
        if self.found.shared_tree {
            self.follow(root);
        } else if !header.gray {
            let shift = u32::from(header.subsampled);
            let log2 = SUPERBLOCK_LOG2 - shift;
            let root = Node { x: x >> shift, y: y >> shift, log2_w: log2, log2_h: log2 };
            self.partition(Channel::Chroma, root, 0, f64::INFINITY);
        }
    }

    /// How many steps of `qp` a difference of 1 between samples is.
    fn per_step(&self, qp: u16) -> f64 {
        per_step(qp) / f64::from(1 << self.shared.context.header.extra_depth())
    }

    fn lambda(&self) -> f64 {
        self.shared.plan.parameters.lambda
    }

    /// [`Shared::dropped`] of the residual in memory.
    fn dropped(&self, node: &Node, channel: usize, qp: u16, coefficients: &[i32]) -> f64 {
        self.shared.dropped(node, channel, qp, &self.memory.residual, coefficients)
    }
}

impl Way for TileSearch<'_> {
    fn ground(&mut self) -> Ground<'_> {
        let (walk, samples) = (&mut self.walk, &mut self.recon.samples);
        Ground { source: &mut self.source, samples, state: &mut walk.state, prices: &mut walk.coder }
    }

    fn begin_row(&mut self, y: usize) {
        if let Some(layout) = &mut self.layout {
            layout.begin_row(&self.source[0], y);
        }
    }

    fn superblock(&mut self, (x, y): (usize, usize), sb: &mut Superblock, signs: &mut SignNoter) {
        self.find(x, y);
        std::mem::swap(sb, &mut self.found);
        // Signs are coded in order, by predictions that stand in their places: all of it once more.
        let (rect, header) = (Rect { x, y, w: SUPERBLOCK, h: SUPERBLOCK }, self.shared.context.header);
        (0..header.planes().min(2)).for_each(|p| self.recon.samples.unmark(p, header.in_plane(rect, p)));
        self.recon.superblock(sb, signs);
    }
}

/// Copies a block out of a plane.
fn copy_block(plane: &Plane, rect: Rect, out: &mut [u16]) {
    for (y, row) in out[..rect.w * rect.h].chunks_exact_mut(rect.w).enumerate() {
        row.copy_from_slice(&plane.row(rect.y + y)[rect.x..rect.x + rect.w]);
    }
}
