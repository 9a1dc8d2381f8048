//! Rate and distortion weighed level by level (RDOQ; Karczewicz et al., VCEG-AH21, 2008, adapted to
//! levels coded from high to low frequency).

use super::choice::{Chosen, LevelChoice, Outcome, Prices, Scratch};
use crate::entropy::cost::{COST_BITS, Counter};
use crate::quant::family::State;
use crate::syntax::level::{Level, Template};
use crate::syntax::residual::{self, MAX_LEVEL};
use crate::syntax::scan::Position;
use crate::transform::TxType;

/// Blocks of up to as many levels are decided again without those that the end leaves out; longer
/// ones gain less by it than they take time.
const FEW: u16 = 32;
/// Bits that a level of 2 or more costs at most more than the next lower one.
const RISE: f64 = 8.0;

impl LevelChoice<'_> {
    /// Squared steps that 1/2048 bit costs.
    fn rate(&self) -> f64 {
        self.rule.lambda / (1u32 << COST_BITS) as f64
    }

    /// Chooses levels at `positions` and how many of them are coded; `zero` is the distortion of
    /// coding none.
    pub(super) fn optimise(
        &self,
        counter: &mut Counter,
        template: &mut Template,
        scratch: &mut Scratch,
        positions: &[Position],
        zero: f64,
    ) -> Outcome {
        let (outcome, reach) = self.decide(counter, template, scratch, positions, zero);
        if outcome.end == reach || !(1..=FEW).contains(&outcome.end) {
            return outcome;
        }
        // The others had prices by levels that are not coded.
        self.decide(counter, template, scratch, &positions[..outcome.end.into()], zero).0
    }

    /// Decides each level by its own cost, from high to low frequency, then how many are coded; up
    /// to where there are levels.
    fn decide(
        &self,
        counter: &mut Counter,
        template: &mut Template,
        scratch: &mut Scratch,
        positions: &[Position],
        zero: f64,
    ) -> (Outcome, u16) {
        let (w, h) = self.coefficients.node.coded_area();
        let (block, state, residual) = (&self.place.levels, State::START, self.coefficients.tx == TxType::IDENTITY);
        let (mut zeros, mut reach) = (0, 0);
        scratch.chosen.clear();
        template.clear(h);
        for (i, p) in positions.iter().enumerate().rev() {
            let x = scratch.x[p.raster as usize];
            if reach == 0 && x < 0.5 {
                // It is not coded.
                continue;
            }
            let (around, before) = (template.around(p), if reach == 0 { 0 } else { reach - 1 - i });
            let level = Level { block, template, state, residual, p, around, before };
            let sum = if x < 3.5 { 0 } else { template.sum(p) };
            let prices = Prices { slots: counter.slots(&level), sign: counter.sign(), sum };
            if x >= 0.5
                && let Some(chosen) = self.weigh(x.into(), &prices, around == 0)
            {
                template.set(p, chosen.magnitude);
                template.add(p, chosen.magnitude, h > w);
                reach = reach.max(i + 1);
                scratch.chosen.push(Chosen { at: i as u16, zeros, ..chosen });
            } else {
                zeros += prices.significance(false);
            }
        }
        (self.choose_end(counter, &scratch.chosen, w * h, zero, zeros), reach as u16)
    }

    /// The best level of `x` steps, 0.5 and above, that has others around it or is `alone`; none
    /// where that is zero.
    #[inline(always)]
    fn weigh(&self, x: f64, prices: &Prices<'_>, alone: bool) -> Option<Chosen> {
        let top = ((x + 0.5) as u32).min(MAX_LEVEL);
        let spoilt = if alone { self.rule.alone } else { 0 };
        let mut best = self.level(x, prices, spoilt, top);
        // A level of more than 1 is hardly ever worth lowering where it is near, by distortion
        // alone.
        if top > 1 && 2.0 * (x - top as f64) + 1.0 <= RISE * self.rule.lambda {
            let lower = self.level(x, prices, spoilt, top - 1);
            if lower.cost <= best.cost {
                best = lower;
            }
        }
        // Zero competes with small levels only.
        (top > 2 || best.cost < self.rate() * prices.significance(false) as f64).then_some(best)
    }

    /// A level of `magnitude` for `x` steps.
    #[inline(always)]
    fn level(&self, x: f64, prices: &Prices<'_>, spoilt: u32, magnitude: u32) -> Chosen {
        let (coded, level) = (prices.significance(true), prices.level(magnitude));
        let significance = self.rate() * (coded + spoilt) as f64;
        let distortion = self.change(x, magnitude);
        let cost = distortion + significance + self.rate() * level as f64;
        Chosen { magnitude, distortion, cost, significance, coded, level, ..Chosen::default() }
    }

    /// The best number of positions to code, where levels other than zero are those of `chosen` and
    /// zeros up to the last of them cost `zeros`.
    fn choose_end(&self, counter: &mut Counter, chosen: &[Chosen], area: usize, zero: f64, zeros: u32) -> Outcome {
        let rate = self.rate();
        let [empty, coded] = [false, true].map(|coded| counter.price(self.place.coded(), coded));
        let mut best = (rate * empty as f64, 0, chosen.len(), 0);
        let mut sum: f64 = chosen.iter().map(|c| c.cost).sum();
        for (i, last) in chosen.iter().enumerate() {
            // Cheaper than it costs without its end it cannot be.
            let without_end = sum + rate * (zeros - last.zeros) as f64 + rate * coded as f64 - last.significance;
            if without_end < best.0 {
                let end = counter.count(|c| residual::end(c, self.place, area, last.at + 1));
                let cost = without_end + rate * end as f64;
                if cost < best.0 {
                    best = (cost, last.at + 1, i, end);
                }
            }
            sum -= last.cost;
        }
        let (cost, end, first, price_of_end) = best;
        let distortion = zero + chosen[first..].iter().map(|c| c.distortion).sum::<f64>();
        let price = match chosen {
            _ if end == 0 => Some(empty.into()),
            // Those after the end changed the prices before it.
            [last, ..] if first == 0 => {
                let levels: u32 = chosen.iter().map(|c| c.coded + c.level).sum();
                Some(price_of_end + u64::from(coded + zeros - last.zeros + levels - last.coded))
            }
            _ => None,
        };
        Outcome { end, distortion, cost: zero + cost, price }
    }
}
