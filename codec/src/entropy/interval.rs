//! The interval of the range coder: 32-bit range, byte-wise renormalisation, carry propagated
//! through pending bytes (after G. N. N. Martin, "Range encoding", 1979, in the carry form that
//! LZMA made common). BITSTREAM.md §7.1.

const TOP: u32 = 1 << 24;

/// Symbols of a distribution.
pub(crate) const SYMBOLS: usize = 16;

/// The interval that bins narrow: what a coder of bins is built upon, whatever gives it their
/// probabilities.
pub(crate) trait Interval {
    /// True where bins come out of the interval.
    const DECODING: bool;

    /// One bin, of which 1 has probability `p`/65536. A reader ignores `bin`; what was written or
    /// read is returned.
    fn code(&mut self, p: u32, bin: bool) -> bool;

    /// One symbol, each of which begins at its one of the growing `bounds`, in 1/65536, and ends at
    /// the next. A reader ignores `symbol`.
    fn symbol(&mut self, bounds: &[u32; SYMBOLS], symbol: usize) -> usize;

    /// `bits` (0 to 24) equiprobable bits, most significant first; a reader ignores `value`.
    fn bypass(&mut self, bits: u32, value: u32) -> u32;

    /// What is coded here is `what`: for who lists the cases that a stream reaches.
    #[inline(always)]
    fn note(&mut self, _what: &'static str) {}

    /// Whether a reader is past the end of its data, or a writer has more than it may: what follows
    /// means nothing.
    fn is_past_end(&self) -> bool {
        false
    }

    /// Whether all that a reader has read so far was there.
    fn is_within(&self) -> bool {
        true
    }
}

/// What is left of the interval that the bins so far narrowed, and the bytes that are settled.
#[derive(Debug)]
pub(crate) struct WriteInterval {
    low: u64,
    range: u32,
    /// The byte that a carry may still change; `None` before the first, which is always zero and
    /// not written.
    cache: Option<u8>,
    /// Bytes of 0xFF behind it.
    pending: usize,
    out: Vec<u8>,
    /// Bytes that there may be.
    most: usize,
}

/// Where a symbol's part of an interval of `range` begins and ends. What the division leaves over
/// is the last one's.
#[inline(always)]
fn share(range: u32, bounds: &[u32; SYMBOLS], symbol: usize) -> (u32, u32) {
    let unit = range >> 16;
    let high = if symbol + 1 < SYMBOLS { unit * bounds[symbol + 1] } else { range };
    (unit * bounds[symbol], high)
}

impl WriteInterval {
    /// The whole interval, nothing written.
    pub(crate) fn new() -> Self {
        Self::within(usize::MAX)
    }

    /// The same for who gives up where there are more than `most` bytes.
    pub(crate) fn within(most: usize) -> Self {
        Self { low: 0, range: u32::MAX, cache: None, pending: 0, out: Vec::new(), most }
    }

    /// Bytes that there may be besides those that are there.
    pub(crate) fn room(&self) -> usize {
        self.most.saturating_sub(self.bytes())
    }

    /// Makes room for no more.
    pub(crate) fn close(&mut self) {
        self.most = 0;
    }

    /// Bytes that are settled, and those that a carry may still change.
    pub(crate) fn bytes(&self) -> usize {
        self.out.len() + self.pending + usize::from(self.cache.is_some())
    }

    fn shift_low(&mut self) {
        if self.low < 0xFF00_0000 || self.low > 0xFFFF_FFFF {
            let carry = (self.low >> 32) as u8;
            if let Some(byte) = self.cache {
                self.out.push(byte.wrapping_add(carry));
            }
            // The very first byte carries into nothing: the first interval starts at zero and stays
            // below one.
            for _ in 0..self.pending {
                self.out.push(0xFFu8.wrapping_add(carry));
            }
            self.pending = 0;
            self.cache = Some((self.low >> 24) as u8);
        } else {
            self.pending += 1;
        }
        self.low = (self.low & 0x00FF_FFFF) << 8;
    }

    #[inline(always)]
    fn renormalise(&mut self) {
        while self.range < TOP {
            self.range <<= 8;
            self.shift_low();
        }
    }

    /// Ends the stream with as few bytes as still fall into the interval.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        // The value in [low, low + range) with the most trailing zero bits.
        let high = self.low + self.range as u64 - 1;
        let mut value = high;
        for bits in 0..32 {
            let candidate = high >> bits << bits;
            if candidate < self.low {
                break;
            }
            value = candidate;
        }
        self.low = value;
        // A reader looks four bytes ahead of what it has decoded, so it must find at least this
        // many.
        let least = self.bytes();
        for _ in 0..5 {
            self.shift_low();
        }
        while self.out.len() > least && self.out.last() == Some(&0) {
            self.out.pop();
        }
        self.out
    }
}

impl Interval for WriteInterval {
    const DECODING: bool = false;

    #[inline(always)]
    fn code(&mut self, p: u32, bin: bool) -> bool {
        let bound = ((self.range as u64 * p as u64) >> 16) as u32;
        if bin {
            self.range = bound;
        } else {
            self.low += bound as u64;
            self.range -= bound;
        }
        self.renormalise();
        bin
    }

    #[inline(always)]
    fn symbol(&mut self, bounds: &[u32; SYMBOLS], symbol: usize) -> usize {
        let (low, high) = share(self.range, bounds, symbol);
        self.low += low as u64;
        self.range = high - low;
        self.renormalise();
        symbol
    }

    #[inline(always)]
    fn bypass(&mut self, bits: u32, value: u32) -> u32 {
        for i in (0..bits).rev() {
            self.range >>= 1;
            if (value >> i) & 1 != 0 {
                self.low += self.range as u64;
            }
            self.renormalise();
        }
        value
    }

    fn is_past_end(&self) -> bool {
        self.bytes() > self.most
    }
}

/// Damage met while reading: what, its value and the limit.
pub(crate) type Damage = (&'static str, u64, u64);

/// Bytes that say where a stream lies in the whole interval.
pub(crate) const INTERVAL_BYTES: usize = 4;

/// What is left of the interval that the bins so far narrowed, where the stream lies in it, and the
/// bytes to come.
#[derive(Debug, Clone)]
pub(crate) struct ReadInterval<'a> {
    /// Where the stream lies in the interval, in the upper half; bytes to come in the lower.
    window: u64,
    range: u32,
    /// Bits of the lower half that are there.
    ahead: u32,
    data: &'a [u8],
    /// Bytes that went into the window; zeros count that stand behind the data.
    taken: usize,
}

/// Bits by which a bin may narrow the interval: its bound is no less than a 2^-16 of a range of at
/// least [`TOP`].
const MOST_SHIFT: u32 = 16;

impl<'a> ReadInterval<'a> {
    /// At the start of `data`.
    pub(crate) fn new(data: &'a [u8]) -> Self {
        let mut interval = Self { window: 0, range: u32::MAX, ahead: 0, data, taken: 0 };
        for _ in 0..8 {
            interval.window = interval.window << 8 | interval.next_byte();
        }
        interval.ahead = 32;
        interval
    }

    /// The same where the data, of which more may have come, lies elsewhere.
    pub(crate) fn over(self, data: &[u8]) -> ReadInterval<'_> {
        let (window, taken) = (self.window >> 32 << 32, self.position());
        let mut interval = ReadInterval { window, range: self.range, ahead: 0, data, taken };
        interval.refill();
        interval
    }

    /// Bytes that were needed so far.
    fn position(&self) -> usize {
        self.taken - self.ahead as usize / 8
    }

    /// Bytes of the data that were not.
    pub(crate) fn left(&self) -> usize {
        self.data.len().saturating_sub(self.position())
    }

    /// Reading further than four bytes past the end is damage.
    pub(crate) fn overrun(&self) -> Option<Damage> {
        let (position, len) = (self.position(), self.data.len());
        (position > len + 4).then_some(("tile data position", position as u64, len as u64))
    }

    /// So is data left over behind what was read.
    pub(crate) fn unread(&self) -> Option<Damage> {
        let (position, len) = (self.position(), self.data.len());
        (position < len).then(|| ("unread bytes in the tile data", (len - position) as u64, 0))
    }

    #[inline(always)]
    fn next_byte(&mut self) -> u64 {
        let byte = self.data.get(self.taken).copied().unwrap_or(0);
        self.taken += 1;
        byte.into()
    }

    /// Takes so many bytes that any bin can be narrowed.
    #[inline(always)]
    fn refill(&mut self) {
        if let Some(next) = self.data.get(self.taken..).and_then(|rest| rest.first_chunk()) {
            let bytes = (32 - self.ahead) / 8;
            let bits = u64::from(u32::from_be_bytes(*next) >> (32 - 8 * bytes));
            self.window |= bits << (32 - self.ahead - 8 * bytes);
            self.ahead += 8 * bytes;
            self.taken += bytes as usize;
        } else {
            self.refill_at_end();
        }
    }

    #[cold]
    fn refill_at_end(&mut self) {
        while self.ahead <= 24 {
            let byte = self.next_byte();
            self.window |= byte << (24 - self.ahead);
            self.ahead += 8;
        }
    }

    #[inline(always)]
    fn renormalise(&mut self) {
        let shift = self.range.leading_zeros() & !7;
        self.range <<= shift;
        self.window <<= shift;
        self.ahead -= shift;
        if self.ahead < MOST_SHIFT {
            self.refill();
        }
    }

    /// Whether the stream lies below `bound` of the interval; above, the interval begins there.
    #[inline(always)]
    fn is_below(&mut self, bound: u32) -> bool {
        let bound = u64::from(bound) << 32;
        let below = self.window < bound;
        self.window -= if below { 0 } else { bound };
        below
    }
}

impl Interval for ReadInterval<'_> {
    const DECODING: bool = true;

    fn is_past_end(&self) -> bool {
        self.overrun().is_some()
    }

    fn is_within(&self) -> bool {
        self.position() <= self.data.len()
    }

    #[inline(always)]
    fn code(&mut self, p: u32, _bin: bool) -> bool {
        let bound = ((self.range as u64 * p as u64) >> 16) as u32;
        let bin = self.is_below(bound);
        self.range = if bin { bound } else { self.range - bound };
        self.renormalise();
        bin
    }

    #[inline(always)]
    fn symbol(&mut self, bounds: &[u32; SYMBOLS], _symbol: usize) -> usize {
        let (unit, code) = (self.range >> 16, (self.window >> 32) as u32);
        let mut symbol = 0;
        for &bound in &bounds[1..] {
            symbol += usize::from(code >= unit * bound);
        }
        let (low, high) = share(self.range, bounds, symbol);
        self.window -= u64::from(low) << 32;
        self.range = high - low;
        self.renormalise();
        symbol
    }

    #[inline(always)]
    fn bypass(&mut self, bits: u32, _value: u32) -> u32 {
        let mut value = 0;
        for _ in 0..bits {
            self.range >>= 1;
            let bit = !self.is_below(self.range);
            value = value << 1 | u32::from(bit);
            self.renormalise();
        }
        value
    }
}
