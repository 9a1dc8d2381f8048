//! Intra prediction: a block of samples from the reconstructed samples above it and to its left.
//!
//! One tool a file; `edges` gathers the reference samples, [`predict`] chooses the tool by mode. Chroma has two tools
//! more, from finished luma: `cclm` (a fitted linear model) and `cfl` (an explicit one), both over `luma`.
//! Everything is integer arithmetic, for sample depths of 10 to 14 bits. BITSTREAM.md §9.2 to §9.7.

pub(crate) mod angular;
pub(crate) mod cclm;
pub(crate) mod cfl;
mod dc;
pub(crate) mod edges;
pub(crate) mod learned;
pub(crate) mod luma;
mod paeth;
mod pdpc;
mod planar;
#[cfg(test)]
pub(crate) mod reference;
mod smooth;
mod straight;

use crate::image::plane::Block;
use crate::predict::edges::Edges;
use crate::simd::Simd;

/// Longest side of a block.
pub(crate) const MAX_SIDE: usize = 64;

/// An intra prediction mode: 0 to 4 are the non-directional ones, 5 to 68 the angles from bottom left by way of up
/// left to almost top right.
#[derive(Debug, Copy, Clone, PartialEq, Eq)]
pub(crate) struct IntraMode(pub(crate) u8);

impl IntraMode {
    /// Mean of the references.
    pub(crate) const DC: Self = Self(0);
    /// Mean of a horizontal and a vertical linear interpolation.
    pub(crate) const PLANAR: Self = Self(1);
    /// Top, left or corner, whichever is nearest to top + left - corner.
    pub(crate) const PAETH: Self = Self(2);
    /// Quadratic blend from the left column to the last sample above.
    pub(crate) const SMOOTH_H: Self = Self(3);
    /// Quadratic blend from the row above to the last sample at the left.
    pub(crate) const SMOOTH_V: Self = Self(4);
    /// First of the 64 angles: 45 degrees to the bottom left.
    pub(crate) const ANGULAR0: Self = Self(5);
    /// The left column, copied to the right.
    pub(crate) const HORIZONTAL: Self = Self(5 + 16);
    /// The row above, copied downwards.
    pub(crate) const VERTICAL: Self = Self(5 + 48);
    /// Number of modes.
    pub(crate) const COUNT: usize = 69;

    /// First of the learned modes, which luma has besides those.
    pub(crate) const LEARNED0: Self = Self(Self::COUNT as u8);
    /// Number of learned modes.
    pub(crate) const LEARNED: usize = 2 * learned::MATRICES;
    /// Number of modes of luma.
    pub(crate) const ALL: usize = Self::COUNT + Self::LEARNED;

    /// All modes of luma, in order.
    #[cfg(test)]
    pub(crate) fn luma() -> impl Iterator<Item = Self> {
        (0..Self::ALL as u8).map(Self)
    }

    /// 0..LEARNED for a learned mode.
    #[inline(always)]
    pub(crate) fn learned_index(self) -> Option<usize> {
        usize::from(self.0).checked_sub(Self::COUNT)
    }

    /// What stands for it where other blocks look at it: planar for a learned mode.
    pub(crate) fn seen(self) -> Self {
        if self.learned_index().is_some() { Self::PLANAR } else { self }
    }

    /// The directional modes `gap` beside angle `angle`.
    pub(crate) fn beside(angle: u8, gap: u8) -> impl Iterator<Item = Self> {
        let angles = [angle.checked_sub(gap), Some(angle + gap).filter(|&angle| angle < 64)];
        angles.into_iter().flatten().map(|angle| Self(Self::ANGULAR0.0 + angle))
    }

    /// 0..64 for a directional mode, in the order of the modes.
    #[inline(always)]
    pub(crate) fn angle_index(self) -> Option<usize> {
        usize::from(self.0).checked_sub(usize::from(Self::ANGULAR0.0)).filter(|&a| a < 64)
    }
}

/// Runs a kernel at a CPU level, compiled for each side that a block can have: a function, or a [`Kernel`](crate::simd::Kernel).
macro_rules! by_side {
    ($simd:expr, $side:expr, $kernel:ident { $($field:ident),* }) => {
        match $side {
            4 => $simd.launch($kernel::<4> { $($field),* }),
            8 => $simd.launch($kernel::<8> { $($field),* }),
            16 => $simd.launch($kernel::<16> { $($field),* }),
            32 => $simd.launch($kernel::<32> { $($field),* }),
            _ => $simd.launch($kernel::<64> { $($field),* }),
        }
    };
    ($simd:expr, $side:expr, $kernel:ident($($argument:expr),*)) => {
        match $side {
            4 => by_side!(@ $simd, $kernel::<4>($($argument),*)),
            8 => by_side!(@ $simd, $kernel::<8>($($argument),*)),
            16 => by_side!(@ $simd, $kernel::<16>($($argument),*)),
            32 => by_side!(@ $simd, $kernel::<32>($($argument),*)),
            _ => by_side!(@ $simd, $kernel::<64>($($argument),*)),
        }
    };
    (@ $simd:expr, $call:expr) => {
        $simd.run(
            #[inline(always)]
            || $call,
        )
    };
}
pub(crate) use by_side;

/// Predicts a block of samples of `depth` bits (its sides 4, 8, 16, 32 or 64, at most 4:1) into `out`.
pub(crate) fn predict(simd: Simd, mode: IntraMode, edges: &Edges, depth: u32, out: &mut Block<'_>) {
    let (w, h) = (out.w, out.h);
    debug_assert!(usize::from(mode.0) < IntraMode::ALL && w <= 4 * h && h <= 4 * w);
    debug_assert!(w.is_power_of_two() && h.is_power_of_two() && w.min(h) >= 4 && w.max(h) <= MAX_SIDE);
    let straight = matches!(mode, IntraMode::HORIZONTAL | IntraMode::VERTICAL) && edges.distance == 0;
    if let Some(angle) = mode.angle_index().filter(|_| !straight) {
        angular::predict(simd, angle, edges, depth, out);
    } else if let Some(index) = mode.learned_index() {
        learned::predict(simd, index, edges, depth, out);
    } else {
        by_side!(simd, w, by_mode(mode, edges, depth, out));
    }
}

/// The simple modes and the straight ones.
#[inline(always)]
fn by_mode<const W: usize>(mode: IntraMode, edges: &Edges, depth: u32, out: &mut Block<'_>) {
    match mode {
        IntraMode::DC => dc::predict::<W>(edges, out),
        IntraMode::PLANAR => planar::predict::<W>(edges, out),
        IntraMode::PAETH => paeth::predict::<W>(edges, out),
        IntraMode::SMOOTH_H => smooth::horizontal::<W>(edges, out),
        IntraMode::SMOOTH_V => smooth::vertical::<W>(edges, out),
        IntraMode::HORIZONTAL => straight::horizontal::<W>(edges, depth, out),
        _ => straight::vertical::<W>(edges, depth, out),
    }
}
