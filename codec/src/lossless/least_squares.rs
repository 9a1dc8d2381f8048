//! Linear prediction whose coefficients are the least squares of what lies around, above and to the left. The normal
//! equations are kept by cells of 16 columns, older rows counting less; a few rounds of coordinate descent follow their
//! solution from cell to cell. (After G. Meyer and P. Tischer, "Glicbawls: grey level image compression by adaptive
//! weighted least squares", 2001; the solver is that of Gauss and Seidel.) BITSTREAM.md §13.9.

/// Neighbours that take part.
pub(super) const ORDER: usize = 16;
/// Columns of a cell.
pub(super) const CELL: usize = 16;
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

/// Numbers of the equations: the lower triangle of a symmetric matrix, row by row, then the right side.
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

/// What the samples of a cell teach: each difference of all of them, and last what these should have given.
#[derive(Debug, Clone)]
struct Lessons {
    numbers: [[i16; CELL]; ORDER + 1],
    count: usize,
}

impl Lessons {
    const NONE: Self = Self { numbers: [[0; CELL]; ORDER + 1], count: 0 };

    /// Their equations.
    #[inline(always)]
    fn equations(&self) -> Equations {
        let mut sums = [0; NUMBERS];
        let mut next = 0;
        for i in 0..=ORDER {
            for j in 0..=i.min(ORDER - 1) {
                let mut sum = 0;
                for k in 0..CELL {
                    sum += i32::from(self.numbers[i][k]) * i32::from(self.numbers[j][k]);
                }
                sums[next] = sum;
                next += 1;
            }
        }
        sums
    }
}

/// The predictor of a plane.
#[derive(Debug, Clone)]
pub(super) struct LeastSquares {
    /// By cell: what rows above gave.
    above: Vec<Equations>,
    /// What cells to the left gave in this row.
    left: Equations,
    lessons: Lessons,
    coefficients: [i32; ORDER],
    /// The cell that is being coded.
    cell: Option<usize>,
    /// Times that all coefficients are improved before a cell.
    rounds: usize,
}

impl LeastSquares {
    /// Bytes that one takes for a plane of `width` columns.
    pub(super) fn memory(width: usize) -> u64 {
        ((width.div_ceil(CELL) + 3) * size_of::<Equations>()) as u64
    }

    pub(super) fn new(width: usize, rounds: usize) -> Self {
        Self {
            above: vec![[0; NUMBERS]; width.div_ceil(CELL)],
            left: [0; NUMBERS],
            lessons: Lessons::NONE,
            coefficients: [0; ORDER],
            cell: None,
            rounds,
        }
    }

    /// Before the first sample of a row.
    #[inline(always)]
    pub(super) fn start_row(&mut self) {
        self.leave();
        self.left = [0; NUMBERS];
    }

    /// Before a sample in column `x`.
    #[inline(always)]
    pub(super) fn enter(&mut self, x: usize) {
        if self.cell != Some(x / CELL) {
            self.leave();
            self.start(x / CELL);
        }
    }

    /// Solves what is known around a cell.
    #[inline(always)]
    fn start(&mut self, cell: usize) {
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
    }

    /// Keeps what the samples of the cell gave, if there is one.
    #[inline(always)]
    fn leave(&mut self) {
        let Some(cell) = self.cell.take() else { return };
        let sums = self.lessons.equations();
        self.lessons = Lessons::NONE;
        combine(&mut self.above[cell], &sums, |sum, new| sum - (sum >> 2) + new);
        combine(&mut self.left, &sums, |sum, new| sum - (sum >> 1) + new);
    }

    /// What the coefficients make of `differences`, in their unit times 2^`fraction`. Of differences of at most 2^11 unless
    /// they are `wide`.
    #[inline(always)]
    pub(super) fn predict(&self, differences: &[i32; ORDER], fraction: u32, wide: bool) -> i32 {
        let pairs = differences.iter().zip(&self.coefficients);
        if wide {
            let sum: i64 = pairs.map(|(&x, &w)| x as i64 * w as i64).sum();
            (sum >> (BITS - fraction)).clamp(i32::MIN.into(), i32::MAX.into()) as i32
        } else {
            pairs.map(|(&x, &w)| x * w).sum::<i32>() >> (BITS - fraction)
        }
    }

    /// Learns that `differences` should have given `target`, in the same unit.
    #[inline(always)]
    pub(super) fn learn(&mut self, differences: &[i32; ORDER], target: i32) {
        let mut activity = 0;
        for &difference in differences {
            activity += difference.abs();
        }
        // Samples of busy places count less: what matters there is their direction, not their size.
        let scale = (1 << 30) / (activity + 64);
        let Lessons { numbers, count } = &mut self.lessons;
        let at = *count % CELL;
        for i in 0..ORDER {
            numbers[i][at] = ((differences[i] * scale + (1 << 18)) >> 19) as i16;
        }
        numbers[ORDER][at] = ((target as i64 * scale as i64 + (1 << 18)) >> 19).clamp(-2048, 2048) as i16;
        *count += 1;
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
        for j in 0..=i {
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
