//! The rows around a row of units: they move down the plane, so that what is filtered can be
//! written in place.

use super::class::shape;
use crate::image::plane::Plane;
use crate::simd::{LANES, Lanes};

/// How far a filter and the differences of a class read.
pub(super) const REACH: usize = 3;
/// Rows around a row of units.
pub(super) const ROWS: usize = 4 + 2 * REACH;
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
    /// Second differences of cells, which are units moved up and to the left by two samples, in the
    /// order of [`Gradients`](super::class::Gradients): of those that begin above the units, and of
    /// those that begin within them.
    upper: [Vec<u32>; 4],
    lower: [Vec<u32>; 4],
    /// Of each unit the second differences around it and what their proportions make of its class.
    gradients: [Vec<u32>; 4],
    shapes: Vec<u32>,
}

impl Strip {
    /// Before the first row of units of a plane of `width` samples.
    pub(crate) fn new(width: usize, extra: u32) -> Self {
        let stride = Self::stride(width);
        let cells = || [(); 4].map(|()| vec![0; Self::cells(width)]);
        let units = || vec![0; width / 4];
        Self {
            stride,
            ring: vec![0; stride * RING],
            loaded: 0,
            extra,
            upper: cells(),
            lower: cells(),
            gradients: [(); 4].map(|()| units()),
            shapes: units(),
        }
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
        let sums = 2 * 4 * Self::cells(width) + 5 * width / 4;
        (samples + sums * size_of::<u32>()) as u64
    }

    /// Goes on to the next row of units, which is row `y4` of `plane`; above it, that may be
    /// filtered already. The plane has come down to row `height`.
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
        self.classify();
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
        let [v, h, falling, rising] = &mut lower;
        let cells = v.as_chunks_mut::<UNITS>().0.iter_mut().zip(h.as_chunks_mut::<UNITS>().0);
        let diagonal = falling.as_chunks_mut::<UNITS>().0.iter_mut().zip(rising.as_chunks_mut::<UNITS>().0);
        for (i, ((v, h), (falling, rising))) in cells.zip(diagonal).enumerate() {
            // From the column before those of the cells on.
            let window = |row: usize| rows[row][MARGIN - 3 + LANES * i..].first_chunk().expect("a margin");
            let windows = [window(0), window(1), window(2), window(3), window(4), window(5)];
            // Classes are those of 10 bits: what is below does not count. Where there is nothing
            // below, nothing is shifted.
            let sums = if self.extra == 0 { bends(lanes, windows, 0) } else { bends(lanes, windows, self.extra) };
            [*v, *h, *falling, *rising] = lanes.quads(sums);
        }
        self.lower = lower;
    }

    /// Puts together what the cells say of the units.
    #[inline(always)]
    fn classify(&mut self) {
        let units = self.shapes.len();
        for (g, to) in self.gradients.iter_mut().enumerate() {
            let (upper, lower) = (&self.upper[g], &self.lower[g]);
            let cells = upper.iter().zip(&upper[1..]).zip(lower.iter().zip(&lower[1..]));
            for (to, ((a, b), (c, d))) in to.iter_mut().zip(cells) {
                *to = a + b + c + d;
            }
        }
        let [v, h, falling, rising] = &self.gradients;
        let (v, h, falling, rising) = (&v[..units], &h[..units], &falling[..units], &rising[..units]);
        for (x, to) in self.shapes.iter_mut().enumerate() {
            *to = shape([v[x], h[x], falling[x], rising[x]]);
        }
    }

    /// Of unit `x4` what the proportions of second differences make of its class, and how large
    /// they are.
    #[inline(always)]
    pub(super) fn unit(&self, x4: usize) -> (usize, u32) {
        (self.shapes[x4] as usize, self.gradients[0][x4] + self.gradients[1][x4])
    }

    /// The rows around the units.
    #[inline(always)]
    pub(super) fn rows(&self) -> [&[i16]; ROWS] {
        self.last()
    }

    /// Bits of a sample above 10.
    #[inline(always)]
    pub(super) fn extra(&self) -> u32 {
        self.extra
    }

    /// The sample in column `x` of row `row` of the units, moved by `step`, one of
    /// [`PAIRS`](super::PAIRS) or its opposite, as (dy, dx).
    #[cfg(feature = "bench-api")]
    pub(crate) fn sample(&self, x: usize, row: usize, (dy, dx): (i32, i32)) -> i16 {
        let row = (REACH + row).wrapping_add_signed(dy as isize);
        self.last::<ROWS>()[row][(MARGIN + x).wrapping_add_signed(dx as isize)]
    }
}

/// Second differences of sixteen columns, each summed over four rows, in the order of
/// [`Gradients`](super::class::Gradients).
#[inline(always)]
fn bends<L: Lanes>(lanes: L, windows: [&[i16; DIFFERENCES]; 6], extra: u32) -> [L::Words; 4] {
    let [a, b, c, d, e, f] = windows;
    // Row by row: then all places are known where it is compiled.
    let sums = bend(lanes, [a, b, c], extra);
    let sums = added(lanes, sums, bend(lanes, [b, c, d], extra));
    let sums = added(lanes, sums, bend(lanes, [c, d, e], extra));
    added(lanes, sums, bend(lanes, [d, e, f], extra))
}

/// The second differences of a row, the middle one of three.
#[inline(always)]
fn bend<L: Lanes>(lanes: L, [above, row, below]: [&[i16; DIFFERENCES]; 3], extra: u32) -> [L::Words; 4] {
    let middle = reduced(lanes, row, 1, extra);
    let twice = lanes.add(middle, middle);
    [
        second(lanes, twice, [above, below], 1, extra),
        second(lanes, twice, [row, row], 0, extra),
        second(lanes, twice, [above, below], 0, extra),
        second(lanes, twice, [above, below], 2, extra),
    ]
}

/// The magnitudes of second differences along a line from the first row at column `at` to the
/// second one.
#[inline(always)]
fn second<L: Lanes>(lanes: L, twice: L::Words, rows: [&[i16; DIFFERENCES]; 2], at: usize, extra: u32) -> L::Words {
    let (a, b) = (reduced(lanes, rows[0], at, extra), reduced(lanes, rows[1], 2 - at, extra));
    lanes.abs(lanes.sub(lanes.sub(twice, a), b))
}

#[inline(always)]
fn added<L: Lanes>(lanes: L, a: [L::Words; 4], b: [L::Words; 4]) -> [L::Words; 4] {
    let sums = [lanes.add(a[0], b[0]), lanes.add(a[1], b[1]), lanes.add(a[2], b[2]), lanes.add(a[3], b[3])];
    lanes.now(sums);
    sums
}

/// Samples from column `at` on without `extra` bits.
#[inline(always)]
fn reduced<L: Lanes>(lanes: L, row: &[i16; DIFFERENCES], at: usize, extra: u32) -> L::Words {
    let samples = lanes.load(row[at..at + LANES].try_into().unwrap());
    if extra == 0 { samples } else { lanes.shr(samples, extra) }
}
