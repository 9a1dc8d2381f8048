//! Making checksums right again, so that tests and fuzzers reach what stands behind them.

use super::index::read_varint;
use super::{CRC_BYTES, checksum, parse};
use crate::limits::Limits;

/// Puts right checksums in `data` as far as its structure can be followed; leaves the rest as it is.
pub(crate) fn repair(data: &mut [u8]) {
    let Ok(parsed) = parse(data, &Limits::default()) else { return };
    let count = parsed.grid.len();
    if count == 1 {
        if let Some(end) = data.len().checked_sub(CRC_BYTES).filter(|&end| end >= parsed.header_bytes) {
            let crc = checksum(&data[..end]);
            data[end..].copy_from_slice(&crc);
        }
        return;
    }
    let mut position = parsed.header_bytes;
    let mut lengths = Vec::new();
    for _ in 0..count {
        let Ok(length) = read_varint(data, &mut position, "tile index") else { return };
        lengths.push(length as usize);
    }
    let crc = checksum(&data[..position]);
    let Some(slot) = data.get_mut(position..position + CRC_BYTES) else { return };
    slot.copy_from_slice(&crc);
    position += CRC_BYTES;
    for length in lengths {
        let Some(end) = position.checked_add(length).filter(|&end| end + CRC_BYTES <= data.len()) else { return };
        let crc = checksum(&data[position..end]);
        data[end..end + CRC_BYTES].copy_from_slice(&crc);
        position = end + CRC_BYTES;
    }
}
