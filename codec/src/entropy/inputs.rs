//! The one declaration of what the bins of a level look at in the mixed profile besides their own context: for each kind of
//! bin some groups of states. What chooses among them stands in `syntax/mixing.rs`. BITSTREAM.md §7.5.

/// States that a mixed bin looks at besides its context.
pub(crate) const EXTRA: usize = 3;

/// Numbers of the states that a mixed bin looks at besides its context.
pub(crate) type Inputs = [u32; EXTRA];

/// A kind of bin: its groups of states, with consecutive numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    bases: [u32; EXTRA],
    sizes: [u32; EXTRA],
}

impl Kind {
    /// With `sizes` states, from number `state` on.
    const fn from(state: u32, sizes: [u32; EXTRA]) -> Self {
        let mut bases = [0; EXTRA];
        let mut at = state;
        let mut i = 0;
        while i < EXTRA {
            bases[i] = at;
            at += sizes[i];
            i += 1;
        }
        Self { bases, sizes }
    }

    /// The number behind its last state.
    const fn end(&self) -> u32 {
        self.bases[EXTRA - 1] + self.sizes[EXTRA - 1]
    }

    /// The states with these indices in their groups.
    #[inline(always)]
    pub(crate) fn at(&self, indices: [u32; EXTRA]) -> Inputs {
        let mut states = self.bases;
        for (i, state) in states.iter_mut().enumerate() {
            debug_assert!(indices[i] < self.sizes[i], "group {i}: {} of {}", indices[i], self.sizes[i]);
            *state += indices[i];
        }
        states
    }
}

macro_rules! kinds {
    (@each ($state:expr)) => {
        /// Number of states.
        pub(crate) const STATES: usize = $state as usize;
    };
    (@each ($state:expr) $(#[$doc:meta])* $name:ident: $sizes:expr; $($rest:tt)*) => {
        $(#[$doc])*
        pub(crate) const $name: Kind = Kind::from($state, $sizes);
        kinds!(@each ($name.end()) $($rest)*);
    };
    ($($all:tt)*) => {
        kinds!(@each (0) $($all)*);
    };
}

/// Groups of what the significance of a level looks at.
const SIGNIFICANCE: [u32; EXTRA] = [8100, 2112, 1792];
/// Groups of what the bins of a level above zero look at.
const SIZE: [u32; EXTRA] = [2880, 2112, 1792];

kinds! {
    /// A level is not zero.
    SIGNIFICANT: SIGNIFICANCE;
    /// It is above one.
    ABOVE_ONE: SIZE;
    /// Parity of a level above one.
    PARITY: SIZE;
    /// It is above three.
    ABOVE_THREE: SIZE;
    /// A level of either quantiser of a trellis is not zero, or above one.
    EVEN_SIGNIFICANT: SIGNIFICANCE;
    EVEN_ABOVE_ONE: SIZE;
    ODD_SIGNIFICANT: SIGNIFICANCE;
    ODD_ABOVE_ONE: SIZE;
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
