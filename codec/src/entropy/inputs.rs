//! The one declaration of what mixed bins look at besides their own context: for each kind of bin six groups of states,
//! and how many sets of weights. What chooses among them stands in `syntax/mixing.rs`. BITSTREAM.md §7.5.

/// States that a mixed bin looks at besides its context.
pub(crate) const EXTRA: usize = 6;

/// What a mixed bin looks at besides its context.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Inputs {
    /// Numbers of the states.
    pub(crate) states: [u32; EXTRA],
    /// Number of the set of weights and corrections.
    pub(crate) set: u16,
}

/// A kind of bin: its groups of states and its sets of weights, with consecutive numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    bases: [u32; EXTRA],
    sizes: [u32; EXTRA],
    set: u16,
    sets: u16,
}

impl Kind {
    /// With `sizes` states, from number `state` on, and `sets` sets of weights, from number `set` on.
    const fn from(state: u32, set: u16, sizes: [u32; EXTRA], sets: u16) -> Self {
        let mut bases = [0; EXTRA];
        let mut at = state;
        let mut i = 0;
        while i < EXTRA {
            bases[i] = at;
            at += sizes[i];
            i += 1;
        }
        Self { bases, sizes, set, sets }
    }

    /// The number behind its last state.
    const fn end(&self) -> u32 {
        self.bases[EXTRA - 1] + self.sizes[EXTRA - 1]
    }

    /// The states with these indices in their groups, and weights `set` of the kind's.
    #[inline(always)]
    pub(crate) fn at(&self, indices: [u32; EXTRA], set: u32) -> Inputs {
        debug_assert!(set < self.sets as u32, "set {set} of {}", self.sets);
        let mut states = self.bases;
        for (i, state) in states.iter_mut().enumerate() {
            debug_assert!(indices[i] < self.sizes[i], "group {i}: {} of {}", indices[i], self.sizes[i]);
            *state += indices[i];
        }
        Inputs { states, set: self.set + set as u16 }
    }
}

macro_rules! kinds {
    (@each ($state:expr, $set:expr)) => {
        /// Number of states.
        pub(crate) const STATES: usize = $state as usize;
        /// Number of sets of weights.
        pub(crate) const SETS: usize = $set as usize;
    };
    (@each ($state:expr, $set:expr) $(#[$doc:meta])* $name:ident: $sizes:expr, $sets:expr; $($rest:tt)*) => {
        $(#[$doc])*
        pub(crate) const $name: Kind = Kind::from($state, $set, $sizes, $sets);
        kinds!(@each ($name.end(), $name.set + $name.sets) $($rest)*);
    };
    ($($all:tt)*) => {
        kinds!(@each (0, 0) $($all)*);
    };
}

/// Groups of what the bins of splits and luma modes look at, each with `n` states a case.
const fn node(n: u32) -> [u32; EXTRA] {
    [200 * n, 324 * n, 324 * n, 225 * n, 69 * n, 69 * n]
}

/// Groups of what a block's flag and end look at, each with `n` states a case.
const fn block(n: u32) -> [u32; EXTRA] {
    [200 * n, 196 * n, 224 * n, 175 * n, 96 * n, 256 * n]
}

/// Groups of what the significance of a level looks at.
const SIGNIFICANCE: [u32; EXTRA] = [3072, 8100, 2112, 1792, 2560, 1280];
/// Groups of what the bins of a level above zero look at.
const SIZE: [u32; EXTRA] = [2048, 2880, 2112, 1792, 2560, 1280];

kinds! {
    /// A node is split: channel (2); sets: channel (2) x area (3).
    SPLIT: node(2), 6;
    /// The split is into four squares: the same.
    SPLIT_QUAD: node(2), 6;
    /// The cut runs vertically: the same.
    SPLIT_VERTICAL: node(2), 6;
    /// The luma mode is a most probable one; sets: area (3).
    MPM: node(1), 3;
    /// Index among the most probable modes: position (5); sets: position (5).
    MPM_INDEX: node(5), 5;
    /// A mode that is not most probable is angular; sets: area (3).
    ANGULAR: node(1), 3;
    /// A transform block has levels: plane and Cb's flag (4); sets: the same (4).
    CODED: block(4), 4;
    /// Class of the number of coded positions: channel (2) x position (11); sets: the same (22).
    END_CLASS: block(22), 22;
    /// First bit within the class: class (11); sets: channel (2).
    END_BIT: block(11), 2;
    /// A level is not zero; sets: channel (2) x place (5) x template (3).
    SIGNIFICANT: SIGNIFICANCE, 30;
    /// It is above one; sets: channel (2) x place (5).
    ABOVE_ONE: SIZE, 10;
    /// Parity of a level above one; sets: channel (2) x place (5).
    PARITY: SIZE, 10;
    /// It is above three; sets: channel (2) x place (5).
    ABOVE_THREE: SIZE, 10;
    /// A level of either quantiser of a trellis is not zero, or above one.
    EVEN_SIGNIFICANT: SIGNIFICANCE, 30;
    EVEN_ABOVE_ONE: SIZE, 10;
    ODD_SIGNIFICANT: SIGNIFICANCE, 30;
    ODD_ABOVE_ONE: SIZE, 10;
}

/// The kinds of a level's bins that depend on its quantiser.
#[derive(Debug)]
pub(crate) struct LevelKinds {
    pub(crate) significant: Kind,
    pub(crate) above_one: Kind,
}

/// Those of the scalar quantiser, whose state never changes.
pub(crate) static SCALAR_LEVELS: [LevelKinds; 2] =
    [const { LevelKinds { significant: SIGNIFICANT, above_one: ABOVE_ONE } }; 2];
/// Those of the two quantisers of a trellis.
pub(crate) static TRELLIS_LEVELS: [LevelKinds; 2] = [
    LevelKinds { significant: EVEN_SIGNIFICANT, above_one: EVEN_ABOVE_ONE },
    LevelKinds { significant: ODD_SIGNIFICANT, above_one: ODD_ABOVE_ONE },
];
