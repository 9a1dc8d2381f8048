//! How far a decode is, for who wants to know or to stop it.

use crate::error::DecodeError;
use crate::image::plane::Rect;
use crate::observer::Observer;

/// Counts the settled pixels of a region for an observer.
#[derive(Debug)]
pub(super) struct Progress<'a> {
    observer: Option<&'a dyn Observer>,
    region: Rect,
    done: u64,
}

impl<'a> Progress<'a> {
    /// None of `region` is settled.
    pub(super) fn new(observer: Option<&'a dyn Observer>, region: Rect) -> Self {
        Self { observer, region, done: 0 }
    }

    /// Notes that the pixels at `place` are settled.
    ///
    /// # Errors
    /// [`DecodeError::Cancelled`] where the observer wants no more.
    pub(super) fn advance(&mut self, place: Rect) -> Result<(), DecodeError> {
        let (Some(observer), Some(new)) = (self.observer, place.within(self.region)) else { return Ok(()) };
        let pixels = |rect: Rect| rect.w as u64 * rect.h as u64;
        self.done += pixels(new);
        match observer.progress(self.done, pixels(self.region)).is_break() {
            true => Err(DecodeError::Cancelled),
            false => Ok(()),
        }
    }
}
