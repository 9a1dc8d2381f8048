//! From parsed blocks to samples: predict, dequantise, transform back, add. Encoder and decoder share it.
//! BITSTREAM.md §9.

pub(crate) mod bands;
pub(crate) mod output;
pub(crate) mod picture;
mod ready;
mod signs;

use crate::image::plane::{Plane, Rect};
use crate::predict::cclm::predict_cclm;
use crate::predict::cfl::predict_cfl;
use crate::predict::edges::{Available, Edges, LINES};
use crate::predict::luma::LumaSamples;
use crate::predict::predict;
use crate::quant::dequant::{Dequantiser, Steps};
use crate::quant::family::{Family, State};
use crate::recon::ready::Ready;
use crate::recon::signs::Edge;
pub(crate) use crate::recon::signs::{Coded, Known, Signs};
use crate::simd::Simd;
use crate::syntax::block::{ChromaBlock, ChromaMode, LumaBlock, Neighbours, Superblock, TransformBlock};
use crate::syntax::copy::Vector;
use crate::syntax::header::PictureHeader;
use crate::syntax::residual::coded_area;
use crate::syntax::scan;
use crate::syntax::screen::Source;
use crate::syntax::tree::Node;
use crate::tile::Grid;
use crate::transform::{TxShape, inverse};

/// Samples of the largest block.
pub(crate) const MAX_BLOCK: usize = 64 * 64;
/// Coefficients of the largest block.
pub(crate) const MAX_CODED: usize = 32 * 32;

/// What reconstruction needs of a picture.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    pub(crate) simd: Simd,
    pub(crate) header: &'a PictureHeader,
    pub(crate) dequantiser: &'a Dequantiser,
}

/// The samples of a tile as far as they are reconstructed.
#[derive(Debug)]
pub(crate) struct TileSamples {
    pub(crate) planes: Vec<Plane>,
    ready: Vec<Ready>,
    /// Bits of a sample, 10 to 14.
    depth: u32,
}

/// What a chroma block is predicted from.
#[derive(Debug)]
pub(crate) struct References {
    available: Available,
    edges: [Edges; 2],
    /// Luma over the block, at chroma resolution.
    pub(crate) luma: Box<LumaSamples>,
}

impl References {
    pub(crate) fn new() -> Self {
        Self {
            available: Available { top: 0, left: 0, corner: false },
            edges: [Edges::new(), Edges::new()],
            luma: Box::new(LumaSamples::new()),
        }
    }

    /// Predicts plane `plane` (1 or 2) of `block`, which is no copy and for which these were gathered, into `out`, samples
    /// of `depth` bits.
    fn predict(&self, simd: Simd, block: &ChromaBlock, plane: usize, depth: u32, out: &mut [u16]) {
        let edges = &self.edges[plane - 1];
        let mode = match block.mode {
            ChromaMode::Derived => block.luma_mode,
            ChromaMode::Own(mode) => mode,
            ChromaMode::Fitted(neighbours) => {
                let available = match neighbours {
                    Neighbours::Both => self.available,
                    Neighbours::Above => Available { left: 0, ..self.available },
                    Neighbours::Left => Available { top: 0, ..self.available },
                };
                return predict_cclm(simd, &self.luma, edges, available, depth, out);
            }
            ChromaMode::Explicit(slopes) => {
                return predict_cfl(simd, &self.luma, edges, slopes[plane - 1] as i32, depth, out);
            }
        };
        predict(simd, mode, edges, block.node.w(), block.node.h(), depth, out);
    }
}

/// Working memory of a reconstruction.
#[derive(Debug)]
struct Scratch {
    edges: Edges,
    references: References,
    prediction: Box<[u16]>,
    coefficients: Box<[i32]>,
    residual: Box<[i32]>,
}

impl Scratch {
    fn new() -> Self {
        Self {
            edges: Edges::new(),
            references: References::new(),
            prediction: vec![0; MAX_BLOCK].into(),
            coefficients: vec![0; MAX_CODED].into(),
            residual: vec![0; MAX_BLOCK].into(),
        }
    }
}

impl Node {
    /// Its place in the plane.
    pub(crate) fn rect(&self) -> Rect {
        Rect { x: self.x, y: self.y, w: self.w(), h: self.h() }
    }
}

impl TileSamples {
    /// An empty tile of number `index`.
    pub(crate) fn new(header: &PictureHeader, grid: &Grid, index: usize) -> Self {
        let sizes = (0..header.planes()).map(|p| grid.rect(index, p));
        Self {
            planes: sizes.clone().map(|r| Plane::new(r.w, r.h)).collect(),
            ready: sizes.take(2).map(|r| Ready::new(r.w, r.h)).collect(),
            depth: header.internal_depth(),
        }
    }

    /// Bytes that those of a tile of the size of `header` take: a bit for each unit besides the planes.
    pub(crate) fn memory(header: &PictureHeader) -> u64 {
        let samples = header.samples();
        2 * samples + samples / 64
    }

    /// Marks the block of plane 0, or of planes 1 and 2, as reconstructed.
    pub(crate) fn mark(&mut self, plane: usize, rect: Rect) {
        self.ready[plane.min(1)].set(rect, true);
    }

    /// Takes the mark away again.
    pub(crate) fn unmark(&mut self, plane: usize, rect: Rect) {
        self.ready[plane.min(1)].set(rect, false);
    }

    /// Gathers the reference samples of a block of plane `plane` from line `line` of [`LINES`].
    pub(crate) fn edges(&self, plane: usize, rect: Rect, line: u8, edges: &mut Edges) {
        let available = self.ready[plane.min(1)].around(rect);
        edges.fill(&self.planes[plane], rect, available, self.depth, LINES[usize::from(line)]);
    }

    /// Whether all of `rect` of plane 0, or of planes 1 and 2, is reconstructed.
    pub(crate) fn is_ready(&self, plane: usize, rect: Rect) -> bool {
        self.ready[plane.min(1)].covers(rect)
    }

    /// Copies what `vector` points to from `rect` to `out`, row by row.
    pub(crate) fn copy(&self, plane: usize, rect: Rect, vector: Vector, out: &mut [u16]) {
        // A vector is legal where the walk has read it.
        let Some(from) = vector.source(rect) else { return };
        for (to, y) in out[..rect.w * rect.h].chunks_exact_mut(rect.w).zip(from.y..) {
            to.copy_from_slice(&self.planes[plane].row(y)[from.x..from.x + rect.w]);
        }
    }

    /// Predicts plane `plane` (1 or 2) of `block`, for which `references` were gathered, into `out`.
    pub(crate) fn predict_chroma(
        &self,
        simd: Simd,
        block: &ChromaBlock,
        references: &References,
        plane: usize,
        out: &mut [u16],
    ) {
        match block.vector() {
            Some(vector) => self.copy(plane, block.node.rect(), vector, out),
            None => references.predict(simd, block, plane, self.depth, out),
        }
    }

    /// Adds `residual` to `prediction` and stores the block.
    pub(crate) fn store(&mut self, plane: usize, rect: Rect, prediction: &[u16], residual: Option<&[i32]>) {
        let max = (1 << self.depth) - 1;
        for y in 0..rect.h {
            let from = &prediction[y * rect.w..][..rect.w];
            let to = &mut self.planes[plane].row_mut(rect.y + y)[rect.x..rect.x + rect.w];
            match residual {
                None => to.copy_from_slice(from),
                Some(residual) => {
                    let residual = &residual[y * rect.w..][..rect.w];
                    for ((to, &p), &r) in to.iter_mut().zip(from).zip(residual) {
                        *to = (p as i32 + r).clamp(0, max) as u16;
                    }
                }
            }
        }
    }

    /// Gathers the reference samples of both planes of a chroma block, and the luma over it.
    pub(crate) fn references(&self, header: &PictureHeader, rect: Rect, to: &mut References) {
        to.available = self.ready[1].around(rect);
        to.luma.gather(&self.planes[0], rect, u32::from(header.subsampled), to.available);
        for (edges, plane) in to.edges.iter_mut().zip(&self.planes[1..]) {
            edges.fill(plane, rect, to.available, self.depth, 0);
        }
    }
}

/// Turns levels into coefficients; returns how many columns and rows hold any.
pub(crate) fn dequantise(node: &Node, levels: &[i32], steps: &Steps<'_>, out: &mut [i32]) -> (usize, usize) {
    match steps.family {
        Family::Scalar => dequantise_by::<false>(node, levels, steps, out),
        Family::Trellis => dequantise_by::<true>(node, levels, steps, out),
    }
}

fn dequantise_by<const TRELLIS: bool>(
    node: &Node,
    levels: &[i32],
    steps: &Steps<'_>,
    out: &mut [i32],
) -> (usize, usize) {
    let (w, h) = coded_area(node);
    out[..w * h].fill(0);
    let (mut cols, mut rows) = (0, 0);
    let mut state = State::START;
    for (&level, p) in levels.iter().zip(&scan::of(w, h)[..levels.len()]).rev() {
        if level != 0 {
            let at = p.raster as usize;
            out[at] = steps.coefficient(at, level, state);
            cols = cols.max(at % w + 1);
            rows = rows.max(at / w + 1);
        }
        if TRELLIS {
            state = state.next(level.unsigned_abs());
        }
    }
    (cols, rows)
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
        }
        for block in &sb.chroma {
            self.chroma_block(block, &sb.levels, signs);
        }
    }

    /// Reconstructs a luma block; `levels` and `indices` are those of its superblock.
    pub(crate) fn luma_block(&mut self, block: &LumaBlock, levels: &[i32], indices: &[u8], signs: &mut impl Signs) {
        let (rect, s) = (block.node.rect(), &mut self.scratch);
        match block.source {
            Source::Mode => {
                self.samples.edges(0, rect, block.line, &mut s.edges);
                let depth = self.samples.depth;
                predict(self.context.simd, block.mode, &s.edges, rect.w, rect.h, depth, &mut s.prediction);
            }
            Source::Copy(vector) => self.samples.copy(0, rect, vector, &mut s.prediction),
            Source::Palette(palette, start) => {
                let indices = &indices[start as usize..][..rect.w * rect.h];
                palette.paint(indices, self.samples.depth, &mut s.prediction);
            }
        }
        let qp = self.context.header.block_qp(block.offset);
        self.finish(0, &block.node, qp, &block.tb, levels, signs);
        self.samples.mark(0, rect);
    }

    /// Reconstructs both planes of a chroma block.
    pub(crate) fn chroma_block(&mut self, block: &ChromaBlock, levels: &[i32], signs: &mut impl Signs) {
        let qp = self.context.header.block_qp(block.offset);
        self.samples.references(self.context.header, block.node.rect(), &mut self.scratch.references);
        for plane in 1..3 {
            let s = &mut self.scratch;
            self.samples.predict_chroma(self.context.simd, block, &s.references, plane, &mut s.prediction);
            self.finish(plane, &block.node, qp, &block.tb[plane - 1], levels, signs);
        }
        self.samples.mark(1, block.node.rect());
    }

    /// Adds the residual to the prediction that stands in the scratch memory, and stores the block.
    fn finish(
        &mut self,
        plane: usize,
        node: &Node,
        qp: u16,
        tb: &TransformBlock,
        levels: &[i32],
        signs: &mut impl Signs,
    ) {
        let s = &mut self.scratch;
        let rect = node.rect();
        if tb.end == 0 {
            return self.samples.store(plane, rect, &s.prediction, None);
        }
        let qp = self.context.header.plane_qp(qp, plane);
        let steps = self.context.dequantiser.steps(plane, (node.log2_w, node.log2_h), qp, tb.tx);
        let levels = tb.levels(levels);
        let extent = dequantise(node, levels, &steps, &mut s.coefficients);
        let edge = Edge { samples: &self.samples, plane, node, tx: tb.tx, extent, prediction: &s.prediction };
        signs.code(&edge, levels, &mut s.coefficients);
        let shape = TxShape { w: rect.w, h: rect.h, tx: tb.tx, extra: self.context.header.extra_depth() };
        inverse(self.context.simd, &s.coefficients, shape, extent, &mut s.residual);
        self.samples.store(plane, rect, &s.prediction, Some(&s.residual));
    }
}
