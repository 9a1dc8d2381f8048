//! The rows around a row of units: they move down the plane, so that what is filtered can be written in place.

use super::Gradients;
use crate::image::plane::Plane;
use crate::simd::{LANES, Lanes};

/// How far a filter and the differences of a class read.
pub(super) const REACH: usize = 3;
/// Rows around a row of units.
const ROWS: usize = 4 + 2 * REACH;
/// Rows that there is room for.
const RING: usize = 16;
/// Columns before the first of a row.
pub(super) const MARGIN: usize = 4;
/// Columns that four units are filtered with, from `MARGIN` before them on.
pub(super) const SPAN: usize = LANES + 2 * MARGIN;
/// Columns that sixteen differences are taken of.
const DIFFERENCES: usize = LANES + 2;
/// Units side by side in as many columns as there are lanes.
pub(super) const UNITS: usize = LANES / 4;

/// Four units in a row of samples with what is around them, above and below too.
pub(super) type Around<'a> = [&'a [i16; SPAN]; 2 * REACH + 1];

/// A row of units with the rows around it. Samples beyond the plane are those at its edge.
#[derive(Debug)]
pub(crate) struct Strip {
    stride: usize,
    /// Rows in the order of the plane, over and over.
    ring: Vec<i16>,
    /// How many have come, those above the plane among them.
    loaded: usize,
    /// Bits of a sample above 10.
    extra: u32,
    /// Second differences of cells, which are units moved up and to the left by two samples: those that begin above the
    /// units, and those that begin within them.
    upper: Vec<Gradients>,
    lower: Vec<Gradients>,
}

impl Strip {
    /// Before the first row of units of a plane of `width` samples.
    pub(crate) fn new(width: usize, extra: u32) -> Self {
        let stride = Self::stride(width);
        let cells = vec![[0; 4]; Self::cells(width)];
        Self { stride, ring: vec![0; stride * RING], loaded: 0, extra, upper: cells.clone(), lower: cells }
    }

    fn stride(width: usize) -> usize {
        width.next_multiple_of(LANES) + SPAN
    }

    fn cells(width: usize) -> usize {
        (width / 4 + 1).next_multiple_of(UNITS)
    }

    /// Bytes of one of a plane of `width` samples.
    pub(crate) fn memory(width: usize) -> u64 {
        let samples = Self::stride(width) * RING * size_of::<i16>();
        (samples + 2 * Self::cells(width) * size_of::<Gradients>()) as u64
    }

    /// Goes on to the next row of units, which is row `y4` of `plane`; above it, that may be filtered already.
    /// It has `height` rows of samples.
    #[inline(always)]
    pub(crate) fn advance<L: Lanes>(&mut self, lanes: L, plane: &Plane, height: usize, y4: usize) {
        let next = 4 * y4 + REACH;
        if self.loaded == 0 {
            // Those above the plane are like its first.
            (0..2 * REACH).for_each(|row| self.load(plane, (4 * y4 + row).saturating_sub(REACH).min(height - 1)));
            self.differences(lanes);
        }
        (next..next + 4).for_each(|y| self.load(plane, y.min(height - 1)));
        std::mem::swap(&mut self.upper, &mut self.lower);
        self.differences(lanes);
    }

    /// Takes over row `y` of `plane`.
    #[inline(always)]
    fn load(&mut self, plane: &Plane, y: usize) {
        let from = plane.row(y);
        let to = &mut self.ring[self.loaded % RING * self.stride..][..self.stride];
        let (before, rest) = to.split_at_mut(MARGIN);
        let (middle, after) = rest.split_at_mut(from.len());
        before.fill(from[0] as i16);
        after.fill(from[from.len() - 1] as i16);
        for (to, &from) in middle.iter_mut().zip(from) {
            *to = from as i16;
        }
        self.loaded += 1;
    }

    /// The last `N` rows.
    #[inline(always)]
    fn last<const N: usize>(&self) -> [&[i16]; N] {
        let mut rows: [&[i16]; N] = [&[]; N];
        for (row, number) in rows.iter_mut().zip(self.loaded - N..) {
            *row = &self.ring[number % RING * self.stride..][..self.stride];
        }
        rows
    }

    /// Sums the second differences of four of the last six rows into cells.
    #[inline(always)]
    fn differences<L: Lanes>(&mut self, lanes: L) {
        let mut lower = std::mem::take(&mut self.lower);
        let rows = self.last::<6>();
        for (i, cells) in lower.chunks_exact_mut(UNITS).enumerate() {
            let mut windows: [&[i16; DIFFERENCES]; 6] = [&[0; DIFFERENCES]; 6];
            for (window, row) in windows.iter_mut().zip(rows) {
                // From the column before those of the cells on.
                *window = row[MARGIN - 3 + LANES * i..][..DIFFERENCES].try_into().unwrap();
            }
            // Classes are those of 10 bits: what is below does not count. Where there is nothing below, nothing is shifted.
            let sums = if self.extra == 0 { bends(lanes, windows, 0) } else { bends(lanes, windows, self.extra) };
            cells.copy_from_slice(&lanes.quads(sums));
        }
        self.lower = lower;
    }

    /// The second differences around unit `x4`.
    #[inline(always)]
    pub(crate) fn gradients(&self, x4: usize) -> Gradients {
        let mut sums = [0; 4];
        let (upper, lower) = (&self.upper[x4..x4 + 2], &self.lower[x4..x4 + 2]);
        for g in 0..4 {
            sums[g] = upper[0][g] + upper[1][g] + lower[0][g] + lower[1][g];
        }
        sums
    }

    /// What is around the units from column `x` on.
    #[inline(always)]
    pub(super) fn around(&self, x: usize) -> [&[i16; SPAN]; ROWS] {
        let mut windows = [&[0; SPAN]; ROWS];
        for (window, row) in windows.iter_mut().zip(self.last::<ROWS>()) {
            *window = row[x..x + SPAN].try_into().unwrap();
        }
        windows
    }

    /// Bits of a sample above 10.
    #[inline(always)]
    pub(super) fn extra(&self) -> u32 {
        self.extra
    }

    /// The sample in column `x` of row `row` of the units, moved by `step`, one of [`PAIRS`](super::PAIRS) or its opposite, as (dy, dx).
    #[cfg(feature = "bench-api")]
    pub(crate) fn sample(&self, x: usize, row: usize, (dy, dx): (i32, i32)) -> i16 {
        let row = (REACH + row).wrapping_add_signed(dy as isize);
        self.last::<ROWS>()[row][(MARGIN + x).wrapping_add_signed(dx as isize)]
    }
}

/// Second differences of sixteen columns, each summed over four rows, in the order of [`Gradients`].
#[inline(always)]
fn bends<L: Lanes>(lanes: L, windows: [&[i16; DIFFERENCES]; 6], extra: u32) -> [L::Words; 4] {
    let mut sums = [lanes.splat(0); 4];
    for y in 1..5 {
        let row = [windows[y - 1], windows[y], windows[y + 1]];
        let twice = lanes.add(reduced(lanes, row[1], 1, extra), reduced(lanes, row[1], 1, extra));
        // Where the one before lies: the other lies opposite.
        for (sum, (dy, dx)) in sums.iter_mut().zip([(0, 1), (1, 0), (0, 0), (0, 2)]) {
            let a = reduced(lanes, row[dy], dx, extra);
            let b = reduced(lanes, row[2 - dy], 2 - dx, extra);
            *sum = lanes.add(*sum, lanes.abs(lanes.sub(lanes.sub(twice, a), b)));
        }
    }
    sums
}

/// Samples from column `at` on without `extra` bits.
#[inline(always)]
fn reduced<L: Lanes>(lanes: L, row: &[i16; DIFFERENCES], at: usize, extra: u32) -> L::Words {
    let samples = lanes.load(row[at..at + LANES].try_into().unwrap());
    if extra == 0 { samples } else { lanes.shr(samples, extra) }
}
