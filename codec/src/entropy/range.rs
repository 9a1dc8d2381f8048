//! The range coder of bins: an interval, and the models that say how each bin narrows it.
//! BITSTREAM.md §7.1 to §7.4.

use super::coder::{BinCoder, Ctx, LevelPlace, Profile};
use super::interval::{Damage, Interval, ReadInterval, WriteInterval};
use super::learnt::{Learnt, Start};
use super::levels::LevelModels;
use super::model::Models;

/// Writes bins by the probabilities of the models it owns, in the fast profile or the mixed one.
#[derive(Debug)]
pub(crate) struct RangeEncoder<const FAST: bool> {
    learnt: Learnt,
    interval: WriteInterval,
}

/// The profile that a coder is for.
fn profile<const FAST: bool>() -> Profile {
    if FAST { Profile::Fast } else { Profile::Mixed }
}

impl<const FAST: bool> RangeEncoder<FAST> {
    /// At the start of a tile.
    pub(crate) fn new(start: Start) -> Self {
        Self { learnt: Learnt::new(profile::<FAST>(), start), interval: WriteInterval::new() }
    }

    /// The models as they stand.
    pub(crate) fn learnt(&self) -> &Learnt {
        &self.learnt
    }

    /// Ends the stream with as few bytes as still fall into the last interval. A reader takes what
    /// follows as zeros.
    pub(crate) fn finish(self) -> Vec<u8> {
        self.interval.finish()
    }
}

impl<const FAST: bool> BinCoder for RangeEncoder<FAST> {
    const DECODING: bool = false;

    #[inline]
    fn bin(&mut self, ctx: Ctx, value: bool) -> bool {
        let model = self.learnt.models.get_mut(ctx);
        self.interval.code(model.p(), value);
        model.update(value);
        value
    }

    #[inline]
    fn level(&mut self, place: &impl LevelPlace, last: bool, magnitude: u32) -> u32 {
        self.learnt.levels.code::<FAST>(place, last, magnitude, &mut self.interval)
    }

    #[inline]
    fn bypass(&mut self, bits: u32, value: u32) -> u32 {
        self.interval.bypass(bits, value)
    }

    fn corrupt(&mut self, what: &'static str, value: u64, limit: u64) {
        debug_assert!(false, "encoder made {what} of {value}, limit {limit}");
    }
}

/// Reads bins. Past the end of its data it reads zeros; more than it may and the stream is damaged.
#[derive(Debug, Clone)]
pub(crate) struct RangeDecoder<'a, const FAST: bool> {
    models: Models,
    levels: LevelModels,
    interval: ReadInterval<'a>,
    damage: Option<Damage>,
}

impl<'a, const FAST: bool> RangeDecoder<'a, FAST> {
    /// At the start of a tile, whose data is `data`.
    pub(crate) fn new(start: Start, data: &'a [u8]) -> Self {
        let Learnt { models, levels } = Learnt::new(profile::<FAST>(), start);
        Self { models, levels, interval: ReadInterval::new(data), damage: None }
    }

    /// The same where the data, of which more may have come, lies elsewhere.
    pub(crate) fn over(self, data: &[u8]) -> RangeDecoder<'_, FAST> {
        let Self { models, levels, interval, damage } = self;
        RangeDecoder { models, levels, interval: interval.over(data), damage }
    }

    /// Bytes of the data that were not needed so far.
    pub(crate) fn left(&self) -> usize {
        self.interval.left()
    }

    /// The first damage met so far. Reading further than four bytes past the end is damage too.
    pub(crate) fn damage(&self) -> Option<Damage> {
        self.damage.or_else(|| self.interval.overrun())
    }

    /// Whether all that was read so far was there.
    pub(crate) fn is_within(&self) -> bool {
        self.interval.is_within()
    }

    /// Damage, or data left over behind what was read.
    pub(crate) fn finish(&self) -> Option<Damage> {
        self.damage().or_else(|| self.interval.unread())
    }
}

impl<const FAST: bool> BinCoder for RangeDecoder<'_, FAST> {
    const DECODING: bool = true;

    #[inline(always)]
    fn bin(&mut self, ctx: Ctx, _value: bool) -> bool {
        let model = self.models.get_mut(ctx);
        let bin = self.interval.code(model.p(), false);
        model.update(bin);
        bin
    }

    #[inline(always)]
    fn level(&mut self, place: &impl LevelPlace, last: bool, _magnitude: u32) -> u32 {
        self.levels.code::<FAST>(place, last, 0, &mut self.interval)
    }

    #[inline]
    fn bypass(&mut self, bits: u32, _value: u32) -> u32 {
        self.interval.bypass(bits, 0)
    }

    #[cold]
    fn corrupt(&mut self, what: &'static str, value: u64, limit: u64) {
        self.damage.get_or_insert((what, value, limit));
    }
}

#[cfg(test)]
mod tests {
    use super::super::interval::SYMBOLS;
    use super::*;
    use crate::entropy::exp_golomb;
    use crate::random::SplitMix64;

    /// 31 bits.
    fn random(numbers: &mut SplitMix64) -> u32 {
        (numbers.next() >> 33) as u32
    }

    fn walk<C: BinCoder>(c: &mut C, seed: u64, count: usize, skew: u32) -> Vec<u32> {
        let mut s = SplitMix64::new(seed);
        (0..count)
            .map(|i| {
                let r = random(&mut s);
                let ctx = Ctx((random(&mut s) % 40) as u16);
                match i % 7 {
                    0 => {
                        let n = random(&mut s) % 25;
                        c.bypass(n, r & ((1u32 << n) - 1))
                    }
                    1 => exp_golomb(c, r % 3000),
                    _ => u32::from(c.bin(ctx, r % 1000 < skew)),
                }
            })
            .collect()
    }

    #[test]
    fn random_symbols_come_back_whatever_their_statistics() {
        for skew in [0, 1, 30, 500, 990, 1000] {
            for count in [0, 1, 2, 10, 5000] {
                let mut e = RangeEncoder::<false>::new(Start::default());
                let sent = walk(&mut e, skew as u64 + 7, count, skew);
                let bytes = e.finish();
                let mut d = RangeDecoder::<false>::new(Start::default(), &bytes);
                assert_eq!(walk(&mut d, skew as u64 + 7, count, skew), sent, "skew {skew}, {count} symbols");
                assert!(d.damage().is_none());
            }
        }
    }

    #[test]
    fn symbols_of_any_distribution_come_back() {
        let mut s = SplitMix64::new(9);
        let mut sent = Vec::new();
        for k in 0..3000 {
            let mut bounds = [0; SYMBOLS];
            for i in 1..SYMBOLS {
                // Of one 65536th each now and then, which leaves the last nearly all.
                let most = (65536 - bounds[i - 1]) >> (k % 17);
                bounds[i] = (bounds[i - 1] + 1 + random(&mut s) % most.max(1)).min(65520 + i as u32);
            }
            sent.push((bounds, random(&mut s) as usize % SYMBOLS));
        }
        let mut e = WriteInterval::new();
        for (bounds, symbol) in &sent {
            e.symbol(bounds, *symbol);
        }
        let bytes = e.finish();
        let mut d = ReadInterval::new(&bytes);
        for (bounds, symbol) in &sent {
            assert_eq!(d.symbol(bounds, 0), *symbol);
        }
        assert!(d.overrun().is_none() && d.unread().is_none());
    }

    #[test]
    fn reading_past_the_end_is_damage() {
        let mut d = RangeDecoder::<false>::new(Start::default(), &[1, 2]);
        d.bypass(24, 0);
        d.bypass(24, 0);
        assert!(d.damage().is_some());
    }
}
