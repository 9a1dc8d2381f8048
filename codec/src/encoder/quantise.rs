//! Choosing levels: a dead zone, or rate and distortion weighed level by level (RDOQ; Karczewicz et al., VCEG-AH21,
//! 2008, adapted to levels coded from high to low frequency).
//!
//! Distortion is counted in squared steps of each coefficient, so that the matrices weigh it; rates are in bits of the
//! models as they stand.

use crate::entropy::BinCoder;
use crate::entropy::cost::Counter;
use crate::quant::matrix::Matrices;
use crate::quant::step::step;
use crate::syntax::ctx::Place;
use crate::syntax::residual::{self, MAX_LEVEL, Template, coded_area};
use crate::syntax::scan;
use crate::syntax::tree::Node;

/// How levels are chosen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rule {
    /// Weighs rate against distortion level by level; otherwise `rounding` alone decides.
    pub(crate) optimise: bool,
    /// What is added before rounding down, where levels are not optimised.
    pub(crate) rounding: f64,
    /// Price of a bit in squared steps, in level decisions.
    pub(crate) lambda: f64,
    /// Points that levels of 1, 2 and above are reconstructed at, less the level.
    pub(crate) shrink: [f64; 3],
}

/// Reciprocals of the weights of a channel for all sizes, and the distortion weights that go with them.
#[derive(Debug)]
pub(crate) struct Reciprocals {
    by_size: Vec<Vec<f64>>,
}

impl Reciprocals {
    pub(crate) fn new(matrices: &Matrices) -> Self {
        let by_size = (0..25)
            .map(|i| matrices.of(i % 5 + 2, i / 5 + 2).iter().map(|&w| 64.0 / w as f64).collect())
            .collect();
        Self { by_size }
    }

    fn of(&self, node: &Node) -> &[f64] {
        &self.by_size[((node.log2_h - 2) * 5 + node.log2_w - 2) as usize]
    }

    /// That of the highest frequency coded.
    pub(crate) fn last(&self, node: &Node) -> f64 {
        self.of(node).last().copied().unwrap_or(1.0)
    }
}

/// Working memory.
#[derive(Debug)]
pub(crate) struct Scratch {
    /// Magnitudes in steps.
    x: Box<[f64]>,
    magnitudes: Box<[u32]>,
    /// Cost of coding a position less that of leaving it out.
    gain: Box<[f64]>,
    significance: Box<[f64]>,
}

impl Scratch {
    pub(crate) fn new() -> Self {
        Self {
            x: vec![0.0; 1024].into(),
            magnitudes: vec![0; 1024].into(),
            gain: vec![0.0; 1024].into(),
            significance: vec![0.0; 1024].into(),
        }
    }
}

/// What quantising a block gave.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Outcome {
    /// Scan positions coded; 0 for an empty block.
    pub(crate) end: u16,
    /// In squared steps.
    pub(crate) distortion: f64,
}

/// One plane of a block to quantise.
#[derive(Debug)]
pub(crate) struct Job<'a> {
    pub(crate) node: &'a Node,
    pub(crate) place: Place,
    pub(crate) coefficients: &'a [i32],
    pub(crate) reciprocals: &'a Reciprocals,
    /// Quantiser parameter of the plane.
    pub(crate) qp: u16,
    pub(crate) rule: &'a Rule,
}

impl Job<'_> {
    /// Chooses levels, appends them to `levels` in scan order up to the last one that is not zero.
    pub(crate) fn run(
        &self,
        counter: &mut Counter,
        template: &mut Template,
        scratch: &mut Scratch,
        levels: &mut Vec<i32>,
    ) -> Outcome {
        let (w, h) = coded_area(self.node);
        let area = w * h;
        let zero = self.normalise(area, &mut scratch.x);
        let scan = scan::of(w, h);
        let threshold = if self.rule.optimise { 0.5 } else { 1.0 - self.rule.rounding };
        let Some(last) = scan.iter().rposition(|p| scratch.x[p.raster as usize] >= threshold) else {
            return Outcome { end: 0, distortion: zero };
        };
        let (end, distortion) = if self.rule.optimise {
            self.optimise(counter, template, scratch, last, zero)
        } else {
            self.round(scratch, last, zero)
        };
        for (i, p) in scan[..end].iter().enumerate() {
            let m = scratch.magnitudes[i] as i32;
            levels.push(if self.coefficients[p.raster as usize] < 0 { -m } else { m });
        }
        Outcome { end: end as u16, distortion }
    }

    /// Magnitudes in steps; returns the sum of their squares.
    fn normalise(&self, area: usize, x: &mut [f64]) -> f64 {
        let scale = 4096.0 / step(self.qp) as f64;
        let reciprocals = self.reciprocals.of(self.node);
        // Eight sums, so that the order of additions does not depend on vector width.
        let mut sums = [0.0; 8];
        let chunks = self.coefficients[..area].chunks_exact(8).zip(reciprocals.chunks_exact(8));
        for (x, (c, r)) in x[..area].chunks_exact_mut(8).zip(chunks) {
            for i in 0..8 {
                x[i] = c[i].unsigned_abs() as f64 * r[i] * scale;
                sums[i] += x[i] * x[i];
            }
        }
        ((sums[0] + sums[4]) + (sums[1] + sums[5])) + ((sums[2] + sums[6]) + (sums[3] + sums[7]))
    }

    fn error(&self, x: f64, magnitude: u32) -> f64 {
        if magnitude == 0 {
            return x * x;
        }
        let e = x - (magnitude as f64 - self.rule.shrink[magnitude.min(3) as usize - 1]);
        e * e
    }

    fn round(&self, scratch: &mut Scratch, last: usize, zero: f64) -> (usize, f64) {
        let (w, h) = coded_area(self.node);
        let mut distortion = zero;
        for (i, p) in scan::of(w, h)[..=last].iter().enumerate() {
            let x = scratch.x[p.raster as usize];
            let magnitude = ((x + self.rule.rounding) as u32).min(MAX_LEVEL);
            scratch.magnitudes[i] = magnitude;
            distortion += self.error(x, magnitude) - x * x;
        }
        (last + 1, distortion)
    }

    fn optimise(
        &self,
        counter: &mut Counter,
        template: &mut Template,
        scratch: &mut Scratch,
        last: usize,
        zero: f64,
    ) -> (usize, f64) {
        let (w, h) = coded_area(self.node);
        let lambda = self.rule.lambda;
        let contexts = self.place.levels();
        let positions = &scan::of(w, h)[..=last];
        template.clear(h);
        counter.take();
        let mut total = 0.0;
        for (i, p) in positions.iter().enumerate().rev() {
            let x = scratch.x[p.raster as usize];
            let top = ((x + 0.5) as u32).min(MAX_LEVEL);
            let mut cost = |magnitude: u32| {
                residual::magnitude(counter, template, contexts, p, false, magnitude);
                let bits = counter.take() + if magnitude > 0 { 1.0 } else { 0.0 };
                self.error(x, magnitude) + lambda * bits
            };
            let mut best = (cost(top), top);
            if top > 0 {
                let lower = (cost(top - 1), top - 1);
                if lower.0 < best.0 {
                    best = lower;
                }
                if top == 2 {
                    let none = (cost(0), 0);
                    if none.0 < best.0 {
                        best = none;
                    }
                }
            }
            scratch.magnitudes[i] = best.1;
            template.set(p, best.1);
            scratch.gain[i] = best.0 - x * x;
            total += best.0 - x * x;
            if best.1 > 0 {
                let sum = template.sum(p);
                counter.bin(contexts.significant(p.place, sum), true);
                scratch.significance[i] = lambda * counter.take();
            }
        }
        self.choose_end(counter, scratch, positions.len(), zero, total)
    }

    /// The best number of positions to code, given each one's gain, and the distortion that is left.
    fn choose_end(
        &self,
        counter: &mut Counter,
        scratch: &Scratch,
        count: usize,
        zero: f64,
        total: f64,
    ) -> (usize, f64) {
        let (w, h) = coded_area(self.node);
        let lambda = self.rule.lambda;
        let mut flag = |coded| {
            counter.bin(self.place.coded(), coded);
            lambda * counter.take()
        };
        let (empty, coded) = (flag(false), flag(true));
        let mut best = (empty, 0);
        let mut sum = total;
        for i in (0..count).rev() {
            if scratch.magnitudes[i] > 0 {
                residual::end(counter, self.place, w * h, i as u16 + 1);
                let cost = sum + coded - scratch.significance[i] + lambda * counter.take();
                if cost < best.0 {
                    best = (cost, i + 1);
                }
            }
            sum -= scratch.gain[i];
        }
        let mut distortion = zero;
        for (i, p) in scan::of(w, h)[..best.1].iter().enumerate() {
            let x = scratch.x[p.raster as usize];
            distortion += self.error(x, scratch.magnitudes[i]) - x * x;
        }
        (best.1, distortion)
    }
}
