//! The partition of a superblock, planned on the source alone: what a block costs, about, against
//! its quarters. Source samples stand in for the references.

mod gradient;

use std::cmp::Ordering;

use self::gradient::Gradients;
use super::effort::Depth;
use super::quantise::{Estimate, per_step};
use super::shared::Shared;
use crate::encoder::adaptive::cells::Offsets;
use crate::encoder::kernels::forward::forward;
use crate::encoder::kernels::satd::{Pair, residual, satd};
use crate::image::plane::{Block, Plane, Rect};
use crate::predict::edges::{Available, Edges};
use crate::predict::{IntraMode, predict};
use crate::recon::MAX_BLOCK;
use crate::syntax::tree::{Choices, Node, SUPERBLOCK_LOG2, Split};
use crate::transform::{MAX_CODED, TxShape, TxType};

/// A block of the plan.
#[derive(Debug, Clone, Copy)]
pub(super) struct Planned {
    pub(super) node: Node,
    /// The best of the modes tried.
    pub(super) mode: IntraMode,
    /// About what it costs, in squared steps.
    cost: f64,
}

/// What a square costs, about, as one block and in four.
#[derive(Debug, Clone, Copy)]
pub(super) struct Costs {
    pub(super) whole: f64,
    pub(super) quarters: f64,
}

/// Plans superblocks of a tile, one after the other.
#[derive(Debug)]
pub(super) struct Layout<'a> {
    shared: &'a Shared<'a>,
    depth: Depth,
    width: usize,
    height: usize,
    gradients: Gradients,
    /// Of the superblock, in coding order.
    pub(super) splits: Vec<Split>,
    pub(super) blocks: Vec<Planned>,
    /// Of its squares, by [`index`].
    costs: Box<[Option<Costs>]>,
    edges: Edges,
    /// The best prediction so far, and the one at hand.
    best: Box<[u16]>,
    trial: Box<[u16]>,
    residual: Box<[i32]>,
    coefficients: Box<[i32]>,
}

/// Bits that modes take, about.
const SIMPLE_BITS: f64 = 2.0;
const ANGLE_BITS: f64 = 5.0;

impl<'a> Layout<'a> {
    /// For a tile of `width` x `height` samples of luma.
    pub(super) fn new(shared: &'a Shared<'a>, depth: Depth, width: usize, height: usize) -> Self {
        Self {
            shared,
            depth,
            width,
            height,
            gradients: Gradients::new(width, height),
            splits: Vec::new(),
            blocks: Vec::new(),
            costs: vec![None; SQUARES].into(),
            edges: Edges::new(),
            best: vec![0; MAX_BLOCK].into(),
            trial: vec![0; MAX_BLOCK].into(),
            residual: vec![0; MAX_BLOCK].into(),
            coefficients: vec![0; MAX_CODED].into(),
        }
    }

    /// The row of superblocks of `luma` that begins at row `y` comes next.
    pub(super) fn begin_row(&mut self, luma: &Plane, y: usize) {
        self.gradients.take(self.shared.context.simd, luma, y);
    }

    /// Plans the luma tree of the superblock at `root`.
    pub(super) fn plan(&mut self, root: Node, luma: &Plane, offsets: Option<&Offsets>) {
        self.splits.clear();
        self.blocks.clear();
        self.costs.fill(None);
        self.node(root, &Input { luma, offsets });
    }

    /// What the square `node` of the superblock costs, about, where both were looked at.
    pub(super) fn costs(&self, node: &Node) -> Option<Costs> {
        if node.log2_w == node.log2_h { self.costs[index(node)] } else { None }
    }

    /// Plans `node`; returns about what it costs.
    fn node(&mut self, node: Node, source: &Input<'_>) -> f64 {
        if node.x >= self.width || node.y >= self.height {
            return 0.0;
        }
        if let Some(split) = forced(&node, self.width, self.height) {
            self.splits.push(split);
            return node.children(split).map(|child| self.node(child, source)).sum();
        }
        let whole = (node.log2_w < SUPERBLOCK_LOG2).then(|| self.planned(node, source));
        let stop = self.shared.plan.parameters.layout_stop * (node.w() * node.h()) as f64;
        let settled = |whole: &Planned| node.log2_w <= self.depth.smallest_log2 || whole.cost < stop;
        let mark = Mark { splits: self.splits.len(), blocks: self.blocks.len() };
        if let Some(whole) = whole.filter(settled) {
            return self.replace(mark, whole);
        }
        self.splits.push(Split::Quad);
        let quarters = node.children(Split::Quad).map(|child| self.node(child, source)).sum();
        // One block of a whole superblock is for what is as large as that all over.
        let whole = whole.or_else(|| (self.blocks.len() == mark.blocks + 4).then(|| self.planned(node, source)));
        let Some(whole) = whole else { return quarters };
        self.costs[index(&node)] = Some(Costs { whole: whole.cost, quarters });
        if whole.cost < quarters { self.replace(mark, whole) } else { quarters }
    }

    /// Puts `block` in the place of all that was planned since `mark`; returns what it costs.
    fn replace(&mut self, mark: Mark, block: Planned) -> f64 {
        self.splits.truncate(mark.splits);
        self.blocks.truncate(mark.blocks);
        self.splits.push(Split::None);
        self.blocks.push(block);
        block.cost
    }

    /// `node` as one block.
    fn planned(&mut self, node: Node, source: &Input<'_>) -> Planned {
        let (context, rect, luma) = (self.shared.context, node.rect(), source.luma);
        let available = Available {
            top: if rect.y > 0 { (rect.w + rect.h).min(luma.width() - rect.x) } else { 0 },
            left: if rect.x > 0 { rect.h } else { 0 },
            corner: rect.x > 0 && rect.y > 0,
        };
        self.edges.fill(luma, rect, available, context.header.internal_depth(), 0);
        let offset = source.offsets.map_or(0, |offsets| offsets.at(node.x, node.y, node.w(), node.h()));
        let qp = context.header.block_qp(offset);
        let pair = Pair { a: luma.from(rect.x, rect.y), a_stride: luma.width(), b: &[], b_stride: rect.w };
        let mode = self.mode_of_lines(rect, pair, qp);
        residual(context.simd, Pair { b: &self.best, ..pair }, rect.w, rect.h, &mut self.residual);
        let shape = TxShape { w: node.w(), h: node.h(), tx: TxType::DCT, extra: context.header.extra_depth() };
        forward(context.simd, &self.residual, shape, &mut self.coefficients);
        let coefficients = self.shared.coefficients(0, &node, &self.coefficients, TxType::DCT, qp);
        let Estimate { cost, .. } = coefficients.estimate(self.shared.plan.rule.lambda);
        let dropped = self.shared.dropped(&node, 0, qp, &self.residual, &self.coefficients);
        let p = &self.shared.plan.parameters;
        Planned { node, mode, cost: cost + dropped + p.layout_block + p.lambda * mode_bits(mode) }
    }

    /// The best of the simple modes and the angles near the block's lines, by what they leave of
    /// the source in `pair`; its prediction is the best one then.
    fn mode_of_lines(&mut self, rect: Rect, pair: Pair<'_>, qp: u16) -> IntraMode {
        let mut best = (f64::INFINITY, IntraMode::Planar);
        for mode in [IntraMode::Planar, IntraMode::Dc].into_iter().chain(self.gradients.angle(rect)) {
            self.try_mode(rect, pair, qp, mode, &mut best);
        }
        let mut gap = self.depth.turn;
        while let (IntraMode::Angular(angle), 1..) = (best.1, gap) {
            for mode in IntraMode::beside(angle, gap) {
                self.try_mode(rect, pair, qp, mode, &mut best);
            }
            gap /= 2;
        }
        best.1
    }

    fn try_mode(&mut self, rect: Rect, pair: Pair<'_>, qp: u16, mode: IntraMode, best: &mut (f64, IntraMode)) {
        let context = self.shared.context;
        let (depth, extra) = (context.header.internal_depth(), context.header.extra_depth());
        predict(context.simd, mode, &self.edges, depth, &mut Block::packed(&mut self.trial, rect.w, rect.h));
        let difference = satd(context.simd, Pair { b: &self.trial, ..pair }, extra, rect.w, rect.h);
        let rate = self.shared.plan.parameters.rank_lambda * mode_bits(mode);
        let cost = f64::from(difference) * per_step(qp) + rate;
        if cost < best.0 {
            *best = (cost, mode);
            std::mem::swap(&mut self.best, &mut self.trial);
        }
    }
}

/// What is planned on.
struct Input<'s> {
    luma: &'s Plane,
    offsets: Option<&'s Offsets>,
}

/// A place in the plan.
#[derive(Debug, Clone, Copy)]
struct Mark {
    splits: usize,
    blocks: usize,
}

/// Squares in a superblock, from the whole of it down to those of 4 samples a side.
const SQUARES: usize = 1 + 4 + 16 + 64 + 256;

/// The number of a square within its superblock: larger ones before smaller ones.
fn index(node: &Node) -> usize {
    let depth = SUPERBLOCK_LOG2 - node.log2_w;
    let within = |at: usize| (at % (1 << SUPERBLOCK_LOG2)) >> node.log2_w;
    ((1 << (2 * depth)) - 1) / 3 + (within(node.y) << depth) + within(node.x)
}

/// The split that a node at the edge of the picture has, or one that the edge made oblong.
pub(super) fn forced(node: &Node, width: usize, height: usize) -> Option<Split> {
    match node.choices(width, height) {
        Choices::Forced(split) => Some(split),
        Choices::Free { .. } => towards_square(node, 0),
    }
}

/// The cut that makes of an oblong node what the squares inside of the picture are cut into. Oblong
/// nodes without a halving before them are those that the edge of the picture made; without this
/// they would stay as large as they are.
pub(super) fn towards_square(node: &Node, halvings: u32) -> Option<Split> {
    match node.log2_w.cmp(&node.log2_h) {
        _ if halvings > 0 => None,
        Ordering::Equal => None,
        Ordering::Greater => Some(Split::V2),
        Ordering::Less => Some(Split::H2),
    }
}

fn mode_bits(mode: IntraMode) -> f64 {
    if mode.is_angular() { ANGLE_BITS } else { SIMPLE_BITS }
}
