//! Deblocking: a pass over a whole reconstructed plane that smooths the steps between blocks where
//! the picture is smooth on both sides. Prediction reads unfiltered samples, so nothing here feeds
//! back. BITSTREAM.md §10.1 to §10.3; the scheme is HEVC's, with VVC's long filter. Which edges and
//! how strongly is here; `segment` has the filters, and `four` does four segments at once where
//! samples have 10 bits.
//!
//! No edge reads or writes a sample beyond the middle of the blocks at its sides, so parallel edges
//! never meet and their order does not matter.

mod four;
mod segment;

use std::ops::Range;

use self::four::Four;
use self::segment::{Segment, Thresholds};
use crate::entropy::BinCoder;
use crate::image::plane::Plane;
use crate::simd::arrays::copy_part;
use crate::simd::{Kernel, LANES, Lanes, Simd};

/// QP is held to this: a step of 2^16 quarter samples.
const MAX_QP: usize = 511;

/// What the filter needs to know of the block over a 4x4 unit.
#[derive(Debug, Copy, Clone, PartialEq, Eq)]
pub(crate) struct Unit {
    /// log2 of the block's width in samples of the plane, 2 to 6.
    pub(crate) log2_w: u8,
    /// log2 of the block's height.
    pub(crate) log2_h: u8,
    /// In units, how far behind a multiple of its width, and of its height, the block starts: 0, or
    /// half of that in the middle of a 1:2:1 split.
    pub(crate) phase: [u8; 2],
    /// Whether the block has coefficients in this plane.
    pub(crate) coded: bool,
    /// QP of the block in this plane, in 1/32 octave: its step is 2^(qp/32) quarter samples of 10
    /// bits.
    pub(crate) qp: u16,
}

impl Unit {
    /// Where there is no block.
    pub(crate) const BLANK: Self = Self { log2_w: 2, log2_h: 2, phase: [0; 2], coded: false, qp: 0 };
}

/// The blocks of a plane, or of some rows of one, by 4x4 units, row by row.
#[derive(Debug, Clone)]
pub(crate) struct BlockMap {
    pub(crate) units: Vec<Unit>,
    /// Units in a row: the plane's width / 4.
    pub(crate) stride: usize,
    /// Rows of units: the plane's height / 4.
    pub(crate) rows: usize,
    /// Number of the first row.
    top: usize,
}

impl BlockMap {
    /// For a plane of `width` x `height` samples, multiples of 4; the blocks are to be filled in.
    pub(crate) fn new(width: usize, height: usize) -> Self {
        let (stride, rows) = (width / 4, height / 4);
        Self { units: vec![Unit::BLANK; stride * rows], stride, rows, top: 0 }
    }

    /// The same memory for a plane of another size; what it holds is of no use.
    pub(crate) fn resized(mut self, width: usize, height: usize) -> Self {
        let (stride, rows) = (width / 4, height / 4);
        self.units.resize(stride * rows, Unit::BLANK);
        Self { stride, rows, top: 0, ..self }
    }

    /// Row `y4` of units.
    pub(crate) fn row(&self, y4: usize) -> &[Unit] {
        &self.units[(y4 - self.top) * self.stride..][..self.stride]
    }

    /// Row `y4` of units, to write.
    pub(crate) fn row_mut(&mut self, y4: usize) -> &mut [Unit] {
        &mut self.units[(y4 - self.top) * self.stride..][..self.stride]
    }

    /// Notes `unit` for the block at sample (`x`, `y`) whose size it has; where the block starts is
    /// filled in.
    pub(crate) fn set(&mut self, x: usize, y: usize, unit: Unit) {
        let phase = |at: usize, log2: u8| (at / 4) as u8 & unit_mask(log2);
        let unit = Unit { phase: [phase(x, unit.log2_w), phase(y, unit.log2_h)], ..unit };
        for y4 in y / 4..(y + (1 << unit.log2_h)) / 4 {
            self.row_mut(y4)[x / 4..(x + (1 << unit.log2_w)) / 4].fill(unit);
        }
    }

    /// Gives the rows above row `top` up for as many behind the last one, of which nothing is of
    /// use yet. Rows keep their numbers.
    pub(crate) fn go_on(&mut self, top: usize) {
        if top > self.top {
            let given_up = ((top - self.top) * self.stride).min(self.units.len());
            self.units.copy_within(given_up.., 0);
            self.top = top;
        }
    }

    /// Makes the rows from row `y4` on those of no block.
    pub(crate) fn blank(&mut self, y4: usize) {
        self.units[(y4 - self.top) * self.stride..].fill(Unit::BLANK);
    }
}

/// What is left of a place in units within a multiple of a side of 2^`log2` samples.
#[inline(always)]
fn unit_mask(log2: u8) -> u8 {
    ((1u32 << log2) / 4 - 1) as u8
}

/// Parameters from the header, 7 bits.
#[derive(Debug, Copy, Clone, PartialEq, Eq)]
pub(crate) struct Deblock {
    /// 0 is off; 8 has about the thresholds of HEVC; at most 15.
    pub(crate) strength: u8,
    /// 0 to 7: how much smoother than by default the surroundings of an edge must be.
    pub(crate) sharpness: u8,
}

impl Deblock {
    /// No deblocking.
    pub(crate) const OFF: Self = Self { strength: 0, sharpness: 0 };

    /// Codes the parameters; sharpness only where there is strength.
    pub(crate) fn walk<C: BinCoder>(&mut self, c: &mut C) {
        self.strength = c.bypass(4, self.strength as u32) as u8;
        self.sharpness = if self.strength > 0 { c.bypass(3, self.sharpness as u32) as u8 } else { 0 };
    }
}

/// 2^(15 + i / 32), rounded.
const POWERS: [u32; 32] = [
    32768, 33486, 34219, 34968, 35734, 36516, 37316, 38133, 38968, 39821, 40693, 41584, 42495, 43425, 44376, 45348,
    46341, 47356, 48393, 49452, 50535, 51642, 52773, 53928, 55109, 56316, 57549, 58809, 60097, 61413, 62757, 64132,
];

/// 2^(15 + n / 32).
pub(super) fn power(n: usize) -> u64 {
    u64::from(POWERS[n % 32]) << (n / 32)
}

/// The thresholds for each QP.
#[derive(Debug)]
struct Table([Thresholds; MAX_QP + 1]);

impl Table {
    fn new(params: Deblock, depth: u32) -> Self {
        let (strength, softness) = (u64::from(params.strength), 8 - u64::from(params.sharpness));
        Self(std::array::from_fn(|qp| {
            // tc = step * strength / 64: an eighth of the step at strength 8, as in HEVC.
            let tc = (strength * power(qp) + (1 << 22)) >> 23;
            // beta = 9 * sqrt(step) at strength 8 and sharpness 0, which follows HEVC's table.
            let beta = (9 * strength * softness * power(qp / 2) + (1 << 21)) >> 22;
            Thresholds { tc: (tc << (depth - 10)) as i32, beta: (beta << (depth - 10)) as i32 }
        }))
    }

    /// Thresholds of the edge between two blocks.
    #[inline(always)]
    fn between(&self, p: Unit, q: Unit) -> Thresholds {
        let mean = (usize::from(p.qp) + usize::from(q.qp) + 1) >> 1;
        let found = self.0[mean.min(MAX_QP)];
        // Without coefficients on either side only the predictions differ.
        let tc = if p.coded || q.coded { found.tc } else { found.tc >> 1 };
        Thresholds { tc, ..found }
    }
}

/// Deblocks a plane of `depth` bits, whose sides are multiples of 4. `subsampled` says that this is
/// a chroma plane at half resolution.
pub(crate) fn deblock(simd: Simd, plane: &mut Plane, map: &BlockMap, params: Deblock, depth: u32, subsampled: bool) {
    if let Some(deblocking) = Deblocking::new(params, depth, subsampled) {
        deblocking.filter(simd, plane, map, 0..map.rows);
    }
}

/// Deblocking of planes of one kind.
#[derive(Debug)]
pub(crate) struct Deblocking {
    table: Table,
    /// Largest sample value.
    max: i32,
    long: bool,
}

impl Deblocking {
    /// Rows above an edge that it may still change, and reads; a chroma plane at half resolution
    /// has no long filter (it would reach further than 16 luma samples).
    pub(crate) const fn reach(subsampled: bool) -> usize {
        if subsampled { 4 } else { 8 }
    }

    /// For planes of `depth` bits; `None` where they stay as they are.
    pub(crate) fn new(params: Deblock, depth: u32, subsampled: bool) -> Option<Self> {
        debug_assert!(params.strength < 16 && params.sharpness < 8);
        let long = !subsampled;
        (params.strength > 0).then(|| Self { table: Table::new(params, depth), max: (1 << depth) - 1, long })
    }

    /// Filters the edges within the next rows of units, which are `rows` of `plane` and of `map`,
    /// and those at their top; vertical edges first, then horizontal ones. The rows end where all
    /// of their blocks do.
    pub(crate) fn filter(&self, simd: Simd, plane: &mut Plane, map: &BlockMap, rows: Range<usize>) {
        debug_assert!(map.stride * 4 == plane.width() && map.rows * 4 == plane.height());
        if self.max == four::MAX && plane.width() >= LANES {
            simd.launch(Pass { deblocking: self, plane, map, rows });
        } else {
            simd.run(
                #[inline(always)]
                || self.by_segments(plane, map, rows),
            );
        }
    }

    /// The same, one segment after the other.
    #[inline(always)]
    fn by_segments(&self, plane: &mut Plane, map: &BlockMap, rows: Range<usize>) {
        let width = plane.width();
        for y4 in rows.clone() {
            for (x4, pair) in (1..).zip(map.row(y4).windows(2)) {
                if let Some(thresholds) = self.vertical(pair, x4) {
                    let at = plane.place(4 * x4, 4 * y4);
                    let segment = Segment { at, across: 1, along: width, max: self.max };
                    segment.filter(plane.data_mut(), [pair[0].log2_w, pair[1].log2_w], thresholds, self.long);
                }
            }
        }
        // The plane's own border is no edge.
        for y4 in rows.start.max(1)..rows.end {
            for (x4, (p, q)) in map.row(y4 - 1).iter().zip(map.row(y4)).enumerate() {
                if let Some(thresholds) = self.horizontal(p, q, y4) {
                    let at = plane.place(4 * x4, 4 * y4);
                    let segment = Segment { at, across: width, along: 1, max: self.max };
                    segment.filter(plane.data_mut(), [p.log2_h, q.log2_h], thresholds, self.long);
                }
            }
        }
    }

    /// Thresholds of the vertical edge between two units, if there is one that may be filtered; the
    /// right one is in column `x4`.
    #[inline(always)]
    fn vertical(&self, pair: &[Unit], x4: usize) -> Option<Thresholds> {
        let [p, q] = pair else { return None };
        self.edge(p, q, x4, q.log2_w, q.phase[0])
    }

    /// The same of the horizontal edge; the lower one is in row `y4`.
    #[inline(always)]
    fn horizontal(&self, p: &Unit, q: &Unit, y4: usize) -> Option<Thresholds> {
        self.edge(p, q, y4, q.log2_h, q.phase[1])
    }

    #[inline(always)]
    fn edge(&self, p: &Unit, q: &Unit, at: usize, log2: u8, phase: u8) -> Option<Thresholds> {
        let is_edge = at as u8 & unit_mask(log2) == phase;
        is_edge.then(|| self.table.between(*p, *q)).filter(|t| t.tc > 0)
    }
}

/// Some rows of units, four segments at a time.
struct Pass<'a> {
    deblocking: &'a Deblocking,
    plane: &'a mut Plane,
    map: &'a BlockMap,
    rows: Range<usize>,
}

impl Kernel for Pass<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(mut self, lanes: L) {
        let width = self.plane.width();
        let mut turned = vec![0; width.next_multiple_of(LANES) * LANES];
        for y4 in self.rows.clone().step_by(LANES / 4) {
            self.turn(lanes, y4, &mut turned);
            self.vertical(lanes, y4, &mut turned);
            self.turn_back(lanes, y4, &turned);
        }
        for y4 in self.rows.start.max(1)..self.rows.end {
            self.horizontal(lanes, y4);
        }
    }
}

impl Pass<'_> {
    /// Sixteen rows, or those that there are, from row `y4` of units on, column after column.
    #[inline(always)]
    fn turn<L: Lanes>(&self, lanes: L, y4: usize, turned: &mut [u16]) {
        let height = (4 * (self.rows.end - y4)).min(LANES);
        // Of rows and columns that there are not nothing comes back: what they hold does not matter.
        let mut block = [[0; LANES]; LANES];
        let blocks = turned.as_chunks_mut::<LANES>().0.as_chunks_mut().0;
        for (i, to) in blocks.iter_mut().enumerate() {
            for (y, row) in block[..height].iter_mut().enumerate() {
                let from = &self.plane.row(4 * y4 + y)[LANES * i..];
                match from.first_chunk() {
                    Some(from) => *row = *from,
                    None => copy_part(row, from),
                }
            }
            lanes.turn(&block, to);
        }
    }

    /// The way back.
    #[inline(always)]
    fn turn_back<L: Lanes>(&mut self, lanes: L, y4: usize, turned: &[u16]) {
        let height = (4 * (self.rows.end - y4)).min(LANES);
        let mut block = [[0; LANES]; LANES];
        for (i, from) in turned.as_chunks::<LANES>().0.as_chunks().0.iter().enumerate() {
            lanes.turn(from, &mut block);
            for (y, row) in block[..height].iter().enumerate() {
                let to = &mut self.plane.row_mut(4 * y4 + y)[LANES * i..];
                match to.first_chunk_mut() {
                    Some(to) => *to = *row,
                    None => copy_part(to, row),
                }
            }
        }
    }

    /// Filters the vertical edges within sixteen rows, which are turned, from row `y4` of units on.
    #[inline(always)]
    fn vertical<L: Lanes>(&self, lanes: L, y4: usize, turned: &mut [u16]) {
        let Self { deblocking, map, .. } = self;
        let below = (y4 + LANES / 4).min(self.rows.end);
        let mut rows: [&[Unit]; LANES / 4] = [&[]; LANES / 4];
        for (row, y4) in rows.iter_mut().zip(y4..below) {
            *row = map.row(y4);
        }
        for x4 in 1..map.stride {
            let mut four = Four::default();
            for (k, row) in rows.iter().enumerate() {
                let Some(pair) = row.get(x4 - 1..=x4) else { break };
                if let Some(thresholds) = deblocking.vertical(pair, x4) {
                    four.set(k, thresholds, [pair[0].log2_w, pair[1].log2_w], deblocking.long);
                }
            }
            four.filter(lanes, turned, 4 * x4 * LANES, LANES);
        }
    }

    /// Filters the horizontal edges at the top of row `y4` of units.
    #[inline(always)]
    fn horizontal<L: Lanes>(&mut self, lanes: L, y4: usize) {
        let Self { deblocking, plane, map, .. } = self;
        let (above, below) = (map.row(y4 - 1), map.row(y4));
        let (width, start) = (plane.width(), plane.place(0, 4 * y4));
        let data = plane.data_mut();
        for x4 in (0..map.stride).step_by(LANES / 4) {
            // The last ones end where the row ends.
            let first = x4.min(map.stride - LANES / 4);
            let mut four = Four::default();
            for k in x4 - first..LANES / 4 {
                let (p, q) = (&above[first + k], &below[first + k]);
                if let Some(thresholds) = deblocking.horizontal(p, q, y4) {
                    four.set(k, thresholds, [p.log2_h, q.log2_h], deblocking.long);
                }
            }
            four.filter(lanes, data, start + 4 * first, width);
        }
    }
}

#[cfg(test)]
mod tests;
