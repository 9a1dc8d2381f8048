//! The search for the mode, transforms and levels of a luma block.

use super::ranking::Candidate;
use super::{Best, TileSearch, copy_block};
use crate::encoder::effort::Transforms;
use crate::encoder::forward::forward;
use crate::encoder::quantise::{Job, bits};
use crate::encoder::satd::{Pair, residual};
use crate::image::plane::Block;
use crate::predict::{IntraMode, predict};
use crate::quant::family::Family;
use crate::recon::Known;
use crate::syntax::block::{LumaBlock, TransformBlock};
use crate::syntax::ctx::Place;
use crate::syntax::residual::{MAX_SINE, TxChoice, tx_type};
use crate::syntax::screen::Source;
use crate::syntax::tree::Node;
use crate::transform::{Kernel, MAX_TX, TxShape, TxType};

/// A copy without levels that costs less than this many bits settles the search.
const COPY_BITS: f64 = 24.0;

/// A block tried in full.
pub(super) struct Trial {
    /// An estimate.
    pub(super) cost: f64,
    /// A rough one, with the price of the prediction: a palette costs more than its residual tells.
    rough: f64,
    distortion: f64,
    pub(super) block: LumaBlock,
    levels: Vec<i32>,
    indices: Vec<u8>,
}

/// The transforms tried on each prediction, and those on the best.
const FIRST: [TxType; 2] = [TxType::DCT, TxType { vertical: Kernel::Dst7, horizontal: Kernel::Dst7 }];
const MIXED: [TxType; 2] = [
    TxType { vertical: Kernel::Dct2, horizontal: Kernel::Dst7 },
    TxType { vertical: Kernel::Dst7, horizontal: Kernel::Dct2 },
];

impl TileSearch<'_> {
    /// `node` as one luma block, coded as well as the effort finds; state and samples follow it.
    pub(super) fn luma_block(&mut self, node: Node) -> Best {
        let rect = node.rect();
        copy_block(&self.source[0], rect, &mut self.memory.source);
        self.recon.samples.edges(0, rect, 0, &mut self.memory.edges[0]);
        let offset = self.luma_offset(&node);
        let header = self.shared.context.header;
        let qp = header.block_qp(offset);

        let mut best: Option<Trial> = None;
        if header.screen {
            self.try_copies(&node, offset, &mut best);
        }
        if !best.as_ref().is_some_and(|b| self.settles(b)) {
            if header.screen {
                self.try_palettes(&node, offset, &mut best);
            }
            self.try_modes(&node, offset, qp, &mut best);
        }
        let Some(best) = best else { return Best::empty() };
        let Trial { distortion, mut block, mut levels, mut indices, .. } = self.through_trellis(best);
        self.walk.coder.take();
        let spectrum = self.walk.luma_syntax(&mut block, &mut levels, &mut indices);
        let cost = distortion + self.lambda() * bits(self.walk.coder.take());
        self.recon.luma_block(&block, &levels, &indices, &mut Known);
        self.walk.note_luma(&block, spectrum);
        Best { cost, luma: vec![block], levels, indices, ..Best::empty() }
    }

    /// `trial` with the levels that the trellis gives, where the picture has one.
    fn through_trellis(&mut self, trial: Trial) -> Trial {
        let Some(rule) = &self.shared.plan.trellis else { return trial };
        let LumaBlock { node, tb, .. } = trial.block;
        if tb.end == 0 || tb.tx == TxType::IDENTITY {
            return trial;
        }
        match trial.block.source {
            Source::Mode => self.predict_luma(&node, trial.block.mode, trial.block.line),
            Source::Copy(vector) => self.recon.samples.copy(0, node.rect(), vector, &mut self.memory.prediction),
            Source::Palette(palette, _) => {
                let depth = self.shared.context.header.internal_depth();
                palette.paint(&trial.indices, depth, &mut self.memory.prediction);
            }
        }
        let m = &mut self.memory;
        let (w, h, simd) = (node.w(), node.h(), self.shared.context.simd);
        residual(simd, Pair { a: &m.source, a_stride: w, b: &m.prediction, b_stride: w }, w, h, &mut m.residual);
        let shape = TxShape { w, h, tx: tb.tx, extra: self.shared.context.header.extra_depth() };
        forward(simd, &m.residual, shape, &mut m.coefficients);
        let qp = self.shared.context.header.block_qp(trial.block.offset);
        let job = Job {
            node: &node,
            place: Place::of(&self.walk.state.luma, &node, 0, false),
            coefficients: &m.coefficients,
            reciprocals: &self.shared.reciprocals[0],
            qp,
            tx: tb.tx,
            rule,
        };
        let mut levels = Vec::with_capacity(trial.levels.len());
        let out = job.run_trellis(&mut self.walk.coder, &self.walk.template, &mut m.quantise, &mut levels);
        let tb = TransformBlock { end: out.end, start: 0, tx: if out.end == 0 { TxType::DCT } else { tb.tx } };
        let distortion = out.distortion + self.dropped(&node, 0, qp);
        Trial { distortion, block: LumaBlock { tb, ..trial.block }, levels, ..trial }
    }

    /// Whether a copy is so good that nothing else is worth trying.
    fn settles(&self, trial: &Trial) -> bool {
        trial.block.tb.end == 0 && trial.cost < self.lambda() * COPY_BITS
    }

    /// Tries the modes of the best rank.
    fn try_modes(&mut self, node: &Node, offset: i8, qp: u16, best: &mut Option<Trial>) {
        for Candidate { mode, line, .. } in self.rank_luma_modes(node, qp) {
            self.predict_luma(node, mode, line);
            self.try_transforms(&LumaBlock { line, ..LumaBlock::blank(*node, offset, mode) }, &[], best, &FIRST);
        }
        if self.shared.plan.effort.transforms == Transforms::All
            && let Some(block) = best.as_ref().filter(|b| b.block.tb.end > 0).map(|b| b.block)
            && block.source == Source::Mode
        {
            self.predict_luma(node, block.mode, block.line);
            let blank = LumaBlock { line: block.line, ..LumaBlock::blank(*node, offset, block.mode) };
            self.try_transforms(&blank, &[], best, &MIXED);
        }
    }

    /// The QP offset that a block at `node` has: the one its cell has already, or the wanted one.
    fn luma_offset(&self, node: &Node) -> i8 {
        let Some(offsets) = &self.offsets else { return 0 };
        let known = self.walk.state.cells.get(node.x, node.y);
        known.unwrap_or_else(|| offsets.at(node.x, node.y, node.w(), node.h()))
    }

    pub(super) fn predict_luma(&mut self, node: &Node, mode: IntraMode, line: u8) {
        let m = &mut self.memory;
        let (edges, depth) = (&m.edges[usize::from(line)], self.shared.context.header.internal_depth());
        let out = &mut Block::packed(&mut m.prediction, node.w(), node.h());
        predict(self.shared.context.simd, mode, edges, depth, out);
    }

    /// Whether blocks like `node` are tried without a transform.
    pub(super) fn tries_identity(&self, node: &Node) -> bool {
        let wanted = self.shared.context.header.screen && self.shared.plan.parameters.identity > 0.0;
        wanted && node.w().max(node.h()) <= MAX_TX
    }

    /// Tries transforms on the prediction in memory, which is that of `blank`, a block without levels, with the
    /// `indices` of its palette; keeps the best in `best`.
    pub(super) fn try_transforms(
        &mut self,
        blank: &LumaBlock,
        indices: &[u8],
        best: &mut Option<Trial>,
        transforms: &[TxType],
    ) {
        let (w, h) = (blank.node.w(), blank.node.h());
        let m = &mut self.memory;
        let pair = Pair { a: &m.source, a_stride: w, b: &m.prediction, b_stride: w };
        residual(self.shared.context.simd, pair, w, h, &mut m.residual);
        let mut indices = indices.to_vec();
        self.walk.coder.take();
        self.walk.prediction_syntax(&mut blank.clone(), &mut indices);
        let prediction_cost = self.lambda() * bits(self.walk.coder.take());
        let identity = [TxType::IDENTITY];
        let identity = if self.tries_identity(&blank.node) { &identity[..] } else { &[] };
        let mut empty = false;
        for &tx in transforms.iter().chain(identity) {
            if !self.suits(tx, w, h) || (empty && tx != TxType::IDENTITY) {
                continue;
            }
            let limit = best.as_ref().map_or(f64::INFINITY, |b| b.rough * self.shared.plan.effort.trial_patience);
            let Some(trial) = self.quantise_luma(blank, tx, limit - prediction_cost) else { continue };
            let (cost, rough) = (trial.cost + prediction_cost, trial.rough + prediction_cost);
            empty = trial.block.tb.end == 0;
            if best.as_ref().is_none_or(|b| cost < b.cost) {
                let levels = self.memory.levels.clone();
                *best = Some(Trial { cost, rough, levels, indices: indices.clone(), ..trial });
            }
        }
    }

    /// Whether the effort allows `tx` and it exists for a block of `w` x `h`.
    fn suits(&self, tx: TxType, w: usize, h: usize) -> bool {
        let (vertical, horizontal) = (tx.vertical == Kernel::Dst7, tx.horizontal == Kernel::Dst7);
        let fits = (!vertical || h <= MAX_SINE) && (!horizontal || w <= MAX_SINE);
        fits && (!(vertical || horizontal) || self.shared.plan.effort.transforms != Transforms::Cosine)
    }

    /// Transforms and quantises the residual in memory; the cost is an estimate, without the prediction's. The levels stay
    /// in memory. `None` where the rough cost is above `limit`.
    fn quantise_luma(&mut self, blank: &LumaBlock, tx: TxType, limit: f64) -> Option<Trial> {
        let (node, header) = (&blank.node, self.shared.context.header);
        let qp = header.block_qp(blank.offset);
        let m = &mut self.memory;
        let shape = TxShape { w: node.w(), h: node.h(), tx, extra: self.shared.context.header.extra_depth() };
        forward(self.shared.context.simd, &m.residual, shape, &mut m.coefficients);
        let job = Job {
            node,
            place: Place::of(&self.walk.state.luma, node, 0, false),
            coefficients: &m.coefficients,
            reciprocals: &self.shared.reciprocals[0],
            qp,
            tx,
            rule: &self.shared.plan.rule,
        };
        let rough = job.rough();
        if rough > limit {
            return None;
        }
        m.levels.clear();
        let out = job.run(&mut self.walk.coder, &mut self.walk.template, &mut m.quantise, &mut m.levels);
        let dropped = self.dropped(node, 0, qp);
        let mut cost = out.cost + dropped;
        let tx = if out.end == 0 { TxType::DCT } else { tx };
        if out.end > 0 {
            let choice = TxChoice { quantiser: Family::Scalar, ..header.choice(Some(blank.mode)) };
            cost += self.lambda() * bits(self.walk.coder.count(|c| tx_type(c, node, choice, tx)));
        }
        let tb = TransformBlock { end: out.end, start: 0, tx };
        Some(Trial {
            cost,
            rough,
            distortion: out.distortion + dropped,
            block: LumaBlock { tb, ..*blank },
            levels: Vec::new(),
            indices: Vec::new(),
        })
    }
}
