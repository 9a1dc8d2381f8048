//! Adaptive distributions of sixteen symbols. BITSTREAM.md §13.5.

// An index runs over several arrays at once.
#![allow(clippy::needless_range_loop)]

use crate::entropy::interval::SYMBOLS;

/// Fractional bits of a bound.
const BITS: u32 = 22;
/// Symbols after which one learns slowest.
const LIMIT: u32 = 180;

/// Where each symbol's share of the whole begins, in 1/2^22, and how many symbols were seen, up to
/// a limit.
#[derive(Debug, Clone)]
pub(super) struct Distribution {
    bounds: [i32; SYMBOLS],
    seen: u32,
}

impl Distribution {
    /// All alike.
    pub(super) fn new() -> Self {
        let mut bounds = [0; SYMBOLS];
        for (i, bound) in bounds.iter_mut().enumerate() {
            *bound = (i as i32) << (BITS - 4);
        }
        Self { bounds, seen: 0 }
    }

    /// A symbol: `code` codes it with the bounds, in 1/65536, that it is given, each symbol having
    /// one of these at least.
    #[inline(always)]
    pub(super) fn symbol(&mut self, code: impl FnOnce(&[u32; SYMBOLS]) -> usize) -> usize {
        let mut bounds = [0; SYMBOLS];
        for i in 0..SYMBOLS {
            let bound = self.bounds[i] >> (BITS - 16);
            bounds[i] = (bound - (bound >> 12) + i as i32) as u32;
        }
        let symbol = code(&bounds);
        // The power of two next to 1/(n + 1.5), which keeps bounds in order whatever is lost below.
        let rate = (3 * self.seen + 4).ilog2() - 1;
        self.seen += u32::from(self.seen < LIMIT);
        for i in 1..SYMBOLS {
            let goal = if i > symbol { 1 << BITS } else { 0 };
            self.bounds[i] += (goal - self.bounds[i]) >> rate;
        }
        symbol
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SplitMix64;

    #[test]
    fn every_symbol_keeps_a_share_and_frequent_ones_gain() {
        let mut random = SplitMix64::new(7);
        for favourite in 0..SYMBOLS {
            let mut distribution = Distribution::new();
            for k in 0..5000 {
                let drawn = if k % 9 == 0 { random.below(SYMBOLS) } else { favourite };
                distribution.symbol(|bounds| {
                    assert_eq!(bounds[0], 0);
                    let ends = bounds[1..].iter().copied().chain([65536]);
                    let shares: Vec<u32> = bounds.iter().zip(ends).map(|(&start, end)| end - start).collect();
                    assert!(shares.iter().all(|&share| share > 0), "{shares:?}");
                    assert!(k < 500 || shares[favourite] > 50000, "{shares:?}");
                    drawn
                });
            }
        }
    }
}
