//! What each effort does: the one table.

/// How hard to search. Every field is a bound on work; none changes the meaning of quality.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Effort {
    /// Angles tried first are this far apart (a power of two); the best are then refined by
    /// halving.
    pub(crate) angle_step: u8,
    /// Angles beside one are not ranked where it costs more than this times the best mode.
    pub(crate) angle_margin: f64,
    /// Learned modes that are ranked: those that are estimated best.
    pub(crate) learned_modes: usize,
    /// None whose estimate alone costs more than this times the best other mode.
    pub(crate) learned_margin: f64,
    /// Luma modes that survive the ranking by transformed difference.
    pub(crate) luma_modes: usize,
    /// Chroma modes that survive.
    pub(crate) chroma_modes: usize,
    /// Transforms tried for each survivor.
    pub(crate) transforms: Transforms,
    /// Levels are not chosen for survivors and transforms whose estimated cost is above this times
    /// that of the best.
    pub(crate) trial_margin: f64,
    /// Levels are chosen by rate and distortion.
    pub(crate) optimise: bool,
    /// Largest block tried, log2.
    pub(crate) largest_log2: u32,
    /// Splits below a block that needs no levels are not tried.
    pub(crate) stop_when_empty: bool,
    /// Four squares of chroma, each of 8 samples a side or fewer, are given up where the first of
    /// them cost more than their share of the best so far by this part of it; half of it after two,
    /// a quarter after three.
    pub(crate) chroma_spread: f64,
    /// Which splits are tried in photographs, and in screens.
    pub(crate) partition: Partition,
    pub(crate) screens: Partition,
    /// The direct way, where pictures take it: screens and the trellis do not.
    pub(crate) direct: Option<Direct>,
    /// What adaptive quantisation learns from.
    pub(crate) sketches: Sketches,
    /// From this quality on it learns from thorough ones: near 100 errors are finer than what light
    /// ones see.
    pub(crate) thorough_from: f32,
    /// From this quality on levels are found on the trellis where squared error is all that counts:
    /// below, it gains too little or loses. docs/TUNING.md, trellis.
    pub(crate) trellis_from: f32,
    /// A trellis finds the levels of all trials, not of the best one by the scalar quantiser alone.
    pub(crate) trellis_trials: bool,
    /// How the filters' strengths are found.
    pub(crate) filters: Filters,
    /// Points of the score that it loses at the same step against effort 5. docs/TUNING.md,
    /// calibration.
    pub(crate) lost: f64,
}

/// Which splits of a block are tried.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Partition {
    /// A layout guides luma: four squares are not tried that cost, by it, more than this times the
    /// geometric mean of what one block costs by it and in truth.
    pub(crate) guide: Option<f64>,
    /// Largest squares that are halved, log2.
    pub(crate) largest_halved_log2: u32,
    /// Halves that may follow one another below a square.
    pub(crate) halvings: u32,
    /// Four squares are given up where they cost more than this times the best so far, and then
    /// halves are not tried.
    pub(crate) quad_margin: f64,
    /// Halves are not tried either where one block costs more than this times four squares.
    pub(crate) halves_margin: f64,
    /// A quarter, a half and a quarter are not tried where halves of the same direction cost more
    /// than this times the best so far; 0: never.
    pub(crate) three_margin: f64,
    /// The same of quarters.
    pub(crate) quarters_margin: f64,
}

impl Partition {
    /// Squares alone.
    const SQUARES: Self = Self {
        guide: None,
        largest_halved_log2: 5,
        halvings: 0,
        quad_margin: 1.0,
        halves_margin: 1.2,
        three_margin: 0.0,
        quarters_margin: 0.0,
    };
    const HALVES: Self =
        Self { halvings: 1, quad_margin: 1.1, three_margin: 1.04, quarters_margin: 1.0, ..Self::SQUARES };
    const LENIENT: Self =
        Self { quad_margin: 1.4, halves_margin: 1.6, three_margin: 1.06, quarters_margin: 1.0, ..Self::HALVES };
    const EXHAUSTIVE: Self = Self {
        halvings: 2,
        quad_margin: 1.5,
        halves_margin: 2.0,
        three_margin: f64::INFINITY,
        quarters_margin: 1.2,
        ..Self::LENIENT
    };

    /// What is drawn is halved at any size.
    const fn drawn(self) -> Self {
        Self { largest_halved_log2: 6, ..self }
    }

    /// Guided by a layout.
    const fn guided(self, quarters: f64) -> Self {
        Self { guide: Some(quarters), ..self }
    }
}

/// How much a layout looks at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Depth {
    /// Smallest blocks, log2.
    pub(crate) smallest_log2: u32,
    /// How far beside the angle of a block's lines others are tried, halved then: a power of two,
    /// or 0.
    pub(crate) turn: u8,
}

impl Depth {
    /// Down to the smallest blocks, with angles beside those of their lines.
    pub(crate) const FULL: Self = Self { smallest_log2: 2, turn: 2 };
}

/// How much is tried where each block is coded once.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Direct {
    /// How the partition is planned.
    pub(crate) depth: Depth,
    /// Smallest blocks of chroma, log2.
    pub(crate) chroma_log2: u32,
    /// Most probable modes tried beside the planned one.
    pub(crate) probable: usize,
    /// Angles tried then are this far apart, the best refined by halving; 0: none.
    pub(crate) angle_step: u8,
    /// Chroma modes tried.
    pub(crate) chroma_modes: usize,
    /// Transforms tried on the best prediction.
    pub(crate) transforms: Transforms,
}

impl Direct {
    /// What effort 1 tries.
    const LEAST: Self = Self {
        depth: Depth { smallest_log2: 3, turn: 0 },
        chroma_log2: 4,
        probable: 2,
        angle_step: 0,
        chroma_modes: 2,
        transforms: Transforms::Cosine,
    };
}

/// Sketches of the picture, one after the other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Sketches {
    pub(crate) count: u8,
    /// They are of luma alone, at half of its resolution.
    pub(crate) light: bool,
    /// Octaves of step per octave of loss per level, for all of them together.
    pub(crate) gain: f64,
}

impl Sketches {
    pub(crate) const THOROUGH: Self = Self { count: 3, light: false, gain: 0.3 };
    /// About as good for a twentieth of the time. docs/TUNING.md, sketches.
    pub(crate) const LIGHT: Self = Self { count: 1, light: true, gain: 0.2 };
    pub(crate) const LIGHT_TWICE: Self = Self { count: 2, light: true, gain: 0.24 };
}

/// Where the strengths of the filters come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Filters {
    /// The quantiser parameter.
    Rule,
    /// The least squared error in a sample of the rows.
    Sample,
}

/// Transforms that are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transforms {
    /// Cosine only.
    Cosine,
    /// Cosine and sine both ways.
    Pair,
    /// All four for the best mode.
    All,
}

impl Effort {
    /// The settings of `effort`, 1 to 9.
    pub(crate) fn of(effort: u8) -> Self {
        Self::TABLE[usize::from(effort.clamp(1, 9)) - 1]
    }

    /// What the middle efforts do, and what others differ from.
    const BASE: Self = Self {
        angle_step: 8,
        angle_margin: 1.3,
        learned_modes: 3,
        learned_margin: 1.0,
        luma_modes: 2,
        chroma_modes: 2,
        transforms: Transforms::All,
        trial_margin: 1.05,
        optimise: true,
        largest_log2: 6,
        stop_when_empty: true,
        chroma_spread: f64::INFINITY,
        partition: Partition { quarters_margin: 0.0, quad_margin: 1.03, halves_margin: 1.05, ..Partition::HALVES }
            .guided(1.1),
        screens: Partition::HALVES.drawn(),
        direct: None,
        sketches: Sketches::LIGHT_TWICE,
        thorough_from: 90.0,
        trellis_from: f32::INFINITY,
        trellis_trials: false,
        filters: Filters::Sample,
        lost: 0.0,
    };
    /// One way to code each block.
    const PLAIN: Self = Self {
        angle_step: 16,
        angle_margin: 1.0,
        learned_modes: 0,
        luma_modes: 1,
        chroma_modes: 1,
        transforms: Transforms::Pair,
        trial_margin: 1.0,
        partition: Partition::SQUARES,
        screens: Partition::SQUARES,
        sketches: Sketches::LIGHT,
        thorough_from: f32::INFINITY,
        ..Self::BASE
    };
    const THOROUGH: Self =
        Self { angle_step: 4, partition: Partition::HALVES.guided(1.25), sketches: Sketches::THOROUGH, ..Self::BASE };
    /// Little is left untried.
    const LENIENT: Self = Self {
        angle_margin: f64::INFINITY,
        learned_modes: 6,
        learned_margin: f64::INFINITY,
        trial_margin: 1.06,
        stop_when_empty: false,
        trellis_from: 90.0,
        ..Self::THOROUGH
    };

    /// Efforts 1 to 9.
    const TABLE: [Self; 9] = [
        Self {
            transforms: Transforms::Cosine,
            optimise: false,
            largest_log2: 5,
            direct: Some(Direct::LEAST),
            filters: Filters::Rule,
            lost: 3.2,
            ..Self::PLAIN
        },
        Self {
            transforms: Transforms::Cosine,
            largest_log2: 5,
            direct: Some(Direct { depth: Depth::FULL, probable: 4, ..Direct::LEAST }),
            filters: Filters::Rule,
            lost: 2.3,
            ..Self::PLAIN
        },
        Self {
            direct: Some(Direct {
                depth: Depth::FULL,
                probable: 6,
                angle_step: 16,
                chroma_modes: 5,
                transforms: Transforms::All,
                ..Direct::LEAST
            }),
            lost: 1.9,
            ..Self::PLAIN
        },
        Self {
            angle_step: 8,
            angle_margin: 1.3,
            luma_modes: 2,
            trial_margin: 1.05,
            partition: Partition::SQUARES.guided(1.03),
            chroma_spread: 0.5,
            lost: 0.6,
            ..Self::PLAIN
        },
        Self::BASE,
        Self::THOROUGH,
        Self {
            luma_modes: 3,
            chroma_modes: 3,
            partition: Partition::LENIENT.guided(1.15),
            screens: Partition { halvings: 2, quad_margin: 1.2, ..Partition::HALVES }.drawn(),
            ..Self::LENIENT
        },
        Self {
            luma_modes: 4,
            chroma_modes: 4,
            trellis_from: 60.0,
            trellis_trials: true,
            partition: Partition { halvings: 2, three_margin: f64::INFINITY, ..Partition::LENIENT }.guided(1.4),
            screens: Partition { halvings: 2, ..Partition::LENIENT }.drawn(),
            ..Self::LENIENT
        },
        Self {
            learned_modes: 8,
            luma_modes: 6,
            chroma_modes: 6,
            trellis_from: 60.0,
            trellis_trials: true,
            partition: Partition::EXHAUSTIVE,
            screens: Partition::EXHAUSTIVE.drawn(),
            ..Self::LENIENT
        },
    ];
}
