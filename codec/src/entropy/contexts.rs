//! The one declaration of all adaptive contexts: name and size of each group, in the order of their
//! numbers. A context within its group is chosen by the file of the syntax element, with the help
//! of `syntax/ctx.rs`. BITSTREAM.md §7.3.

use super::coder::Ctx;

/// A group of contexts with consecutive numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Group {
    base: u16,
    len: u16,
}

impl Group {
    /// Number of contexts.
    #[cfg(feature = "bench-api")]
    pub(crate) const fn len(self) -> u16 {
        self.len
    }

    /// Context `i` of the group.
    #[inline(always)]
    pub(crate) fn at(self, i: usize) -> Ctx {
        debug_assert!(i < self.len as usize, "context {i} of a group of {}", self.len);
        Ctx(self.base + i as u16)
    }
}

macro_rules! contexts {
    (@each ($base:expr)) => {
        /// Number of contexts.
        pub(crate) const COUNT: u16 = $base;
    };
    (@each ($base:expr) $(#[$doc:meta])* $name:ident: $len:expr; $($rest:tt)*) => {
        $(#[$doc])*
        pub(crate) const $name: Group = Group { base: $base, len: $len };
        contexts!(@each ($name.base + $name.len) $($rest)*);
    };
    ($($(#[$doc:meta])* $name:ident: $len:expr;)*) => {
        contexts!(@each (0) $($(#[$doc])* $name: $len;)*);
        /// Every group with its name.
        #[cfg(feature = "bench-api")]
        pub(crate) const GROUPS: &[(&str, Group)] = &[$((stringify!($name), $name)),*];
    };
}

contexts! {
    /// Chroma follows the luma tree of the superblock.
    SHARED_TREE: 1;
    /// A node is split: channel (2) x log2 of the area (9) x finer neighbours (3).
    SPLIT: 54;
    /// The split is into four squares: channel (2) x log2 of the side (4) x finer neighbours (3).
    SPLIT_QUAD: 24;
    /// The cut runs vertically: channel (2) x shape (3) x log2 of the area (9) x which neighbour is
    /// finer (3).
    SPLIT_VERTICAL: 162;
    /// The cut is into quarters: channel (2) x direction (2) x log2 of the side cut, from 16 (3).
    SPLIT_QUARTER: 12;
    /// The QP offset differs from its prediction: neighbours' offsets differ or not (2).
    OFFSET_CODED: 2;
    /// Sign of the difference.
    OFFSET_SIGN: 1;
    /// Magnitude of the difference, unary.
    OFFSET_MAGNITUDE: 8;
    /// Luma mode is a most probable one: size (3) x neighbours' modes alike (2).
    MPM: 6;
    /// Index among the most probable modes, unary: case of the neighbours (3) x position (5).
    MPM_INDEX: 15;
    /// A mode that is not most probable is angular: size (3).
    ANGULAR: 3;
    /// The non-angular modes, as a tree of three bits.
    SIMPLE_MODE: 7;
    /// The angles, as a tree of six bits.
    ANGLE: 63;
    /// Chroma is predicted from luma samples: such neighbours (3).
    CHROMA_CROSS: 3;
    /// The cross-component model is explicit.
    CHROMA_EXPLICIT: 1;
    /// A fitted model is fitted to one side only.
    FITTED_ONE_SIDE: 1;
    /// That side is the left one.
    FITTED_LEFT: 1;
    /// Chroma mode is the luma mode: such neighbours (3).
    CHROMA_DERIVED: 3;
    /// The other chroma modes, as a tree of two bits.
    CHROMA_MODE: 3;
    /// The explicit slope is zero: plane (2).
    SLOPE_ZERO: 2;
    /// Its sign: of Cb; of Cr by the sign of Cb (3).
    SLOPE_SIGN: 4;
    /// Its magnitude less one, as a tree of four bits: plane (2).
    SLOPE_MAGNITUDE: 30;
    /// A transform block has levels: reach of the levels beside it (25) x area (7) x plane and Cb's
    /// flag (4).
    CODED: 700;
    /// The vertical transform is the sine transform: class of mode (5) x size (3).
    SINE_VERTICAL: 15;
    /// The horizontal transform is the sine transform: vertical one (2) x class of mode (5) x size
    /// (3).
    SINE_HORIZONTAL: 30;
    /// Class of the number of coded positions, unary: reach (25) x area (7) x channel (2) x
    /// position (11).
    END_CLASS: 3850;
    /// First bit within the class: reach (25) x area (7) x class (11).
    END_BIT: 1925;
    /// A luma block is a copy: such neighbours (3).
    COPY: 3;
    /// It has a palette: such neighbours (3).
    PALETTE: 3;
    /// The block vector is among the expected ones.
    VECTOR_EXPECTED: 1;
    /// Index among them, unary.
    VECTOR_INDEX: 3;
    /// A component of the vector is zero: axis (2).
    VECTOR_ZERO: 2;
    /// Its sign: axis (2).
    VECTOR_SIGN: 2;
    /// Log2 of its magnitude, as a tree of four bits: axis (2).
    VECTOR_CLASS: 30;
    /// Number of colours less one, as a tree of three bits.
    PALETTE_SIZE: 7;
    /// A recent colour is used: place among the recent ones (16).
    PALETTE_REUSE: 16;
    /// An index is the next of those tried: pattern of the neighbours (15) x number tried (7).
    PALETTE_INDEX: 105;
    /// The block has no transform: channel (2) x size (3).
    IDENTITY: 6;
    /// The luma mode is a learned one: size (3) x such neighbours (3).
    LEARNED: 9;
    /// The learned modes, as a tree of four bits.
    LEARNED_MODE: 15;
    /// The line of references is a further one: size (3).
    LINE: 3;
    /// It is the furthest.
    LINE_FURTHEST: 1;
    /// A cut is 1:2:1: channel (2) x direction (2) x log2 of the side cut, from 16 (3) x finer
    /// neighbours (3).
    SPLIT_THREE: 36;
    /// A fitted model is a quadratic one: size (3).
    QUADRATIC: 3;
    /// It is fitted to one side only.
    QUADRATIC_ONE_SIDE: 1;
    /// That side is the left one.
    QUADRATIC_LEFT: 1;
}
