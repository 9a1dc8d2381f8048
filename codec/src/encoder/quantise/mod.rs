//! Choosing levels: a dead zone, or rate and distortion weighed level by level, or on a trellis.
//!
//! Distortion is counted in squared steps of each coefficient, so that the matrices weigh it; rates are in bits of the
//! models as they stand.

mod estimate;
mod optimise;
mod trellis;

pub(crate) use self::estimate::Estimate;
use self::trellis::Viterbi;
use crate::entropy::cost::{COST_BITS, Counter, bin_cost};
use crate::entropy::levels::{Slot, mean};
use crate::quant::matrix::{Matrices, WEIGHT_BITS};
use crate::quant::step::{STEP_BITS, step};
use crate::simd::arrays::{one_by_one, opaque};
use crate::simd::{Simd, run};
use crate::syntax::ctx::Place;
use crate::syntax::level::Template;
use crate::syntax::residual::{self, MAX_LEVEL};
use crate::syntax::scan::{self, Position};
use crate::syntax::tree::Node;
use crate::transform::{MAX_CODED, TxType};

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
    /// What a level alone is taken to cost besides, in 1/2048 bit: it makes those coded after it dearer.
    pub(crate) alone: u32,
}

/// Steps of `qp` in a coefficient unit, at a weight of 1.
pub(crate) fn per_unit(qp: u16) -> f64 {
    f64::from(1u32 << STEP_BITS) / f64::from(step(qp))
}

/// How many steps of `qp` a difference of 1 between samples of 10 bits is: four coefficient units.
pub(crate) fn per_step(qp: u16) -> f64 {
    4.0 * per_unit(qp)
}

/// Reciprocals of the weights of a channel for all sizes, and the distortion weights that go with them. Times [`per_unit`]
/// they are the reciprocals of [`crate::quant::dequant::Steps::at`].
#[derive(Debug)]
pub(crate) struct Reciprocals {
    by_size: Vec<Vec<f32>>,
    /// Band of frequency ([`Position::band`]) of each.
    bands: Vec<Vec<u8>>,
}

/// The reciprocals of a block without a transform.
static FLAT: [f32; MAX_CODED] = [1.0; MAX_CODED];

impl Reciprocals {
    pub(crate) fn new(matrices: &Matrices) -> Self {
        let reciprocal = |&weight: &u16| (1u32 << WEIGHT_BITS) as f32 / f32::from(weight);
        let sizes = || (0..25).map(|i| (i % 5 + 2, i / 5 + 2));
        let exists = |w: u32, h: u32| w.abs_diff(h) <= 2;
        let weights = |(w, h)| if exists(w, h) { matrices.of(w, h) } else { &[] };
        let bands = |(w, h)| {
            let side = |log2: u32| 1 << log2.min(5);
            let positions = if exists(w, h) { scan::of(side(w), side(h)) } else { &[] };
            let mut bands = vec![0; positions.len()];
            positions.iter().for_each(|p| bands[usize::from(p.raster)] = p.band);
            bands
        };
        Self {
            by_size: sizes().map(|size| weights(size).iter().map(reciprocal).collect()).collect(),
            bands: sizes().map(bands).collect(),
        }
    }

    fn index(node: &Node) -> usize {
        ((node.log2_h - 2) * 5 + node.log2_w - 2) as usize
    }

    pub(crate) fn of(&self, node: &Node) -> &[f32] {
        &self.by_size[Self::index(node)]
    }

    fn bands(&self, node: &Node) -> &[u8] {
        &self.bands[Self::index(node)]
    }

    /// That of the highest frequency coded.
    pub(crate) fn last(&self, node: &Node) -> f64 {
        self.of(node).last().copied().unwrap_or(1.0).into()
    }
}

/// What was decided for a scan position.
#[derive(Debug, Clone, Copy, Default)]
struct Decision {
    magnitude: u32,
    /// Distortion of coding it less that of leaving it out.
    distortion: f64,
    /// Cost of coding it less that of leaving it out.
    cost: f64,
    /// Price of saying that it is not zero.
    significance: f64,
}

/// Working memory.
#[derive(Debug)]
pub(crate) struct Scratch {
    /// Magnitudes in steps.
    x: Box<[f32]>,
    decisions: Box<[Decision]>,
    viterbi: Viterbi,
}

impl Scratch {
    pub(crate) fn new() -> Self {
        Self {
            x: vec![0.0; MAX_CODED].into(),
            decisions: vec![Decision::default(); MAX_CODED].into(),
            viterbi: Viterbi::new(),
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
    /// An estimate of the distortion and the price of flag, end and levels: exact but for what the choice of the end
    /// changes in the contexts before it. Rough without optimisation.
    pub(crate) cost: f64,
}

/// One plane of a block, transformed, and what it is divided by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Coefficients<'a> {
    pub(crate) simd: Simd,
    pub(crate) node: &'a Node,
    /// Row by row.
    pub(crate) values: &'a [i32],
    pub(crate) tx: TxType,
    pub(crate) reciprocals: &'a Reciprocals,
    /// Quantiser parameter of the plane.
    pub(crate) qp: u16,
}

impl Coefficients<'_> {
    /// The reciprocals of the weights.
    pub(crate) fn reciprocals(&self) -> &[f32] {
        if self.tx == TxType::IDENTITY { &FLAT } else { self.reciprocals.of(self.node) }
    }
}

/// A plane of a block to quantise.
#[derive(Debug)]
pub(crate) struct Job<'a> {
    pub(crate) coefficients: Coefficients<'a>,
    pub(crate) place: Place,
    pub(crate) rule: &'a Rule,
}

/// Prices of the levels at one position, for what is coded of higher frequencies; the same as the walk's.
struct Prices<'a> {
    slots: [&'a Slot; 2],
    sign: u32,
    /// What [`Template::sum`] says.
    wide: u32,
}

impl Prices<'_> {
    #[inline(always)]
    fn bin(&self, bin: usize, value: bool) -> u32 {
        bin_cost(mean(self.slots, bin), value)
    }

    /// Price of a level that is zero or is not, in 1/2048 bit.
    #[inline(always)]
    fn significance(&self, coded: bool) -> u32 {
        self.bin(0, coded)
    }

    /// Price of a magnitude of 1 and above with its sign, significance apart, in 1/2048 bit.
    #[inline(always)]
    fn level(&self, magnitude: u32) -> u32 {
        if magnitude == 1 {
            return self.sign + self.bin(1, false);
        }
        let rest = if magnitude > 3 { residual::remainder_bits(magnitude, self.wide) << COST_BITS } else { 0 };
        self.sign + self.bin(1, true) + self.bin(2, magnitude & 1 != 0) + self.bin(3, magnitude > 3) + rest
    }
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
        let (w, h) = self.coefficients.node.coded_area();
        let positions = scan::of(w, h);
        let (zero, last) = self.normalise(scan::indices(w, h), &mut scratch.x);
        let Some(last) = last else {
            let empty = counter.price(self.place.coded(), false);
            return Outcome { end: 0, distortion: zero, cost: zero + self.price(empty) };
        };
        let positions = &positions[..=last];
        let outcome = if self.rule.optimise {
            self.optimise(counter, template, scratch, positions, zero)
        } else {
            self.round(scratch, positions, zero)
        };
        let chosen = positions.iter().zip(&scratch.decisions[..outcome.end as usize]);
        levels.extend(chosen.map(|(p, decision)| {
            let m = decision.magnitude as i32;
            if self.coefficients.values[p.raster as usize] < 0 { -m } else { m }
        }));
        outcome
    }

    /// In squared steps.
    fn price(&self, cost: u32) -> f64 {
        self.rule.lambda * bits(cost as u64)
    }

    /// Magnitudes in steps; returns the sum of their squares, and the last scan index that may have a level.
    fn normalise(&self, indices: &[u16], x: &mut [f32]) -> (f64, Option<usize>) {
        let threshold = if self.rule.optimise { 0.5 } else { 1.0 - self.rule.rounding as f32 };
        let Coefficients { simd, values, qp, .. } = self.coefficients;
        let (values, scale) = (&values[..indices.len()], per_unit(qp) as f32);
        run!(simd, normalise(values, self.coefficients.reciprocals(), scale, (indices, threshold), x))
    }

    /// Distortion of a magnitude less that of zero.
    #[inline(always)]
    fn change(&self, x: f64, magnitude: u32) -> f64 {
        let e = x - (magnitude as f64 - self.rule.shrink[magnitude.min(3) as usize - 1]);
        e * e - x * x
    }

    fn round(&self, scratch: &mut Scratch, positions: &[Position], zero: f64) -> Outcome {
        let mut distortion = zero;
        for (p, decision) in positions.iter().zip(&mut scratch.decisions) {
            let x = f64::from(scratch.x[p.raster as usize]);
            decision.magnitude = ((x + self.rule.rounding) as u32).min(MAX_LEVEL);
            if decision.magnitude > 0 {
                distortion += self.change(x, decision.magnitude);
            }
        }
        // A rough rate, to compare modes with: level 1 at the end of a block costs about four bits.
        let levels = scratch.decisions[..positions.len()].iter().map(|d| d.magnitude).filter(|&m| m > 0);
        let bits: f64 = levels.map(|m| 3.0 + 2.0 * m.ilog2() as f64).sum();
        Outcome { end: positions.len() as u16, distortion, cost: distortion + self.rule.lambda * bits }
    }
}

/// See [`Job::normalise`]: what may have a level reaches the threshold that stands with the scan indices.
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
    let (sums, end) = (opaque(&sums), opaque(&ends).iter().fold(0, |a, &b| a.max(b)));
    let sum = ((sums[0] + sums[4]) + (sums[1] + sums[5])) + ((sums[2] + sums[6]) + (sums[3] + sums[7]));
    (sum, (end as usize).checked_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::Profile;
    use crate::entropy::levels::LevelModels;
    use crate::entropy::model::Models;
    use crate::quant::dequant::{Dequantiser, PRODUCT_BITS};
    use crate::quant::family::Family;
    use crate::quant::matrix::MatrixShape;
    use crate::quant::step::MAX_QP;
    use crate::simd::CpuLevel;
    use crate::syntax::block::TransformBlock;
    use crate::syntax::header::PictureHeader;
    use crate::syntax::residual::{TxChoice, transform_block};
    use crate::syntax::state::UnitMap;

    fn counter() -> Counter {
        Counter::new(Profile::Mixed, &Models::new(), &LevelModels::new(Profile::Mixed, false))
    }

    /// Both sides mean the same step, at all of them: no coefficient comes back further off than half of its own.
    #[test]
    fn a_coefficient_comes_back_within_half_a_step_at_every_parameter() {
        let mut header = PictureHeader::blank();
        header.matrices[0] = MatrixShape { dc: 26, slope: 6, curve: 0 };
        let (dequantiser, node) = (Dequantiser::new(&header), Node { x: 0, y: 0, log2_w: 3, log2_h: 3 });
        let reciprocals = Reciprocals::new(&Matrices::new(header.matrices[0]));
        let place = Place::of(&UnitMap::new(64, 64), &node, 0, false);
        let rule = Rule { optimise: false, rounding: 0.5, lambda: 0.0, shrink: [0.0; 3], alone: 0 };
        let (mut counter, mut template, mut scratch) = (counter(), Template::new(), Scratch::new());
        for qp in 0..=MAX_QP {
            let values: Vec<i32> = (0..64).map(|i| (1 + i * 4099 % 131_071) * (1 - 2 * (i & 1))).collect();
            let (reciprocals, tx) = (&reciprocals, TxType::DCT);
            let simd = Simd::new(CpuLevel::Scalar);
            let values = &values;
            let coefficients = Coefficients { simd, node: &node, values, tx, reciprocals, qp };
            let job = Job { coefficients, place, rule: &rule };
            let mut levels = Vec::new();
            job.run(&mut counter, &mut template, &mut scratch, &mut levels);
            let (mut back, steps) = ([0; 64], dequantiser.steps(0, (3, 3), qp, tx));
            steps.dequantise(&node, &levels, &mut back);
            for (at, (found, wanted)) in back.iter().zip(values).enumerate() {
                let half = steps.at(at) as f64 / f64::from(1u32 << PRODUCT_BITS) / 2.0;
                // And half a unit for rounding.
                let off = f64::from((found - wanted).abs());
                assert!(off <= half + 0.5, "{wanted} came back as {found} at parameter {qp}, half a step is {half}");
            }
        }
    }

    /// The cost that level decisions are made by, against what the walk counts for the levels chosen.
    #[test]
    fn estimated_cost_is_close_to_what_the_walk_counts() {
        let reciprocals = Reciprocals::new(&Matrices::new(MatrixShape::FLAT));
        let rule = Rule { optimise: true, rounding: 0.5, lambda: 0.1, shrink: [0.0; 3], alone: 0 };
        let (mut estimated, mut counted, mut state) = (0.0, 0.0, 1u64);
        for (log2_w, log2_h) in [(2, 2), (3, 3), (4, 3), (4, 4), (5, 5), (3, 5)] {
            let node = Node { x: 0, y: 0, log2_w, log2_h };
            let place = Place::of(&UnitMap::new(64, 64), &node, 0, false);
            let mut counter = counter();
            let mut template = Template::new();
            for spread in [40, 200, 1500] {
                let (w, h) = node.coded_area();
                let values: Vec<i32> = (0..w * h)
                    .map(|i| {
                        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                        let range = spread * 4 / (1 + (i % w + i / w) as i64);
                        ((state >> 33) as i64 % (2 * range + 1) - range) as i32
                    })
                    .collect();
                let coefficients = Coefficients {
                    simd: Simd::new(CpuLevel::detect()),
                    node: &node,
                    values: &values,
                    tx: TxType::DCT,
                    reciprocals: &reciprocals,
                    qp: 160,
                };
                let job = Job { coefficients, place, rule: &rule };
                let mut levels = Vec::new();
                let out = job.run(&mut counter, &mut template, &mut Scratch::new(), &mut levels);
                assert_eq!(levels.len(), out.end as usize);
                assert!(levels.last().is_none_or(|&l| l != 0));
                estimated += out.cost - out.distortion;
                let mut tb = TransformBlock { end: out.end, ..TransformBlock::UNCODED };
                counter.take();
                let choice = TxChoice { mode: None, identity: false, quantiser: Family::Scalar };
                transform_block(&mut counter, &mut template, &node, place, choice, &mut tb, &mut levels);
                counted += rule.lambda * bits(counter.take());
            }
        }
        let ratio: f64 = estimated / counted;
        assert!((ratio - 1.0).abs() < 0.03, "{estimated} estimated, {counted} counted");
    }
}
