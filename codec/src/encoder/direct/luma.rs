//! A luma block of the direct way: the mode planned for it against those of its neighbours, then its levels.

use super::DirectTile;
use super::layout::Planned;
use super::quantise::Coefficients;
use crate::encoder::forward::forward;
use crate::encoder::quantise::bits;
use crate::encoder::satd::{Pair, residual};
use crate::encoder::search::per_step;
use crate::predict::IntraMode;
use crate::recon::Signs;
use crate::syntax::block::{LumaBlock, TransformBlock};
use crate::syntax::ctx::Place;
use crate::syntax::modes::{self, MostProbable};
use crate::syntax::spectrum::{Spectrum, spectrum};
use crate::transform::{TxShape, TxType};

impl DirectTile<'_> {
    /// Codes the planned block; state and samples follow it.
    pub(super) fn luma_block(&mut self, planned: &Planned, signs: &mut impl Signs) {
        let (node, header) = (planned.node, self.shared.context.header);
        let rect = node.rect();
        let offset = match &self.offsets {
            None => 0,
            Some(offsets) => {
                let known = self.walk.state.cells.get(node.x, node.y);
                known.unwrap_or_else(|| offsets.at(node.x, node.y, node.w(), node.h()))
            }
        };
        let qp = header.block_qp(offset);
        self.recon.samples.edges(0, rect, 0, &mut self.memory.edges);
        let mode = self.choose_mode(planned, qp);
        let (simd, m, source) = (self.shared.context.simd, &mut self.memory, &self.source[0]);
        let a = source.from(rect.x, rect.y);
        let pair = Pair { a, a_stride: source.width(), b: &m.best, b_stride: rect.w };
        residual(simd, pair, rect.w, rect.h, &mut m.residual);
        let tb = self.levels_of(&node, 0, qp, TxType::DCT);
        let block = LumaBlock { tb, ..LumaBlock::blank(node, offset, mode) };
        self.recon.put(0, &node, &self.memory.best);
        self.recon.add_luma(&block, &self.sb.levels, signs);
        self.recon.note(0, &node, offset, &tb);
        let spectrum = self.spectrum_of(&block);
        self.walk.note_luma(&block, spectrum);
        self.sb.luma.push(block);
    }

    /// That of its levels, where prices ask for it.
    fn spectrum_of(&self, block: &LumaBlock) -> Spectrum {
        match self.shared.plan.rule.optimise {
            true => spectrum(&block.node, &block.tb, &self.sb.levels),
            false => Spectrum::default(),
        }
    }

    /// The best mode by what it leaves and its price; its prediction is the best one then.
    fn choose_mode(&mut self, planned: &Planned, qp: u16) -> IntraMode {
        let node = planned.node;
        let (rect, scale) = (node.rect(), per_step(qp));
        let lambda = self.shared.plan.parameters.rank_lambda;
        let probable = MostProbable::of(&self.walk.state.luma, &node, false);
        let count = self.shared.plan.effort.direct.probable;
        let mut best = (f64::INFINITY, planned.mode);
        let mut seen = [planned.mode; 8];
        let candidates = probable.modes().iter().take(count);
        for (i, mode) in [planned.mode].iter().chain(candidates).copied().enumerate() {
            if seen[..i].contains(&mode) {
                continue;
            }
            seen[i] = mode;
            let difference = f64::from(self.difference(rect, mode)) * scale;
            if difference >= best.0 {
                continue;
            }
            let price = self.walk.coder.count(|c| {
                modes::luma_mode(c, &node, &probable, mode);
            });
            let cost = difference + lambda * bits(price);
            if cost < best.0 {
                best = (cost, mode);
                std::mem::swap(&mut self.memory.best, &mut self.memory.trial);
            }
        }
        best.1
    }

    /// Transforms and quantises the residual in memory; its levels go behind those of the superblock.
    pub(super) fn levels_of(&mut self, node: &crate::syntax::tree::Node, plane: usize, qp: u16, tx: TxType) -> TransformBlock {
        let (context, m) = (&self.shared.context, &mut self.memory);
        let header = context.header;
        let shape = TxShape { w: node.w(), h: node.h(), tx, extra: header.extra_depth() };
        forward(context.simd, &m.residual, shape, &mut m.coefficients);
        let start = self.sb.levels.len() as u32;
        let channel = plane.min(1);
        let rule = &self.shared.plan.rule;
        let end = match rule.optimise {
            true => {
                let units = if plane == 0 { &self.walk.state.luma } else { &self.walk.state.chroma };
                let after_coded = plane == 2 && self.sb.chroma.last().is_some_and(|b| b.tb[0].end > 0);
                let job = crate::encoder::quantise::Job {
                    node,
                    place: Place::of(units, node, plane, after_coded),
                    coefficients: &m.coefficients,
                    reciprocals: &self.shared.reciprocals[channel],
                    qp,
                    tx,
                    rule,
                };
                job.run(&mut self.walk.coder, &mut self.walk.template, &mut m.quantise, &mut self.sb.levels).end
            }
            false => {
                let reciprocals = self.shared.reciprocals[channel].of(node);
                let coefficients = Coefficients { values: &m.coefficients, reciprocals, qp };
                coefficients.round(context.simd, node, rule, &mut self.sb.levels)
            }
        };
        TransformBlock { end, start, tx: if end == 0 { TxType::DCT } else { tx } }
    }
}
