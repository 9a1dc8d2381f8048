//! Putting a file together.

use super::index::write_varint;
use super::{CRC_BYTES, DRAFT, SECTION_END, SIGNATURE, checksum};
use crate::entropy::raw::RawWriter;
use crate::syntax::header::PictureHeader;

/// A tile of its alpha, where the picture has any, the signs of its levels, where it is lossy, and
/// the rest of its colour.
pub(crate) fn tile(alpha: Option<&[u8]>, signs: Option<&[u8]>, colour: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for part in [alpha, signs].into_iter().flatten() {
        write_varint(&mut out, part.len() as u64);
        out.extend(part);
    }
    out.extend(colour);
    out
}

/// A section: its type and payload.
pub(crate) type Section = (u64, Vec<u8>);

/// Bytes of `sections` in a file.
pub(crate) fn section_bytes(sections: &[Section]) -> u64 {
    let varint = |value: u64| (64 - (value | 1).leading_zeros()).div_ceil(7);
    let bytes = |(kind, payload): &Section| {
        let length = payload.len() as u64;
        u64::from(varint(*kind) + varint(length)) + length + CRC_BYTES as u64
    };
    sections.iter().map(bytes).sum()
}

/// A file of `header`, which says whether there are `sections`, and `tiles`. One tile: its data
/// runs to the checksum that ends the file. More: an index of lengths with a checksum over all so
/// far, then each tile's data with its own.
pub(crate) fn write(header: &PictureHeader, sections: &[Section], tiles: &[Vec<u8>]) -> Vec<u8> {
    let mut out = SIGNATURE.to_vec();
    out.push(DRAFT);
    let mut bits = RawWriter::default();
    header.clone().walk(&mut bits);
    out.extend(bits.finish());
    if header.sections {
        for (kind, payload) in sections {
            write_varint(&mut out, *kind);
            write_varint(&mut out, payload.len() as u64);
            out.extend(payload);
            out.extend(checksum(payload));
        }
        write_varint(&mut out, SECTION_END);
    }
    if let [tile] = tiles {
        out.extend(tile);
        let crc = checksum(&out);
        out.extend(crc);
        return out;
    }
    for tile in tiles {
        write_varint(&mut out, tile.len() as u64);
    }
    let crc = checksum(&out);
    out.extend(crc);
    for tile in tiles {
        out.extend(tile);
        out.extend(checksum(tile));
    }
    out
}
