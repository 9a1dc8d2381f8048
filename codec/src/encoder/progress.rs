//! How far an encode is: what an observer is told, and whether it ends the work.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::error::EncodeError;
use crate::image::view::ImageSpec;
use crate::observer::Observer;

/// Counts coded pixels over all tiles for an observer.
pub(super) struct Progress<'a> {
    observer: Option<&'a dyn Observer>,
    /// Times that each pixel is coded: once for the colours of a lossy picture and once for its
    /// alpha, for each channel without loss.
    times: u64,
    done: AtomicU64,
    total: u64,
    cancelled: AtomicBool,
}

impl<'a> Progress<'a> {
    /// Of a picture of which nothing is coded yet.
    pub(super) fn new(observer: Option<&'a dyn Observer>, image: &ImageSpec<'_>, lossless: bool) -> Self {
        let total = image.pixels();
        let format = image.format();
        let times = if lossless { format.channels() } else { 1 + usize::from(format.has_alpha()) };
        Self { observer, times: times as u64, done: AtomicU64::new(0), total, cancelled: AtomicBool::new(false) }
    }

    /// Notes that `pixels` more are coded once.
    pub(super) fn advance(&self, pixels: u64) -> Result<(), EncodeError> {
        let done = (self.done.fetch_add(pixels, Ordering::Relaxed) + pixels) / self.times;
        // All threads are to hear of it, and the observer is to be asked no more.
        let cancels = |o: &dyn Observer| o.progress(done.min(self.total), self.total).is_break();
        if self.cancelled.load(Ordering::Relaxed) || self.observer.is_some_and(cancels) {
            self.cancelled.store(true, Ordering::Relaxed);
            return Err(EncodeError::Cancelled);
        }
        Ok(())
    }
}

/// An encode within the encode asks whether to go on; its pixels are not the picture's and do not
/// count.
impl Observer for Progress<'_> {
    fn progress(&self, _done: u64, _total: u64) -> ControlFlow<()> {
        if self.advance(0).is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }
}
