//! What the header of a PNG file says of its samples.

use super::chunks::Chunk;

/// What the header says of samples.
#[derive(Debug, Clone, Copy)]
pub(super) struct Header {
    pub(super) depth: u8,
    pub(super) colour: u8,
}

/// The colour of pixels that are indices into a palette.
pub(super) const PALETTE: u8 = 3;

impl Header {
    pub(super) fn of(chunks: &[Chunk<'_>]) -> Option<Self> {
        match chunks.first() {
            Some(Chunk { chunk_type: b"IHDR", contents: [_, _, _, _, _, _, _, _, depth, colour, ..], .. }) => {
                Some(Self { depth: *depth, colour: *colour })
            }
            _ => None,
        }
    }

    /// Whether pixels have colour.
    pub(super) fn has_colour(self) -> bool {
        self.colour & 2 != 0
    }
}
