//! What there is to choose of a block's levels, by which rule, and at which prices.

use super::coefficients::{Coefficients, per_unit};
use crate::entropy::cost::{COST_BITS, bin_cost};
use crate::entropy::levels::{Slot, mean};
use crate::simd::arrays::{one_by_one, opaque};
use crate::simd::run;
use crate::syntax::ctx::Place;
use crate::syntax::residual;
use crate::transform::MAX_CODED;

/// Bits that a counted cost stands for.
#[inline(always)]
pub(crate) fn bits(cost: u64) -> f64 {
    cost as f64 * (1.0 / (1u64 << COST_BITS) as f64)
}

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
    /// What a level alone is taken to cost besides, in 1/2048 bit: it makes those coded after it
    /// dearer.
    pub(crate) alone: u32,
}

/// A level that is not zero.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Chosen {
    /// Its scan position.
    pub(super) at: u16,
    pub(super) magnitude: u32,
    /// Distortion of coding it less that of leaving it out.
    pub(super) distortion: f64,
    /// Cost of coding it: that and its price.
    pub(super) cost: f64,
    /// Price of saying that it is not zero, and what is taken to be spoilt by it.
    pub(super) significance: f64,
    /// Its prices in 1/2048 bit: of saying that it is not zero, of all else, of the zeros coded
    /// before it.
    pub(super) coded: u32,
    pub(super) level: u32,
    pub(super) zeros: u32,
}

/// What quantising a block gave.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Outcome {
    /// Scan positions coded; 0 for an empty block.
    pub(crate) end: u16,
    /// In squared steps.
    pub(crate) distortion: f64,
    /// An estimate of the distortion and the price of flag, end and levels: exact but for what the
    /// choice of the end changes in the contexts before it. Rough without optimisation.
    pub(crate) cost: f64,
    /// The price of flag, end and levels, in 1/2048 bit, where that is exact: all that the walk
    /// counts but for the transform.
    pub(crate) price: Option<u64>,
}

/// A plane of a block to quantise.
#[derive(Debug)]
pub(crate) struct LevelChoice<'a> {
    pub(crate) coefficients: Coefficients<'a>,
    pub(crate) place: Place,
    pub(crate) rule: &'a Rule,
}

/// Prices of the levels at one position, for what is coded of higher frequencies; the same as the
/// walk's.
pub(super) struct Prices<'a> {
    pub(super) slots: [&'a Slot; 2],
    pub(super) sign: u32,
    /// What [`Template::sum`] says.
    pub(super) sum: u32,
}

impl Prices<'_> {
    #[inline(always)]
    fn bin(&self, bin: usize, value: bool) -> u32 {
        bin_cost(mean(self.slots, bin), value)
    }

    /// Price of a level that is zero or is not, in 1/2048 bit.
    #[inline(always)]
    pub(super) fn significance(&self, coded: bool) -> u32 {
        self.bin(0, coded)
    }

    /// Price of a magnitude of 1 and above with its sign, significance apart, in 1/2048 bit.
    #[inline(always)]
    pub(super) fn level(&self, magnitude: u32) -> u32 {
        if magnitude == 1 {
            return self.sign + self.bin(1, false);
        }
        let rest = if magnitude > 3 { residual::remainder_bits(magnitude, self.sum) << COST_BITS } else { 0 };
        self.sign + self.bin(1, true) + self.bin(2, magnitude & 1 != 0) + self.bin(3, magnitude > 3) + rest
    }
}

impl LevelChoice<'_> {
    /// In squared steps.
    pub(super) fn price(&self, cost: u32) -> f64 {
        self.rule.lambda * bits(cost as u64)
    }

    /// Magnitudes in steps; returns the sum of their squares, and the last scan index that may have
    /// a level.
    pub(super) fn normalise(&self, indices: &[u16], x: &mut [f32]) -> (f64, Option<usize>) {
        let threshold = if self.rule.optimise { 0.5 } else { 1.0 - self.rule.rounding as f32 };
        let Coefficients { simd, values, qp, .. } = self.coefficients;
        let (values, scale) = (&values[..indices.len()], per_unit(qp) as f32);
        run!(simd, normalise(values, self.coefficients.reciprocals(), scale, (indices, threshold), x))
    }

    /// Distortion of a magnitude less that of zero.
    #[inline(always)]
    pub(super) fn change(&self, x: f64, magnitude: u32) -> f64 {
        let e = x - (magnitude as f64 - self.rule.shrink[magnitude.min(3) as usize - 1]);
        e * e - x * x
    }
}

/// See [`LevelChoice::normalise`]: what may have a level reaches the threshold that stands with the
/// scan indices.
#[inline(always)]
fn normalise(
    coefficients: &[i32],
    reciprocals: &[f32],
    scale: f32,
    (indices, threshold): (&[u16], f32),
    x: &mut [f32],
) -> (f64, Option<usize>) {
    // Eight sums, so that the order of additions does not depend on vector width.
    let (mut sums, mut ends) = ([0.0; 8], [0; 8]);
    let chunks = coefficients.as_chunks::<8>().0.iter().zip(reciprocals.as_chunks::<8>().0);
    let chunks = chunks.zip(indices.as_chunks::<8>().0);
    for (out, ((c, r), indices)) in x.as_chunks_mut::<8>().0.iter_mut().zip(chunks) {
        one_by_one();
        let mut x = [0.0; 8];
        for i in 0..8 {
            x[i] = c[i].unsigned_abs() as i32 as f32 * r[i] * scale;
        }
        for i in 0..8 {
            sums[i] += f64::from(x[i]) * f64::from(x[i]);
        }
        let mut end = [0; 8];
        for i in 0..8 {
            end[i] = u32::from(indices[i]) + 1;
        }
        for i in 0..8 {
            end[i] &= u32::from(x[i] >= threshold).wrapping_neg();
        }
        for i in 0..8 {
            ends[i] = ends[i].max(end[i]);
        }
        *out = x;
    }
    // Those of the loop stay in registers.
    let copies = (sums, ends);
    let (sums, ends) = opaque(&copies);
    let end = ends.iter().fold(0, |a, &b| a.max(b));
    let sum = ((sums[0] + sums[4]) + (sums[1] + sums[5])) + ((sums[2] + sums[6]) + (sums[3] + sums[7]));
    (sum, (end as usize).checked_sub(1))
}

/// Working memory.
#[derive(Debug)]
pub(crate) struct Scratch {
    /// Magnitudes in steps.
    pub(super) x: Box<[f32]>,
    /// From high to low frequency.
    pub(super) chosen: Vec<Chosen>,
}

impl Scratch {
    pub(crate) fn new() -> Self {
        Self { x: vec![0.0; MAX_CODED].into(), chosen: Vec::new() }
    }
}
