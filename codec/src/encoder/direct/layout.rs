//! The partition of a superblock, planned on the source alone: what a few modes leave of a block against what they leave
//! of its quarters, both by Hadamard-transformed difference. Source samples stand in for the references.

use super::DirectTile;
use crate::encoder::satd::{Pair, satd};
use crate::encoder::search::per_step;
use crate::image::plane::{Block, Rect};
use crate::predict::edges::Available;
use crate::predict::{IntraMode, predict};
use crate::syntax::tree::{Choices, Node, Split};

/// A block of the plan.
#[derive(Debug, Clone, Copy)]
pub(super) struct Planned {
    pub(super) node: Node,
    /// The best of the modes tried.
    pub(super) mode: IntraMode,
    /// In squared steps, about.
    cost: f64,
}

/// About what modes take, and what each block takes besides, in bits.
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
        let (width, height) = (self.source[0].width(), self.source[0].height());
        if node.x >= width || node.y >= height {
            return 0.0;
        }
        let direct = self.shared.plan.effort.direct;
        let split = match node.choices(width, height) {
            Choices::Forced(split) => split,
            // Oblong nodes are those that the edge of the picture makes.
            _ if node.log2_w > node.log2_h => Split::V2,
            _ if node.log2_w < node.log2_h => Split::H2,
            _ if node.log2_w <= direct.smallest_log2 => {
                let whole = self.planned(node);
                return self.leaf(whole);
            }
            _ => {
                let p = &self.shared.plan.parameters;
                let (stop, bias) = (p.direct_stop, p.direct_bias);
                let whole = (node.log2_w < 6).then(|| self.planned(node));
                if let Some(whole) = whole
                    && whole.cost < stop * (node.w() * node.h()) as f64
                {
                    return self.leaf(whole);
                }
                let before = (self.sb.luma_splits.len(), self.memory.planned.len());
                let quarters = self.quarters(node, Split::Quad);
                let all_whole = self.memory.planned.len() == before.1 + 4;
                let whole = whole.or_else(|| (all_whole && quarters < 8.0 * stop * 4096.0).then(|| self.planned(node)));
                return match whole {
                    Some(whole) if whole.cost < quarters * bias => {
                        self.sb.luma_splits.truncate(before.0);
                        self.memory.planned.truncate(before.1);
                        self.leaf(whole)
                    }
                    _ => quarters,
                };
            }
        };
        self.quarters(node, split)
    }

    fn quarters(&mut self, node: Node, split: Split) -> f64 {
        self.sb.luma_splits.push(split);
        let mut cost = 0.0;
        for child in node.children(split) {
            cost += self.lay_out_node(child);
        }
        cost
    }

    fn leaf(&mut self, planned: Planned) -> f64 {
        self.sb.luma_splits.push(Split::None);
        self.memory.planned.push(planned);
        planned.cost
    }

    /// `node` as one block.
    fn planned(&mut self, node: Node) -> Planned {
        let (rect, plane) = (node.rect(), &self.source[0]);
        let available = Available {
            top: if rect.y > 0 { (rect.w + rect.h).min(plane.width() - rect.x) } else { 0 },
            left: if rect.x > 0 { rect.h } else { 0 },
            corner: rect.x > 0 && rect.y > 0,
        };
        let header = self.shared.context.header;
        let depth = header.internal_depth();
        self.memory.edges.fill(plane, rect, available, depth, 0);
        let p = &self.shared.plan.parameters;
        let offset = self.offsets.as_ref().map_or(0, |o| o.at(node.x, node.y, node.w(), node.h()));
        let scale = per_step(header.block_qp(offset));
        let modes = [Some(IntraMode::PLANAR), Some(IntraMode::DC), self.gradients.angle(rect)];
        let mut best = Planned { node, mode: IntraMode::PLANAR, cost: f64::INFINITY };
        let x = self.shared.plan.effort.direct.x;
        let more = [IntraMode::HORIZONTAL, IntraMode::VERTICAL, IntraMode::PAETH, IntraMode::SMOOTH_H, IntraMode::SMOOTH_V];
        for mode in modes.into_iter().flatten().chain(more.into_iter().take(x[0] as usize)) {
            let bits = if mode.angle_index().is_some() { ANGLE_BITS } else { SIMPLE_BITS };
            let cost = self.difference(rect, mode) as f64 * scale + p.rank_lambda * bits;
            if cost < best.cost {
                best = Planned { mode, cost, ..best };
            }
        }
        let mut gap = x[1] as u8;
        while gap > 0 && best.mode.angle_index().is_some() {
            let angle = best.mode.0 - IntraMode::ANGULAR0.0;
            for a in [angle.checked_sub(gap), Some(angle + gap).filter(|&a| a < 64)].into_iter().flatten() {
                let mode = IntraMode(IntraMode::ANGULAR0.0 + a);
                let cost = self.difference(rect, mode) as f64 * scale + p.rank_lambda * ANGLE_BITS;
                if cost < best.cost {
                    best = Planned { mode, cost, ..best };
                }
            }
            gap /= 2;
        }
        best.cost += p.direct_block * if node.log2_w == 2 { 1.0 + x[2] } else { 1.0 };
        best
    }

    /// What `mode` leaves of the block at `rect`, by the references at hand, Hadamard-transformed. The prediction is the
    /// one at hand then.
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
