//! The search for the mode and levels of a chroma block: Cb and Cr together.

use super::memory::{ChromaTrial, Offer};
use super::shortlist::Entry;
use super::slopes::slopes;
use super::tile::TileSearch;
use crate::encoder::kernels::forward::forward;
use crate::encoder::kernels::satd::{Pair, residual, satd};
use crate::encoder::quantise::{Outcome, bits, per_step};
use crate::predict::{ChromaMode, ModelSides};
use crate::quant::family::Family;
use crate::recon::Known;
use crate::syntax::block::{ChromaBlock, TransformBlock};
use crate::syntax::ctx::Place;
use crate::syntax::modes;
use crate::syntax::residual::{TxChoice, transform_block, tx_type};
use crate::syntax::spectrum::spectrum;
use crate::syntax::tree::Node;
use crate::transform::{TxShape, TxType};

impl TileSearch<'_> {
    /// Finds `node` as one chroma block, coded as well as the effort does, and returns its cost;
    /// state and samples follow it where that is below `limit`.
    pub(super) fn chroma_block(&mut self, node: Node, limit: f64) -> f64 {
        let blank = self.walk.blank_chroma(node);
        self.recon.samples.references(self.shared.context.header, node.rect(), &mut self.memory.references);
        self.rank_chroma_modes(&blank);
        let mut trials = std::mem::take(&mut self.memory.chroma_trials);
        for i in 0..self.memory.shortlist.entries().len() {
            trials.push(self.chroma_trial(&blank, self.memory.shortlist.entries()[i]));
        }
        let least = trials.iter().map(|t| t.estimate).fold(f64::INFINITY, f64::min);
        let most = least * self.shared.plan.effort.trial_margin;
        let mut best: Option<(f64, ChromaBlock, &mut ChromaTrial)> = None;
        for trial in trials.iter_mut().filter(|t| t.estimate <= most) {
            let (cost, block) = self.quantise_chroma(&blank, trial, self.trial_quantiser());
            if best.as_ref().is_none_or(|b| cost < b.0) {
                best = Some((cost, block, trial));
            }
        }
        let cost = best.map_or(0.0, |(mut cost, mut block, trial)| {
            let quantiser = self.shared.context.header.quantiser;
            if quantiser != self.trial_quantiser() {
                (cost, block) = self.quantise_chroma(&blank, trial, quantiser);
            }
            self.settle_chroma(block, trial, cost < limit);
            cost
        });
        self.memory.spare.extend(trials.drain(..).flat_map(|t| t.rooms));
        self.memory.chroma_trials = trials;
        cost
    }

    /// Codes `block` with the levels of `trial`; state and samples follow it where it `stands`.
    fn settle_chroma(&mut self, mut block: ChromaBlock, trial: &ChromaTrial, stands: bool) {
        let found = &mut self.found;
        for (tb, room) in block.tb.iter_mut().zip(&trial.rooms) {
            tb.start = found.levels.len() as u32;
            found.levels.extend(&room.levels);
        }
        if stands {
            for (plane, predictions) in (1..).zip(&self.memory.predictions) {
                self.recon.put(plane, &block.node, &predictions[trial.slot]);
            }
            self.recon.add_chroma(&block, &found.levels, &mut Known);
            self.walk.note_chroma(&block, block.tb.map(|tb| spectrum(&block.node, tb.levels(&found.levels))));
        }
        found.chroma.push(block);
    }

    /// Ranks the modes that may be worth trying in full: the best stand in the shortlist.
    fn rank_chroma_modes(&mut self, blank: &ChromaBlock) {
        let (node, header, simd) = (&blank.node, self.shared.context.header, self.shared.context.simd);
        self.memory.ranked_chroma.clear();
        self.memory.shortlist.begin(self.shared.plan.effort.chroma_modes);
        let copied = blank.luma_vector.map(|v| v.source(node.rect()));
        if copied.is_none_or(|from| from.is_some_and(|from| self.recon.samples.is_ready(1, from))) {
            self.rank_chroma(blank, ChromaMode::Derived, 0.0);
        }
        let mut best = (f64::INFINITY, ModelSides::Both);
        for sides in [ModelSides::Both, ModelSides::Above, ModelSides::Left] {
            let cost = self.rank_chroma(blank, ChromaMode::Fitted(sides), best.0);
            if cost < best.0 {
                best = (cost, sides);
            }
        }
        // Fitting is slow, and the sides that suit one model suit the other.
        self.recon.samples.fit(simd, header, node.rect(), best.1, &mut self.memory.references);
        self.rank_chroma(blank, ChromaMode::Quadratic(best.1), 0.0);
        for own in modes::CHROMA_OWN {
            if copied.is_some() || own != blank.luma_mode {
                self.rank_chroma(blank, ChromaMode::Own(own), 0.0);
            }
        }
        let luma = self.memory.references.luma.block();
        let slopes = slopes(simd, &self.source[1..], luma, node.rect());
        if slopes != [0; 2] {
            self.rank_chroma(blank, ChromaMode::Explicit(slopes), 0.0);
        }
    }

    /// Ranks the block with `mode`; returns what it costs. Where that is not below `least` and too
    /// much to be among the best, Cb may tell it: then it is infinite.
    fn rank_chroma(&mut self, blank: &ChromaBlock, mode: ChromaMode, least: f64) -> f64 {
        let (header, simd) = (self.shared.context.header, self.shared.context.simd);
        let block = ChromaBlock { mode, ..*blank };
        let (node, qp, units) = (&block.node, header.block_qp(blank.offset), &self.walk.state.chroma);
        let bits = bits(self.walk.coder.count(|c| modes::chroma_mode(c, units, node, mode)));
        let price = self.shared.plan.parameters.rank_lambda * bits;
        let m = &mut self.memory;
        let (slot, most) = (m.shortlist.free(), m.shortlist.most().max(least));
        let mut cost = 0.0;
        for (plane, predictions) in (1..).zip(&mut m.predictions) {
            if cost + price >= most {
                cost = f64::INFINITY;
                break;
            }
            let (out, source) = (&mut predictions[slot], &self.source[plane]);
            self.recon.samples.predict_chroma(simd, &block, &m.references, plane, out);
            let a = source.from(node.x, node.y);
            let pair = Pair { a, a_stride: source.width(), b: out, b_stride: node.w() };
            let difference = satd(simd, pair, header.extra_depth(), node.w(), node.h()) as f64;
            cost += difference * per_step(header.plane_qp(qp, plane));
        }
        let cost = cost + price;
        m.shortlist.note(cost);
        m.ranked_chroma.push(Offer { mode, bits });
        cost
    }

    /// The block with the mode of `entry`, transformed.
    fn chroma_trial(&mut self, blank: &ChromaBlock, Entry { index, slot, .. }: Entry) -> ChromaTrial {
        let (node, plan) = (&blank.node, self.shared.plan);
        let offer = self.memory.ranked_chroma[index];
        let mut rooms = [self.memory.room(), self.memory.room()];
        let (mut dropped, mut cost) = ([0.0; 2], 0.0);
        for plane in 1..3 {
            let (qp, values) = (self.chroma_qp(blank, plane), &mut rooms[plane - 1].coefficients);
            self.transform_chroma(node, slot, plane, TxType::DCT, values);
            dropped[plane - 1] = self.dropped(node, 1, qp, values);
            // Where nothing is to be chosen from, what it costs does not matter.
            if plan.effort.chroma_modes > 1 {
                let estimate = self.shared.coefficients(1, node, values, TxType::DCT, qp).estimate(plan.rule.lambda);
                cost += estimate.cost + dropped[plane - 1];
            }
        }
        ChromaTrial { offer, slot, rooms, dropped, estimate: self.lambda() * offer.bits + cost }
    }

    /// QP of `plane` of the block.
    fn chroma_qp(&self, block: &ChromaBlock, plane: usize) -> u16 {
        let header = self.shared.context.header;
        header.plane_qp(header.block_qp(block.offset), plane)
    }

    /// What the prediction in `slot` leaves of `plane`, transformed by `tx`.
    fn transform_chroma(&mut self, node: &Node, slot: usize, plane: usize, tx: TxType, out: &mut [i32]) {
        let (simd, source, m) = (self.shared.context.simd, &self.source[plane], &mut self.memory);
        let (w, h, b) = (node.w(), node.h(), &m.predictions[plane - 1][slot]);
        let pair = Pair { a: source.from(node.x, node.y), a_stride: source.width(), b, b_stride: w };
        residual(simd, pair, w, h, &mut m.residual);
        let shape = TxShape { w, h, tx, extra: self.shared.context.header.extra_depth() };
        forward(simd, &m.residual, shape, out);
    }

    /// Chooses levels for `trial`; returns its cost, and the block with them.
    fn quantise_chroma(&mut self, blank: &ChromaBlock, trial: &mut ChromaTrial, family: Family) -> (f64, ChromaBlock) {
        let header = self.shared.context.header;
        let mut block = ChromaBlock { mode: trial.offer.mode, ..*blank };
        let node = block.node;
        let (mut rate, mut distortion) = (trial.offer.bits, 0.0);
        for plane in 1..3 {
            let after_coded = plane == 2 && block.tb[0].end > 0;
            if plane == 2 {
                self.walk.template.keep_cb(after_coded);
            }
            let place = Place::of(&self.walk.state.chroma, &node, plane, after_coded);
            let (best, tx) = self.quantise_plane(&block, trial, place, plane, family);
            distortion += best.distortion;
            let mut tb = TransformBlock { end: best.end, start: 0, tx };
            let (walk, levels) = (&mut self.walk, &mut trial.rooms[plane - 1].levels);
            let choice = TxChoice { quantiser: family, ..TxChoice::of(header, None) };
            rate += bits(match best.price {
                Some(price) if best.end > 0 => price + walk.coder.count(|c| tx_type(c, &node, choice, tx)),
                Some(price) => price,
                None => walk.coder.count(|c| {
                    transform_block(c, &mut walk.template, &node, place, choice, &mut tb, levels);
                }),
            });
            block.tb[plane - 1] = tb;
        }
        (distortion + self.lambda() * rate, block)
    }

    /// Chooses levels for `plane` of `trial`, which has them then, by the best transform: returns
    /// that too.
    fn quantise_plane(
        &mut self,
        block: &ChromaBlock,
        trial: &mut ChromaTrial,
        place: Place,
        plane: usize,
        family: Family,
    ) -> (Outcome, TxType) {
        let (node, qp) = (&block.node, self.chroma_qp(block, plane));
        let (room, dropped) = (&mut trial.rooms[plane - 1], trial.dropped[plane - 1]);
        let coefficients = self.shared.coefficients(1, node, &room.coefficients, TxType::DCT, qp);
        let out = self.choose_levels(coefficients, place, family, &mut room.levels);
        let best = Outcome { distortion: out.distortion + dropped, cost: out.cost + dropped, ..out };
        if !self.tries_identity(node) {
            return (best, TxType::DCT);
        }
        let mut plain = self.memory.room();
        self.transform_chroma(node, trial.slot, plane, TxType::IDENTITY, &mut plain.coefficients);
        let coefficients = self.shared.coefficients(1, node, &plain.coefficients, TxType::IDENTITY, qp);
        let other = self.choose_levels(coefficients, place, family, &mut plain.levels);
        let better = other.end > 0 && other.cost < best.cost;
        if better {
            std::mem::swap(&mut room.levels, &mut plain.levels);
        }
        self.memory.spare.push(plain);
        let (best, tx) = if better { (other, TxType::IDENTITY) } else { (best, TxType::DCT) };
        // The walk shall leave those of the better one for Cr to look at.
        (Outcome { price: None, ..best }, tx)
    }
}
