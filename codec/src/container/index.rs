//! Variable-length integers and the tile index. BITSTREAM.md §2.1, §2.3.

use crate::error::DecodeError;

/// Appends `value` in groups of seven bits, low group first, the top bit of a byte set where more follow (LEB128).
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
