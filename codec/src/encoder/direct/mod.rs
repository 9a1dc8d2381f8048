//! The direct way through a tile, of the low efforts: the partition is planned on the source (`layout`), then each block
//! is coded once, in order, and never again.

mod chroma;
mod gradient;
mod layout;
mod levels;
mod luma;
mod quantise;

use std::borrow::Cow;

use self::gradient::Gradients;
use self::layout::Planned;
use super::adaptive::Offsets;
use super::effort::Direct;
use super::quantise as search;
use super::search::Shared;
use super::tile::{Way, Writer};
use crate::entropy::cost::Counter;
use crate::entropy::levels::LevelModels;
use crate::entropy::model::Models;
use crate::image::plane::Plane;
use crate::predict::edges::Edges;
use crate::recon::{MAX_BLOCK, MAX_CODED, Reconstruction, References, Signs, TileSamples};
use crate::syntax::block::Superblock;
use crate::syntax::state::TileState;
use crate::syntax::superblock::Walk;
use crate::syntax::tree::{Node, SUPERBLOCK_LOG2};

/// Working memory.
#[derive(Debug)]
struct Memory {
    edges: Edges,
    references: References,
    /// The best prediction so far, of both planes of chroma, and the one at hand.
    best: Box<[u16]>,
    trial: Box<[u16]>,
    residual: Box<[i32]>,
    coefficients: Box<[i32]>,
    /// Those of another transform.
    others: Box<[i32]>,
    quantise: search::Scratch,
    planned: Vec<Planned>,
}

/// The way through one tile.
#[derive(Debug)]
pub(super) struct DirectTile<'a> {
    shared: &'a Shared<'a>,
    direct: &'a Direct,
    source: &'a [Cow<'a, Plane>],
    offsets: Option<Offsets>,
    gradients: Gradients,
    recon: Reconstruction<'a>,
    walk: Walk<'a, Counter>,
    memory: Memory,
    sb: Superblock,
}

impl<'a> DirectTile<'a> {
    /// `direct` says how much is tried, `source` holds the planes of the tile, `offsets` what is wanted for its cells, `samples` none yet.
    pub(super) fn new(
        shared: &'a Shared<'a>,
        direct: &'a Direct,
        source: &'a [Cow<'a, Plane>],
        offsets: Option<Offsets>,
        samples: TileSamples,
        state: TileState,
    ) -> Self {
        let header = shared.context.header;
        let counter =
            Counter::new(header.profile, &Models::new(), &LevelModels::new(header.profile, header.is_trellis()));
        Self {
            shared,
            direct,
            source,
            offsets,
            gradients: Gradients::of(shared.context.simd, &source[0]),
            recon: Reconstruction::new(shared.context, samples),
            walk: Walk::new(counter, header, state),
            memory: Memory {
                edges: Edges::new(),
                references: References::new(),
                best: vec![0; 2 * MAX_BLOCK].into(),
                trial: vec![0; 2 * MAX_BLOCK].into(),
                residual: vec![0; MAX_BLOCK].into(),
                coefficients: vec![0; MAX_CODED].into(),
                others: vec![0; MAX_CODED].into(),
                quantise: search::Scratch::new(),
                planned: Vec::new(),
            },
            sb: Superblock::default(),
        }
    }

    /// Finds the coding of the superblock at luma sample (x, y), and codes its signs.
    fn find(&mut self, x: usize, y: usize, signs: &mut impl Signs) {
        self.sb.clear();
        let root = Node { x, y, log2_w: SUPERBLOCK_LOG2, log2_h: SUPERBLOCK_LOG2 };
        self.lay_out(root);
        let planned = std::mem::take(&mut self.memory.planned);
        for block in &planned {
            self.luma_block(block, signs);
        }
        self.memory.planned = planned;
        let header = self.shared.context.header;
        if !header.gray {
            let shift = u32::from(header.subsampled);
            let log2 = SUPERBLOCK_LOG2 - shift;
            let root = Node { x: x >> shift, y: y >> shift, log2_w: log2, log2_h: log2 };
            self.chroma_tree(root, signs);
        }
    }
}

impl Way for DirectTile<'_> {
    fn superblock<const FAST: bool>(&mut self, x: usize, y: usize, Writer { walk, signs }: &mut Writer<'_, FAST>) {
        // The price of modes hardly changes; that of levels does.
        if self.shared.plan.rule.optimise {
            self.walk.coder.set_models(walk.coder.models(), walk.coder.levels());
        }
        self.find(x, y, signs);
        walk.superblock(&mut self.sb, x, y);
    }

    fn into_samples(self) -> TileSamples {
        self.recon.samples
    }
}
