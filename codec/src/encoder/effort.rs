//! What each effort does: the one table.

/// How hard to search. Every field is a bound on work; none changes the meaning of quality.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Effort {
    /// Angles tried first are this far apart (a power of two); the best are then refined by halving.
    pub(crate) angle_step: u8,
    /// Angles beside one are not ranked where it costs more than this times the best mode.
    pub(crate) angle_patience: f64,
    /// Learned modes that are ranked, those that promise most.
    pub(crate) learned_modes: usize,
    /// None where their promise alone costs more than this times the best other mode.
    pub(crate) learned_patience: f64,
    /// Luma modes that survive the ranking by transformed difference.
    pub(crate) luma_modes: usize,
    /// Chroma modes that survive.
    pub(crate) chroma_modes: usize,
    /// Transforms tried for each survivor.
    pub(crate) transforms: Transforms,
    /// Levels are not chosen for survivors and transforms whose estimated cost is above this times that of the best.
    pub(crate) trial_patience: f64,
    /// Levels are chosen by rate and distortion.
    pub(crate) optimise: bool,
    /// Largest block tried, log2.
    pub(crate) largest_log2: u32,
    /// Splits below a block that needs no levels are not tried.
    pub(crate) stop_when_empty: bool,
    /// Four squares of chroma, each of 8 samples a side or fewer, are given up where the first of them cost more than their share of
    /// the best so far by this part of it; half of it after two, a quarter after three.
    pub(crate) chroma_spread: f64,
    /// Which splits are tried in photographs, and in screens.
    pub(crate) partition: Partition,
    pub(crate) screens: Partition,
    /// The direct way, where pictures take it: screens and the trellis do not.
    pub(crate) direct: Option<Direct>,
    /// What adaptive quantisation learns from.
    pub(crate) sketches: Sketches,
    /// From this quality on it learns from thorough ones: near 100 errors are finer than what light ones see.
    pub(crate) thorough_from: f32,
    /// How the filters' strengths are found.
    pub(crate) filters: Filters,
    /// Points of the score that it loses at the same step against effort 5. docs/TUNING.md, calibration.
    pub(crate) lost: f64,
}

/// Which splits of a block are tried.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Partition {
    /// The layout that guides luma.
    pub(crate) guide: Option<Guide>,
    /// Largest squares that are halved, log2.
    pub(crate) largest_halved_log2: u32,
    /// Halves that may follow one another below a square.
    pub(crate) halvings: u32,
    /// Quarters are tried.
    pub(crate) quarters: bool,
    /// Four squares are given up where they cost more than this times the best so far, and then halves are not tried.
    pub(crate) patience: f64,
    /// Halves are not tried either where one block costs more than this times four squares.
    pub(crate) reach: f64,
    /// Quarters are not tried where halves of the same direction cost more than this times the best so far.
    pub(crate) quarter_patience: f64,
}

impl Partition {
    /// Squares alone.
    const SQUARES: Self = Self {
        guide: None,
        largest_halved_log2: 5,
        halvings: 0,
        quarters: false,
        patience: 1.0,
        reach: 1.2,
        quarter_patience: 1.02,
    };
    const HALVES: Self = Self { halvings: 1, quarters: true, patience: 1.1, ..Self::SQUARES };
    const PATIENT: Self = Self { patience: 1.4, reach: 1.6, quarter_patience: 1.1, ..Self::HALVES };
    const EXHAUSTIVE: Self = Self { halvings: 2, patience: 1.5, reach: 2.0, quarter_patience: 1.2, ..Self::PATIENT };

    /// What is drawn is halved at any size.
    const fn drawn(self) -> Self {
        Self { largest_halved_log2: 6, ..self }
    }

    /// Guided by a layout: four squares are tried where it says that they cost up to `quarters` times one block.
    const fn guided(self, quarters: f64) -> Self {
        let depth = Depth { smallest_log2: 2, turn: 2 };
        Self { guide: Some(Guide { depth, whole: 1.4, quarters }), ..self }
    }
}

/// What the search takes from a layout planned on the source.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Guide {
    /// How it is planned.
    pub(crate) depth: Depth,
    /// A square is not tried as one block that costs, by the layout, more than this times four squares.
    pub(crate) whole: f64,
    /// Nor in four that cost, by the layout, more than this times the geometric mean of what one block costs by it and in truth.
    pub(crate) quarters: f64,
}

/// How much a layout looks at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Depth {
    /// Smallest blocks, log2.
    pub(crate) smallest_log2: u32,
    /// How far beside the angle of a block's lines others are tried, halved then: a power of two, or 0.
    pub(crate) turn: u8,
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
        let direct = Direct {
            depth: Depth { smallest_log2: 3, turn: 0 },
            chroma_log2: 4,
            probable: 2,
            angle_step: 0,
            chroma_modes: 2,
            transforms: Transforms::Cosine,
        };
        let base = Self {
            angle_step: 8,
            angle_patience: 1.3,
            learned_modes: 3,
            learned_patience: 1.0,
            luma_modes: 2,
            chroma_modes: 2,
            transforms: Transforms::All,
            trial_patience: 1.05,
            optimise: true,
            largest_log2: 6,
            stop_when_empty: true,
            chroma_spread: f64::INFINITY,
            partition: Partition { quarters: false, patience: 1.03, reach: 1.05, ..Partition::HALVES }.guided(1.1),
            screens: Partition::HALVES.drawn(),
            direct: None,
            sketches: Sketches::LIGHT_TWICE,
            thorough_from: 90.0,
            filters: Filters::Sample,
            lost: 0.0,
        };
        // One way to code each block.
        let plain = Self {
            angle_step: 16,
            angle_patience: 1.0,
            learned_modes: 0,
            luma_modes: 1,
            chroma_modes: 1,
            transforms: Transforms::Pair,
            trial_patience: 1.0,
            partition: Partition::SQUARES,
            screens: Partition::SQUARES,
            sketches: Sketches::LIGHT,
            thorough_from: f32::INFINITY,
            ..base
        };
        let thorough =
            Self { angle_step: 4, partition: Partition::HALVES.guided(1.25), sketches: Sketches::THOROUGH, ..base };
        let patient = Self {
            angle_patience: f64::INFINITY,
            learned_modes: 6,
            learned_patience: f64::INFINITY,
            trial_patience: 1.06,
            stop_when_empty: false,
            ..thorough
        };
        match effort {
            1 => Self {
                transforms: Transforms::Cosine,
                optimise: false,
                largest_log2: 5,
                direct: Some(direct),
                filters: Filters::Rule,
                lost: 3.2,
                ..plain
            },
            2 => Self {
                transforms: Transforms::Cosine,
                largest_log2: 5,
                direct: Some(Direct { depth: Depth { smallest_log2: 2, turn: 2 }, probable: 4, ..direct }),
                filters: Filters::Rule,
                lost: 2.3,
                ..plain
            },
            3 => Self {
                direct: Some(Direct {
                    depth: Depth { smallest_log2: 2, turn: 2 },
                    probable: 6,
                    angle_step: 16,
                    chroma_modes: 5,
                    transforms: Transforms::All,
                    ..direct
                }),
                lost: 1.9,
                ..plain
            },
            4 => Self {
                angle_step: 8,
                angle_patience: 1.3,
                luma_modes: 2,
                trial_patience: 1.05,
                partition: Partition::SQUARES.guided(1.03),
                chroma_spread: 0.5,
                lost: 0.6,
                ..plain
            },
            5 => base,
            6 => thorough,
            7 => Self {
                luma_modes: 3,
                chroma_modes: 3,
                partition: Partition::PATIENT.guided(1.15),
                screens: Partition { halvings: 2, patience: 1.2, ..Partition::HALVES }.drawn(),
                ..patient
            },
            8 => Self {
                luma_modes: 4,
                chroma_modes: 4,
                partition: Partition { halvings: 2, ..Partition::PATIENT }.guided(1.4),
                screens: Partition { halvings: 2, ..Partition::PATIENT }.drawn(),
                ..patient
            },
            _ => Self {
                learned_modes: 8,
                luma_modes: 6,
                chroma_modes: 6,
                partition: Partition::EXHAUSTIVE,
                screens: Partition::EXHAUSTIVE.drawn(),
                ..patient
            },
        }
    }
}
