//! Counting bits without writing them: the price of a bin by its model's probability.

use super::coder::{BinCoder, Ctx, LevelPlace, Profile};
use super::learnt::Learnt;
use super::levels::{LevelModels, Slot, mean};
use super::logistic::log2;
use super::model::Model;

/// Fractional bits of a cost: costs are in 1/2048 bit.
pub(crate) const COST_BITS: u32 = 11;

const STEPS: usize = 2048;

/// -log2((i + 1/2) / 2048) in 1/2048 bit.
const TABLE: [u16; STEPS] = {
    let mut t = [0u16; STEPS];
    let mut i = 0;
    while i < STEPS {
        t[i] = ((12 << COST_BITS) - log2(2 * i as u32 + 1, COST_BITS)) as u16;
        i += 1;
    }
    t
};

/// Cost of `bin` where a 1 has probability `p`/65536, in 1/2048 bit.
#[inline(always)]
pub(crate) fn bin_cost(p: u32, bin: bool) -> u32 {
    let of_bin = if bin { p } else { 65536 - p };
    TABLE[((of_bin >> 5) as usize).min(STEPS - 1)] as u32
}

/// Costs of a 0 and of a 1.
fn prices(model: Model) -> [u16; 2] {
    [false, true].map(|bin| bin_cost(model.p(), bin) as u16)
}

/// Adds up what a walk would cost with models that stand still.
#[derive(Debug)]
pub(crate) struct Counter {
    /// Costs of a 0 and of a 1, by context.
    prices: Box<[[u16; 2]]>,
    levels: LevelModels,
    profile: Profile,
    cost: u64,
}

impl Counter {
    pub(crate) fn new(profile: Profile, Learnt { models, levels }: Learnt) -> Self {
        let prices = models.iter().map(prices).collect();
        Self { prices, levels, profile, cost: 0 }
    }

    /// Takes the prices of other models; those of levels are too many to be copied and stay here
    /// until they are given back.
    pub(crate) fn borrow(&mut self, learnt: &mut Learnt) {
        self.prices.iter_mut().zip(learnt.models.iter()).for_each(|(p, model)| *p = prices(model));
        std::mem::swap(&mut self.levels, &mut learnt.levels);
    }

    /// Gives back what was borrowed.
    pub(crate) fn give_back(&mut self, learnt: &mut Learnt) {
        std::mem::swap(&mut self.levels, &mut learnt.levels);
    }

    /// Price of a sign.
    #[inline(always)]
    pub(crate) fn sign(&self) -> u32 {
        1 << COST_BITS
    }

    /// The slots of which a level's bins have the mean.
    #[inline(always)]
    pub(crate) fn slots(&self, place: &impl LevelPlace) -> [&Slot; 2] {
        self.levels.slots(self.profile, place)
    }

    /// Cost of a bin, in 1/2048 bit, without counting it.
    #[inline(always)]
    pub(crate) fn price(&self, ctx: Ctx, bin: bool) -> u32 {
        self.prices[ctx.0 as usize][usize::from(bin)] as u32
    }

    /// What `walk` costs, in 1/2048 bit; what was counted before is forgotten.
    #[inline(always)]
    pub(crate) fn count<R>(&mut self, walk: impl FnOnce(&mut Self) -> R) -> u64 {
        self.cost = 0;
        walk(self);
        self.take()
    }

    /// What was counted since the last call, in 1/2048 bit.
    #[inline(always)]
    pub(crate) fn take(&mut self) -> u64 {
        std::mem::take(&mut self.cost)
    }
}

impl BinCoder for Counter {
    const DECODING: bool = false;

    #[inline(always)]
    fn bin(&mut self, ctx: Ctx, value: bool) -> bool {
        self.cost += self.price(ctx, value) as u64;
        value
    }

    #[inline(always)]
    fn level(&mut self, place: &impl LevelPlace, last: bool, magnitude: u32) -> u32 {
        let slots = self.slots(place);
        let bin = |i, bin| bin_cost(mean(slots, i), bin);
        let mut cost = if last { 0 } else { bin(0, magnitude > 0) };
        if magnitude > 0 {
            cost += bin(1, magnitude > 1);
        }
        if magnitude > 1 {
            cost += bin(2, magnitude & 1 == 1) + bin(3, magnitude > 3);
        }
        self.cost += u64::from(cost);
        if magnitude < 4 { magnitude } else { 4 + (magnitude & 1) }
    }

    #[inline(always)]
    fn bypass(&mut self, bits: u32, value: u32) -> u32 {
        self.cost += (bits as u64) << COST_BITS;
        value
    }

    #[inline(always)]
    fn sign_follows(&mut self) {
        self.cost += u64::from(self.sign());
    }

    fn corrupt(&mut self, _what: &'static str, _value: u64, _limit: u64) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::learnt::Start;
    use crate::entropy::range::RangeEncoder;
    use crate::random::SplitMix64;

    #[test]
    fn counted_bits_are_the_range_coders_bytes_within_a_percent() {
        let mut encoder = RangeEncoder::<false>::new(Start::default());
        let mut counted = 0u64;
        let mut numbers = SplitMix64::new(1);
        for i in 0..60_000u32 {
            let random = (numbers.next() >> 40) as u32;
            if i % 9 == 0 {
                encoder.bypass(3, random & 7);
                counted += 3 << COST_BITS;
            }
            // Forty contexts, each with its own probability, from rare ones to even odds.
            let ctx = Ctx((random % 40) as u16);
            let bin = random / 40 % 200 < 3 + 97 * u32::from(ctx.0) / 40;
            let model = encoder.learnt().models.iter().nth(ctx.0 as usize).expect("a context");
            counted += bin_cost(model.p(), bin) as u64;
            encoder.bin(ctx, bin);
        }
        let bits = encoder.finish().len() as f64 * 8.0;
        let counted = counted as f64 / (1u64 << COST_BITS) as f64;
        assert!((counted / bits - 1.0).abs() < 0.01, "{counted} counted, {bits} written");
    }

    #[test]
    fn table_is_the_logarithm() {
        for p in (16..65536u32).step_by(97) {
            for (bin, q) in [(true, p), (false, 65536 - p)] {
                let exact = -((q as f64) / 65536.0).log2();
                let cost = bin_cost(p, bin) as f64 / 2048.0;
                // Half a step of the table, relative: 16 / q / ln 2.
                assert!((cost - exact).abs() < 24.0 / q as f64 + 0.002, "{p} {bin}: {cost} {exact}");
            }
        }
    }
}
