//! A luma block of the direct way: the mode planned for it against those of its neighbours, then
//! its levels.

use super::DirectTile;
use super::levels::Spot;
use crate::encoder::kernels::satd::{Pair, satd};
use crate::encoder::layout::Planned;
use crate::encoder::quantise::bits;
use crate::encoder::quantise::per_step;
use crate::image::plane::{Block, Rect};
use crate::predict::{IntraMode, predict};
use crate::recon::Signs;
use crate::syntax::block::LumaBlock;
use crate::syntax::modes::{self, MostProbable};
use crate::syntax::tree::Node;

/// The modes that were tried for a block, and the best of them.
struct Tried {
    probable: MostProbable,
    /// Steps in a difference of 1.
    scale: f64,
    cost: f64,
    mode: IntraMode,
    /// Bit by mode.
    seen: u128,
}

impl DirectTile<'_> {
    /// Codes the planned block; state and samples follow it.
    pub(super) fn luma_block(&mut self, planned: Planned, signs: &mut impl Signs) {
        let (node, header) = (planned.node, self.shared.context.header);
        let offset = self.offsets.as_ref().map_or(0, |offsets| offsets.of_block(&self.walk.state.cells, &node));
        let qp = header.block_qp(offset);
        self.recon.samples.edges(0, node.rect(), 0, &mut self.memory.edges);
        let mode = self.choose_mode(&planned, qp);
        self.take_residual(0, node.rect());
        let tb = self.code_residual(&Spot::luma(node, qp));
        let block = LumaBlock { tb, ..LumaBlock::blank(node, offset, mode) };
        self.recon.put(0, &node, &self.memory.best);
        self.recon.add_luma(&block, &self.sb.levels, signs);
        self.recon.note(0, &node, offset, &tb);
        let spectrum = self.spectrum(&node, &tb);
        self.walk.note_luma(&block, spectrum);
        self.sb.luma.push(block);
    }

    /// The best mode by what it leaves and its price; its prediction is the best one then.
    fn choose_mode(&mut self, planned: &Planned, qp: u16) -> IntraMode {
        let (node, direct) = (planned.node, self.direct);
        let probable = MostProbable::of(&self.walk.state.luma, &node, false);
        let likely = *probable.modes();
        let mut tried = Tried { probable, scale: per_step(qp), cost: f64::INFINITY, mode: planned.mode, seen: 0 };
        for mode in std::iter::once(planned.mode).chain(likely.into_iter().take(direct.probable)) {
            self.try_mode(&node, mode, &mut tried);
        }
        let mut gap = direct.angle_step;
        for angle in (0..IntraMode::ANGLES).step_by(usize::from(gap.max(1))).take_while(|_| gap > 0) {
            self.try_mode(&node, IntraMode::Angular(angle), &mut tried);
        }
        while gap > 1 {
            gap /= 2;
            let IntraMode::Angular(angle) = tried.mode else { break };
            for mode in IntraMode::beside(angle, gap) {
                self.try_mode(&node, mode, &mut tried);
            }
        }
        tried.mode
    }

    fn try_mode(&mut self, node: &Node, mode: IntraMode, tried: &mut Tried) {
        let bit = 1 << mode.number();
        if tried.seen & bit != 0 {
            return;
        }
        tried.seen |= bit;
        let difference = f64::from(self.difference(node.rect(), mode)) * tried.scale;
        if difference >= tried.cost {
            return;
        }
        let probable = &tried.probable;
        let price = self.walk.coder.count(|c| {
            modes::luma_mode(c, node, probable, mode);
        });
        let cost = difference + self.shared.plan.parameters.rank_lambda * bits(price);
        if cost < tried.cost {
            (tried.cost, tried.mode) = (cost, mode);
            std::mem::swap(&mut self.memory.best, &mut self.memory.trial);
        }
    }

    /// What `mode` leaves of the luma at `rect`, Hadamard-transformed. The prediction is the one at
    /// hand then.
    fn difference(&mut self, rect: Rect, mode: IntraMode) -> u32 {
        let (context, m) = (&self.shared.context, &mut self.memory);
        let (depth, extra) = (context.header.internal_depth(), context.header.extra_depth());
        predict(context.simd, mode, &m.edges, depth, &mut Block::packed(&mut m.trial, rect.w, rect.h));
        let source = &self.source[0];
        let pair = Pair { a: source.from(rect.x, rect.y), a_stride: source.width(), b: &m.trial, b_stride: rect.w };
        satd(context.simd, pair, extra, rect.w, rect.h)
    }
}
