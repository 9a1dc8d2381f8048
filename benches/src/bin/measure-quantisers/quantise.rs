//! What quantisers have in common, how they are measured, and the scalar ones.

use super::curve::Point;
use super::data::{Block, Halves};
use super::rates::{Letter, Rates, coefficient};

/// Turns of choosing levels by the rates that the last turn counted.
const TURNS: usize = 5;
/// Magnitudes of points that have a reconstruction of their own, in halves of a step: those from
/// the last one on share it.
const NEAR: usize = 7;

/// What becomes of a block: letters, and a point for each coefficient in steps.
#[derive(Default)]
pub(crate) struct Coded {
    pub(crate) letters: Vec<Letter>,
    pub(crate) points: Vec<f32>,
}

/// A quantiser.
pub(crate) trait Quantise {
    /// Whether its choices depend on rates.
    fn by_rates(&self) -> bool;

    /// Appends what becomes of `block` to `out`, whose coefficients times `scale` are in steps.
    fn block(&self, block: &Block, scale: f32, rates: &Rates, out: &mut Coded);
}

fn code(quantiser: &dyn Quantise, blocks: &[Block], step: f32, rates: &Rates) -> Coded {
    let mut out = Coded::default();
    blocks.iter().for_each(|block| quantiser.block(block, 1.0 / step, rates, &mut out));
    out
}

/// Steps of `blocks` with the points that they were given.
fn pairs<'a>(blocks: &'a [Block], points: &'a [f32], step: f32) -> impl Iterator<Item = (f32, f32)> {
    blocks.iter().flat_map(|block| &block.x).map(move |x| x / step).zip(points.iter().copied())
}

fn nearness(point: f32) -> usize {
    ((2.0 * point.abs()).round() as usize).min(NEAR - 1)
}

/// How far the coefficients of points lie from them, away from zero: means.
fn shifts(pairs: impl Iterator<Item = (f32, f32)>) -> [f32; NEAR] {
    let mut sums = [(0.0, 0.0); NEAR];
    for (x, point) in pairs.filter(|&(_, point)| point != 0.0) {
        let (sum, n) = &mut sums[nearness(point)];
        *sum += f64::from((x - point) * point.signum());
        *n += 1.0;
    }
    sums.map(|(sum, n)| (sum / f64::max(n, 1.0)) as f32)
}

/// What `quantiser` learns of `blocks` at `step`: rates, and shifts of its points.
fn learn(quantiser: &dyn Quantise, step: f32, blocks: &[Block]) -> (Rates, [f32; NEAR]) {
    let mut rates = Rates::guess();
    let mut shift = [0.0; NEAR];
    for _ in 0..if quantiser.by_rates() { TURNS } else { 1 } {
        let coded = code(quantiser, blocks, step, &rates);
        shift = shifts(pairs(blocks, &coded.points, step));
        rates = Rates::of(coded.letters.into_iter());
    }
    (rates, shift)
}

/// The point of the curve of `quantiser` at `step`.
pub(crate) fn measure(quantiser: &dyn Quantise, step: f32, halves: &Halves) -> Point {
    let (rates, shift) = learn(quantiser, step, &halves.train);
    let coded = code(quantiser, &halves.test, step, &rates);
    let bits: f64 = coded.letters.iter().map(|&letter| f64::from(rates.bits(letter))).sum();
    let error = |(x, point): (f32, f32)| {
        let shift = if point == 0.0 { 0.0 } else { shift[nearness(point)] * point.signum() };
        f64::from(x - point - shift).powi(2)
    };
    let errors: f64 = pairs(&halves.test, &coded.points, step).map(error).sum();
    let n = coded.points.len() as f64;
    Point { rate: bits / n, distortion: errors / n * f64::from(step * step) }
}

/// Every coefficient by itself.
pub(crate) struct Scalar {
    /// Added before rounding down.
    rounding: f32,
    /// Price of a bit in squared steps: lower levels compete where it is above 0.
    lambda: f32,
}

impl Scalar {
    pub(crate) fn rounding(rounding: f32) -> Self {
        Self { rounding, lambda: 0.0 }
    }

    pub(crate) fn by_rate(lambda: f32) -> Self {
        Self { rounding: 0.5, lambda }
    }

    fn level(&self, x: f32, context: usize, rates: &Rates) -> u32 {
        let top = (x.abs() + self.rounding) as u32;
        if self.lambda == 0.0 || top == 0 {
            return top;
        }
        let cost = |value: u32| (x.abs() - value as f32).powi(2) + self.lambda * rates.bits(letter(context, 0, value));
        [top, top - 1, 0].into_iter().min_by(|&a, &b| cost(a).total_cmp(&cost(b))).unwrap_or(top)
    }
}

/// A scalar quantiser by rate that has learned.
pub(crate) struct Learned {
    scalar: Scalar,
    step: f32,
    rates: Rates,
    shift: [f32; NEAR],
}

impl Learned {
    /// At `step`, of `blocks`; `lambda` is in its squares.
    pub(crate) fn of(blocks: &[Block], step: f32, lambda: f32) -> Self {
        let scalar = Scalar::by_rate(lambda);
        let (rates, shift) = learn(&scalar, step, blocks);
        Self { scalar, step, rates, shift }
    }

    /// Squared error and bits of coefficients `first` and on of a group of `class`.
    pub(crate) fn vector(&self, class: usize, first: usize, vector: &[f32]) -> (f32, f32) {
        vector.iter().enumerate().fold((0.0, 0.0), |(error, bits), (i, v)| {
            let (x, context) = (v.abs() / self.step, coefficient(class, first + i));
            let level = self.scalar.level(x, context, &self.rates);
            let point = level as f32 + if level > 0 { self.shift[nearness(level as f32)] } else { 0.0 };
            (error + ((x - point) * self.step).powi(2), bits + self.rates.bits(letter(context, 0, level)))
        })
    }
}

/// A level with a sign, unless it is zero.
pub(crate) fn letter(context: usize, side: usize, value: u32) -> Letter {
    Letter { context, side, value, signed: value > 0 }
}

impl Quantise for Scalar {
    fn by_rates(&self) -> bool {
        self.lambda > 0.0
    }

    fn block(&self, block: &Block, scale: f32, rates: &Rates, out: &mut Coded) {
        for (class, group) in block.groups() {
            for (place, x) in group.iter().map(|x| x * scale).enumerate() {
                let context = coefficient(class, place);
                let level = self.level(x, context, rates);
                out.letters.push(letter(context, 0, level));
                out.points.push((level as f32).copysign(x));
            }
        }
    }
}
