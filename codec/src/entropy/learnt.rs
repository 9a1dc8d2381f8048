//! The models of a tile as they stand.

use super::coder::Profile;
use super::levels::LevelModels;
use super::model::Models;

/// What the models that a tile starts with depend on, besides the profile.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Start {
    /// Levels are those of the two quantisers of a trellis, not of the scalar one.
    pub(crate) trellis: bool,
    /// The picture is one of a screen, not a photograph.
    pub(crate) screen: bool,
}

/// The models of all contexts, and those of levels.
#[derive(Debug, Clone)]
pub(crate) struct Learnt {
    pub(crate) models: Models,
    pub(crate) levels: LevelModels,
}

impl Learnt {
    /// As a tile starts.
    pub(crate) fn new(profile: Profile, start: Start) -> Self {
        Self { models: Models::new(start.screen), levels: LevelModels::new(profile, start.trellis) }
    }
}
