//! The samples of a tile as far as they are reconstructed, and what blocks are predicted from.
//! BITSTREAM.md §9.1, §9.2.

use super::picture::{Parts, PictureSamples, go_on};
use super::ready::Ready;
use crate::filter::BlockMap;
use crate::image::plane::{Block, Plane, Rect};
use crate::predict::cclm::predict_cclm;
use crate::predict::cfl::predict_cfl;
use crate::predict::edges::{Available, Edges, LINES};
use crate::predict::luma::LumaSamples;
use crate::predict::quadratic::{self, QuadraticModel, predict_quadratic};
use crate::predict::{ChromaMode, IntraMode, ModelSides, predict};
use crate::simd::Simd;
use crate::syntax::block::ChromaBlock;
use crate::syntax::header::PictureHeader;
use crate::syntax::tree::SUPERBLOCK;
use crate::syntax::vector::Vector;
use crate::tile::Grid;

/// Samples of the largest block.
pub(crate) const MAX_BLOCK: usize = 64 * 64;

/// Luma rows above a superblock that the blocks in it look at, in whole units of any plane.
pub(super) const LOOKED_AT: usize = 8;

/// Luma rows of a tile that there must be at a time, unless blocks are copied: a row of superblocks
/// with those above.
pub(crate) const LEAST_ROWS: usize = SUPERBLOCK + LOOKED_AT;

/// The samples of a tile as far as they are reconstructed: all of them, or some rows.
#[derive(Debug)]
pub(crate) struct TileSamples {
    pub(crate) planes: Vec<Plane>,
    /// The blocks of each, those of whole superblocks.
    pub(super) maps: Vec<BlockMap>,
    pub(super) ready: Vec<Ready>,
    /// Luma rows that there is memory for, and the number of the first.
    pub(super) rows: usize,
    pub(super) top: usize,
    /// Bits of a sample, 10 to 14.
    pub(super) depth: u32,
}

/// What a chroma block is predicted from.
#[derive(Debug)]
pub(crate) struct References {
    available: Available,
    edges: [Edges; 2],
    /// Luma over the block, at chroma resolution.
    pub(crate) luma: Box<LumaSamples>,
    /// Of Cb and Cr, for the quadratic mode that they were fitted for last.
    models: [QuadraticModel; 2],
}

impl References {
    pub(crate) fn new() -> Self {
        Self {
            available: Available { top: 0, left: 0, corner: false },
            edges: [Edges::new(), Edges::new()],
            luma: Box::new(LumaSamples::new()),
            models: [QuadraticModel::default(); 2],
        }
    }

    /// Predicts plane `plane` (1 or 2) of `block`, which is no copy and for which these were
    /// gathered, into `out`, samples of `depth` bits.
    pub(super) fn predict(&self, simd: Simd, block: &ChromaBlock, plane: usize, depth: u32, out: &mut Block<'_>) {
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
            ChromaMode::Quadratic(_) => predict_quadratic(simd, self.models[plane - 1], &self.luma, depth, out),
            ChromaMode::Explicit(slopes) => {
                predict_cfl(simd, &self.luma, edges, slopes[plane - 1] as i32, depth, out);
            }
        }
    }
}

/// The mode of `block`, unless it is predicted from luma.
pub(super) fn intra_mode(block: &ChromaBlock) -> Option<IntraMode> {
    match block.mode {
        ChromaMode::Derived => Some(block.luma_mode),
        ChromaMode::Own(mode) => Some(mode),
        ChromaMode::Fitted(_) | ChromaMode::Quadratic(_) | ChromaMode::Explicit(_) => None,
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

    /// An empty tile of number `index` in the memory of these, of which samples and blocks that are
    /// not there yet have some.
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

    /// The planes, and the blocks of each.
    pub(crate) fn parts(&self) -> Parts<'_> {
        (&self.planes, &self.maps)
    }

    /// Whether there is memory for the row of superblocks that begins at luma row `y`.
    pub(crate) fn has_room(&self, y: usize) -> bool {
        y + SUPERBLOCK <= self.top.saturating_add(self.rows)
    }

    /// Makes room, where there is none, for the row of superblocks that begins at luma row `y`. Of
    /// the rows above it, all of which are there, those that its blocks look at stay; those below
    /// have nothing where they are to be `blank`.
    pub(crate) fn make_room(&mut self, header: &PictureHeader, y: usize, blank: bool) {
        if self.has_room(y) {
            return;
        }
        self.top = y - LOOKED_AT;
        go_on(header, &mut self.planes, &mut self.maps, self.top);
        if blank {
            for (p, (plane, map)) in self.planes.iter_mut().zip(&mut self.maps).enumerate() {
                let y = header.in_plane(Rect { x: 0, y, w: 0, h: 0 }, p).y;
                plane.blank(y);
                map.blank(y / 4);
            }
        }
    }

    /// Makes room for the row of superblocks that begins at luma row `y`, above which all is
    /// reconstructed, if elsewhere.
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
    pub(super) fn copy_within(&mut self, plane: usize, rect: Rect, vector: Vector) {
        let Some(from) = vector.source(rect) else { return };
        self.planes[plane].copy_within(from, rect.x, rect.y);
    }

    /// Predicts plane `plane` (1 or 2) of `block`, for which `references` were gathered, into
    /// `out`.
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

    /// Fits the models of the quadratic mode of `sides` to what lies beside the chroma block at
    /// `rect`.
    pub(crate) fn fit(&self, simd: Simd, header: &PictureHeader, rect: Rect, sides: ModelSides, to: &mut References) {
        let (luma, chroma) = (&self.planes[0], &self.planes[1..]);
        let subsampling = u32::from(header.subsampled);
        to.models = quadratic::fit(simd, (luma, chroma), rect, subsampling, sides, self.depth);
    }

    pub(super) fn chroma_edges(&self, rect: Rect, to: &mut References) {
        to.available = self.ready[1].around(rect);
        for (edges, plane) in to.edges.iter_mut().zip(&self.planes[1..]) {
            edges.fill(plane, rect, to.available, self.depth, 0);
        }
    }

    pub(super) fn luma_over(&self, header: &PictureHeader, rect: Rect, to: &mut References) {
        to.luma.gather(&self.planes[0], rect, u32::from(header.subsampled), to.available);
    }
}
