//! Block vectors: where a copied block comes from. BITSTREAM.md §5.5.

use crate::image::plane::Rect;

/// From a block to the samples that it copies, in luma samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Vector {
    pub(crate) x: i16,
    pub(crate) y: i16,
}

impl Vector {
    /// The vector in a plane whose resolution is 2^-`shift` of luma's.
    pub(crate) fn scaled(self, shift: u32) -> Self {
        Self { x: self.x >> shift, y: self.y >> shift }
    }

    /// Where `rect` copies from, unless that reaches over the upper or left edge of the tile.
    pub(crate) fn source(self, rect: Rect) -> Option<Rect> {
        let x = rect.x.checked_add_signed(self.x.into())?;
        let y = rect.y.checked_add_signed(self.y.into())?;
        Some(Rect { x, y, ..rect })
    }
}
