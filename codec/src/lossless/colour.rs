//! The colours of three planes: reversible transforms, palettes. BITSTREAM.md §13.2.

use super::coder::Coder;
use super::values::palette;
use crate::entropy::interval::Interval;

/// Number of a palette among the transforms.
const PALETTE: u32 = 3;

/// How green, red and blue become the three values that are coded. The number is that of the
/// format.
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

/// How three planes are coded.
#[derive(Debug, Clone)]
pub(super) enum Colours {
    Transform(Transform),
    /// Each pixel by the number of its colour among these, which are in order: green, red and blue.
    Palette(Vec<[i32; 3]>),
}

impl Colours {
    /// Writes or reads them, for samples of `depth` bits.
    pub(super) fn code<I: Interval>(&mut self, coder: &mut Coder<'_, I>, depth: u32) {
        let number = coder.interval.bypass(2, self.number());
        if let Some(&transform) = Transform::ALL.get(number as usize) {
            *self = Self::Transform(transform);
            return;
        }
        let mut colours = if let Self::Palette(colours) = self { std::mem::take(colours) } else { Vec::new() };
        palette(coder, depth, &mut colours);
        *self = Self::Palette(colours);
    }

    /// The number that the stream has for them.
    pub(super) fn number(&self) -> u32 {
        match self {
            Self::Transform(transform) => *transform as u32,
            Self::Palette(_) => PALETTE,
        }
    }

    /// Planes that are coded.
    pub(super) fn planes(&self) -> usize {
        if let Self::Palette(_) = self { 1 } else { 3 }
    }

    /// The values that are coded of `pixels` (green, red, blue), plane by plane.
    pub(super) fn forward(&self, pixels: &[[i32; 3]]) -> Vec<Vec<i32>> {
        let number = |palette: &[[i32; 3]], pixel| palette.binary_search(pixel).map_or(0, |i| i as i32);
        match self {
            Self::Transform(transform) => {
                (0..3).map(|k| pixels.iter().map(|&pixel| transform.forward(pixel)[k]).collect()).collect()
            }
            Self::Palette(colours) => vec![pixels.iter().map(|pixel| number(colours, pixel)).collect()],
        }
    }

    /// Green, red and blue of what was coded; values that no sample has where that is none of the
    /// palette's.
    pub(super) fn inverse(&self, values: [i32; 3]) -> [i32; 3] {
        match self {
            Self::Transform(transform) => transform.inverse(values),
            Self::Palette(colours) => colours.get(values[0] as usize).copied().unwrap_or([-1; 3]),
        }
    }
}
