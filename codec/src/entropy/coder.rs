//! What the syntax is written against: the trait [`BinCoder`], and the codes that are made of its
//! bins. BITSTREAM.md §7.

use crate::names::names;

/// How levels are coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Profile {
    /// The mean of two probabilities for each bin of a level, and expectations of its sign: smaller
    /// files.
    Mixed,
    /// One probability a bin, and signs as they are: faster decoding.
    Fast,
}

names! {
    Profile, "profile";
    Mixed = "mixed",
    Fast = "fast",
}

/// Number of an adaptive context; see [`contexts`](super::contexts).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ctx(pub(crate) u16);

/// The slots that a level looks at.
pub(crate) trait LevelPlace {
    /// Numbers of its slots: of [`NEAR`], and of [`FAR`]; those of the second quantiser of a
    /// trellis come behind all of the first one's.
    fn slots(&self) -> (usize, usize);
}

/// What the syntax walk talks to. A writer codes `value` and returns it; a reader ignores `value`
/// and returns what it read; a counter adds up the cost.
///
/// All calls are infallible: a reader that meets damage keeps a sticky error, which its owner asks
/// for at the end.
pub(crate) trait BinCoder {
    /// True where values come out of the coder.
    const DECODING: bool;

    /// One bin with an adaptive model.
    fn bin(&mut self, ctx: Ctx, value: bool) -> bool;

    /// The bins of a level, of which the last one of a block is known not to be zero; its
    /// magnitude, where that is above 5 cut at 4 or 5. Headers have none.
    fn level(&mut self, _place: &impl LevelPlace, _last: bool, _magnitude: u32) -> u32 {
        0
    }

    /// `bits` (0 to 24) equiprobable bits, most significant first.
    fn bypass(&mut self, bits: u32, value: u32) -> u32;

    /// Notes a level whose sign is coded later, with the samples of its block: a counter takes one
    /// bit for it.
    #[inline(always)]
    fn sign_follows(&mut self) {}

    /// Notes that a value was met which no encoder writes.
    fn corrupt(&mut self, what: &'static str, value: u64, limit: u64);

    /// Names the syntax element that follows, for traces.
    #[inline(always)]
    fn element(&mut self, _name: &'static str) {}
}

/// A number from 0 to 2^`bits` - 1, most significant bit first, each bit with a context chosen by
/// the bits before it (2^`bits` - 1 contexts from `base` on).
#[inline]
pub(crate) fn tree<C: BinCoder>(c: &mut C, base: Ctx, bits: u32, value: u32) -> u32 {
    let mut node = 1u32;
    for i in (0..bits).rev() {
        let bit = c.bin(Ctx(base.0 + node as u16 - 1), (value >> i) & 1 != 0);
        node = node * 2 + u32::from(bit);
    }
    node - (1 << bits)
}

/// A number coded by Exp-Golomb of order 0 in bypass bits: prefix of at most 20 ones. A longer one
/// is damage.
pub(crate) fn exp_golomb<C: BinCoder>(c: &mut C, value: u32) -> u32 {
    let length = (value + 1).ilog2();
    let mut n = 0;
    while c.bypass(1, u32::from(n < length)) != 0 {
        n += 1;
        if n > 20 {
            c.corrupt("Exp-Golomb prefix", 21, 20);
            return 0;
        }
    }
    let low = c.bypass(n, (value + 1) & ((1 << n) - 1));
    (1 << n) + low - 1
}
