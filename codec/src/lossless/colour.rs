//! Reversible colour transforms. BITSTREAM.md §13.2.

/// Number of a palette among the transforms.
pub(super) const PALETTE: u32 = 3;

/// How green, red and blue become the three values that are coded. The number is that of the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Transform {
    /// As they are.
    Reorder,
    /// Green, and red and blue less green.
    SubtractGreen,
    /// Luma, then orange and green chroma, by lifting (YCoCg-R: H. Malvar and G. Sullivan, 2003).
    YCoCg,
}

impl Transform {
    /// All, by number.
    pub(super) const ALL: [Self; 3] = [Self::Reorder, Self::SubtractGreen, Self::YCoCg];

    /// The three values that are coded.
    #[inline(always)]
    pub(super) fn forward(self, [g, r, b]: [i32; 3]) -> [i32; 3] {
        match self {
            Self::Reorder => [g, r, b],
            Self::SubtractGreen => [g, r - g, b - g],
            Self::YCoCg => {
                let orange = r - b;
                let half = b + (orange >> 1);
                let green = g - half;
                [half + (green >> 1), orange, green]
            }
        }
    }

    /// Green, red and blue of what was coded.
    #[inline(always)]
    pub(super) fn inverse(self, [y, u, v]: [i32; 3]) -> [i32; 3] {
        match self {
            Self::Reorder => [y, u, v],
            Self::SubtractGreen => [y, y + u, y + v],
            Self::YCoCg => {
                let half = y - (v >> 1);
                let b = half - (u >> 1);
                [v + half, b + u, b]
            }
        }
    }
}
