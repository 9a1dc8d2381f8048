//! The search for the mode, transforms and levels of a luma block.

use super::memory::Candidate;
use super::memory::{Predicted, Trial};
use super::shortlist::Entry;
use super::tile::{TileSearch, copy_block};
use crate::encoder::effort::Transforms;
use crate::encoder::kernels::forward::{SINE, SINE_COLUMNS, SINE_ROWS, forward};
use crate::encoder::kernels::satd::{Pair, residual};
use crate::encoder::quantise::{Coefficients, Estimate, bits};
use crate::encoder::shared::Shared;
use crate::image::plane::Block;
use crate::predict::{IntraMode, predict};
use crate::quant::family::Family;
use crate::recon::Known;
use crate::syntax::block::{LumaBlock, TransformBlock};
use crate::syntax::ctx::Place;
use crate::syntax::residual::{MAX_SINE, TxChoice, tx_type};
use crate::syntax::screen::Prediction;
use crate::syntax::spectrum::spectrum;
use crate::syntax::tree::Node;
use crate::transform::{Basis, MAX_TX, TxShape, TxType};

/// A copy without levels that costs less than this many bits settles the search.
const COPY_BITS: f64 = 24.0;

/// A block to be coded.
#[derive(Debug)]
pub(super) struct Spot {
    pub(super) node: Node,
    /// QP offset.
    pub(super) offset: i8,
    pub(super) qp: u16,
    place: Place,
}

impl Spot {
    /// The block predicted by `mode`, without levels.
    pub(super) fn blank(&self, mode: IntraMode) -> LumaBlock {
        LumaBlock::blank(self.node, self.offset, mode)
    }

    /// Its coefficients by `tx`: `values`.
    fn coefficients<'a>(&'a self, shared: &'a Shared<'_>, values: &'a [i32], tx: TxType) -> Coefficients<'a> {
        shared.coefficients(0, &self.node, values, tx, self.qp)
    }
}

/// A trial whose levels are chosen.
#[derive(Debug)]
pub(super) struct CodedTrial {
    trial: Trial,
    pub(super) cost: f64,
    distortion: f64,
    end: u16,
    /// [`Outcome::price`](crate::encoder::quantise::Outcome::price) of its levels.
    price: Option<u64>,
}

/// The transforms tried on each prediction, and those on the best.
const FIRST: [TxType; 2] = [TxType::DCT, SINE];
const MIXED: [TxType; 2] = [SINE_ROWS, SINE_COLUMNS];

impl TileSearch<'_> {
    /// Finds `node` as one luma block, coded as well as the effort does, and returns its cost;
    /// state and samples follow it where that is below `limit`.
    pub(super) fn luma_block(&mut self, node: Node, limit: f64) -> f64 {
        copy_block(&self.source[0], node.rect(), &mut self.memory.source);
        self.recon.samples.edges(0, node.rect(), 0, &mut self.memory.edges[0]);
        let (header, offset) = (self.shared.context.header, self.luma_offset(&node));
        let place = Place::of(&self.walk.state.luma, &node, 0, false);
        let spot = Spot { node, offset, qp: header.block_qp(offset), place };

        let mut best = None;
        if header.screen {
            self.try_copies(&spot);
            best = self.decide(&spot, best);
        }
        if !best.as_ref().is_some_and(|b| self.settles(b)) {
            if header.screen {
                self.try_palettes(&spot, best.as_ref());
            }
            self.try_modes(&spot);
            best = self.decide(&spot, best);
        }
        let Some(best) = best else { return 0.0 };
        let quantiser = self.shared.context.header.quantiser;
        let settled = quantiser == self.trial_quantiser() || best.end == 0;
        let coded = if settled { best } else { self.quantise_luma(&spot, best.trial, quantiser) };
        self.settle(coded, limit)
    }

    /// Codes the block as `coded` says; returns its cost. State and samples follow it where that is
    /// below `limit`.
    fn settle(&mut self, coded: CodedTrial, limit: f64) -> f64 {
        let CodedTrial { trial: Trial { predicted, indices, tx, room, .. }, distortion, end, price, .. } = coded;
        let (mut block, found) = (predicted.block, &mut self.found);
        let tx = if end == 0 { TxType::DCT } else { tx };
        block.tb = TransformBlock { end, start: found.levels.len() as u32, tx };
        if let Prediction::Palette(_, start) = &mut block.prediction {
            *start = found.indices.len() as u32;
        }
        found.levels.extend(&room.levels);
        found.indices.extend(&indices);
        self.memory.spare.push(room);
        self.walk.coder.take();
        let (spectrum, known) = match price {
            Some(price) => {
                self.walk.before_levels(&mut block, &mut found.indices);
                if end > 0 {
                    let choice = TxChoice::of(self.shared.context.header, Some(block.mode));
                    tx_type(&mut self.walk.coder, &block.node, choice, tx);
                }
                (spectrum(&block.node, block.tb.levels(&found.levels)), price)
            }
            None => (self.walk.luma_syntax(&mut block, &mut found.levels, &mut found.indices), 0),
        };
        let cost = distortion + self.shared.plan.parameters.lambda * bits(self.walk.coder.take() + known);
        if cost < limit {
            if block.prediction == Prediction::Intra {
                self.recon.put(0, &block.node, &self.memory.predictions[0][predicted.slot]);
                self.recon.add_luma(&block, &found.levels, &mut Known);
            } else {
                self.recon.luma_block(&block, &found.levels, &found.indices, &mut Known);
            }
            self.walk.note_luma(&block, spectrum);
        }
        found.luma.push(block);
        cost
    }

    /// Whether a copy is so good that nothing else is worth trying.
    fn settles(&self, best: &CodedTrial) -> bool {
        best.end == 0 && best.cost < self.lambda() * COPY_BITS
    }

    /// Tries the modes of the best rank.
    fn try_modes(&mut self, spot: &Spot) {
        self.rank_luma_modes(&spot.node, spot.qp);
        for i in 0..self.memory.shortlist.entries().len() {
            let Entry { index, slot, .. } = self.memory.shortlist.entries()[i];
            let Candidate { mode, line, price, .. } = self.memory.ranked[index];
            let block = LumaBlock { line, ..spot.blank(mode) };
            let screen = self.shared.context.header.screen;
            let price = if screen { self.prediction_price(&block, &mut Vec::new()) } else { price };
            self.try_transforms(spot, Predicted { block, price, slot }, &[], &FIRST);
        }
        if self.shared.plan.effort.transforms != Transforms::All {
            return;
        }
        let modes = self.memory.trials.iter().filter(|t| t.predicted.block.prediction == Prediction::Intra);
        let best = modes.min_by(|a, b| a.estimate.total_cmp(&b.estimate));
        if let Some(&Trial { predicted, coded: true, .. }) = best {
            self.try_transforms(spot, predicted, &[], &MIXED);
        }
    }

    /// The QP offset that a block at `node` has: the one its cell has already, or the wanted one.
    fn luma_offset(&self, node: &Node) -> i8 {
        self.offsets.as_ref().map_or(0, |offsets| offsets.of_block(&self.walk.state.cells, node))
    }

    pub(super) fn predict_luma(&mut self, node: &Node, mode: IntraMode, line: u8, slot: usize) {
        let m = &mut self.memory;
        let (edges, depth) = (&m.edges[usize::from(line)], self.shared.context.header.internal_depth());
        let out = &mut Block::packed(&mut m.predictions[0][slot], node.w(), node.h());
        predict(self.shared.context.simd, mode, edges, depth, out);
    }

    /// Whether blocks like `node` are tried without a transform.
    pub(super) fn tries_identity(&self, node: &Node) -> bool {
        let wanted = self.shared.context.header.screen && self.shared.plan.parameters.identity > 0.0;
        wanted && node.w().max(node.h()) <= MAX_TX
    }

    /// Price of how `blank`, with the `indices` of its palette, is predicted.
    pub(super) fn prediction_price(&mut self, blank: &LumaBlock, indices: &mut Vec<u8>) -> f64 {
        self.walk.coder.take();
        self.walk.prediction_syntax(&mut blank.clone(), indices);
        self.lambda() * bits(self.walk.coder.take())
    }

    /// Tries transforms on what `predicted` leaves, a block with the `indices` of its palette.
    pub(super) fn try_transforms(&mut self, spot: &Spot, predicted: Predicted, indices: &[u8], transforms: &[TxType]) {
        let (w, h) = (spot.node.w(), spot.node.h());
        let m = &mut self.memory;
        let pair = Pair { a: &m.source, a_stride: w, b: &m.predictions[0][predicted.slot], b_stride: w };
        residual(self.shared.context.simd, pair, w, h, &mut m.residual);
        let identity = [TxType::IDENTITY];
        let identity = if self.tries_identity(&spot.node) { &identity[..] } else { &[] };
        for &tx in transforms.iter().chain(identity) {
            if self.suits(tx, w, h) {
                let mut trial = self.trial(spot, predicted, tx);
                trial.indices.extend(indices);
                self.memory.trials.push(trial);
            }
        }
    }

    /// Whether the effort allows `tx` and it exists for a block of `w` x `h`.
    fn suits(&self, tx: TxType, w: usize, h: usize) -> bool {
        let (vertical, horizontal) = (tx.vertical == Basis::Dst7, tx.horizontal == Basis::Dst7);
        let fits = (!vertical || h <= MAX_SINE) && (!horizontal || w <= MAX_SINE);
        fits && (!(vertical || horizontal) || self.shared.plan.effort.transforms != Transforms::Cosine)
    }

    /// The block with the residual in memory, transformed by `tx`.
    fn trial(&mut self, spot: &Spot, predicted: Predicted, tx: TxType) -> Trial {
        let (node, header) = (&spot.node, self.shared.context.header);
        let mut room = self.memory.room();
        let shape = TxShape { w: node.w(), h: node.h(), tx, extra: header.extra_depth() };
        forward(self.shared.context.simd, &self.memory.residual, shape, &mut room.coefficients);
        let lambda = self.shared.plan.rule.lambda;
        let Estimate { cost, coded } = spot.coefficients(self.shared, &room.coefficients, tx).estimate(lambda);
        let dropped = self.dropped(node, 0, spot.qp, &room.coefficients);
        let estimate = cost + dropped + predicted.price;
        Trial { predicted, tx, indices: Vec::new(), dropped, estimate, coded, room }
    }

    /// The best of `best` and of what was tried, whose levels are chosen where its estimate is good
    /// enough.
    fn decide(&mut self, spot: &Spot, mut best: Option<CodedTrial>) -> Option<CodedTrial> {
        let mut trials = std::mem::take(&mut self.memory.trials);
        let estimates = trials.iter().chain(best.as_ref().map(|b| &b.trial)).map(|t| t.estimate);
        let most = estimates.fold(f64::INFINITY, f64::min) * self.shared.plan.effort.trial_margin;
        for trial in trials.drain(..) {
            if trial.estimate > most {
                self.memory.spare.push(trial.room);
                continue;
            }
            let coded = self.quantise_luma(spot, trial, self.trial_quantiser());
            let worse = match best.take() {
                Some(before) if before.cost <= coded.cost => {
                    best = Some(before);
                    Some(coded)
                }
                before => {
                    best = Some(coded);
                    before
                }
            };
            self.memory.spare.extend(worse.map(|w| w.trial.room));
        }
        self.memory.trials = trials;
        best
    }

    /// `trial` with its levels; the cost is an estimate.
    fn quantise_luma(&mut self, spot: &Spot, mut trial: Trial, family: Family) -> CodedTrial {
        let (node, header, tx, predicted) = (&spot.node, self.shared.context.header, trial.tx, trial.predicted);
        let coefficients = spot.coefficients(self.shared, &trial.room.coefficients, tx);
        let out = self.choose_levels(coefficients, spot.place, family, &mut trial.room.levels);
        let mut cost = out.cost + trial.dropped + predicted.price;
        if out.end > 0 {
            let choice = TxChoice { quantiser: family, ..TxChoice::of(header, Some(predicted.block.mode)) };
            cost += self.lambda() * bits(self.walk.coder.count(|c| tx_type(c, node, choice, tx)));
        }
        CodedTrial { cost, distortion: out.distortion + trial.dropped, end: out.end, price: out.price, trial }
    }
}
