//! The partition of a superblock, planned on the source alone: what a block costs, about, against its quarters.
//! Source samples stand in for the references.

use super::DirectTile;
use super::levels::Spot;
use crate::encoder::satd::{Pair, satd};
use crate::encoder::search::partition::towards_square;
use crate::encoder::search::per_step;
use crate::image::plane::{Block, Rect};
use crate::predict::edges::Available;
use crate::predict::{IntraMode, predict};
use crate::syntax::tree::{Choices, Node, SUPERBLOCK_LOG2, Split};
use crate::transform::TxType;

/// A block of the plan.
#[derive(Debug, Clone, Copy)]
pub(super) struct Planned {
    pub(super) node: Node,
    /// The best of the modes tried.
    pub(super) mode: IntraMode,
    /// About what it costs, in squared steps.
    cost: f64,
}

/// Bits that modes take, about.
const SIMPLE_BITS: f64 = 2.0;
const ANGLE_BITS: f64 = 5.0;

impl DirectTile<'_> {
    /// Plans the luma tree of the superblock at `root`: its splits, and its blocks into memory.
    pub(super) fn lay_out(&mut self, root: Node) {
        self.memory.planned.clear();
        self.lay_out_node(root);
    }

    /// Plans `node`; returns about what it costs.
    fn lay_out_node(&mut self, node: Node) -> f64 {
        let (width, height) = (self.walk.state.luma.width(), self.walk.state.luma.height());
        if node.x >= width || node.y >= height {
            return 0.0;
        }
        if let Some(split) = forced(&node, width, height) {
            self.sb.luma_splits.push(split);
            return node.children(split).map(|child| self.lay_out_node(child)).sum();
        }
        let smallest = self.direct.smallest_log2;
        let whole = (node.log2_w < SUPERBLOCK_LOG2).then(|| self.planned(node));
        let settled = |whole: &Planned| {
            let stop = self.shared.plan.parameters.direct_stop * (node.w() * node.h()) as f64;
            node.log2_w <= smallest || whole.cost < stop
        };
        if let Some(whole) = whole.filter(settled) {
            return self.replace(self.mark(), whole);
        }
        let mark = self.mark();
        self.sb.luma_splits.push(Split::Quad);
        let quarters = node.children(Split::Quad).map(|child| self.lay_out_node(child)).sum();
        // One block of a whole superblock is for what is as large as that all over.
        let whole = whole.or_else(|| (self.memory.planned.len() == mark.blocks + 4).then(|| self.planned(node)));
        let Some(whole) = whole else { return quarters };
        if whole.cost < quarters { self.replace(mark, whole) } else { quarters }
    }

    /// How far the plan is.
    fn mark(&self) -> Mark {
        Mark { splits: self.sb.luma_splits.len(), blocks: self.memory.planned.len() }
    }

    /// Puts `block` in the place of all that was planned since `mark`; returns what it costs.
    fn replace(&mut self, mark: Mark, block: Planned) -> f64 {
        self.sb.luma_splits.truncate(mark.splits);
        self.memory.planned.truncate(mark.blocks);
        self.sb.luma_splits.push(Split::None);
        self.memory.planned.push(block);
        block.cost
    }

    /// `node` as one block.
    fn planned(&mut self, node: Node) -> Planned {
        let (rect, plane, header) = (node.rect(), &self.source[0], self.shared.context.header);
        let available = Available {
            top: if rect.y > 0 { (rect.w + rect.h).min(plane.width() - rect.x) } else { 0 },
            left: if rect.x > 0 { rect.h } else { 0 },
            corner: rect.x > 0 && rect.y > 0,
        };
        self.memory.edges.fill(plane, rect, available, header.internal_depth(), 0);
        let offset = self.offsets.as_ref().map_or(0, |offsets| offsets.at(node.x, node.y, node.w(), node.h()));
        let qp = header.block_qp(offset);
        let mode = self.mode_of_lines(rect, qp);
        let p = &self.shared.plan.parameters;
        let cost = p.direct_block + p.lambda * mode_bits(mode);
        self.take_residual(0, rect);
        let estimate = self.estimate(&Spot::luma(node, qp), TxType::DCT);
        let m = &self.memory;
        let dropped = self.shared.dropped(&node, 0, qp, &m.residual, &m.coefficients);
        Planned { node, mode, cost: cost + estimate.cost + dropped }
    }

    /// The best of the simple modes and the angles near the block's lines, by what they leave; its prediction is the best
    /// one then.
    fn mode_of_lines(&mut self, rect: Rect, qp: u16) -> IntraMode {
        let mut best = (f64::INFINITY, IntraMode::PLANAR);
        for mode in [IntraMode::PLANAR, IntraMode::DC].into_iter().chain(self.gradients.angle(rect)) {
            self.try_planned(rect, qp, mode, &mut best);
        }
        let mut gap = self.direct.turn;
        while let Some(angle) = best.1.angle_index().filter(|_| gap > 0) {
            for mode in IntraMode::beside(angle as u8, gap) {
                self.try_planned(rect, qp, mode, &mut best);
            }
            gap /= 2;
        }
        best.1
    }

    fn try_planned(&mut self, rect: Rect, qp: u16, mode: IntraMode, best: &mut (f64, IntraMode)) {
        let rate = self.shared.plan.parameters.rank_lambda * mode_bits(mode);
        let cost = f64::from(self.difference(rect, mode)) * per_step(qp) + rate;
        if cost < best.0 {
            *best = (cost, mode);
            std::mem::swap(&mut self.memory.best, &mut self.memory.trial);
        }
    }

    /// What `mode` leaves of the luma at `rect`, by the references at hand, Hadamard-transformed. The prediction is the one
    /// at hand then.
    pub(super) fn difference(&mut self, rect: Rect, mode: IntraMode) -> u32 {
        let (context, m) = (&self.shared.context, &mut self.memory);
        let (depth, extra) = (context.header.internal_depth(), context.header.extra_depth());
        predict(context.simd, mode, &m.edges, depth, &mut Block::packed(&mut m.trial, rect.w, rect.h));
        let source = &self.source[0];
        let a = source.from(rect.x, rect.y);
        let pair = Pair { a, a_stride: source.width(), b: &m.trial, b_stride: rect.w };
        satd(context.simd, pair, extra, rect.w, rect.h)
    }
}

/// A place in the plan.
#[derive(Debug, Clone, Copy)]
struct Mark {
    splits: usize,
    blocks: usize,
}

/// The split that a node at the edge of the picture has, or one that the edge made oblong.
pub(super) fn forced(node: &Node, width: usize, height: usize) -> Option<Split> {
    match node.choices(width, height) {
        Choices::Forced(split) => Some(split),
        Choices::Free { .. } => towards_square(node, 0),
    }
}

fn mode_bits(mode: IntraMode) -> f64 {
    if mode.angle_index().is_some() { ANGLE_BITS } else { SIMPLE_BITS }
}
