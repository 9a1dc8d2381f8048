//! The search for the mode and levels of a chroma block: Cb and Cr together.

use super::{Best, TileSearch, per_step};
use crate::encoder::forward::forward;
use crate::encoder::quantise::{Coefficients, Job, Outcome, bits};
use crate::encoder::satd::{Pair, residual, satd};
use crate::quant::family::Family;
use crate::recon::Known;
use crate::syntax::block::{ChromaBlock, ChromaMode, Neighbours, TransformBlock};
use crate::syntax::ctx::Place;
use crate::syntax::modes;
use crate::syntax::residual::{TxChoice, transform_block};
use crate::syntax::spectrum::spectrum;
use crate::syntax::tree::Node;
use crate::transform::{TxShape, TxType};

/// Largest slope of an explicit model, in 1/8.
const MAX_SLOPE: f64 = 16.0;

impl TileSearch<'_> {
    /// `node` as one chroma block, coded as well as the effort finds; state and samples follow it.
    pub(super) fn chroma_block(&mut self, node: Node) -> Best {
        let blank = self.walk.blank_chroma(node);
        self.recon.samples.references(self.shared.context.header, node.rect(), &mut self.memory.references);
        let modes = self.rank_chroma_modes(&blank);
        let mut tried: Vec<(f64, ChromaMode)> = Vec::with_capacity(modes.len());
        for (price, mode) in modes {
            // Nothing is to be chosen from.
            let alone = self.shared.plan.effort.chroma_modes == 1;
            let estimate = if alone { 0.0 } else { self.estimate_chroma(&ChromaBlock { mode, ..blank }) };
            tried.push((price + estimate, mode));
        }
        let least = tried.iter().map(|t| t.0).fold(f64::INFINITY, f64::min);
        tried.retain(|t| t.0 <= least * self.shared.plan.effort.trial_patience);
        let mut best: Option<(f64, ChromaBlock, Vec<i32>)> = None;
        for (_, mode) in tried {
            let (cost, block) = self.quantise_chroma(ChromaBlock { mode, ..blank }, Family::Scalar);
            if best.as_ref().is_none_or(|b| cost < b.0) {
                best = Some((cost, block, self.memory.levels.clone()));
            }
        }
        let Some((mut cost, mut block, mut levels)) = best else { return Best::empty() };
        if self.shared.plan.trellis.is_some() {
            (cost, block) = self.quantise_chroma(ChromaBlock { mode: block.mode, ..blank }, Family::Trellis);
            levels.clone_from(&self.memory.levels);
        }
        self.recon.chroma_block(&block, &levels, &mut Known);
        self.walk.note_chroma(&block, block.tb.map(|tb| spectrum(&block.node, &tb, &levels)));
        Best { cost, chroma: vec![block], levels, ..Best::empty() }
    }

    /// The modes worth trying in full, with their prices in squared steps.
    fn rank_chroma_modes(&mut self, blank: &ChromaBlock) -> Vec<(f64, ChromaMode)> {
        let node = &blank.node;
        let mut candidates = Vec::with_capacity(9);
        let copied = blank.luma_vector.map(|v| v.source(node.rect()));
        if copied.is_none_or(|from| from.is_some_and(|from| self.recon.samples.is_ready(1, from))) {
            candidates.push(ChromaMode::Derived);
        }
        candidates.extend([Neighbours::Both, Neighbours::Above, Neighbours::Left].map(ChromaMode::Fitted));
        candidates.extend(
            modes::CHROMA_OWN
                .iter()
                .filter(|&&m| copied.is_some() || m != blank.luma_mode)
                .map(|&m| ChromaMode::Own(m)),
        );
        let slopes = self.slopes(node);
        if slopes != [0; 2] {
            candidates.push(ChromaMode::Explicit(slopes));
        }
        let header = self.shared.context.header;
        let qp = header.block_qp(blank.offset);
        let mut ranked: Vec<(f64, f64, ChromaMode)> = Vec::with_capacity(candidates.len());
        let per_step = [1, 2].map(|plane| per_step(header.plane_qp(qp, plane)));
        for mode in candidates {
            let block = ChromaBlock { mode, ..*blank };
            let mut cost = 0.0;
            for plane in 1..3 {
                let (simd, source) = (self.shared.context.simd, &self.source[plane]);
                let m = &mut self.memory;
                self.recon.samples.predict_chroma(simd, &block, &m.references, plane, &mut m.prediction);
                let (w, h, stride) = (node.w(), node.h(), source.width());
                let pair = Pair { a: source.from(node.x, node.y), a_stride: stride, b: &m.prediction, b_stride: w };
                let difference = satd(simd, pair, header.extra_depth(), w, h) as f64;
                cost += difference * per_step[plane - 1];
            }
            let units = &self.walk.state.chroma;
            let rate = bits(self.walk.coder.count(|c| modes::chroma_mode(c, units, node, mode)));
            ranked.push((cost + self.shared.plan.parameters.rank_lambda * rate, self.lambda() * rate, mode));
        }
        ranked.sort_by(|a, b| a.0.total_cmp(&b.0));
        ranked.iter().take(self.shared.plan.effort.chroma_modes).map(|r| (r.1, r.2)).collect()
    }

    /// Slopes of Cb and Cr over reconstructed luma by least squares against the source, in 1/8.
    fn slopes(&self, node: &Node) -> [i8; 2] {
        let rect = node.rect();
        let n = rect.w * rect.h;
        let luma = self.memory.references.luma.block();
        let sum: i64 = luma.iter().map(|&s| s as i64).sum();
        let squares: i64 = luma.iter().map(|&s| s as i64 * s as i64).sum();
        let variance = n as i64 * squares - sum * sum;
        if variance == 0 {
            return [0; 2];
        }
        [1, 2].map(|plane| {
            let mut chroma_sum = 0i64;
            let mut products = 0i64;
            for (y, luma) in luma.chunks_exact(rect.w).enumerate() {
                let row = &self.source[plane].row(rect.y + y)[rect.x..rect.x + rect.w];
                chroma_sum += row.iter().map(|&s| s as i64).sum::<i64>();
                products += row.iter().zip(luma).map(|(&c, &l)| c as i64 * l as i64).sum::<i64>();
            }
            let covariance = n as i64 * products - sum * chroma_sum;
            (8.0 * covariance as f64 / variance as f64).round().clamp(-MAX_SLOPE, MAX_SLOPE) as i8
        })
    }

    /// The residual of `block` in `plane`, into working memory.
    fn chroma_residual(&mut self, block: &ChromaBlock, plane: usize) {
        let (simd, source, node) = (self.shared.context.simd, &self.source[plane], &block.node);
        let m = &mut self.memory;
        self.recon.samples.predict_chroma(simd, block, &m.references, plane, &mut m.prediction);
        let (w, h, stride) = (node.w(), node.h(), source.width());
        let pair = Pair { a: source.from(node.x, node.y), a_stride: stride, b: &m.prediction, b_stride: w };
        residual(simd, pair, w, h, &mut m.residual);
    }

    /// What the levels of `block` cost, about.
    fn estimate_chroma(&mut self, block: &ChromaBlock) -> f64 {
        let (header, node, simd) = (self.shared.context.header, &block.node, self.shared.context.simd);
        let mut cost = 0.0;
        for plane in 1..3 {
            self.chroma_residual(block, plane);
            let qp = header.plane_qp(header.block_qp(block.offset), plane);
            let shape = TxShape { w: node.w(), h: node.h(), tx: TxType::DCT, extra: header.extra_depth() };
            let m = &mut self.memory;
            forward(simd, &m.residual, shape, &mut m.coefficients);
            let (values, reciprocals) = (&self.memory.coefficients, &self.shared.reciprocals[1]);
            let coefficients = Coefficients { simd, node, values, tx: TxType::DCT, reciprocals, qp };
            cost += coefficients.estimate(self.shared.plan.rule.lambda).cost + self.dropped(node, 1, qp, values);
        }
        cost
    }

    /// Cost of the block with the mode it has, and the block with its levels for `family`, which stand in the working
    /// memory.
    fn quantise_chroma(&mut self, mut block: ChromaBlock, family: Family) -> (f64, ChromaBlock) {
        let header = self.shared.context.header;
        let node = block.node;
        let qp = header.block_qp(block.offset);
        let units = &self.walk.state.chroma;
        let mut rate = bits(self.walk.coder.count(|c| modes::chroma_mode(c, units, &node, block.mode)));
        let mut distortion = 0.0;
        self.memory.levels.clear();
        for plane in 1..3 {
            self.chroma_residual(&block, plane);
            let after_coded = plane == 2 && block.tb[0].end > 0;
            if plane == 2 {
                self.walk.template.keep_cb(after_coded);
            }
            let place = Place::of(&self.walk.state.chroma, &node, plane, after_coded);
            let plane_qp = header.plane_qp(qp, plane);
            let start = self.memory.levels.len();
            let (mut best, mut tx) = (self.quantise_plane(&node, place, plane_qp, TxType::DCT, family), TxType::DCT);
            if self.tries_identity(&node) {
                let transformed = self.memory.levels.split_off(start);
                let other = self.quantise_plane(&node, place, plane_qp, TxType::IDENTITY, family);
                if other.end > 0 && other.cost < best.cost {
                    (best, tx) = (other, TxType::IDENTITY);
                } else {
                    self.memory.levels.truncate(start);
                    self.memory.levels.extend(transformed);
                }
            }
            distortion += best.distortion;
            let mut tb = TransformBlock { end: best.end, start: start as u32, tx };
            let m = &mut self.memory;
            self.walk.coder.take();
            let choice = TxChoice { quantiser: family, ..header.choice(None) };
            transform_block(
                &mut self.walk.coder,
                &mut self.walk.template,
                &node,
                place,
                choice,
                &mut tb,
                &mut m.levels,
            );
            rate += bits(self.walk.coder.take());
            block.tb[plane - 1] = tb;
        }
        (distortion + self.lambda() * rate, block)
    }

    /// Appends the levels of the residual in memory, transformed by `tx`, to those in memory.
    fn quantise_plane(&mut self, node: &Node, place: Place, qp: u16, tx: TxType, family: Family) -> Outcome {
        let m = &mut self.memory;
        let shape = TxShape { w: node.w(), h: node.h(), tx, extra: self.shared.context.header.extra_depth() };
        forward(self.shared.context.simd, &m.residual, shape, &mut m.coefficients);
        let trellis = self.shared.plan.trellis.as_ref().filter(|_| family.of_block(tx) == Family::Trellis);
        let (simd, reciprocals) = (self.shared.context.simd, &self.shared.reciprocals[1]);
        let coefficients = Coefficients { simd, node, values: &m.coefficients, tx, reciprocals, qp };
        let job = Job { coefficients, place, rule: trellis.unwrap_or(&self.shared.plan.rule) };
        let out = if trellis.is_some() {
            job.run_trellis(&mut self.walk.coder, &self.walk.template, &mut m.quantise, &mut m.levels)
        } else {
            job.run(&mut self.walk.coder, &mut self.walk.template, &mut m.quantise, &mut m.levels)
        };
        let dropped = self.dropped(node, 1, qp, &self.memory.coefficients);
        Outcome { distortion: out.distortion + dropped, cost: out.cost + dropped, ..out }
    }
}
