//! Linear prediction whose coefficients are the least squares of what lies around, above and to the left. The normal
//! equations are kept by cells of 16 columns, older rows counting less; a few steps of coordinate descent a sample
//! follow their solution. (After G. Meyer and P. Tischer, "Glicbawls: grey level image compression by adaptive
//! weighted least squares", 2001; the solver is that of Gauss and Seidel.) BITSTREAM.md §13.9.

/// Neighbours that take part.
pub(super) const ORDER: usize = 16;
/// Columns of a cell.
const CELL: usize = 16;
/// Fractional bits of a coefficient.
const BITS: u32 = 16;
/// Largest magnitude of a coefficient.
const LARGEST: i64 = 4 << BITS;
/// What is added to the diagonal of the equations.
const RIDGE: i64 = 1 << 11;
/// Coefficients that are improved after each sample.
const STEPS: usize = 4;

/// Normal equations: sums of products of the differences, and of them with what they should give.
#[derive(Debug, Clone)]
struct Equations {
    matrix: [[i32; ORDER]; ORDER],
    right: [i32; ORDER],
}

impl Equations {
    const ZERO: Self = Self { matrix: [[0; ORDER]; ORDER], right: [0; ORDER] };

    /// Replaces each sum by `f` of it and those of `others`.
    #[inline(always)]
    fn combine<const K: usize>(&mut self, others: [&Self; K], f: impl Fn(i32, [i32; K]) -> i32) {
        for i in 0..ORDER {
            for j in 0..ORDER {
                self.matrix[i][j] = f(self.matrix[i][j], others.map(|o| o.matrix[i][j]));
            }
            self.right[i] = f(self.right[i], others.map(|o| o.right[i]));
        }
    }
}

/// The predictor of a plane.
#[derive(Debug, Clone)]
pub(super) struct LeastSquares {
    /// By cell: what rows above gave.
    above: Vec<Equations>,
    /// What cells to the left gave in this row.
    left: Equations,
    /// In force: that of the cell's surroundings and of its samples so far; and without the latter.
    now: Equations,
    base: Equations,
    coefficients: [i32; ORDER],
    /// The cell that is being coded.
    cell: Option<usize>,
    /// Coefficient that is improved next.
    next: usize,
}

impl LeastSquares {
    /// Bytes that one takes for a plane of `width` columns.
    pub(super) fn memory(width: usize) -> u64 {
        ((width.div_ceil(CELL) + 3) * size_of::<Equations>()) as u64
    }

    pub(super) fn new(width: usize) -> Self {
        let zero = Equations::ZERO;
        Self {
            above: vec![zero.clone(); width.div_ceil(CELL)],
            left: zero.clone(),
            now: zero.clone(),
            base: zero,
            coefficients: [0; ORDER],
            cell: None,
            next: 0,
        }
    }

    /// Before the first sample of a row.
    pub(super) fn start_row(&mut self) {
        self.leave();
        self.left = Equations::ZERO;
    }

    /// Before a sample in column `x`.
    #[inline(always)]
    pub(super) fn enter(&mut self, x: usize) {
        if self.cell != Some(x / CELL) {
            self.leave();
            self.start(x / CELL);
        }
    }

    /// Puts together what is known around a cell.
    fn start(&mut self, cell: usize) {
        let zero = Equations::ZERO;
        let before = if cell > 0 { &self.above[cell - 1] } else { &zero };
        let after = self.above.get(cell + 1).unwrap_or(&zero);
        let around = [before, &self.above[cell], after, &self.left];
        self.now.combine(around, |_, [before, at, after, left]| before + 2 * at + after + 2 * left);
        self.base.clone_from(&self.now);
        self.cell = Some(cell);
    }

    /// Keeps what the samples of the cell gave, if there is one.
    fn leave(&mut self) {
        if let Some(cell) = self.cell.take() {
            self.above[cell].combine([&self.now, &self.base], |sum, [now, base]| sum - (sum >> 2) + now - base);
            self.left.combine([&self.now, &self.base], |sum, [now, base]| sum - (sum >> 1) + now - base);
        }
    }

    /// What the coefficients make of `differences`, in their unit times 2^`fraction`.
    #[inline(always)]
    pub(super) fn predict(&self, differences: &[i32; ORDER], fraction: u32) -> i64 {
        let sum: i64 = differences.iter().zip(&self.coefficients).map(|(&x, &w)| x as i64 * w as i64).sum();
        sum >> (BITS - fraction)
    }

    /// Learns that `differences` should have given `target`, in the same unit.
    #[inline(always)]
    pub(super) fn learn(&mut self, differences: &[i32; ORDER], target: i32) {
        let activity: i32 = differences.iter().map(|x| x.abs()).sum();
        if activity == 0 {
            return;
        }
        // Samples of busy places count less: what matters there is their direction, not their size.
        let scale = (1 << 30) / (activity + 64);
        let scaled = differences.map(|x| (x * scale + (1 << 18)) >> 19);
        let target = ((target as i64 * scale as i64 + (1 << 18)) >> 19).clamp(-2048, 2048) as i32;
        for i in 0..ORDER {
            for j in 0..ORDER {
                self.now.matrix[i][j] += scaled[i] * scaled[j];
            }
            self.now.right[i] += scaled[i] * target;
        }
        for _ in 0..STEPS {
            self.improve(self.next);
            self.next = (self.next + 1) % ORDER;
        }
    }

    /// Solves the `i`-th equation for the `i`-th coefficient.
    #[inline(always)]
    fn improve(&mut self, i: usize) {
        let row = &self.now.matrix[i];
        let sum: i64 = row.iter().zip(&self.coefficients).map(|(&r, &w)| r as i64 * w as i64).sum();
        let own = self.coefficients[i] as i64;
        let gradient = ((self.now.right[i] as i64) << BITS) - sum - RIDGE * own;
        let step = gradient / (row[i] as i64 + RIDGE);
        self.coefficients[i] = (own + step).clamp(-LARGEST, LARGEST) as i32;
    }
}
