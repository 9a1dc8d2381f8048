//! Stages of the codec for benches, training and cross-cutting tests. Not a stable interface.

mod expected;
mod features;
mod filter;
mod kernels;
mod levels;
mod lossless;
mod perception;
mod picked;
mod picker;
mod picks;
mod stages;
mod trace;
mod walk;

pub use self::expected::expected_features;
pub use self::features::features;
pub use self::filter::{Equations, FilteredPlane, add_equations, filtered_planes, no_equations};
pub use self::kernels::{Basis, Blocks, Kernels, Luma, MODES, Plane, Planes, Quantisation, Rect, References, Room};
pub use self::levels::{
    LEVEL_CODEBOOK, LEVEL_GROUPS, LEVEL_PROBABILITIES, LEVEL_RATE, LEVEL_SETS, LevelBin, LevelRun, NEXT_STATES,
    level_bins, start_odds, start_of,
};
pub use self::lossless::{decode_lossless, encode_lossless};
pub use self::perception::losses;
pub use self::picked::{Picked, picked};
pub use self::picks::Picks;
pub use self::stages::{Reconstructed, Stages};
pub use self::trace::{
    CONFIDENCES, CONTEXTS, LIMITS, TileBins, adaptive_cost, bins, context_groups, count_bins, is_screen, range_decode,
    range_decode_bypass, range_encode, range_encode_bypass, trace,
};
use crate::container;
pub use crate::random::SplitMix64;

/// Makes the checksums of a damaged stream right, as far as its structure can be followed.
pub fn repair_checksums(data: &mut [u8]) {
    container::repair::repair(data);
}
