//! Linear prediction whose coefficients are the least squares of what lies around, above and to the
//! left. The normal equations are kept by cells of 16 columns, older rows counting less; a few
//! rounds of coordinate descent follow their solution from cell to cell. (After G. Meyer and P.
//! Tischer, "Glicbawls: grey level image compression by adaptive weighted least squares", 2001; the
//! solver is that of Gauss and Seidel.) BITSTREAM.md §13.9.

// An index runs over several arrays at once.
#![allow(clippy::needless_range_loop)]

use super::canvas::CELL;
use super::neighbours::{Field, LEFT, Lessons, ORDER};

/// Fractional bits of a coefficient.
const BITS: u32 = 13;
/// Largest magnitude of a coefficient.
const LARGEST: i32 = (4 << BITS) - 1;
/// Bits of the largest number on the diagonal of the equations that are solved.
const SCALE: u32 = 14;
/// What is added to the diagonal.
const RIDGE: i32 = 1 << 11;
/// Fractional bits of a reciprocal.
const RECIPROCAL: u32 = 30;

/// Numbers of the equations: the lower triangle of a symmetric matrix, row by row, then the right
/// side.
const NUMBERS: usize = ORDER * (ORDER + 1) / 2 + ORDER;

/// Normal equations: sums of products of the differences, and of them with what they should give.
type Equations = [i32; NUMBERS];

/// Replaces each sum by `f` of it and that of `other`.
#[inline(always)]
fn combine(sums: &mut Equations, other: &Equations, f: impl Fn(i32, i32) -> i32) {
    for i in 0..NUMBERS {
        sums[i] = f(sums[i], other[i]);
    }
}

/// Those of what the samples of a cell teach.
#[inline(always)]
fn equations(lessons: &Lessons) -> Equations {
    let mut sums = [0; NUMBERS];
    let mut next = 0;
    for i in 0..ORDER + 1 {
        for j in 0..(i + 1).min(ORDER) {
            let mut sum = 0;
            for k in 0..CELL {
                sum += i32::from(lessons[i][k]) * i32::from(lessons[j][k]);
            }
            sums[next] = sum;
            next += 1;
        }
    }
    sums
}

/// The predictor of a plane.
#[derive(Debug, Clone)]
pub(super) struct LeastSquares {
    /// By cell: what rows above gave.
    above: Vec<Equations>,
    /// What cells to the left gave in this row.
    left: Equations,
    coefficients: [i32; ORDER],
    /// The cell that is being coded, the index at which it begins, and which of its samples were
    /// coded so far.
    cell: Option<usize>,
    start: usize,
    coded: [bool; CELL],
    /// What all but the values to the left make of each sample of the cell.
    known: [i32; CELL],
    /// Coefficients of the values to the left, the closest first.
    near: [i32; LEFT],
    /// Times that all coefficients are improved before a cell.
    rounds: usize,
    /// Whether differences are too large for sums of 32 bits.
    in_64_bits: bool,
}

impl LeastSquares {
    /// Bytes that one takes for a plane of `width` columns.
    pub(super) fn memory(width: usize) -> u64 {
        ((width.div_ceil(CELL) + 3) * size_of::<Equations>()) as u64
    }

    pub(super) fn new(width: usize, rounds: usize, in_64_bits: bool) -> Self {
        Self {
            above: vec![[0; NUMBERS]; width.div_ceil(CELL)],
            left: [0; NUMBERS],
            coefficients: [0; ORDER],
            cell: None,
            start: 0,
            coded: [false; CELL],
            known: [0; CELL],
            near: [0; LEFT],
            rounds,
            in_64_bits,
        }
    }

    /// After the last sample of a row.
    #[inline(always)]
    pub(super) fn end_row(&mut self, field: Field<'_>) {
        self.leave(field);
        self.left = [0; NUMBERS];
    }

    /// What the coefficients make of the differences at (x, y), in half their unit times
    /// 2^`fraction`.
    #[inline(always)]
    pub(super) fn predict(&mut self, field: Field<'_>, (x, y): (usize, usize), fraction: u32) -> i32 {
        if self.cell != Some(x / CELL) {
            self.leave(field);
            self.enter(field, x / CELL, y);
        }
        self.coded[x % CELL] = true;
        let i = self.start + x % CELL;
        if self.in_64_bits {
            return self.predict_in_64_bits(field, i, fraction);
        }
        let mut sum = self.known[x % CELL];
        for (k, &near) in self.near.iter().enumerate() {
            sum = sum.wrapping_add(near.wrapping_mul(field.own.data[i - 1 - k]));
        }
        sum >> (BITS + 1 - fraction)
    }

    /// The same where sums take 64 bits.
    #[inline(always)]
    fn predict_in_64_bits(&self, field: Field<'_>, i: usize, fraction: u32) -> i32 {
        let mut sum = 0;
        for (&coefficient, &neighbour) in self.coefficients.iter().zip(field.neighbours()) {
            let base = field.bases(i, neighbour.0)[0];
            sum += i64::from(coefficient) * i64::from(2 * field.around(i, neighbour)[0] - base);
        }
        (sum >> (BITS + 1 - fraction)).clamp(i32::MIN.into(), i32::MAX.into()) as i32
    }

    /// Solves what is known around a cell of row `y`, and predicts as far as that goes.
    #[inline(always)]
    fn enter(&mut self, field: Field<'_>, cell: usize, y: usize) {
        let mut around = self.left;
        combine(&mut around, &self.above[cell], |left, at| 2 * (left + at));
        if cell > 0 {
            combine(&mut around, &self.above[cell - 1], |sum, before| sum + before);
        }
        if let Some(after) = self.above.get(cell + 1) {
            combine(&mut around, after, |sum, after| sum + after);
        }
        solve(&around, &mut self.coefficients, self.rounds);
        self.cell = Some(cell);
        self.start = field.own.at(cell * CELL, y);
        self.coded = [false; CELL];
        self.foresee(field);
    }

    /// Sums that do not wait for the values to the left. They may overflow; with the rest they do
    /// not.
    #[inline(always)]
    fn foresee(&mut self, field: Field<'_>) {
        let mut known = [0i32; CELL];
        let mut near = [0; LEFT];
        let mut sums = [0; 3];
        for (&coefficient, &neighbour) in self.coefficients.iter().zip(field.neighbours()) {
            let (plane, columns, rows) = neighbour;
            sums[plane] += coefficient;
            if (plane, rows) == (0, 0) {
                near[(-1 - columns) as usize] += 2 * coefficient;
                continue;
            }
            let values = field.around(self.start, neighbour);
            for k in 0..CELL {
                known[k] = known[k].wrapping_add(values[k].wrapping_mul(2 * coefficient));
            }
        }
        // The own plane's left neighbours are still to come.
        near[0] -= sums[0];
        let above = field.around(self.start, (0, 0, -1));
        for k in 0..CELL {
            known[k] = known[k].wrapping_sub(above[k].wrapping_mul(sums[0]));
        }
        for plane in 1..=field.before.len().min(2) {
            let bases = field.bases(self.start, plane);
            for k in 0..CELL {
                known[k] = known[k].wrapping_sub(bases[k].wrapping_mul(sums[plane]));
            }
        }
        (self.known, self.near) = (known, near);
    }

    /// Keeps what the samples of the cell gave, if there is one.
    #[inline(always)]
    fn leave(&mut self, field: Field<'_>) {
        let Some(cell) = self.cell.take() else { return };
        let sums = equations(&field.lessons(self.start, &self.coded));
        combine(&mut self.above[cell], &sums, |sum, new| sum - (sum >> 2) + new);
        combine(&mut self.left, &sums, |sum, new| sum - (sum >> 1) + new);
    }
}

/// Improves each of the `coefficients` so many times as a solution of its equation.
#[inline(always)]
fn solve(equations: &Equations, coefficients: &mut [i32; ORDER], rounds: usize) {
    let mut largest = 0;
    for i in 0..ORDER {
        largest = largest.max(equations[i * (i + 3) / 2]);
    }
    let shift = (i32::BITS - largest.leading_zeros()).saturating_sub(SCALE);
    let mut numbers = *equations;
    for number in &mut numbers {
        *number >>= shift;
    }
    let (triangle, right) = numbers.split_at(NUMBERS - ORDER);
    let ridge = (RIDGE >> shift).max(1);
    let limit = 1 << (30 - BITS);
    let mut matrix = [[0; ORDER]; ORDER];
    let mut reciprocals = [0; ORDER];
    let mut gradient = [0; ORDER];
    for i in 0..ORDER {
        for j in 0..i + 1 {
            let number = triangle[i * (i + 1) / 2 + j];
            matrix[i][j] = number;
            matrix[j][i] = number;
        }
        matrix[i][i] += ridge;
        reciprocals[i] = (1 << RECIPROCAL) / matrix[i][i];
        gradient[i] = right[i].clamp(-limit, limit) << BITS;
    }
    // Columns are rows.
    for (row, &coefficient) in matrix.iter().zip(&*coefficients) {
        for j in 0..ORDER {
            gradient[j] = gradient[j].wrapping_sub(row[j].wrapping_mul(coefficient));
        }
    }
    for _ in 0..rounds {
        for i in 0..ORDER {
            let old = coefficients[i];
            let step = (gradient[i] as i64 * reciprocals[i] as i64) >> RECIPROCAL;
            coefficients[i] = (old as i64 + step).clamp(-LARGEST as i64, LARGEST as i64) as i32;
            let step = coefficients[i] - old;
            for j in 0..ORDER {
                gradient[j] = gradient[j].wrapping_sub(matrix[i][j].wrapping_mul(step));
            }
        }
    }
}
