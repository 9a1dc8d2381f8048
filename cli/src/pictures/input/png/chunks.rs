//! The chunks of a PNG file.

use super::super::source::{PARTLY, SourceFile};
use crate::base::error::Result;

/// What a file begins with.
pub(super) const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// A piece of a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chunk<'a> {
    pub(super) chunk_type: &'a [u8; 4],
    pub(super) contents: &'a [u8],
    /// With its length and its checksum.
    pub(super) whole: &'a [u8],
    /// Whether the checksum is right.
    pub(super) intact: bool,
}

impl Chunk<'_> {
    /// Whether a picture cannot be shown by who does not know it.
    pub(super) fn is_critical(&self) -> bool {
        self.chunk_type[0].is_ascii_uppercase()
    }

    /// Its type as text.
    pub(super) fn name(&self) -> String {
        self.chunk_type.escape_ascii().to_string()
    }
}

/// A file in pieces.
#[derive(Debug)]
pub(super) struct Split<'a> {
    /// Those that are whole; the last is the end, if that is there.
    pub(super) chunks: Vec<Chunk<'a>>,
    /// What follows them.
    pub(super) rest: &'a [u8],
    pub(super) ended: bool,
}

/// All chunks of a file, up to its end. One that is cut off is refused, unless what there is of it
/// is wanted.
pub(super) fn split<'a>(source: &SourceFile<'a>) -> Result<Split<'a>> {
    let rest = source.data.get(SIGNATURE.len()..).unwrap_or_default();
    let mut split = Split { chunks: Vec::new(), rest, ended: false };
    while !split.ended {
        let Some(chunk) = first(split.rest) else {
            if source.partial {
                break;
            }
            return Err(source.fault(format!("the file is cut off ({PARTLY})")));
        };
        if !chunk.chunk_type.iter().all(u8::is_ascii_alphabetic) {
            let text = format!("the file is damaged: a chunk of no valid type ({})", chunk.name());
            return Err(source.fault(text));
        }
        split.rest = &split.rest[chunk.whole.len()..];
        split.ended = chunk.chunk_type == b"IEND";
        split.chunks.push(chunk);
    }
    Ok(split)
}

/// The chunk at the front, if it is all there.
pub(super) fn first(data: &[u8]) -> Option<Chunk<'_>> {
    let (length, tail) = data.split_first_chunk::<4>()?;
    let (chunk_type, tail) = tail.split_first_chunk::<4>()?;
    let (contents, tail) = tail.split_at_checked(u32::from_be_bytes(*length) as usize)?;
    let checksum = u32::from_be_bytes(*tail.first_chunk::<4>()?);
    let whole = &data[..12 + contents.len()];
    Some(Chunk { chunk_type, contents, whole, intact: crc32fast::hash(&whole[4..8 + contents.len()]) == checksum })
}
