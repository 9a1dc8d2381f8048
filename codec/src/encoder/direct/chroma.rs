//! Chroma of the direct way: the tree of luma, cut off where blocks get small, and few modes.

use super::DirectTile;
use super::levels::Spot;
use crate::encoder::kernels::satd::{Pair, satd};
use crate::encoder::layout::forced;
use crate::encoder::quantise::bits;
use crate::encoder::quantise::per_step;
use crate::predict::{ChromaMode, IntraMode, ModelSides};
use crate::recon::{MAX_BLOCK, Signs};
use crate::syntax::block::ChromaBlock;
use crate::syntax::modes;
use crate::syntax::tree::{Node, Split};

/// Modes in the order of trial.
const MODES: [ChromaMode; 8] = [
    ChromaMode::Derived,
    ChromaMode::Fitted(ModelSides::Both),
    ChromaMode::Own(IntraMode::Planar),
    ChromaMode::Fitted(ModelSides::Above),
    ChromaMode::Fitted(ModelSides::Left),
    ChromaMode::Own(IntraMode::Dc),
    ChromaMode::Own(IntraMode::VERTICAL),
    ChromaMode::Own(IntraMode::HORIZONTAL),
];

impl DirectTile<'_> {
    /// Codes the chroma of `node`.
    pub(super) fn chroma_tree(&mut self, node: Node, signs: &mut impl Signs) {
        let units = &self.walk.state.chroma;
        let (width, height) = (units.width(), units.height());
        if node.x >= width || node.y >= height {
            return;
        }
        let is_split = |node: &Node| node.log2_w > self.direct.chroma_log2 && self.luma_is_finer(node);
        let split = forced(&node, width, height);
        let split = split.unwrap_or_else(|| if is_split(&node) { Split::Quad } else { Split::None });
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
        let blank = self.walk.blank_chroma(node);
        let qp = header.block_qp(blank.offset);
        self.recon.samples.references(header, node.rect(), &mut self.memory.references);
        let mut block = ChromaBlock { mode: self.choose_chroma_mode(&blank, qp), ..blank };
        for plane in 1..3 {
            self.take_residual(plane, node.rect());
            let after_coded = plane == 2 && block.tb[0].end > 0;
            if plane == 2 {
                self.walk.template.keep_cb(after_coded);
            }
            let spot = Spot { node, plane, after_coded, qp: header.plane_qp(qp, plane) };
            block.tb[plane - 1] = self.code_residual(&spot);
            self.recon.put(plane, &node, &self.memory.best[(plane - 1) * MAX_BLOCK..]);
        }
        self.recon.add_chroma(&block, &self.sb.levels, signs);
        (1..).zip(&block.tb).for_each(|(plane, tb)| self.recon.note(plane, &node, block.offset, tb));
        let spectra = block.tb.map(|tb| self.spectrum(&node, &tb));
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
        for mode in MODES.into_iter().take(self.direct.chroma_modes) {
            if mode == ChromaMode::Own(blank.luma_mode) {
                continue;
            }
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
