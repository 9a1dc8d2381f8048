//! Huffman codes, and the bits of coded data.

/// What is coded cannot be, or is not all there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Broken;

/// Bits that are looked up at once.
const FAST: u32 = 9;

/// A table of codes.
#[derive(Debug, Clone)]
pub(super) struct Table {
    /// Symbol and length by the next bits; length 0 where the code is longer.
    fast: Box<[(u8, u8); 1 << FAST]>,
    /// The same where the code and the number behind it are that short: zeros, bits of both, and
    /// the number.
    whole: Box<[(u8, u8, i16); 1 << FAST]>,
    /// By length: the first code, to 16 bits, that is longer; and what to add to a code to have its
    /// symbol's place.
    limits: [u32; 17],
    offsets: [i32; 17],
    symbols: Vec<u8>,
}

impl Table {
    /// The table in which `counts` codes of 1 to 16 bits stand for `symbols`; nothing where there
    /// are no such codes.
    pub(super) fn new(counts: &[u8; 16], symbols: &[u8]) -> Option<Self> {
        let (mut fast, mut limits, mut offsets) = (Box::new([(0, 0); 1 << FAST]), [0; 17], [0; 17]);
        let (mut code, mut place) = (0u32, 0usize);
        for (length, &count) in (1..=16u32).zip(counts) {
            offsets[length as usize] = place as i32 - code as i32;
            for _ in 0..count {
                let symbol = *symbols.get(place)?;
                if length <= FAST {
                    let first = (code << (FAST - length)) as usize;
                    fast.get_mut(first..first + (1 << (FAST - length)))?.fill((symbol, length as u8));
                }
                (code, place) = (code + 1, place + 1);
            }
            if code > 1 << length {
                return None;
            }
            limits[length as usize] = code << (16 - length);
            code <<= 1;
        }
        let whole = Box::new(std::array::from_fn(|bits| with_number(bits, fast[bits])));
        Some(Self { fast, whole, limits, offsets, symbols: symbols[..place].to_vec() })
    }
}

/// What `bits` begin with, a symbol of so many bits and the number that it announces, if they are
/// all there.
fn with_number(bits: usize, (symbol, length): (u8, u8)) -> (u8, u8, i16) {
    let (zeros, digits) = (symbol >> 4, symbol & 15);
    let both = u32::from(length + digits);
    if length == 0 || digits == 0 || both > FAST {
        return (0, 0, 0);
    }
    let number = (bits >> (FAST - both)) as u32 & ((1 << digits) - 1);
    (zeros, both as u8, signed(number, digits.into()) as i16)
}

/// The number that `length` bits stand for, the first of which tells its sign (T.81, F.2.2.1).
#[inline]
fn signed(bits: u32, length: u32) -> i32 {
    let least = (1 << length) >> 1;
    if (bits as i32) < least { bits as i32 - (1 << length) + 1 } else { bits as i32 }
}

/// Reads bits of data between two markers.
#[derive(Debug)]
pub(super) struct Bits<'a> {
    data: &'a [u8],
    at: usize,
    /// The next bits, from the top.
    next: u64,
    /// How many of them are read, and how many of these are made up, behind the data's end.
    count: u32,
    invented: u32,
}

impl<'a> Bits<'a> {
    pub(super) fn new(data: &'a [u8]) -> Self {
        // A byte 255 of the data is followed by a zero; others fill the space before a marker.
        let end = data.iter().rposition(|&b| b != 0xFF).map_or(0, |last| last + 1);
        Self { data: &data[..end], at: 0, next: 0, count: 0, invented: 0 }
    }

    /// Whether more bits were taken than there are.
    pub(super) fn overrun(&self) -> bool {
        self.invented > self.count
    }

    /// Whole bytes that are left.
    pub(super) fn left(&self) -> usize {
        self.data.len() - self.at + (self.count.saturating_sub(self.invented) / 8) as usize
    }

    fn byte(&mut self) -> Option<u8> {
        let &byte = self.data.get(self.at)?;
        self.at += 1;
        if byte == 0xFF {
            // Fill bytes, and the zero.
            let filled = self.data[self.at..].iter().take_while(|&&b| b == 0xFF).count();
            self.at = (self.at + filled + 1).min(self.data.len());
        }
        Some(byte)
    }

    /// Has 32 bits or more ready.
    #[inline]
    fn ready(&mut self) {
        if self.count < 32 {
            self.fill();
        }
    }

    fn fill(&mut self) {
        if let Some(&bytes) = self.data[self.at..].first_chunk() {
            let word = u64::from_be_bytes(bytes);
            // No byte is 255: none of the complement is zero.
            let zeros = (!word).wrapping_sub(0x0101_0101_0101_0101) & word & 0x8080_8080_8080_8080;
            if zeros == 0 {
                let bytes = (64 - self.count) / 8;
                // Bits of one more byte may come along, and once more with that byte.
                self.next |= word >> self.count;
                self.count += 8 * bytes;
                self.at += bytes as usize;
                return;
            }
        }
        // What came along of a byte is taken back.
        self.next &= !(u64::MAX >> self.count);
        while self.count <= 56 {
            let byte = self.byte().unwrap_or_else(|| {
                self.invented += 8;
                0
            });
            self.next |= u64::from(byte) << (56 - self.count);
            self.count += 8;
        }
    }

    #[inline]
    fn skip(&mut self, bits: u32) {
        self.next <<= bits;
        self.count -= bits;
    }

    /// The next `length` bits, 0 to 16.
    #[inline]
    pub(super) fn take(&mut self, length: u32) -> u32 {
        self.ready();
        let value = ((self.next >> 1) >> (63 - length)) as u32;
        self.skip(length);
        value
    }

    /// A number of `length` bits, 0 to 16, with its sign.
    #[inline]
    pub(super) fn number(&mut self, length: u32) -> i32 {
        signed(self.take(length), length)
    }

    /// The next symbol, which is one of zeros before a level, and the level, where both are short.
    #[inline]
    pub(super) fn zeros_and_level(&mut self, table: &Table) -> Option<(u8, i16)> {
        self.ready();
        let (zeros, bits, level) = table.whole[(self.next >> (64 - FAST)) as usize];
        self.skip(bits.into());
        (bits != 0).then_some((zeros, level))
    }

    /// The next symbol.
    #[inline]
    pub(super) fn symbol(&mut self, table: &Table) -> Result<u8, Broken> {
        self.ready();
        let (symbol, length) = table.fast[(self.next >> (64 - FAST)) as usize];
        if length != 0 {
            self.skip(length.into());
            return Ok(symbol);
        }
        let code = (self.next >> 48) as u32;
        let length = (FAST as usize + 1..=16).find(|&length| code < table.limits[length]).ok_or(Broken)?;
        self.skip(length as u32);
        let place = (code >> (16 - length)) as i32 + table.offsets[length];
        table.symbols.get(place as usize).copied().ok_or(Broken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_of_all_lengths_come_back() {
        // One code of each length: 0, 10, 110, ...
        let table = Table::new(&[1; 16], &(0..16).collect::<Vec<_>>()).unwrap();
        for symbol in 0..16u32 {
            let bits = !(u32::MAX >> symbol);
            let data: Vec<u8> =
                bits.to_be_bytes().into_iter().flat_map(|b| [b].into_iter().chain((b == 255).then_some(0))).collect();
            let mut reader = Bits::new(&data);
            assert_eq!(reader.symbol(&table), Ok(symbol as u8));
        }
        assert_eq!(Bits::new(b"\xFF\0\xFF\0").symbol(&table), Err(Broken));
        assert!(Table::new(&[3; 16], &[0; 48]).is_none() && Table::new(&[1; 16], &[0; 15]).is_none());
    }

    #[test]
    fn bits_that_are_not_there_are_told() {
        let data: Vec<u8> = (0..40).flat_map(|v| [v, 0xFF, 0]).collect();
        for length in 0..data.len() {
            let whole = data[..length].iter().filter(|&&b| b != 0 || length == 0).count();
            let mut reader = Bits::new(&data[..length]);
            let mut taken = 0;
            while !reader.overrun() && taken < 1000 {
                reader.take(1 + taken % 16);
                taken += 1;
            }
            assert!(taken < 1000 && reader.left() == 0, "{length} {whole}");
        }
        let mut reader = Bits::new(b"\x12\x34\xFF\xFF");
        assert_eq!((reader.take(8), reader.left(), reader.take(8), reader.left()), (0x12, 1, 0x34, 0));
        assert!(!reader.overrun());
        reader.take(1);
        assert!(reader.overrun());
    }

    #[test]
    fn numbers_have_signs() {
        assert_eq!([0, 1, 2, 3].map(|v| Bits::new(&[v << 6]).number(2)), [-3, -2, 2, 3]);
        assert_eq!(Bits::new(&[255, 0]).number(0), 0);
    }
}
