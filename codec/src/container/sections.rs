//! The sections between header and tiles. BITSTREAM.md §2.2.

use std::ops::Range;

use super::index::read_varint;
use super::{CRC_BYTES, SECTION_END};
use crate::error::DecodeError;
use crate::limits::Limits;

/// Goes from section to section and checks everything but the checksums.
#[derive(Debug, Clone)]
pub(super) struct Steps {
    /// Where the first section begins.
    start: usize,
    /// Behind what was read.
    pub(super) position: usize,
    /// Type of the section before.
    last: u64,
}

impl Steps {
    /// Before the section at `position`, which is the first.
    pub(super) fn new(position: usize) -> Self {
        Self { start: position, position, last: SECTION_END }
    }

    /// Type and place of the next section of `data`; its checksum follows. `None` at the end mark.
    /// After an error nothing has moved: with more data, this goes on.
    ///
    /// # Errors
    /// [`DecodeError`]; [`DecodeError::Truncated`] where more data may help.
    pub(super) fn next(&mut self, data: &[u8], limits: &Limits) -> Result<Option<(u64, Range<usize>)>, DecodeError> {
        let mut position = self.position;
        let kind = read_varint(data, &mut position, "section type")?;
        if kind == SECTION_END {
            self.position = position;
            return Ok(None);
        }
        if kind <= self.last {
            let (value, limit) = (kind, self.last);
            return Err(DecodeError::Corrupt { what: "section type after a greater one", value, limit });
        }
        let length = read_varint(data, &mut position, "section length")?;
        let end = position.saturating_add(usize::try_from(length).unwrap_or(usize::MAX));
        let behind = end.saturating_add(CRC_BYTES);
        // All bytes count, those of types, lengths and checksums too: there may be no more sections
        // than the limit has bytes for, even of empty ones.
        limits.check_metadata((behind - self.start) as u64)?;
        if data.len() < behind {
            return Err(DecodeError::Truncated {
                what: "section",
                needed: behind as u64,
                available: data.len() as u64,
            });
        }
        (self.position, self.last) = (behind, kind);
        Ok(Some((kind, position..end)))
    }
}
