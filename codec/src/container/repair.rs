//! Making checksums right again, so that tests and fuzzers reach what stands behind them.

use super::index::read_varint;
use super::reader::picture_header;
use super::sections::Steps;
use super::{CRC_BYTES, checksum, parse};
use crate::limits::Limits;
use crate::metadata::section;

/// Puts right checksums in `data` as far as its structure can be followed; leaves the rest as it
/// is. Those of a preview too, which is a stream of its own.
pub(crate) fn repair(data: &mut [u8]) {
    match picture_header(data, &Limits::default()) {
        Ok((header, end)) if header.sections => sections(data, end),
        _ => {}
    }
    tiles(data);
}

/// The checksums of index and tiles, or of the file.
fn tiles(data: &mut [u8]) {
    let Ok(parsed) = parse(data, &Limits::default()) else { return };
    if parsed.intact().is_err() {
        return;
    }
    let count = parsed.grid.len();
    if count == 1 {
        if let Some(end) = data.len().checked_sub(CRC_BYTES).filter(|&end| end >= parsed.header_bytes()) {
            let crc = checksum(&data[..end]);
            data[end..].copy_from_slice(&crc);
        }
        return;
    }
    let mut position = parsed.header_bytes();
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

/// The checksums of the sections from `position` on.
fn sections(data: &mut [u8], position: usize) {
    let mut steps = Steps::new(position);
    let mut places = Vec::new();
    while let Ok(Some(section)) = steps.next(data, &Limits::default()) {
        places.push(section);
    }
    for (kind, place) in places {
        let payload = &mut data[place.clone()];
        if kind == section::PREVIEW {
            // It has no sections that matter.
            tiles(payload);
        }
        let crc = checksum(payload);
        data[place.end..place.end + CRC_BYTES].copy_from_slice(&crc);
    }
}
