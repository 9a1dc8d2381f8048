//! The bases of a transform, and what a block is like that goes through one. BITSTREAM.md §9.8.

/// The longer side of what is coded of a block: of a side of 64 only the low 32 frequencies are.
pub(crate) const MAX_TX: usize = 32;

/// Coefficients of the largest block.
pub(crate) const MAX_CODED: usize = MAX_TX * MAX_TX;

/// Least value of a dequantised coefficient, and of a value between the two passes.
pub(crate) const COEF_MIN: i32 = -(1 << 17);

/// Greatest value of a value between the two passes.
pub(crate) const COEF_MAX: i32 = (1 << 17) - 1;

/// A one-dimensional basis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Basis {
    /// DCT-II, sides 4 to 64.
    Dct2,
    /// DST-VII, sides 4 to 16.
    Dst7,
    /// None: the coefficients are the residual. Both ways only, sides 4 to 32.
    Identity,
}

/// The bases of a block's two directions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct TxType {
    pub(crate) vertical: Basis,
    pub(crate) horizontal: Basis,
}

/// What a block's residual is like, and how it is transformed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TxShape {
    /// Sides in samples.
    pub(crate) w: usize,
    pub(crate) h: usize,
    pub(crate) tx: TxType,
    /// Bits of a sample above 10. Coefficients have the scale and the range of 10 bits at any
    /// depth.
    pub(crate) extra: u32,
}

impl TxType {
    /// DCT-II both ways.
    pub(crate) const DCT: Self = Self { vertical: Basis::Dct2, horizontal: Basis::Dct2 };
    /// No transform.
    pub(crate) const IDENTITY: Self = Self { vertical: Basis::Identity, horizontal: Basis::Identity };
}
