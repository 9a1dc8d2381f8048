//! From parsed blocks to samples: predict, dequantise, transform back, add. Encoder and decoder share it.
//! BITSTREAM.md §9.

pub(crate) mod bands;
pub(crate) mod output;
pub(crate) mod picture;
mod ready;
mod signs;
mod stitch;

use crate::filter::{BlockMap, Unit};
use crate::image::plane::{Block, Plane, Rect};
use crate::predict::cclm::predict_cclm;
use crate::predict::cfl::predict_cfl;
use crate::predict::edges::{Available, Edges, LINES};
use crate::predict::luma::LumaSamples;
use crate::predict::{ChromaMode, IntraMode, ModelSides, predict};
use crate::quant::dequant::Dequantiser;
use crate::recon::picture::PictureSamples;
use crate::recon::ready::Ready;
pub(crate) use crate::recon::signs::{Edge, Known, SignNoter, SignNotes, SignReader, SignWriter, Signs};
pub(crate) use crate::recon::stitch::Stitch;
use crate::simd::Simd;
use crate::syntax::block::{ChromaBlock, LumaBlock, Superblock, TransformBlock};
use crate::syntax::header::PictureHeader;
use crate::syntax::screen::Prediction;
use crate::syntax::tree::{Node, SUPERBLOCK};
use crate::syntax::vector::Vector;
use crate::tile::Grid;
use crate::transform::{ROOM, Room, TxShape, inverse};

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

/// Luma rows above a superblock that the blocks in it look at, in whole units of any plane.
const LOOKED_AT: usize = 8;
/// Luma rows of a tile that there must be at a time, unless blocks are copied: a row of superblocks with those above.
pub(crate) const LEAST_ROWS: usize = SUPERBLOCK + LOOKED_AT;

/// The samples of a tile as far as they are reconstructed: all of them, or some rows.
#[derive(Debug)]
pub(crate) struct TileSamples {
    pub(crate) planes: Vec<Plane>,
    /// The blocks of each, those of whole superblocks.
    maps: Vec<BlockMap>,
    ready: Vec<Ready>,
    /// Luma rows that there is memory for, and the number of the first.
    rows: usize,
    top: usize,
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
    fn predict(&self, simd: Simd, block: &ChromaBlock, plane: usize, depth: u32, out: &mut Block<'_>) {
        let edges = &self.edges[plane - 1];
        if let Some(mode) = intra_mode(block) {
            return predict(simd, mode, edges, depth, out);
        }
        match block.mode {
            ChromaMode::Derived | ChromaMode::Own(_) => {}
            ChromaMode::Fitted(neighbours) => {
                let available = match neighbours {
                    ModelSides::Both => self.available,
                    ModelSides::Above => Available { left: 0, ..self.available },
                    ModelSides::Left => Available { top: 0, ..self.available },
                };
                predict_cclm(simd, &self.luma, edges, available, depth, out);
            }
            ChromaMode::Explicit(slopes) => {
                predict_cfl(simd, &self.luma, edges, slopes[plane - 1] as i32, depth, out);
            }
        }
    }
}

/// The mode of `block`, unless it is predicted from luma.
fn intra_mode(block: &ChromaBlock) -> Option<IntraMode> {
    match block.mode {
        ChromaMode::Derived => Some(block.luma_mode),
        ChromaMode::Own(mode) => Some(mode),
        ChromaMode::Fitted(_) | ChromaMode::Explicit(_) => None,
    }
}

/// Working memory of a reconstruction.
#[derive(Debug)]
struct Scratch {
    edges: Edges,
    references: References,
    /// Zeros between two blocks.
    coefficients: Box<[i32]>,
    room: Box<Room>,
}

impl Scratch {
    fn new() -> Self {
        Self {
            edges: Edges::new(),
            references: References::new(),
            coefficients: vec![0; MAX_CODED].into(),
            room: Box::new(ROOM),
        }
    }
}

/// Width and height of the planes of tile `index` of which there are `rows` luma rows at a time.
fn parts(
    header: &PictureHeader,
    grid: &Grid,
    index: usize,
    rows: usize,
) -> impl Iterator<Item = (usize, usize)> + Clone {
    (0..header.planes()).map(move |p| {
        let part = header.in_plane(Rect { h: rows, ..grid.rect(index, 0) }, p);
        (part.w, part.h.min(grid.rect(index, p).h))
    })
}

/// Nothing is ready in tile `index`.
fn ready(header: &PictureHeader, grid: &Grid, index: usize) -> Vec<Ready> {
    let sizes = (0..header.planes()).map(|p| grid.rect(index, p));
    sizes.take(2).map(|r| Ready::new(r.w, r.h)).collect()
}

impl TileSamples {
    /// An empty tile of number `index`.
    pub(crate) fn new(header: &PictureHeader, grid: &Grid, index: usize) -> Self {
        Self::with_rows(header, grid, index, usize::MAX)
    }

    /// The same with memory for so many luma rows at a time, [`LEAST_ROWS`] or more.
    pub(crate) fn with_rows(header: &PictureHeader, grid: &Grid, index: usize, rows: usize) -> Self {
        let parts = parts(header, grid, index, rows);
        Self {
            planes: parts.clone().map(|(w, h)| Plane::new(w, h)).collect(),
            maps: parts.map(|(w, h)| BlockMap::new(w, h)).collect(),
            ready: ready(header, grid, index),
            rows,
            top: 0,
            depth: header.internal_depth(),
        }
    }

    /// An empty tile of number `index` in the memory of these, of which samples and blocks that are not there yet have some.
    pub(crate) fn reused(self, header: &PictureHeader, grid: &Grid, index: usize) -> Self {
        let parts = parts(header, grid, index, self.rows);
        let (planes, maps) = (self.planes.into_iter().zip(parts.clone()), self.maps.into_iter().zip(parts));
        Self {
            planes: planes.map(|(plane, (w, h))| plane.resized(w, h)).collect(),
            maps: maps.map(|(map, (w, h))| map.resized(w, h)).collect(),
            ready: ready(header, grid, index),
            top: 0,
            ..self
        }
    }

    /// Bytes that those of a tile of the size of `header` take, with memory for `rows` luma rows.
    pub(crate) fn memory(header: &PictureHeader, rows: usize) -> u64 {
        let (width, height) = header.plane_size(0);
        PictureSamples::memory(&header.with_size(width, height.min(rows))) + 2 * Ready::memory(width, height)
    }

    /// Whether there is memory for the row of superblocks that begins at luma row `y`.
    pub(crate) fn has_room(&self, y: usize) -> bool {
        y + SUPERBLOCK <= self.top.saturating_add(self.rows)
    }

    /// Makes room, where there is none, for the row of superblocks that begins at luma row `y`. Of the rows above it, all of which
    /// are there, those that its blocks look at stay; those below have nothing where they are to be `blank`.
    pub(crate) fn make_room(&mut self, header: &PictureHeader, y: usize, blank: bool) {
        if self.has_room(y) {
            return;
        }
        self.top = y - LOOKED_AT;
        picture::go_on(header, &mut self.planes, &mut self.maps, self.top);
        if blank {
            for (p, (plane, map)) in self.planes.iter_mut().zip(&mut self.maps).enumerate() {
                let y = header.in_plane(Rect { x: 0, y, w: 0, h: 0 }, p).y;
                plane.blank(y);
                map.blank(y / 4);
            }
        }
    }

    /// Makes room for the row of superblocks that begins at luma row `y`, above which all is reconstructed, if elsewhere.
    pub(crate) fn begin_row(&mut self, header: &PictureHeader, y: usize) {
        self.make_room(header, y, false);
        for (p, ready) in self.ready.iter_mut().enumerate() {
            ready.begin_row(header.in_plane(Rect { x: 0, y, w: 0, h: 0 }, p).y);
        }
    }

    /// Marks the block of plane 0, or of planes 1 and 2, as reconstructed.
    pub(crate) fn mark(&mut self, plane: usize, rect: Rect) {
        self.ready[plane.min(1)].add(rect);
    }

    /// Takes the mark away again.
    pub(crate) fn unmark(&mut self, plane: usize, rect: Rect) {
        self.ready[plane.min(1)].remove(rect);
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

    /// The same to the block itself.
    fn copy_within(&mut self, plane: usize, rect: Rect, vector: Vector) {
        let Some(from) = vector.source(rect) else { return };
        self.planes[plane].copy_within(from, rect.x, rect.y);
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
        let rect = block.node.rect();
        match block.vector() {
            Some(vector) => self.copy(plane, rect, vector, out),
            None => {
                let out = &mut Block::packed(out, rect.w, rect.h);
                references.predict(simd, block, plane, self.depth, out);
            }
        }
    }

    /// Gathers the reference samples of both planes of a chroma block, and the luma over it.
    pub(crate) fn references(&self, header: &PictureHeader, rect: Rect, to: &mut References) {
        self.chroma_edges(rect, to);
        self.luma_over(header, rect, to);
    }

    fn chroma_edges(&self, rect: Rect, to: &mut References) {
        to.available = self.ready[1].around(rect);
        for (edges, plane) in to.edges.iter_mut().zip(&self.planes[1..]) {
            edges.fill(plane, rect, to.available, self.depth, 0);
        }
    }

    fn luma_over(&self, header: &PictureHeader, rect: Rect, to: &mut References) {
        to.luma.gather(&self.planes[0], rect, u32::from(header.subsampled), to.available);
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
        let unit = Unit { log2_w: node.log2_w as u8, log2_h: node.log2_h as u8, coded: tb.end > 0, qp };
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
        let Scratch { coefficients, room, .. } = &mut self.scratch;
        let qp = header.plane_qp(qp, plane);
        let steps = self.context.dequantiser.steps(plane, (node.log2_w, node.log2_h), qp, tb.tx);
        let levels = tb.levels(levels);
        let simd = self.context.simd;
        let extent = steps.dequantise(node, levels, coefficients);
        let edge = Edge { simd, samples: &self.samples, plane, node, tx: tb.tx };
        signs.code(&edge, levels, coefficients);
        let shape = TxShape { w: node.w(), h: node.h(), tx: tb.tx, extra: header.extra_depth() };
        let out = &mut self.samples.planes[plane].block(node.rect());
        inverse(simd, coefficients, shape, extent, room, out);
        coefficients[..extent.1 * node.coded_area().0].fill(0);
    }
}
