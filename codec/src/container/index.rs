//! Variable-length integers and the tile index. BITSTREAM.md §2.1, §2.3.

use super::CRC_BYTES;
use crate::error::DecodeError;

/// Appends `value` in groups of seven bits, low group first, the top bit of a byte set where more
/// follow (LEB128).
pub(crate) fn write_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Longest varint, in bytes: 63 bits.
const MAX_VARINT: usize = 9;

/// Reads a varint at `*position` and moves it on.
pub(crate) fn read_varint(data: &[u8], position: &mut usize, what: &'static str) -> Result<u64, DecodeError> {
    let mut value = 0u64;
    for i in 0..MAX_VARINT {
        let Some(&byte) = data.get(*position) else {
            return Err(DecodeError::Truncated { what, needed: *position as u64 + 1, available: data.len() as u64 });
        };
        *position += 1;
        value |= u64::from(byte & 0x7F) << (7 * i);
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(DecodeError::Corrupt { what, value: MAX_VARINT as u64 + 1, limit: MAX_VARINT as u64 })
}

/// Where the tiles lie in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TileIndex {
    /// Start and length of each tile's data, without its checksum.
    pub(crate) tiles: Vec<(usize, usize)>,
}

/// Where the checksum of a tile ends that starts there and is so long.
pub(crate) fn tile_end(&(start, length): &(usize, usize)) -> usize {
    start.saturating_add(length).saturating_add(CRC_BYTES)
}

impl TileIndex {
    /// That a file of so many bytes ends with the checksum of the last of its tiles.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`] with the end of the first tile that is not whole;
    /// [`DecodeError::Corrupt`] where bytes follow.
    pub(crate) fn check_end(&self, bytes: usize) -> Result<(), DecodeError> {
        let mut ends = self.tiles.iter().map(tile_end);
        if let Some(end) = ends.find(|&end| end > bytes) {
            return Err(DecodeError::Truncated { what: "tile", needed: end as u64, available: bytes as u64 });
        }
        match bytes - self.tiles.last().map_or(0, tile_end) {
            0 => Ok(()),
            more => Err(DecodeError::Corrupt { what: "bytes after the last tile", value: more as u64, limit: 0 }),
        }
    }
}

/// The lengths of the tiles, as far as they are read.
#[derive(Debug, Default)]
pub(crate) struct Lengths {
    pub(super) lengths: Vec<u64>,
    /// Bytes that they take.
    bytes: usize,
}

impl Lengths {
    /// Reads on until there are `count`, in the index that begins at `start`; where they end. A
    /// checksum follows, which is there as well.
    ///
    /// # Errors
    /// [`DecodeError`]; after [`DecodeError::Truncated`], this goes on with more data.
    pub(super) fn read(&mut self, data: &[u8], start: usize, count: usize) -> Result<usize, DecodeError> {
        loop {
            let (mut position, left) = (start + self.bytes, count - self.lengths.len());
            // Each length has at least a byte: no allocation far beyond the data.
            let least = position.saturating_add(left).saturating_add(CRC_BYTES);
            if data.len() < least {
                let (needed, available) = (least as u64, data.len() as u64);
                return Err(DecodeError::Truncated { what: "tile index", needed, available });
            }
            if left == 0 {
                return Ok(position);
            }
            self.lengths.reserve_exact(left);
            self.lengths.push(read_varint(data, &mut position, "tile index")?);
            self.bytes = position - start;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn varints_come_back() {
        for value in [0, 1, 127, 128, 300, 1 << 20, (1 << 63) - 1] {
            let mut bytes = Vec::new();
            write_varint(&mut bytes, value);
            let mut position = 0;
            assert_eq!(read_varint(&bytes, &mut position, "value"), Ok(value));
            assert_eq!(position, bytes.len());
        }
        assert!(read_varint(&[0x80; 10], &mut 0, "value").is_err());
        assert!(read_varint(&[0x80], &mut 0, "value").is_err());
    }
}
