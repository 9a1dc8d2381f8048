//! What the walk remembers of a tile while it goes through it: the blocks coded so far, as contexts
//! and predictions of later ones. Never reconstructed samples. BITSTREAM.md §5.

use bitvec::vec::BitVec;

use super::header::PictureHeader;
use super::screen::{History, Prediction, PredictionMap};
use super::spectrum::{BANDS, Spectrum};
use crate::image::plane::Rect;
use crate::predict::{ChromaFamily, IntraMode};

/// What is remembered of the block over a 4x4 unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unit {
    /// Log2 of the block's sides.
    pub(crate) log2_w: u8,
    pub(crate) log2_h: u8,
    pub(crate) mode: UnitMode,
    /// Spectra of the levels; for chroma of Cb and Cr.
    pub(crate) spectrum: [Spectrum; 2],
}

/// The mode of a block, as far as later ones look at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UnitMode {
    Luma(IntraMode),
    Chroma(ChromaFamily),
}

impl Unit {
    /// The mode that a luma block has for those that look at it: planar for a learned one.
    #[inline(always)]
    pub(crate) fn luma_mode(&self) -> IntraMode {
        match self.mode {
            UnitMode::Luma(IntraMode::Learned(_)) | UnitMode::Chroma(_) => IntraMode::Planar,
            UnitMode::Luma(mode) => mode,
        }
    }

    /// Whether a luma block is predicted by a learned mode.
    #[inline(always)]
    pub(crate) fn is_learned(&self) -> bool {
        matches!(self.mode, UnitMode::Luma(IntraMode::Learned(_)))
    }
}

/// Where no block is coded yet: sides of 0.
const EMPTY: Unit = Unit { log2_w: 0, log2_h: 0, mode: UnitMode::Luma(IntraMode::Planar), spectrum: [[0; BANDS]; 2] };

/// Rows of units that are kept: those of a row of superblocks and of the one above.
const KEPT: usize = 32;

/// The units of a plane within a tile: those of the last rows, and of all whether they are coded,
/// where copies ask for it.
#[derive(Debug, Clone)]
pub(crate) struct UnitMap {
    cols: usize,
    rows: usize,
    /// Row `y` is the one of this number modulo [`KEPT`].
    units: Vec<Unit>,
    coded: BitVec,
}

impl UnitMap {
    /// For a plane of `width` x `height` samples, multiples of 4.
    pub(crate) fn new(width: usize, height: usize) -> Self {
        let (cols, rows) = (width / 4, height / 4);
        Self { cols, rows, units: vec![EMPTY; cols * rows.min(KEPT)], coded: BitVec::new() }
    }

    /// The same for blocks that may be copies of others.
    pub(crate) fn with_copies(width: usize, height: usize) -> Self {
        let units = Self::new(width, height);
        Self { coded: BitVec::repeat(false, units.cols * units.rows), ..units }
    }

    /// Width in samples.
    pub(crate) fn width(&self) -> usize {
        self.cols * 4
    }

    /// Height in samples.
    pub(crate) fn height(&self) -> usize {
        self.rows * 4
    }

    /// The unit over sample (x, y), in this row of superblocks or at the end of the one above.
    #[inline(always)]
    pub(crate) fn at(&self, x: usize, y: usize) -> &Unit {
        &self.units[y / 4 % KEPT * self.cols + x / 4]
    }

    /// The units over the `w` samples from (x, y) on along the row.
    pub(crate) fn row(&self, x: usize, y: usize, w: usize) -> &[Unit] {
        &self.units[y / 4 % KEPT * self.cols + x / 4..][..w / 4]
    }

    /// The same, to write.
    pub(crate) fn row_mut(&mut self, x: usize, y: usize, w: usize) -> &mut [Unit] {
        &mut self.units[y / 4 % KEPT * self.cols + x / 4..][..w / 4]
    }

    /// Whether `rect` lies in the plane and is all coded.
    pub(crate) fn is_coded(&self, rect: Rect) -> bool {
        rect.x + rect.w <= self.width()
            && rect.y + rect.h <= self.height()
            && (rect.y / 4..(rect.y + rect.h).div_ceil(4))
                .all(|row| self.coded[row * self.cols..][rect.x / 4..(rect.x + rect.w).div_ceil(4)].all())
    }

    /// The unit left of the block at (x, y), if the tile has one.
    #[inline(always)]
    pub(crate) fn left(&self, x: usize, y: usize) -> Option<&Unit> {
        (x > 0).then(|| self.at(x - 1, y))
    }

    /// The unit above the block at (x, y), if the tile has one.
    #[inline(always)]
    pub(crate) fn above(&self, x: usize, y: usize) -> Option<&Unit> {
        (y > 0).then(|| self.at(x, y - 1))
    }

    /// Notes `unit` for the block at (x, y) whose size it has.
    pub(crate) fn set(&mut self, x: usize, y: usize, unit: Unit) {
        let (x4, y4) = (x / 4, y / 4);
        let width = (1 << unit.log2_w) / 4;
        for row in y4..y4 + (1 << unit.log2_h) / 4 {
            self.units[row % KEPT * self.cols + x4..][..width].fill(unit);
        }
        if !self.coded.is_empty() {
            for row in y4..y4 + (1 << unit.log2_h) / 4 {
                self.coded[row * self.cols + x4..][..width].fill(true);
            }
        }
    }
}

/// QP offsets of the cells of a tile, in the header's resolution.
#[derive(Debug, Clone)]
pub(crate) struct CellMap {
    log2: u32,
    cols: usize,
    cells: Vec<Option<i8>>,
}

impl CellMap {
    /// Cells of side 2^`log2` over `width` x `height` luma samples.
    pub(crate) fn new(log2: u32, width: usize, height: usize) -> Self {
        let size = 1usize << log2;
        let cols = width.div_ceil(size);
        Self { log2, cols, cells: vec![None; cols * height.div_ceil(size)] }
    }

    fn index(&self, x: usize, y: usize) -> usize {
        (y >> self.log2) * self.cols + (x >> self.log2)
    }

    /// The offset at luma sample (x, y), if coded already.
    #[inline(always)]
    pub(crate) fn get(&self, x: usize, y: usize) -> Option<i8> {
        self.cells[self.index(x, y)]
    }

    /// The offset expected at (x, y): mean of the cells left and above, rounded towards zero, or
    /// the one there is, or 0; and whether those two differ.
    pub(crate) fn predict(&self, x: usize, y: usize) -> (i8, bool) {
        let (cx, cy) = (x >> self.log2, y >> self.log2);
        let left = if cx > 0 { self.cells[cy * self.cols + cx - 1] } else { None };
        let above = if cy > 0 { self.cells[(cy - 1) * self.cols + cx] } else { None };
        match (left, above) {
            (Some(l), Some(a)) => (((l as i32 + a as i32) / 2) as i8, l != a),
            (Some(o), None) | (None, Some(o)) => (o, false),
            (None, None) => (0, false),
        }
    }

    /// Gives `offset` to every cell that the rectangle touches and that has none.
    pub(crate) fn assign(&mut self, x: usize, y: usize, w: usize, h: usize, offset: i8) {
        for cy in y >> self.log2..=(y + h - 1) >> self.log2 {
            for cx in x >> self.log2..=(x + w - 1) >> self.log2 {
                self.cells[cy * self.cols + cx].get_or_insert(offset);
            }
        }
    }

    /// The cells of the superblock at (x, y), to put back later.
    pub(crate) fn save(&self, x: usize, y: usize) -> [Option<i8>; 16] {
        let mut out = [None; 16];
        for (slot, at) in self.superblock(x, y) {
            out[slot] = self.cells[at];
        }
        out
    }

    /// Puts back what [`CellMap::save`] gave.
    pub(crate) fn restore(&mut self, x: usize, y: usize, saved: &[Option<i8>; 16]) {
        for (slot, at) in self.superblock(x, y) {
            self.cells[at] = saved[slot];
        }
    }

    /// Slot and index of each cell of the superblock over (x, y).
    fn superblock(&self, x: usize, y: usize) -> impl Iterator<Item = (usize, usize)> + use<> {
        let n = 64usize >> self.log2;
        let (cx0, cy0) = ((x & !63) >> self.log2, (y & !63) >> self.log2);
        let (cols, len) = (self.cols, self.cells.len());
        (0..n * n).filter_map(move |slot| {
            let (cx, cy) = (cx0 + slot % n, cy0 + slot / n);
            let at = cy * cols + cx;
            (cx < cols && at < len).then_some((slot, at))
        })
    }
}

/// All that the walk remembers of a tile.
#[derive(Debug, Clone)]
pub(crate) struct TileState {
    pub(crate) luma: UnitMap,
    /// Without use in a gray picture.
    pub(crate) chroma: UnitMap,
    pub(crate) cells: CellMap,
    /// Without room where the picture does not use the tools for screens.
    pub(crate) predictions: PredictionMap,
    pub(crate) history: History,
}

impl TileState {
    /// Of no tile.
    pub(crate) fn nowhere() -> Self {
        Self {
            luma: UnitMap::new(0, 0),
            chroma: UnitMap::new(0, 0),
            cells: CellMap::new(6, 0, 0),
            predictions: PredictionMap::new(0, 0),
            history: History::new(),
        }
    }

    /// Bytes that that of a tile of the size of `header` takes, about.
    pub(crate) fn memory(header: &PictureHeader) -> u64 {
        let kept = |p| {
            let (width, height) = header.plane_size(p);
            width as u64 / 4 * (height / 4).min(KEPT) as u64
        };
        let (width, height) = header.plane_size(0);
        let units = width as u64 * height as u64 / 16;
        let chroma = if header.gray { 0 } else { kept(1) };
        // Of each unit its prediction, and for luma and chroma whether it is coded.
        let copies = if header.screen { units * size_of::<Prediction>() as u64 + units / 4 } else { 0 };
        // Cells have 16 luma samples a side at the least.
        (kept(0) + chroma) * size_of::<Unit>() as u64 + units / 8 + copies
    }
}
