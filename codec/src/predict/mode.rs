//! The intra prediction modes of a block. BITSTREAM.md §9.3 to §9.5, §9.7.

/// Number of matrices of the learned modes.
pub(crate) const MATRICES: usize = 8;

/// An intra prediction mode. Chroma has no learned ones of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IntraMode {
    /// Mean of the references.
    Dc,
    /// Mean of a horizontal and a vertical linear interpolation.
    Planar,
    /// Top, left or corner, whichever is nearest to top + left - corner.
    Paeth,
    /// Quadratic blend from the left column to the last sample above.
    SmoothH,
    /// Quadratic blend from the row above to the last sample at the left.
    SmoothV,
    /// Along a direction: from bottom left, 0, by way of up left to almost top right, 63.
    Angular(u8),
    /// By a learned matrix, 0 to [`IntraMode::LEARNED`] - 1: even ones as they are, odd ones
    /// mirrored at the diagonal.
    Learned(u8),
}

impl IntraMode {
    /// The modes without a number, in the order of the stream.
    pub(crate) const SIMPLE: [Self; 5] = [Self::Dc, Self::Planar, Self::Paeth, Self::SmoothH, Self::SmoothV];
    /// Number of directions.
    pub(crate) const ANGLES: u8 = 64;
    /// The left column, copied to the right.
    pub(crate) const HORIZONTAL: Self = Self::Angular(16);
    /// The row above, copied downwards.
    pub(crate) const VERTICAL: Self = Self::Angular(48);
    /// Number of learned modes: each matrix serves two.
    pub(crate) const LEARNED: usize = 2 * MATRICES;
    /// Number of modes.
    pub(crate) const COUNT: usize = Self::SIMPLE.len() + Self::ANGLES as usize + Self::LEARNED;

    /// The mode's place among all, 0 to [`IntraMode::COUNT`] - 1: simple ones, angles, learned
    /// ones.
    #[inline(always)]
    pub(crate) fn number(self) -> usize {
        let (angles, learned) = (Self::SIMPLE.len(), Self::SIMPLE.len() + usize::from(Self::ANGLES));
        match self {
            Self::Dc => 0,
            Self::Planar => 1,
            Self::Paeth => 2,
            Self::SmoothH => 3,
            Self::SmoothV => 4,
            Self::Angular(angle) => angles + usize::from(angle),
            Self::Learned(index) => learned + usize::from(index),
        }
    }

    /// All modes, in the order of their numbers.
    #[cfg(any(test, feature = "bench-api"))]
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        let angles = (0..Self::ANGLES).map(Self::Angular);
        Self::SIMPLE.into_iter().chain(angles).chain((0..Self::LEARNED as u8).map(Self::Learned))
    }

    #[inline(always)]
    pub(crate) fn is_angular(self) -> bool {
        matches!(self, Self::Angular(_))
    }

    /// The directions `gap` beside direction `angle`.
    pub(crate) fn beside(angle: u8, gap: u8) -> impl Iterator<Item = Self> {
        let angles = [angle.checked_sub(gap), Some(angle + gap).filter(|&angle| angle < Self::ANGLES)];
        angles.into_iter().flatten().map(Self::Angular)
    }
}

/// How chroma is predicted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChromaMode {
    /// As the luma block at its centre.
    Derived,
    /// By a mode of its own.
    Own(IntraMode),
    /// From luma, by a linear model fitted to neighbours.
    Fitted(ModelSides),
    /// From luma, by a quadratic model, fitted likewise.
    Quadratic(ModelSides),
    /// From luma, with slopes for Cb and Cr in 1/8, -16 to 16.
    Explicit([i8; 2]),
}

/// The sides of a block whose neighbours a linear model is fitted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ModelSides {
    Both,
    Above,
    Left,
}

/// Where the prediction of chroma comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChromaFamily {
    /// A mode of its own.
    Own,
    /// The mode of luma.
    Derived,
    /// Samples of luma.
    CrossComponent,
}

impl ChromaMode {
    pub(crate) fn family(self) -> ChromaFamily {
        match self {
            Self::Own(_) => ChromaFamily::Own,
            Self::Derived => ChromaFamily::Derived,
            Self::Fitted(_) | Self::Quadratic(_) | Self::Explicit(_) => ChromaFamily::CrossComponent,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mode_has_its_number() {
        assert!(IntraMode::all().map(IntraMode::number).eq(0..IntraMode::COUNT));
    }
}
