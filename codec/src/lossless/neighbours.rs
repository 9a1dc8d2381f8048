//! Neighbours that least squares look at, 16 samples at a time, and what these samples teach.
//! BITSTREAM.md §13.9.

// An index runs over several arrays at once.
#![allow(clippy::needless_range_loop)]

use super::canvas::{CELL, Canvas};
use super::plane::CodedPlane;

/// Neighbours that take part.
pub(super) const ORDER: usize = 16;
/// Neighbours of the own plane in the same row: at 1, 2 and 3 columns to the left.
pub(super) const LEFT: usize = 3;
/// A plane (0 is the own one, then those before it in order), columns to the right and rows down.
pub(super) type Neighbour = (usize, isize, isize);

/// Those of a plane after none, one and two others.
static NEIGHBOURS: [[Neighbour; ORDER]; 3] = [
    [
        (0, -1, 0),
        (0, -1, -1),
        (0, 1, -1),
        (0, -2, 0),
        (0, 0, -2),
        (0, 1, -2),
        (0, 2, -1),
        (0, -2, -1),
        (0, -1, -2),
        (0, -3, 0),
        (0, 0, -3),
        (0, 2, -2),
        (0, -2, -2),
        (0, 3, -1),
        (0, -3, -1),
        (0, 1, -3),
    ],
    [
        (1, 0, 0),
        (0, -1, 0),
        (1, -1, 0),
        (0, -1, -1),
        (1, -1, -1),
        (0, 1, -1),
        (1, 1, -1),
        (0, -2, 0),
        (1, -2, 0),
        (0, 0, -2),
        (1, 0, -2),
        (1, 1, 0),
        (1, 0, 1),
        (0, 2, -1),
        (0, -2, -1),
        (0, 1, -2),
    ],
    [
        (1, 0, 0),
        (2, 0, 0),
        (0, -1, 0),
        (1, -1, 0),
        (2, -1, 0),
        (0, -1, -1),
        (1, -1, -1),
        (2, -1, -1),
        (0, 1, -1),
        (1, 1, -1),
        (2, 1, -1),
        (0, -2, 0),
        (0, 0, -2),
        (2, 1, 0),
        (2, 0, 1),
        (1, 1, 0),
    ],
];

/// What the samples of a cell teach: each difference of all of them, and last what these should
/// have given.
pub(super) type Lessons = [[i16; CELL]; ORDER + 1];

/// Where values come from: the plane that is coded, and those coded before.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field<'a> {
    pub(super) own: &'a Canvas,
    pub(super) before: &'a [CodedPlane],
}

impl<'a> Field<'a> {
    /// Those that take part.
    #[inline(always)]
    pub(super) fn neighbours(&self) -> &'static [Neighbour; ORDER] {
        &NEIGHBOURS[self.before.len().min(2)]
    }

    /// Values of a plane, 0 for the own one.
    #[inline(always)]
    fn plane(&self, plane: usize) -> &'a [i32] {
        if plane == 0 { &self.own.data } else { &self.before[plane - 1].values.data }
    }

    /// A value for each column of the cell that begins at index `i`, `columns` to the right and
    /// `rows` down.
    #[inline(always)]
    pub(super) fn around(&self, i: usize, (plane, columns, rows): Neighbour) -> &'a [i32; CELL] {
        let at = i.wrapping_add_signed(rows * self.own.stride as isize + columns);
        // The canvas is so much longer that there always are as many.
        self.plane(plane)[at..].first_chunk().unwrap_or(&[0; CELL])
    }

    /// Sums of the left and the upper neighbour in a plane.
    #[inline(always)]
    pub(super) fn bases(&self, i: usize, plane: usize) -> [i32; CELL] {
        let (left, above) = (self.around(i, (plane, -1, 0)), self.around(i, (plane, 0, -1)));
        let mut sums = [0; CELL];
        for k in 0..CELL {
            sums[k] = left[k] + above[k];
        }
        sums
    }

    /// What each sample of the cell teaches, where it was `coded`.
    #[inline(always)]
    pub(super) fn lessons(&self, i: usize, coded: &[bool; CELL]) -> Lessons {
        let neighbours = self.neighbours();
        let bases = [0, 1, 2].map(
            #[inline(always)]
            |plane| self.bases(i, plane.min(self.before.len())),
        );
        let mut differences = [[0; CELL]; ORDER];
        let mut activity = [0; CELL];
        for (differences, &neighbour) in differences.iter_mut().zip(neighbours) {
            let (values, bases) = (self.around(i, neighbour), &bases[neighbour.0]);
            for k in 0..CELL {
                differences[k] = 2 * values[k] - bases[k];
                activity[k] += differences[k].abs();
            }
        }
        // Samples of busy places count less: what matters there is their direction, not their size.
        let mut scales = [0; CELL];
        for k in 0..CELL {
            scales[k] = if coded[k] { (1 << 30) / (activity[k] as u32 + 64) as i32 } else { 0 };
        }
        let mut lessons = [[0; CELL]; ORDER + 1];
        for j in 0..ORDER {
            for k in 0..CELL {
                lessons[j][k] = ((differences[j][k] * scales[k] + (1 << 18)) >> 19) as i16;
            }
        }
        let own = self.around(i, (0, 0, 0));
        for k in 0..CELL {
            let target = i64::from(2 * own[k] - bases[0][k]) * i64::from(scales[k]);
            lessons[ORDER][k] = ((target + (1 << 18)) >> 19).clamp(-2048, 2048) as i16;
        }
        lessons
    }
}
