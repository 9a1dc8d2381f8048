//! Adaptive distributions of sixteen symbols. BITSTREAM.md §13.7.

use crate::entropy::range::SYMBOLS;

/// Fractional bits of a bound.
const BITS: u32 = 22;
/// Symbols after which one learns slowest.
const LIMIT: u32 = 180;

/// Where each symbol's share of the whole begins, in 1/2^22, and how many symbols were seen, up to a limit.
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

    /// A symbol: `code` codes it with the bounds, in 1/65536, that it is given, each symbol having one of these at least.
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
