//! The sections between header and tiles. BITSTREAM.md §2.2.

use std::ops::Range;

use super::index::read_varint;
use super::{CRC_BYTES, SECTION_END};
use crate::error::DecodeError;
use crate::limits::Limits;

/// Goes from section to section and checks everything but the checksums.
#[derive(Debug)]
pub(super) struct Steps<'a> {
    data: &'a [u8],
    /// Behind what was read.
    pub(super) position: usize,
    last: u64,
    /// Bytes of payload so far.
    total: u64,
    limits: &'a Limits,
}

impl<'a> Steps<'a> {
    /// The sections of `data` from `position` on.
    pub(super) fn new(data: &'a [u8], position: usize, limits: &'a Limits) -> Self {
        Self { data, position, last: SECTION_END, total: 0, limits }
    }

    /// Type and place of the next section; its checksum follows. `None` at the end mark.
    pub(super) fn next(&mut self) -> Result<Option<(u64, Range<usize>)>, DecodeError> {
        let mut position = self.position;
        let kind = read_varint(self.data, &mut position, "section type")?;
        if kind == SECTION_END {
            self.position = position;
            return Ok(None);
        }
        if kind <= self.last {
            let (value, limit) = (kind, self.last);
            return Err(DecodeError::Corrupt { what: "section type after a greater one", value, limit });
        }
        let length = read_varint(self.data, &mut position, "section length")?;
        let total = self.total.saturating_add(length);
        self.limits.check_metadata(total)?;
        let end = position.saturating_add(usize::try_from(length).unwrap_or(usize::MAX));
        let behind = end.saturating_add(CRC_BYTES);
        if self.data.len() < behind {
            let available = self.data.len() as u64;
            return Err(DecodeError::Truncated { what: "section", needed: behind as u64, available });
        }
        (self.position, self.last, self.total) = (behind, kind, total);
        Ok(Some((kind, position..end)))
    }
}
