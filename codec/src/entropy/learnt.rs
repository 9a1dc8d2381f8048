//! The models of a tile as they stand.

use super::coder::Profile;
use super::levels::LevelModels;
use super::model::Models;

/// The models of all contexts, and those of levels.
#[derive(Debug, Clone)]
pub(crate) struct Learnt {
    pub(crate) models: Models,
    pub(crate) levels: LevelModels,
}

impl Learnt {
    /// As a tile starts, for the scalar quantiser or for those of a trellis.
    pub(crate) fn new(profile: Profile, trellis: bool) -> Self {
        Self { models: Models::new(), levels: LevelModels::new(profile, trellis) }
    }
}
