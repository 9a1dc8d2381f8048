//! Plain bits, most significant first: the coder of headers. BITSTREAM.md §3.

use super::coder::{BinCoder, Ctx};
use super::interval::Damage;

/// Writes bits into bytes.
#[derive(Debug, Default)]
pub(crate) struct RawWriter {
    bytes: Vec<u8>,
    used: u32,
}

impl RawWriter {
    /// The bytes, the last one filled up with zeros.
    pub(crate) fn finish(self) -> Vec<u8> {
        self.bytes
    }
}

impl BinCoder for RawWriter {
    const DECODING: bool = false;

    fn bin(&mut self, _ctx: Ctx, value: bool) -> bool {
        self.bypass(1, u32::from(value)) != 0
    }

    fn bypass(&mut self, bits: u32, value: u32) -> u32 {
        for i in (0..bits).rev() {
            if self.used == 0 {
                self.bytes.push(0);
            }
            if let Some(last) = self.bytes.last_mut() {
                *last |= (((value >> i) & 1) as u8) << (7 - self.used);
            }
            self.used = (self.used + 1) % 8;
        }
        value
    }

    fn corrupt(&mut self, what: &'static str, value: u64, limit: u64) {
        debug_assert!(false, "encoder made {what} of {value}, limit {limit}");
    }
}

/// Reads bits from bytes; zeros past the end, which [`RawReader::position`] tells.
#[derive(Debug)]
pub(crate) struct RawReader<'a> {
    data: &'a [u8],
    bit: usize,
    damage: Option<Damage>,
}

impl<'a> RawReader<'a> {
    pub(crate) fn new(data: &'a [u8]) -> Self {
        Self { data, bit: 0, damage: None }
    }

    /// Bytes begun so far; more than there are where the data was too short.
    pub(crate) fn position(&self) -> usize {
        self.bit.div_ceil(8)
    }

    /// The first damage met. Bits that fill up the last byte must be zero.
    pub(crate) fn finish(&mut self) -> Option<Damage> {
        let fill = (8 - self.bit as u32 % 8) % 8;
        let value = self.bypass(fill, 0);
        if value != 0 {
            self.corrupt("header padding", value as u64, 0);
        }
        self.damage
    }
}

impl BinCoder for RawReader<'_> {
    const DECODING: bool = true;

    fn bin(&mut self, _ctx: Ctx, value: bool) -> bool {
        self.bypass(1, u32::from(value)) != 0
    }

    fn bypass(&mut self, bits: u32, _value: u32) -> u32 {
        let mut value = 0;
        for _ in 0..bits {
            let byte = self.data.get(self.bit / 8).copied().unwrap_or(0);
            value = value << 1 | u32::from((byte >> (7 - self.bit % 8)) & 1);
            self.bit += 1;
        }
        value
    }

    fn corrupt(&mut self, what: &'static str, value: u64, limit: u64) {
        self.damage.get_or_insert((what, value, limit));
    }
}
