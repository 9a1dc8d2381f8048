//! An interval of the range coder with what goes along through all planes: the first damage, and
//! who is told of progress.

use crate::entropy::interval::{Damage, Interval};
use crate::simd::Simd;

/// Told of samples that are coded, after each row of a plane (of none where a way to code them is
/// only tried), and asked whether to go on.
pub(crate) type Watch<'a> = dyn Fn(u64) -> bool + 'a;

/// An interval with the first damage that was met.
pub(super) struct Coder<'a, I> {
    pub(super) interval: I,
    pub(super) damage: Option<Damage>,
    /// How much of the CPU may be used.
    pub(super) simd: Simd,
    /// Who is told how far it is.
    pub(super) watch: &'a Watch<'a>,
    /// Whether they said to stop: what is coded then is of no use.
    pub(super) stopped: bool,
}

impl<'a, I: Interval> Coder<'a, I> {
    pub(super) fn new(interval: I, simd: Simd, watch: &'a Watch<'a>) -> Self {
        Self { interval, damage: None, simd, watch, stopped: false }
    }

    /// Whether there is no use in going on after a row of `samples`.
    pub(super) fn is_over(&mut self, samples: usize) -> bool {
        self.stopped = self.stopped || !(self.watch)(samples as u64);
        // Neither damaged data nor what will not be used must take the time of a whole plane.
        self.stopped || self.damage.is_some() || self.interval.is_past_end()
    }

    #[cold]
    pub(super) fn corrupt(&mut self, what: &'static str, value: u64, limit: u64) {
        debug_assert!(I::DECODING, "wrote {what} of {value}, limit {limit}");
        self.damage.get_or_insert((what, value, limit));
    }

    /// Exp-Golomb of order 0 in bypass bits.
    pub(super) fn number(&mut self, value: u32) -> u32 {
        let length = (value + 1).ilog2();
        let mut n = 0;
        while self.interval.bypass(1, u32::from(n < length)) != 0 {
            n += 1;
            if n > 20 {
                self.corrupt("Exp-Golomb prefix", 21, 20);
                return 0;
            }
        }
        let low = self.interval.bypass(n, (value + 1) & ((1 << n) - 1));
        (1 << n) + low - 1
    }
}
