//! The direct way through a tile, of the low efforts: the partition is planned on the source
//! ([`Layout`]), then each block is coded once, in order, and never again.

mod chroma;
mod levels;
mod luma;
mod quantise;

use super::effort::Direct;
use super::layout::Layout;
use super::shared::Shared;
use super::tile::way::{Ground, Way};
use crate::encoder::adaptive::cells::Offsets;
use crate::encoder::quantise::Scratch;
use crate::entropy::cost::Counter;
use crate::entropy::learnt::Learnt;
use crate::image::plane::Plane;
use crate::predict::edges::Edges;
use crate::recon::{MAX_BLOCK, Reconstruction, References, SignNoter, Signs, TileSamples};
use crate::syntax::block::Superblock;
use crate::syntax::state::TileState;
use crate::syntax::superblock::Walk;
use crate::syntax::tree::{Node, SUPERBLOCK_LOG2};
use crate::transform::MAX_CODED;

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
    quantise: Scratch,
}

/// The way through one tile.
#[derive(Debug)]
pub(super) struct DirectTile<'a> {
    shared: &'a Shared<'a>,
    direct: &'a Direct,
    source: Vec<Plane>,
    offsets: Option<Offsets>,
    layout: Layout<'a>,
    recon: Reconstruction<'a>,
    walk: Walk<'a, Counter>,
    memory: Memory,
    sb: Superblock,
}

impl<'a> DirectTile<'a> {
    /// `direct` says how much is tried, `source` has room for some rows of the tile's planes,
    /// `offsets` what is wanted for its cells, `samples` none yet.
    pub(super) fn new(
        shared: &'a Shared<'a>,
        direct: &'a Direct,
        source: Vec<Plane>,
        offsets: Option<Offsets>,
        samples: TileSamples,
        state: TileState,
    ) -> Self {
        let header = shared.context.header;
        let counter = Counter::new(header.profile, Learnt::new(header.profile, header.start()));
        Self {
            shared,
            direct,
            layout: Layout::new(shared, direct.depth, state.luma.width(), state.luma.height()),
            source,
            offsets,
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
                quantise: Scratch::new(),
            },
            sb: Superblock::default(),
        }
    }

    /// Finds the coding of the superblock at luma sample (x, y), and codes its signs.
    fn find(&mut self, x: usize, y: usize, signs: &mut impl Signs) {
        self.sb.clear();
        let root = Node { x, y, log2_w: SUPERBLOCK_LOG2, log2_h: SUPERBLOCK_LOG2 };
        self.layout.plan(root, &self.source[0], self.offsets.as_ref());
        std::mem::swap(&mut self.sb.luma_splits, &mut self.layout.splits);
        for i in 0..self.layout.blocks.len() {
            self.luma_block(self.layout.blocks[i], signs);
        }
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
    fn ground(&mut self) -> Ground<'_> {
        let (walk, samples) = (&mut self.walk, &mut self.recon.samples);
        Ground { source: &mut self.source, samples, state: &mut walk.state, prices: &mut walk.coder }
    }

    fn begin_row(&mut self, y: usize) {
        self.layout.begin_row(&self.source[0], y);
    }

    fn superblock(&mut self, (x, y): (usize, usize), sb: &mut Superblock, signs: &mut SignNoter) {
        self.find(x, y, signs);
        std::mem::swap(&mut self.sb, sb);
    }
}
