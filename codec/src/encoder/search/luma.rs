//! The search for the mode, transforms and levels of a luma block.

use super::{Best, TileSearch, copy_block};
use crate::encoder::effort::Transforms;
use crate::encoder::forward::forward;
use crate::encoder::quantise::{Job, bits};
use crate::encoder::satd::{residual, satd};
use crate::predict::{IntraMode, predict};
use crate::quant::step::step;
use crate::syntax::block::{LumaBlock, TransformBlock};
use crate::syntax::ctx::Place;
use crate::syntax::header::DEPTH;
use crate::syntax::modes::{self, MostProbable};
use crate::syntax::residual::{MAX_SINE, tx_type};
use crate::syntax::tree::Node;
use crate::transform::{Kernel, TxType};

/// Modes ranked by an estimate of their cost.
#[derive(Debug)]
struct Ranking {
    /// (cost, mode) in the order of trial.
    tried: Vec<(f64, IntraMode)>,
    /// Bit by mode.
    seen: u128,
}

impl Ranking {
    fn new() -> Self {
        Self { tried: Vec::with_capacity(IntraMode::COUNT), seen: 0 }
    }

    /// Whether `mode` is new.
    fn enter(&mut self, mode: IntraMode) -> bool {
        let bit = 1 << mode.0;
        let new = self.seen & bit == 0;
        self.seen |= bit;
        new
    }

    /// The best `count`, best first, of modes from `first` on.
    fn best(&self, first: IntraMode, count: usize) -> Vec<(f64, IntraMode)> {
        let mut best: Vec<(f64, IntraMode)> = Vec::with_capacity(count + 1);
        for &(cost, mode) in self.tried.iter().filter(|t| t.1.0 >= first.0) {
            let at = best.iter().position(|b| cost < b.0).unwrap_or(best.len());
            if at < count {
                best.insert(at, (cost, mode));
                best.truncate(count);
            }
        }
        best
    }
}

/// A block tried in full.
struct Trial {
    /// An estimate.
    cost: f64,
    /// A rough one.
    rough: f64,
    distortion: f64,
    block: LumaBlock,
    levels: Vec<i32>,
}

impl TileSearch<'_> {
    /// `node` as one luma block, coded as well as the effort finds; state and samples follow it.
    pub(super) fn luma_block(&mut self, node: Node) -> Best {
        let rect = node.rect();
        copy_block(&self.source[0], rect, &mut self.memory.source);
        self.recon.samples.edges(0, rect, &mut self.memory.edges);
        let offset = self.luma_offset(&node);
        let header = self.shared.context.header;
        let qp = header.block_qp(offset);

        let modes = self.rank_luma_modes(&node, qp);
        let mut best: Option<Trial> = None;
        for mode in modes {
            self.predict_luma(&node, mode);
            self.try_transforms(&node, mode, offset, &mut best, &[(false, false), (true, true)]);
        }
        if self.shared.plan.effort.transforms == Transforms::All
            && let Some(mode) = best.as_ref().filter(|b| b.block.tb.end > 0).map(|b| b.block.mode)
        {
            self.predict_luma(&node, mode);
            self.try_transforms(&node, mode, offset, &mut best, &[(false, true), (true, false)]);
        }
        let Some(Trial { distortion, mut block, mut levels, .. }) = best else { return Best::empty() };
        self.walk.coder.take();
        self.walk.luma_syntax(&mut block, &mut levels);
        let cost = distortion + self.lambda() * bits(self.walk.coder.take());
        self.recon.luma_block(&block, &levels);
        self.walk.note_luma(&block, &levels);
        Best { cost, splits: Vec::new(), luma: vec![block], chroma: Vec::new(), levels }
    }

    /// The QP offset that a block at `node` has: the one its cell has already, or the wanted one.
    fn luma_offset(&self, node: &Node) -> i8 {
        let Some(offsets) = &self.offsets else { return 0 };
        let known = self.walk.state.cells.get(node.x, node.y);
        known.unwrap_or_else(|| offsets.at(node.x, node.y, node.w(), node.h()))
    }

    fn predict_luma(&mut self, node: &Node, mode: IntraMode) {
        let m = &mut self.memory;
        predict(self.shared.context.simd, mode, &m.edges, node.w(), node.h(), DEPTH, &mut m.prediction);
    }

    /// The modes worth trying in full, by Hadamard-transformed difference and the price of the mode.
    fn rank_luma_modes(&mut self, node: &Node, qp: u16) -> Vec<IntraMode> {
        let effort = self.shared.plan.effort;
        let probable = MostProbable::of(&self.walk.state.luma, node);
        // Difference in steps: a step is 4096 per coefficient unit, a sample has four units.
        let scale = 4.0 * 4096.0 / step(qp) as f64;
        let mut ranking = Ranking::new();
        let simple = [IntraMode::DC, IntraMode::PLANAR, IntraMode::PAETH, IntraMode::SMOOTH_H, IntraMode::SMOOTH_V];
        for mode in simple.into_iter().chain(*probable.modes()) {
            self.rank(node, mode, &probable, scale, &mut ranking);
        }
        let mut gap = effort.angle_step;
        for angle in (0..64).step_by(gap as usize) {
            self.rank(node, IntraMode(IntraMode::ANGULAR0.0 + angle), &probable, scale, &mut ranking);
        }
        while gap > 1 {
            gap /= 2;
            let most = ranking.best(IntraMode::DC, 1)[0].0 * effort.angle_patience;
            let centres = ranking.best(IntraMode::ANGULAR0, if gap >= 2 { 2 } else { 1 });
            for (_, centre) in centres.into_iter().take_while(|c| c.0 <= most) {
                let angle = centre.0 - IntraMode::ANGULAR0.0;
                for neighbour in [angle.checked_sub(gap), Some(angle + gap).filter(|&a| a < 64)].into_iter().flatten() {
                    self.rank(node, IntraMode(IntraMode::ANGULAR0.0 + neighbour), &probable, scale, &mut ranking);
                }
            }
        }
        ranking.best(IntraMode::DC, effort.luma_modes).into_iter().map(|t| t.1).collect()
    }

    fn rank(&mut self, node: &Node, mode: IntraMode, probable: &MostProbable, scale: f64, ranking: &mut Ranking) {
        if !ranking.enter(mode) {
            return;
        }
        self.predict_luma(node, mode);
        let (w, h) = (node.w(), node.h());
        let m = &self.memory;
        let difference = satd(self.shared.context.simd, &m.source, w, &m.prediction, w, w, h) as f64 * scale;
        let rate = bits(self.walk.coder.count(|c| modes::luma_mode(c, node, probable, &Default::default(), mode)));
        let cost = difference + self.shared.plan.parameters.rank_lambda * rate;
        ranking.tried.push((cost, mode));
    }

    /// Tries transforms (vertical and horizontal sine or not) on the prediction in memory; keeps the best in `best`.
    fn try_transforms(
        &mut self,
        node: &Node,
        mode: IntraMode,
        offset: i8,
        best: &mut Option<Trial>,
        pairs: &[(bool, bool)],
    ) {
        let (w, h) = (node.w(), node.h());
        let simd = self.shared.context.simd;
        let m = &mut self.memory;
        residual(simd, &m.source, w, &m.prediction, w, w, h, &mut m.residual);
        let qp = self.shared.context.header.block_qp(offset);
        let lambda = self.lambda();
        let probable = MostProbable::of(&self.walk.state.luma, node);
        let mode_cost =
            lambda * bits(self.walk.coder.count(|c| modes::luma_mode(c, node, &probable, &Default::default(), mode)));
        for &(vertical, horizontal) in pairs {
            let sine = vertical || horizontal;
            let fits = (!vertical || h <= MAX_SINE) && (!horizontal || w <= MAX_SINE);
            if sine && (self.shared.plan.effort.transforms == Transforms::Cosine || !fits) {
                continue;
            }
            let kernel = |sine| if sine { Kernel::Dst7 } else { Kernel::Dct2 };
            let tx = TxType { vertical: kernel(vertical), horizontal: kernel(horizontal) };
            let limit = best.as_ref().map_or(f64::INFINITY, |b| b.rough * self.shared.plan.effort.trial_patience);
            let Some(trial) = self.quantise_luma(node, mode, offset, qp, tx, limit) else { continue };
            let cost = trial.cost + mode_cost;
            let empty = trial.block.tb.end == 0;
            if best.as_ref().is_none_or(|b| cost < b.cost) {
                *best = Some(Trial { cost, levels: self.memory.levels.clone(), ..trial });
            }
            if empty {
                break;
            }
        }
    }

    /// Transforms and quantises the residual in memory; the cost is an estimate, without the mode's. The levels stay in
    /// memory. `None` where the rough cost is above `limit`.
    fn quantise_luma(
        &mut self,
        node: &Node,
        mode: IntraMode,
        offset: i8,
        qp: u16,
        tx: TxType,
        limit: f64,
    ) -> Option<Trial> {
        let m = &mut self.memory;
        forward(self.shared.context.simd, &m.residual, node.w(), node.h(), tx, &mut m.coefficients);
        let job = Job {
            node,
            place: Place::of(&self.walk.state.luma, node, 0, false),
            coefficients: &m.coefficients,
            reciprocals: &self.shared.reciprocals[0],
            qp,
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
            cost += self.lambda() * bits(self.walk.coder.count(|c| tx_type(c, node, mode, tx)));
        }
        let tb = TransformBlock { end: out.end, start: 0, tx };
        Some(Trial {
            cost,
            rough,
            distortion: out.distortion + dropped,
            block: LumaBlock { node: *node, offset, mode, tb },
            levels: Vec::new(),
        })
    }
}
