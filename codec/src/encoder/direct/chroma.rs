//! Chroma of the direct way: the tree of luma, cut off where blocks get small; two or three modes.

use super::DirectTile;
use crate::encoder::quantise::bits;
use crate::encoder::satd::{Pair, residual, satd};
use crate::encoder::search::per_step;
use crate::recon::{MAX_BLOCK, Signs};
use crate::syntax::block::{ChromaBlock, ChromaMode, Neighbours, TransformBlock};
use crate::syntax::modes;
use crate::syntax::spectrum::{Spectrum, spectrum};
use crate::syntax::tree::{Choices, Node, Split};
use crate::transform::TxType;

impl DirectTile<'_> {
    /// Codes the chroma of `node`.
    pub(super) fn chroma_tree(&mut self, node: Node, signs: &mut impl Signs) {
        let units = &self.walk.state.chroma;
        let (width, height) = (units.width(), units.height());
        if node.x >= width || node.y >= height {
            return;
        }
        let smallest = self.shared.plan.effort.direct.chroma_log2;
        let split = match node.choices(width, height) {
            Choices::Forced(split) => split,
            _ if node.log2_w > node.log2_h => Split::V2,
            _ if node.log2_w < node.log2_h => Split::H2,
            _ if node.log2_w > smallest && self.luma_is_finer(&node) => Split::Quad,
            _ => Split::None,
        };
        self.sb.chroma_splits.push(split);
        if split == Split::None {
            return self.chroma_block(node, signs);
        }
        for child in node.children(split) {
            self.chroma_tree(child, signs);
        }
    }

    /// Whether luma over `node` is in blocks smaller than it.
    fn luma_is_finer(&self, node: &Node) -> bool {
        let shift = u32::from(self.shared.context.header.subsampled);
        let unit = self.walk.state.luma.at(node.x << shift, node.y << shift);
        u32::from(unit.log2_w.min(unit.log2_h)) < node.log2_w + shift
    }

    fn chroma_block(&mut self, node: Node, signs: &mut impl Signs) {
        let header = self.shared.context.header;
        let rect = node.rect();
        let blank = self.walk.blank_chroma(node);
        self.recon.samples.references(header, rect, &mut self.memory.references);
        let qp = header.block_qp(blank.offset);
        let mode = self.choose_chroma_mode(&blank, qp);
        let mut block = ChromaBlock { mode, ..blank };
        for plane in 1..3 {
            let (simd, m, source) = (self.shared.context.simd, &mut self.memory, &self.source[plane]);
            let a = source.from(rect.x, rect.y);
            let pair = Pair { a, a_stride: source.width(), b: &m.best[(plane - 1) * MAX_BLOCK..], b_stride: rect.w };
            residual(simd, pair, rect.w, rect.h, &mut m.residual);
            if plane == 2 {
                self.walk.template.keep_cb(block.tb[0].end > 0);
            }
            let tb: TransformBlock = self.levels_of(&node, plane, header.plane_qp(qp, plane), TxType::DCT);
            block.tb[plane - 1] = tb;
            self.recon.put(plane, &node, &self.memory.best[(plane - 1) * MAX_BLOCK..]);
        }
        self.recon.add_chroma(&block, &self.sb.levels, signs);
        (1..).zip(&block.tb).for_each(|(plane, tb)| self.recon.note(plane, &node, block.offset, tb));
        let spectra = match self.shared.plan.rule.optimise {
            true => block.tb.map(|tb| spectrum(&node, &tb, &self.sb.levels)),
            false => [Spectrum::default(); 2],
        };
        self.walk.note_chroma(&block, spectra);
        self.sb.chroma.push(block);
    }

    /// The best mode by what it leaves and its price; its predictions are the best ones then.
    fn choose_chroma_mode(&mut self, blank: &ChromaBlock, qp: u16) -> ChromaMode {
        let (node, header, simd) = (blank.node, self.shared.context.header, self.shared.context.simd);
        let (w, h) = (node.w(), node.h());
        let lambda = self.shared.plan.parameters.rank_lambda;
        let scales = [1, 2].map(|plane| per_step(header.plane_qp(qp, plane)));
        let mut best = (f64::INFINITY, ChromaMode::Derived);
        for mode in [ChromaMode::Derived, ChromaMode::Fitted(Neighbours::Both)] {
            let block = ChromaBlock { mode, ..*blank };
            let mut cost = 0.0;
            for plane in 1..3 {
                let m = &mut self.memory;
                let out = &mut m.trial[(plane - 1) * MAX_BLOCK..];
                self.recon.samples.predict_chroma(simd, &block, &m.references, plane, out);
                let source = &self.source[plane];
                let pair = Pair { a: source.from(node.x, node.y), a_stride: source.width(), b: out, b_stride: w };
                cost += f64::from(satd(simd, pair, header.extra_depth(), w, h)) * scales[plane - 1];
            }
            let units = &self.walk.state.chroma;
            let price = self.walk.coder.count(|c| {
                modes::chroma_mode(c, units, &node, mode);
            });
            cost += lambda * bits(price);
            if cost < best.0 {
                best = (cost, mode);
                std::mem::swap(&mut self.memory.best, &mut self.memory.trial);
            }
        }
        best.1
    }
}
