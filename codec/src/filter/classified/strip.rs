//! The rows around a row of units: a window that moves down the plane, so that what it filters can be written in place.

use super::{Gradients, PAIRS};
use crate::image::plane::Plane;
use crate::simd::LANES;

/// How far a filter and the differences of a class read.
const REACH: usize = 3;
/// Rows of the window: those of the units, and those that are read above and below them.
const ROWS: usize = 4 + 2 * REACH;
/// Columns before and behind a row.
const MARGIN: usize = LANES;

/// A row of units with the rows around it. Samples beyond the plane are those at its edge.
pub(crate) struct Strip {
    /// The plane's width rounded up to whole lanes.
    width: usize,
    stride: usize,
    /// Rows of the plane from `REACH` above the units on.
    window: Vec<i16>,
    /// The row of units.
    y4: usize,
    /// Bits of a sample above 10.
    extra: u32,
    /// Sums of second differences over four rows, in the order of [`Gradients`], from two rows above the units on, and from
    /// two rows above their last on.
    upper: Vec<i16>,
    lower: Vec<i16>,
}

impl Strip {
    /// The first row of units of `plane`.
    #[inline(always)]
    pub(crate) fn new(plane: &Plane, extra: u32) -> Self {
        let width = plane.width().next_multiple_of(LANES);
        let stride = width + 2 * MARGIN;
        let (window, sums) = (vec![0; stride * ROWS], vec![0; stride * 4]);
        let mut strip = Self { width, stride, window, y4: 0, extra, upper: sums.clone(), lower: sums };
        (0..ROWS).for_each(|row| strip.load(plane, row));
        strip.differences(1);
        std::mem::swap(&mut strip.upper, &mut strip.lower);
        strip.differences(5);
        strip
    }

    /// Bytes of one of a plane of `width` samples.
    pub(crate) fn memory(width: usize) -> u64 {
        ((width.next_multiple_of(LANES) + 2 * MARGIN) * (ROWS + 2 * 4) * size_of::<i16>()) as u64
    }

    /// Goes on to the next row of units: of `plane` the rows above it may be filtered already.
    #[inline(always)]
    pub(crate) fn advance(&mut self, plane: &Plane) {
        self.y4 += 1;
        self.window.copy_within(4 * self.stride.., 0);
        (2 * REACH..ROWS).for_each(|row| self.load(plane, row));
        std::mem::swap(&mut self.upper, &mut self.lower);
        self.differences(5);
    }

    /// Fills row `row` of the window.
    #[inline(always)]
    fn load(&mut self, plane: &Plane, row: usize) {
        let y = (4 * self.y4 + row).saturating_sub(REACH).min(plane.height() - 1);
        let from = plane.row(y);
        let to = &mut self.window[row * self.stride..][..self.stride];
        let (before, rest) = to.split_at_mut(MARGIN);
        let (middle, after) = rest.split_at_mut(from.len());
        before.fill(from[0] as i16);
        after.fill(from[from.len() - 1] as i16);
        for (to, &from) in middle.iter_mut().zip(from) {
            *to = from as i16;
        }
    }

    /// Sums the second differences of four rows of the window from `row` on, column by column, into `lower`.
    #[inline(always)]
    fn differences(&mut self, row: usize) {
        let stride = self.stride;
        for x in (MARGIN - LANES / 2..MARGIN + self.width + LANES / 2).step_by(LANES) {
            let mut sums = [[0i16; LANES]; 4];
            for row in row..row + 4 {
                let at = row * stride + x;
                // Classes are those of 10 bits: what is below does not count.
                let middle = load(&self.window, at);
                for (sum, step) in sums.iter_mut().zip([stride, 1, stride + 1, stride - 1]) {
                    let (a, b) = (load(&self.window, at - step), load(&self.window, at + step));
                    for l in 0..LANES {
                        let around = (a[l] >> self.extra) + (b[l] >> self.extra);
                        sum[l] += (2 * (middle[l] >> self.extra) - around).abs();
                    }
                }
            }
            for (g, sum) in sums.iter().enumerate() {
                self.lower[g * stride + x..][..LANES].copy_from_slice(sum);
            }
        }
    }

    /// The second differences around unit `x4`.
    #[inline(always)]
    pub(crate) fn gradients(&self, x4: usize) -> Gradients {
        let at = MARGIN + 4 * x4 - 2;
        let mut gradients = [0; 4];
        for (g, sum) in gradients.iter_mut().enumerate() {
            let at = g * self.stride + at;
            for (upper, lower) in self.upper[at..at + 8].iter().zip(&self.lower[at..at + 8]) {
                *sum += (upper + lower) as u32;
            }
        }
        gradients
    }

    /// Samples of row `row` of the units from column `x` on, moved by `step`, one of [`PAIRS`] or its opposite, as (dy, dx).
    #[inline(always)]
    pub(crate) fn samples(&self, x: usize, row: usize, step: (i32, i32)) -> [i16; LANES] {
        debug_assert!(step == (0, 0) || PAIRS.iter().any(|&(dy, dx)| step == (dy, dx) || step == (-dy, -dx)));
        let row = (REACH + row).wrapping_add_signed(step.0 as isize);
        load(&self.window, (row * self.stride + MARGIN + x).wrapping_add_signed(step.1 as isize))
    }
}

#[inline(always)]
fn load(data: &[i16], at: usize) -> [i16; LANES] {
    let mut lanes = [0; LANES];
    lanes.copy_from_slice(&data[at..at + LANES]);
    lanes
}
