//! Choosing levels: a dead zone, or rate and distortion weighed level by level, or on a trellis.
//!
//! Distortion is counted in squared steps of each coefficient, so that the matrices weigh it; rates
//! are in bits of the models as they stand.

mod bands;
mod choice;
mod coefficients;
mod estimate;
mod optimise;
mod trellis;

use self::choice::Chosen;
pub(crate) use self::choice::{LevelChoice, Outcome, Rule, Scratch, bits};
pub(crate) use self::coefficients::{Coefficients, Reciprocals, per_step, per_unit};
pub(crate) use self::estimate::Estimate;
pub(crate) use self::trellis::Viterbi;
use crate::entropy::cost::Counter;
use crate::syntax::level::Template;
use crate::syntax::residual::MAX_LEVEL;
use crate::syntax::scan::{self, Position};

impl LevelChoice<'_> {
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
            return Outcome { end: 0, distortion: zero, cost: zero + self.price(empty), price: Some(empty.into()) };
        };
        let positions = &positions[..=last];
        let outcome = if self.rule.optimise {
            self.optimise(counter, template, scratch, positions, zero)
        } else {
            self.round(scratch, positions, zero)
        };
        let start = levels.len();
        levels.resize(start + usize::from(outcome.end), 0);
        for chosen in scratch.chosen.iter().filter(|c| c.at < outcome.end) {
            let (at, m) = (usize::from(chosen.at), chosen.magnitude as i32);
            let negative = self.coefficients.values[usize::from(positions[at].raster)] < 0;
            levels[start + at] = if negative { -m } else { m };
        }
        outcome
    }

    fn round(&self, scratch: &mut Scratch, positions: &[Position], zero: f64) -> Outcome {
        let (mut distortion, mut bits) = (zero, 0.0);
        scratch.chosen.clear();
        for (at, p) in (0..).zip(positions) {
            let x = f64::from(scratch.x[p.raster as usize]);
            let magnitude = ((x + self.rule.rounding) as u32).min(MAX_LEVEL);
            if magnitude > 0 {
                distortion += self.change(x, magnitude);
                // A rough rate, to compare modes with: level 1 at the end of a block costs about
                // four bits.
                bits += 3.0 + 2.0 * magnitude.ilog2() as f64;
                scratch.chosen.push(Chosen { at, magnitude, ..Chosen::default() });
            }
        }
        Outcome { end: positions.len() as u16, distortion, cost: distortion + self.rule.lambda * bits, price: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::Profile;
    use crate::entropy::learnt::{Learnt, Start};
    use crate::quant::family::Family;
    use crate::quant::matrix::{Matrices, MatrixShape};
    use crate::quant::step::MAX_QP;
    use crate::random::SplitMix64;
    use crate::recon::dequant::{Coded, Dequantiser, PRODUCT_BITS};
    use crate::simd::{CpuLevel, Simd};
    use crate::syntax::block::TransformBlock;
    use crate::syntax::ctx::Place;
    use crate::syntax::header::PictureHeader;
    use crate::syntax::residual::{TxChoice, transform_block};
    use crate::syntax::state::UnitMap;
    use crate::syntax::tree::Node;
    use crate::transform::TxType;

    fn counter() -> Counter {
        Counter::new(Profile::Mixed, Learnt::new(Profile::Mixed, Start::default()))
    }

    /// Both sides mean the same step, at all of them: no coefficient comes back further off than
    /// half of its own.
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
            let job = LevelChoice { coefficients, place, rule: &rule };
            let mut levels = Vec::new();
            job.run(&mut counter, &mut template, &mut scratch, &mut levels);
            let (mut back, steps) = ([0; 64], dequantiser.steps(0, (3, 3), qp, tx));
            steps.dequantise(&node, &levels, Coded::new().of(&levels), &mut back);
            for (at, (found, wanted)) in back.iter().zip(values).enumerate() {
                let half = steps.at(at) as f64 / f64::from(1u32 << PRODUCT_BITS) / 2.0;
                // And half a unit for rounding.
                let off = f64::from((found - wanted).abs());
                assert!(off <= half + 0.5, "{wanted} came back as {found} at parameter {qp}, half a step is {half}");
            }
        }
    }

    /// The cost that level decisions are made by, against what the walk counts for the levels
    /// chosen.
    #[test]
    fn estimated_cost_is_close_to_what_the_walk_counts() {
        let reciprocals = Reciprocals::new(&Matrices::new(MatrixShape::FLAT));
        let rule = Rule { optimise: true, rounding: 0.5, lambda: 0.1, shrink: [0.0; 3], alone: 0 };
        let (mut estimated, mut counted, mut exact, mut random) = (0.0, 0.0, 0, SplitMix64::new(1));
        for (log2_w, log2_h) in [(2, 2), (3, 3), (4, 3), (4, 4), (5, 5), (3, 5)] {
            let node = Node { x: 0, y: 0, log2_w, log2_h };
            let place = Place::of(&UnitMap::new(64, 64), &node, 0, false);
            let mut counter = counter();
            let mut template = Template::new();
            for spread in [40, 200, 1500] {
                let (w, h) = node.coded_area();
                let values: Vec<i32> = (0..w * h)
                    .map(|i| {
                        let most = spread * 4 / (1 + (i % w + i / w) as i32);
                        random.range(-most, most)
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
                let job = LevelChoice { coefficients, place, rule: &rule };
                let mut levels = Vec::new();
                let out = job.run(&mut counter, &mut template, &mut Scratch::new(), &mut levels);
                assert_eq!(levels.len(), out.end as usize);
                assert!(levels.last().is_none_or(|&l| l != 0));
                estimated += out.cost - out.distortion;
                let mut tb = TransformBlock { end: out.end, ..TransformBlock::UNCODED };
                counter.take();
                let choice = TxChoice { mode: None, identity: false, quantiser: Family::Scalar };
                transform_block(&mut counter, &mut template, &node, place, choice, &mut tb, &mut levels);
                let price = counter.take();
                assert!(out.price.is_none_or(|exact| exact == price), "{price} counted, {:?}", out.price);
                exact += usize::from(out.price.is_some());
                counted += rule.lambda * bits(price);
            }
        }
        assert!(exact > 12, "{exact} of 18 prices are exact");
        let ratio: f64 = estimated / counted;
        assert!((ratio - 1.0).abs() < 0.03, "{estimated} estimated, {counted} counted");
    }
}
