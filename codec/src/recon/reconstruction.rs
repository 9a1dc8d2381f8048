//! The reconstruction of the blocks of a tile: predict, dequantise, transform back, add.
//! BITSTREAM.md §9.

use super::samples::{References, TileSamples, intra_mode};
use super::signs::{Edge, Signs};
use crate::filter::Unit;
use crate::predict::ChromaMode;
use crate::predict::edges::Edges;
use crate::predict::predict;
use crate::recon::dequant::{Coded, Dequantiser};
use crate::simd::Simd;
use crate::syntax::block::{ChromaBlock, LumaBlock, Superblock, TransformBlock};
use crate::syntax::header::PictureHeader;
use crate::syntax::screen::Prediction;
use crate::syntax::tree::Node;
use crate::transform::{MAX_CODED, ROOM, Room, TxShape, inverse};

/// What reconstruction needs of a picture.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    pub(crate) simd: Simd,
    pub(crate) header: &'a PictureHeader,
    pub(crate) dequantiser: &'a Dequantiser,
}

/// Working memory of a reconstruction.
#[derive(Debug)]
struct Scratch {
    edges: Edges,
    references: References,
    coded: Coded,
    /// Zeros between two blocks.
    coefficients: Box<[i32]>,
    room: Box<Room>,
}

impl Scratch {
    fn new() -> Self {
        Self {
            edges: Edges::new(),
            references: References::new(),
            coded: Coded::new(),
            coefficients: vec![0; MAX_CODED].into(),
            room: Box::new(ROOM),
        }
    }
}

/// A reconstruction of the blocks of a tile.
#[derive(Debug)]
pub(crate) struct Reconstruction<'a> {
    context: &'a Context<'a>,
    pub(crate) samples: TileSamples,
    scratch: Scratch,
}

impl<'a> Reconstruction<'a> {
    pub(crate) fn new(context: &'a Context<'a>, samples: TileSamples) -> Self {
        Self { context, samples, scratch: Scratch::new() }
    }

    /// Reconstructs a superblock.
    pub(crate) fn superblock(&mut self, sb: &Superblock, signs: &mut impl Signs) {
        for block in &sb.luma {
            self.luma_block(block, &sb.levels, &sb.indices, signs);
            self.note(0, &block.node, block.offset, &block.tb);
        }
        for block in &sb.chroma {
            self.chroma_block(block, &sb.levels, signs);
            (1..).zip(&block.tb).for_each(|(plane, tb)| self.note(plane, &block.node, block.offset, tb));
        }
    }

    /// Notes for the filters what a block in plane `plane` is like.
    pub(crate) fn note(&mut self, plane: usize, node: &Node, offset: i8, tb: &TransformBlock) {
        let header = self.context.header;
        let qp = header.plane_qp(header.block_qp(offset), plane);
        let unit = Unit { log2_w: node.log2_w as u8, log2_h: node.log2_h as u8, phase: [0; 2], coded: tb.end > 0, qp };
        self.samples.maps[plane].set(node.x, node.y, unit);
    }

    /// Reconstructs a luma block; `levels` and `indices` are those of its superblock.
    pub(crate) fn luma_block(&mut self, block: &LumaBlock, levels: &[i32], indices: &[u8], signs: &mut impl Signs) {
        let (rect, s) = (block.node.rect(), &mut self.scratch);
        match block.prediction {
            Prediction::Intra => {
                self.samples.edges(0, rect, block.line, &mut s.edges);
                let out = &mut self.samples.planes[0].block(rect);
                predict(self.context.simd, block.mode, &s.edges, self.samples.depth, out);
            }
            Prediction::Copy(vector) => self.samples.copy_within(0, rect, vector),
            Prediction::Palette(palette, start) => {
                for (indices, y) in indices[start as usize..].chunks_exact(rect.w).zip(rect.y..rect.y + rect.h) {
                    let row = &mut self.samples.planes[0].row_mut(y)[rect.x..rect.x + rect.w];
                    palette.paint(indices, self.samples.depth, row);
                }
            }
        }
        self.add_luma(block, levels, signs);
    }

    /// Completes a luma block in whose place its prediction stands.
    pub(crate) fn add_luma(&mut self, block: &LumaBlock, levels: &[i32], signs: &mut impl Signs) {
        let qp = self.context.header.block_qp(block.offset);
        self.finish(0, &block.node, qp, &block.tb, levels, signs);
        self.samples.mark(0, block.node.rect());
    }

    /// Puts `prediction`, row by row, in the place of the block at `node` of plane `plane`.
    pub(crate) fn put(&mut self, plane: usize, node: &Node, prediction: &[u16]) {
        self.samples.planes[plane].restore(node.rect(), &prediction[..node.w() * node.h()]);
    }

    /// Reconstructs both planes of a chroma block.
    pub(crate) fn chroma_block(&mut self, block: &ChromaBlock, levels: &[i32], signs: &mut impl Signs) {
        let (rect, header) = (block.node.rect(), self.context.header);
        let (qp, vector) = (header.block_qp(block.offset), block.vector());
        let references = &mut self.scratch.references;
        if vector.is_none() {
            self.samples.chroma_edges(rect, references);
        }
        if intra_mode(block).is_none() {
            self.samples.luma_over(header, rect, references);
        }
        if let ChromaMode::Quadratic(sides) = block.mode {
            self.samples.fit(self.context.simd, header, rect, sides, references);
        }
        for plane in 1..3 {
            match vector {
                Some(vector) => self.samples.copy_within(plane, rect, vector),
                None => {
                    let out = &mut self.samples.planes[plane].block(rect);
                    self.scratch.references.predict(self.context.simd, block, plane, self.samples.depth, out);
                }
            }
            self.finish(plane, &block.node, qp, &block.tb[plane - 1], levels, signs);
        }
        self.samples.mark(1, rect);
    }

    /// Completes a chroma block in whose place its predictions stand.
    pub(crate) fn add_chroma(&mut self, block: &ChromaBlock, levels: &[i32], signs: &mut impl Signs) {
        let qp = self.context.header.block_qp(block.offset);
        for plane in 1..3 {
            self.finish(plane, &block.node, qp, &block.tb[plane - 1], levels, signs);
        }
        self.samples.mark(1, block.node.rect());
    }

    /// Adds the residual to the prediction that stands in the block's place.
    fn finish(
        &mut self,
        plane: usize,
        node: &Node,
        qp: u16,
        tb: &TransformBlock,
        levels: &[i32],
        signs: &mut impl Signs,
    ) {
        if tb.end == 0 {
            return;
        }
        let header = self.context.header;
        let Scratch { coded, coefficients, room, .. } = &mut self.scratch;
        let qp = header.plane_qp(qp, plane);
        let steps = self.context.dequantiser.steps(plane, (node.log2_w, node.log2_h), qp, tb.tx);
        let levels = tb.levels(levels);
        let simd = self.context.simd;
        let coded = coded.of(levels);
        let extent = steps.dequantise(node, levels, coded, coefficients);
        let edge = Edge { simd, samples: &self.samples, plane, node, tx: tb.tx };
        signs.code(&edge, levels, coded, coefficients);
        let shape = TxShape { w: node.w(), h: node.h(), tx: tb.tx, extra: header.extra_depth() };
        let out = &mut self.samples.planes[plane].block(node.rect());
        inverse(simd, coefficients, shape, extent, room, out);
        coefficients[..extent.1 * node.coded_area().0].fill(0);
    }
}
