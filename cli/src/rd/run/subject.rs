//! The picture of a measurement, and what a codec is given of it.

use std::slice;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::base::error::Result;
use crate::metrics::BACKGROUNDS;
use crate::pictures::Picture;
use crate::rd::codecs::Codec;
use crate::rd::metric::{Scoring, ScoringReference};

/// A picture in memory while measurements need it, with the reference for its scores.
pub(super) struct Subject {
    pub(super) picture: Picture,
    reference: Mutex<Option<Arc<ScoringReference>>>,
    /// The picture on each of [`BACKGROUNDS`].
    laid: OnceLock<Vec<Self>>,
}

impl Subject {
    pub(super) fn new(picture: Picture) -> Self {
        Self { picture, reference: Mutex::new(None), laid: OnceLock::new() }
    }

    /// What `codec` is given: the picture, or where that has alpha and the codec none, the picture
    /// on each of [`BACKGROUNDS`], as the metrics look at it too.
    pub(super) fn given(&self, codec: &dyn Codec) -> &[Self] {
        if codec.alpha() || !self.picture.format().has_alpha() {
            return slice::from_ref(self);
        }
        let on = |colour| Self::new(self.picture.over(colour).into_owned());
        self.laid.get_or_init(|| BACKGROUNDS.map(|(_, colour)| on(colour)).into())
    }

    pub(super) fn reference(&self, scoring: &Scoring) -> Result<Arc<ScoringReference>> {
        let mut slot = self.reference.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(reference) = &*slot {
            return Ok(Arc::clone(reference));
        }
        let reference = Arc::new(ScoringReference::new(&self.picture, scoring)?);
        *slot = Some(Arc::clone(&reference));
        Ok(reference)
    }
}
