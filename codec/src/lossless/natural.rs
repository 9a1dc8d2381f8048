//! How a plane of a photograph is predicted and what its bins look at. BITSTREAM.md §13.8, §13.10.

// An index runs over several arrays at once.
#![allow(clippy::needless_range_loop)]

use super::canvas::Canvas;
use super::least_squares::LeastSquares;
use super::level::{hash, level, signed_level};
use super::mixer::{Contexts, NODES, TABLES};
use super::modeller::Modeller;
use super::neighbours::Field;
use super::plane::CodedPlane;

/// Predictions are in 1/16 of a value.
const FRACTION: u32 = 4;
/// Predictors that are blended.
const PREDICTORS: usize = 6;
/// Numbers that misses are kept in, those of the predictors first.
const LANES: usize = 8;

/// By the three bits behind the highest of a miss: 2^36 over the square of the middle of what they
/// stand for, from 1 to 2.
static WEIGHTS: [i64; 8] = {
    let mut t = [0; 8];
    let mut i = 0;
    while i < 8 {
        let middle = 17 + 2 * i as i64;
        t[i] = (1 << 44) / (middle * middle);
        i += 1;
    }
    t
};

/// Tables that know negative residuals apart.
const SIGNED: [bool; TABLES] = [false, true, false, true, false, true, true];

/// Largest span of planes whose predictions fit sums of 32 bits.
const NARROW: i32 = 1 << 10;
/// The table that knows whole colours.
const COLOURS: usize = 3;
/// Octaves of errors around from which on nothing is mixed: they are 4 values and more.
const NOISY: u32 = 5;
/// States that a context of each table has where few bins are mixed; whole colours share theirs.
const SLOTS: [u32; TABLES] = [4, 8, 4, 1, 4, 8, 8];
/// Contexts of a table of biases, at most.
const BIASES: usize = 1024;

/// Bias of predictions by context, with 6 fractional bits more.
#[derive(Debug)]
struct Bias(Box<[i32]>);

impl Bias {
    fn new(contexts: usize) -> Self {
        Self(vec![0; contexts].into())
    }

    fn at(&self, context: usize) -> i32 {
        self.0[context] >> 6
    }

    fn learn(&mut self, context: usize, error: i32) {
        let bias = &mut self.0[context];
        *bias += ((error << 6) - *bias) >> 6;
    }
}

/// Prediction and contexts of a plane of a photograph; with `FULL`, of one all of whose bins are
/// mixed.
#[derive(Debug)]
pub(super) struct Natural<const FULL: bool> {
    squares: LeastSquares,
    /// By column: how far each predictor was off in the row above and, so far, in this one, in
    /// 1/16.
    misses: [Vec<[i32; LANES]>; 2],
    /// Errors of the final prediction, in 1/16.
    errors: Canvas,
    biases: [Bias; 2],
    top: i32,
    // Of the sample that is being coded:
    predictions: [i32; PREDICTORS],
    blend: i32,
    expected: i32,
    bias_contexts: [usize; 2],
}

impl<const FULL: bool> Natural<FULL> {
    /// Bytes that it takes beside the errors.
    pub(super) fn memory(width: usize) -> u64 {
        LeastSquares::memory(width) + 2 * ((width + 4) * size_of::<[i32; LANES]>()) as u64
    }

    /// Simple predictions in 1/16, to which that of least squares comes as the first.
    #[inline(always)]
    fn simple(v: &Canvas, i: usize, before: &[CodedPlane]) -> [i32; PREDICTORS] {
        let d = &v.data;
        let s = v.stride;
        let (w, n, nw, ne) = (d[i - 1], d[i - s], d[i - s - 1], d[i - s + 1]);
        let ww = d[i - 2];
        let mut p = [0, w + ne - n, w + n - nw, w, n, 2 * w - ww];
        if let Some(last) = before.last() {
            let e = &last.values.data;
            p[2] += e[i] - e[i - 1] - e[i - s] + e[i - s - 1];
            p[3] += e[i] - e[i - 1];
            p[4] += e[i] - e[i - s];
        }
        p.map(|p| p << FRACTION)
    }

    /// Mean of the predictions, weighed by how well they did nearby.
    #[inline(always)]
    fn blended(&self, x: usize) -> i32 {
        let [above, row] = &self.misses;
        // Columns of margin: 2 to the left.
        let above: &[_; 5] = above[x..].first_chunk().unwrap_or(&[[0; LANES]; 5]);
        let row: &[_; 2] = row[x..].first_chunk().unwrap_or(&[[0; LANES]; 2]);
        let mut misses = [0; LANES];
        for k in 0..LANES {
            misses[k] =
                2 * (row[1][k] + above[2][k]) + row[0][k] + above[0][k] + above[1][k] + above[3][k] + above[4][k];
        }
        let mut sum = 0;
        let mut total = 0;
        for k in 0..PREDICTORS {
            // Least squares do best by far, wherever they do.
            let weight = weight(misses[k]) << if k == 0 { 3 } else { 0 };
            sum += weight * i64::from(self.predictions[k]);
            total += weight;
        }
        (sum / total) as i32
    }
}

/// How much a predictor counts that missed by so much: about 2^42 over the square of that.
#[inline(always)]
fn weight(miss: i32) -> i64 {
    let miss = miss as u32 + 12;
    let top = miss.ilog2();
    let step = (miss >> (top - 3)) & 7;
    (WEIGHTS[step as usize] >> (2 * (top - 3))) + 1
}

impl<const FULL: bool> Modeller for Natural<FULL> {
    fn new(width: usize, height: usize, top: i32, before: &[CodedPlane]) -> Self {
        let in_64_bits = top > NARROW || before.iter().any(|plane| plane.span > NARROW as u32);
        Self {
            squares: LeastSquares::new(width, if FULL { 4 } else { 2 }, in_64_bits),
            misses: std::array::from_fn(|_| vec![[0; LANES]; width + 4]),
            errors: Canvas::new(width, height, 0),
            biases: std::array::from_fn(|_| Bias::new(BIASES)),
            top,
            predictions: [0; PREDICTORS],
            blend: 0,
            expected: 0,
            bias_contexts: [0; 2],
        }
    }

    fn start_row(&mut self) {
        self.misses.swap(0, 1);
    }

    #[inline(always)]
    fn end_row(&mut self, v: &Canvas, before: &[CodedPlane]) {
        self.squares.end_row(Field { own: v, before });
    }

    #[inline(always)]
    fn predict(&mut self, v: &Canvas, x: usize, y: usize, before: &[CodedPlane]) -> i32 {
        let i = v.at(x, y);
        let (d, s) = (&v.data, v.stride);
        self.predictions = Self::simple(v, i, before);
        let limit = self.top << FRACTION;
        let fit = self.squares.predict(Field { own: v, before }, (x, y), FRACTION);
        self.predictions[0] = ((d[i - 1] + d[i - s]) << (FRACTION - 1)).saturating_add(fit).clamp(0, limit);
        self.blend = self.blended(x).clamp(0, limit);

        let (w, n, nw, ne) = (d[i - 1], d[i - s], d[i - s - 1], d[i - s + 1]);
        let (ww, nn) = (d[i - 2], d[i - 2 * s]);
        let higher = |v: i32| usize::from(v << FRACTION > self.blend);
        let pattern =
            higher(w) | higher(n) << 1 | higher(nw) << 2 | higher(ne) << 3 | higher(ww) << 4 | higher(nn) << 5;
        let e = &self.errors.data;
        let energy = (level((e[i - 1].abs() + e[i - s].abs()) as u32) / 4).min(15) as usize;
        let signs = signed_level(e[i - 1] >> 2, 5) * 11 + signed_level(e[i - s] >> 2, 5);
        self.bias_contexts = [pattern | energy << 6, signs as usize * 8 + energy / 2];
        let bias = self.biases[0].at(self.bias_contexts[0]) + self.biases[1].at(self.bias_contexts[1]);
        self.expected = (self.blend + (bias >> 1)).clamp(0, limit);
        (self.expected + (1 << (FRACTION - 1))) >> FRACTION
    }

    #[inline(always)]
    fn contexts(&self, v: &Canvas, x: usize, y: usize, before: &[CodedPlane]) -> Contexts {
        let i = v.at(x, y);
        let (d, s) = (&v.data, v.stride);
        let e = &self.errors.data;
        let (w, n, nw, ne) = (d[i - 1], d[i - s], d[i - s - 1], d[i - s + 1]);
        let (ww, nn) = (d[i - 2], d[i - 2 * s]);
        let size = |k: usize| e[k].unsigned_abs();
        let energy = 4 * (size(i - 1) + size(i - s))
            + 2 * (size(i - s - 1) + size(i - s + 1))
            + size(i - 2)
            + size(i - 2 * s)
            + size(i - s + 2)
            + size(i - 2 * s + 1);
        let energy = level(energy >> 4);
        let coarse = energy / 4;
        let gradient = level((w.abs_diff(nw) + n.abs_diff(nw) + n.abs_diff(ne) + w.abs_diff(ww) + n.abs_diff(nn)) * 4);
        let (cross_size, cross, cross_before) = match before {
            [] => (0, 0, 0),
            [.., a] => {
                let c = &a.errors.data;
                let near = 2 * c[i].unsigned_abs()
                    + c[i - 1].unsigned_abs()
                    + c[i - s].unsigned_abs()
                    + c[i + 1].unsigned_abs()
                    + c[i + s].unsigned_abs();
                let far = if let [f, _] = before { f.errors.data[i] } else { 0 };
                (level(near >> 1), c[i], far)
            }
        };
        let p = self.expected;
        let rounded = (p + (1 << (FRACTION - 1))) >> FRACTION;
        let fraction = (p & 15) as u32;
        let signed = |v: i32, cap| signed_level(v >> 2, cap);
        let number = [
            (energy / 2) * 40 + gradient.min(79) / 2,
            hash(hash(0, w - rounded), n - rounded),
            ((p >> 2) as u32 & !3) | fraction >> 2,
            if before.is_empty() {
                hash(hash(0, ne - rounded), nw - rounded)
            } else {
                before.iter().fold(hash(0, rounded), |h, a| hash(h, a.values.data[i]))
            },
            if before.is_empty() {
                (signed(e[i - s + 1], 5) * 11 + signed(e[i - s - 1], 5)) * 24 + coarse
            } else {
                (signed(cross, 7) * 15 + signed(cross_before, 7)) * 24 + coarse
            },
            (signed(self.predictions[0] - p, 5) * 11 + signed(self.predictions[1] - p, 5)) * 24 + coarse,
            (signed(self.predictions[5] - p, 5) * 11 + signed(self.predictions[4] - p, 5)) * 24 + coarse,
        ];
        let mut bases = [0; TABLES];
        for k in 0..TABLES {
            bases[k] = if FULL { hash(k as u32 + 1, number[k] as i32) } else { number[k].wrapping_mul(SLOTS[k]) };
        }
        if before.is_empty() {
            // Shapes around gain little from more states than stay near.
            bases[COLOURS] %= 1 << 15;
        }
        let second = if before.is_empty() { gradient / 4 } else { cross_size / 4 };
        let further = if FULL { NODES as u32 } else { 4 };
        Contexts {
            bases,
            cases: [coarse.min(15), second.min(15)],
            negative: SIGNED.map(|signed| if signed { further } else { 0 }),
            energy,
            noisy: !FULL && coarse >= NOISY,
        }
    }

    #[inline(always)]
    fn learn(&mut self, v: &Canvas, x: usize, y: usize) {
        let i = v.at(x, y);
        let value = v.data[i] << FRACTION;
        for (miss, &p) in self.misses[1][x + 2].iter_mut().zip(&self.predictions) {
            *miss = (value - p).abs();
        }
        self.errors.data[i] = value - self.expected;
        for (bias, &context) in self.biases.iter_mut().zip(&self.bias_contexts) {
            bias.learn(context, value - self.blend);
        }
    }

    #[inline(always)]
    fn skip(&mut self, x: usize) {
        self.misses[1][x + 2] = [0; LANES];
    }

    fn into_errors(self) -> Canvas {
        self.errors
    }
}
