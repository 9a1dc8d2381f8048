//! Adaptive probability of one bin. BITSTREAM.md §7.2.

use std::sync::LazyLock;

use super::coder::Ctx;
use super::init;

/// Probability of a bin being 1, with the count that sets how fast it learns: 1/(n + 1.5) at first,
/// never below 2^-limit. (Adaptive-rate counters as in the PAQ family of compressors.)
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Model {
    /// Probability of a 1 in 1/65536, from 1 to 65535.
    p: u16,
    /// Bins seen so far, up to where the limit is reached.
    n: u8,
    /// Slowest rate, as an index into the rates.
    last: u8,
}

/// Rates in 1/65536 by count: round(65536 / (n + 1.5)).
const RATES: [u16; 256] = {
    let mut t = [0u16; 256];
    let mut n = 0;
    while n < 256 {
        let d = 2 * n as u32 + 3;
        t[n] = ((131072 + d / 2) / d) as u16;
        n += 1;
    }
    t
};

impl Model {
    /// Even odds, of which nothing is known.
    pub(crate) const UNSEEN: Self = Self::new(1 << 15, 0, 7);

    /// `p` in 1/65536 (1 to 65535), `n` its confidence in bins, `limit` (4 to 7) the log2 of the
    /// slowest rate.
    pub(crate) const fn new(p: u16, n: u8, limit: u8) -> Self {
        let last = ((1u32 << limit) - 1) as u8;
        Self { p, n: if n < last { n } else { last }, last }
    }

    /// Probability of a 1, in 1/65536.
    #[inline(always)]
    pub(crate) fn p(self) -> u32 {
        self.p as u32
    }

    /// Learns from `bin`.
    #[inline(always)]
    pub(crate) fn update(&mut self, bin: bool) {
        let rate = RATES[self.n as usize] as u32;
        let p = self.p as u32;
        self.p = if bin { p + (((65536 - p) * rate) >> 16) } else { p - ((p * rate) >> 16) } as u16;
        self.n += u8::from(self.n < self.last);
    }
}

/// The models of all contexts.
#[derive(Debug, Clone)]
pub(crate) struct Models(Box<[Model]>);

/// As a tile starts: the states that were trained, of photographs and of screens.
static START: [LazyLock<Box<[Model]>>; 2] = [LazyLock::new(|| start(false)), LazyLock::new(|| start(true))];

fn start(screen: bool) -> Box<[Model]> {
    init::states(screen).map(|(p, n, limit)| Model::new(p, n, limit)).collect()
}

impl Models {
    /// The initial states that were trained on photographs, or those of screens.
    pub(crate) fn new(screen: bool) -> Self {
        Self(START[usize::from(screen)].clone())
    }

    /// All, in the order of the contexts.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Model> + '_ {
        self.0.iter().copied()
    }

    #[inline(always)]
    pub(crate) fn get_mut(&mut self, ctx: Ctx) -> &mut Model {
        &mut self.0[ctx.0 as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::super::contexts::COUNT;
    use super::*;

    #[test]
    fn probability_stays_open_and_follows_the_bins() {
        for bin in [false, true] {
            let mut m = Model::new(32768, 0, 7);
            for _ in 0..100_000 {
                m.update(bin);
                assert!(m.p() >= 1 && m.p() <= 65535);
            }
            assert_eq!(m.p() > 65000, bin);
        }
    }

    #[test]
    fn initial_states_are_valid() {
        for screen in [false, true] {
            assert_eq!(init::states(screen).count(), COUNT.into());
            assert!(init::states(screen).all(|(p, _, limit)| p >= 1 && (4..=7).contains(&limit)));
        }
    }
}
