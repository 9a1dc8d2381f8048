//! Putting a file together.

use super::index::write_varint;
use super::{DRAFT, SECTION_END, SIGNATURE, checksum};
use crate::entropy::raw::RawWriter;
use crate::syntax::header::PictureHeader;

/// A file of `header` and `tiles`. One tile: its data runs to the checksum that ends the file. More: an index of
/// lengths with a checksum over all so far, then each tile's data with its own.
pub(crate) fn write(header: &PictureHeader, tiles: &[Vec<u8>]) -> Vec<u8> {
    let mut out = SIGNATURE.to_vec();
    out.push(DRAFT);
    let mut bits = RawWriter::default();
    header.clone().walk(&mut bits);
    out.extend(bits.finish());
    if header.sections {
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
