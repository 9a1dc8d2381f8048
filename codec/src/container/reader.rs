//! Taking a file apart, trusting nothing. BITSTREAM.md §2.

use std::ops::Range;

use super::index::read_varint;
use super::{CRC_BYTES, DRAFT, SECTION_END, SIGNATURE, TileIndex, checksum};
use crate::entropy::raw::RawReader;
use crate::error::DecodeError;
use crate::limits::Limits;
use crate::syntax::header::PictureHeader;
use crate::tile::Grid;

/// A file's header, and where its tiles are.
#[derive(Debug, Clone)]
pub(crate) struct Parsed {
    pub(crate) header: PictureHeader,
    pub(crate) grid: Grid,
    /// Type and place of each section's payload.
    pub(crate) sections: Vec<(u64, Range<usize>)>,
    /// Bytes before the first tile.
    pub(crate) header_bytes: usize,
}

/// A tile, taken apart.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TileData<'a> {
    /// Empty where the picture has none.
    pub(crate) alpha: &'a [u8],
    pub(crate) colour: &'a [u8],
}

fn truncated(what: &'static str, needed: usize, available: usize) -> DecodeError {
    DecodeError::Truncated { what, needed: needed as u64, available: available as u64 }
}

/// Reads signature, draft, header and sections; not the index, nor any tile.
pub(crate) fn parse(data: &[u8], limits: &Limits) -> Result<Parsed, DecodeError> {
    let lead = SIGNATURE.len().min(data.len());
    if data[..lead] != SIGNATURE[..lead] || data.is_empty() {
        return Err(DecodeError::NotKvant);
    }
    let Some(&draft) = data.get(SIGNATURE.len()) else {
        return Err(truncated("signature", SIGNATURE.len() + 1, data.len()));
    };
    if draft != DRAFT {
        return Err(DecodeError::Draft { found: draft, supported: DRAFT });
    }
    let start = SIGNATURE.len() + 1;
    let mut header = PictureHeader::blank();
    let mut bits = RawReader::new(&data[start..]);
    header.walk(&mut bits);
    let mut position = start + bits.position();
    if position > data.len() {
        return Err(truncated("header", position, data.len()));
    }
    if let Some((what, value, limit)) = bits.finish() {
        return Err(match what {
            "header extension" => DecodeError::Unsupported { what, value },
            _ => DecodeError::Corrupt { what, value, limit },
        });
    }
    limits.check_size(header.width, header.height)?;
    let sections = if header.sections { sections(data, &mut position, limits)? } else { Vec::new() };
    let grid = Grid::new(&header);
    Ok(Parsed { header, grid, sections, header_bytes: position })
}

/// Goes over the sections: type, length, payload and its checksum each, up to the end mark. A type comes once, and after
/// the lesser ones.
fn sections(data: &[u8], position: &mut usize, limits: &Limits) -> Result<Vec<(u64, Range<usize>)>, DecodeError> {
    let mut out: Vec<(u64, Range<usize>)> = Vec::new();
    let mut total = 0u64;
    loop {
        let kind = read_varint(data, position, "section type")?;
        if kind == SECTION_END {
            return Ok(out);
        }
        if let Some(&(last, _)) = out.last().filter(|&&(last, _)| last >= kind) {
            return Err(DecodeError::Corrupt { what: "section type after a greater one", value: kind, limit: last });
        }
        let length = read_varint(data, position, "section length")?;
        total = total.saturating_add(length);
        if total > limits.max_metadata {
            return Err(DecodeError::Limit { what: "metadata bytes", value: total, limit: limits.max_metadata });
        }
        let end = position.saturating_add(usize::try_from(length).unwrap_or(usize::MAX));
        if data.len() < end.saturating_add(CRC_BYTES) {
            return Err(truncated("section", end.saturating_add(CRC_BYTES), data.len()));
        }
        check_crc(&data[*position..end], &data[end..end + CRC_BYTES], "section checksum")?;
        out.push((kind, *position..end));
        *position = end + CRC_BYTES;
    }
}

fn check_crc(data: &[u8], stored: &[u8], what: &'static str) -> Result<(), DecodeError> {
    let number = |b: &[u8]| b.iter().rev().fold(0u64, |n, &b| n << 8 | u64::from(b));
    let expected = checksum(data);
    if stored != expected {
        return Err(DecodeError::Corrupt { what, value: number(stored), limit: number(&expected) });
    }
    Ok(())
}

impl Parsed {
    /// Reads the tile index and checks the checksums over it, or over the whole of a file with one tile.
    pub(crate) fn index(&self, data: &[u8]) -> Result<TileIndex, DecodeError> {
        let count = self.grid.len();
        if count == 1 {
            let Some(end) = data.len().checked_sub(CRC_BYTES).filter(|&end| end >= self.header_bytes) else {
                return Err(truncated("tile", self.header_bytes + CRC_BYTES, data.len()));
            };
            check_crc(&data[..end], &data[end..], "file checksum")?;
            return Ok(TileIndex { tiles: vec![(self.header_bytes, end - self.header_bytes)] });
        }
        // Every tile has at least a byte in the index and a checksum: no allocation beyond what the data could hold.
        let least = count.saturating_mul(1 + CRC_BYTES).saturating_add(self.header_bytes);
        if data.len() < least {
            return Err(truncated("tile index", least, data.len()));
        }
        let mut position = self.header_bytes;
        let mut lengths = Vec::with_capacity(count);
        for _ in 0..count {
            lengths.push(read_varint(data, &mut position, "tile index")?);
        }
        let end = position + CRC_BYTES;
        if data.len() < end {
            return Err(truncated("tile index", end, data.len()));
        }
        check_crc(&data[..position], &data[position..end], "index checksum")?;
        self.place(data, end, &lengths)
    }

    fn place(&self, data: &[u8], start: usize, lengths: &[u64]) -> Result<TileIndex, DecodeError> {
        let mut position = start;
        let mut tiles = Vec::with_capacity(lengths.len());
        for &length in lengths {
            let left = (data.len() - position) as u64;
            if left < length.saturating_add(CRC_BYTES as u64) {
                return Err(DecodeError::Truncated {
                    what: "tile",
                    needed: (position as u64).saturating_add(length).saturating_add(CRC_BYTES as u64),
                    available: data.len() as u64,
                });
            }
            tiles.push((position, length as usize));
            position += length as usize + CRC_BYTES;
        }
        if position != data.len() {
            let value = (data.len() - position) as u64;
            return Err(DecodeError::Corrupt { what: "bytes after the last tile", value, limit: 0 });
        }
        Ok(TileIndex { tiles })
    }

    /// The data of a tile, its checksum checked.
    pub(crate) fn tile<'a>(&self, data: &'a [u8], index: &TileIndex, tile: usize) -> Result<TileData<'a>, DecodeError> {
        let (start, length) = index.tiles[tile];
        let bytes = &data[start..start + length];
        if index.tiles.len() > 1 {
            let crc = &data[start + length..start + length + CRC_BYTES];
            check_crc(bytes, crc, "tile checksum")?;
        }
        if !self.header.alpha {
            return Ok(TileData { alpha: &[], colour: bytes });
        }
        let mut position = 0;
        let length = read_varint(bytes, &mut position, "length of the alpha")?;
        let left = &bytes[position..];
        match usize::try_from(length).ok().and_then(|length| left.split_at_checked(length)) {
            Some((alpha, colour)) => Ok(TileData { alpha, colour }),
            None => {
                let needed = (start + position) as u64 + length;
                Err(DecodeError::Truncated { what: "alpha", needed, available: (start + bytes.len()) as u64 })
            }
        }
    }
}
