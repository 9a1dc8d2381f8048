//! How a plane of drawn content is predicted and what its bins look at: the very values around.
//! BITSTREAM.md §13.11.

use super::canvas::Canvas;
use super::level::{hash, level};
use super::mixer::{Contexts, NODES, TABLES};
use super::modeller::Modeller;
use super::plane::CodedPlane;

/// Prediction and contexts of a plane of text, drawings or masks.
#[derive(Debug)]
pub(super) struct Exact {
    errors: Canvas,
    expected: i32,
}

impl Modeller for Exact {
    fn new(width: usize, height: usize, _top: i32, _before: &[CodedPlane]) -> Self {
        Self { errors: Canvas::new(width, height, 0), expected: 0 }
    }

    fn start_row(&mut self) {}

    fn end_row(&mut self, _v: &Canvas, _before: &[CodedPlane]) {}

    /// The median of left, upper and their sum less the upper left.
    #[inline(always)]
    fn predict(&mut self, v: &Canvas, x: usize, y: usize, _before: &[CodedPlane]) -> i32 {
        let i = v.at(x, y);
        let (w, n, nw) = (v.data[i - 1], v.data[i - v.stride], v.data[i - v.stride - 1]);
        self.expected = (w + n - nw).clamp(w.min(n), w.max(n));
        self.expected
    }

    #[inline(always)]
    fn contexts(&self, v: &Canvas, x: usize, y: usize, before: &[CodedPlane]) -> Contexts {
        let i = v.at(x, y);
        let (d, s) = (&v.data, v.stride);
        let e = &self.errors.data;
        let size = |k: usize| e[k].unsigned_abs();
        let energy = level((2 * (size(i - 1) + size(i - s)) + size(i - s - 1) + size(i - s + 1)) >> 4);
        let more = |h: u32, offsets: &[usize]| offsets.iter().fold(h, |h, &o| hash(h, d[i - o]));
        // Of the planes before, the values here.
        let other = before.iter().fold(0, |h, a| hash(h, a.values.data[i]));
        // The closest, then ever further ones.
        let two = more(0, &[1, s]);
        let four = more(two, &[s + 1, s - 1]);
        let six = more(four, &[2, 2 * s]);
        let ten = more(six, &[2 * s + 1, 2 * s - 1, s + 2, s - 2]);
        let sixteen = more(ten, &[3, 3 * s, s + 3, s - 3, 2 * s + 2, 2 * s - 2]);
        let last = if before.is_empty() {
            // Ordered dithers repeat after eight.
            more(two, &[8, 8 * s, 8 * s - 1, 8 * s + 1, 4 * s, 4, 9, 7])
        } else {
            hash(other, self.expected)
        };
        let mut bases = [energy, ten, sixteen, last, two ^ other, four, six];
        for (k, base) in bases.iter_mut().enumerate() {
            *base = hash(*base, k as i32);
        }
        Contexts { bases, cases: [(energy / 2).min(15), 0], negative: [NODES as u32; TABLES], energy, noisy: false }
    }

    #[inline(always)]
    fn learn(&mut self, v: &Canvas, x: usize, y: usize) {
        let i = v.at(x, y);
        self.errors.data[i] = (v.data[i] - self.expected) << 4;
    }

    #[inline(always)]
    fn skip(&mut self, _x: usize) {}

    fn into_errors(self) -> Canvas {
        self.errors
    }
}
