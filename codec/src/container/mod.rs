//! The file: signature, header, sections, tile index, checksums. BITSTREAM.md §2.

#![cfg_attr(not(test), deny(clippy::disallowed_types, clippy::float_arithmetic))]

mod index;
mod metadata;
mod reader;
mod sections;
mod writer;

use crc::{CRC_32_ISO_HDLC, Crc};

pub(crate) use index::{Lengths, TileIndex, tile_end};
pub(crate) use reader::{Parsed, TileData, parse};
pub(crate) use writer::{Section, section_bytes, tile, write};

#[cfg(feature = "bench-api")]
pub(crate) mod repair;

/// The first bytes of a stream.
pub(crate) const SIGNATURE: [u8; 4] = [0x9B, b'K', b'V', b'T'];
/// The draft of the format that this library writes, and the only one that it reads.
pub const DRAFT: u8 = 12;
/// Bytes of a checksum.
pub(crate) const CRC_BYTES: usize = 4;
/// Section type that ends the sections.
pub(crate) const SECTION_END: u64 = 0;

/// By a table of 1 kB: the larger ones of faster ways would be a tenth of a decoder in a browser.
static CRC: Crc<u32> = Crc::<u32>::new(&CRC_32_ISO_HDLC);

/// CRC-32 (ISO-HDLC, as in PNG), as the bytes that are stored.
pub(crate) fn checksum(bytes: &[u8]) -> [u8; CRC_BYTES] {
    CRC.checksum(bytes).to_le_bytes()
}
