//! Who is told how far a long work is, and may end it.

#![cfg_attr(not(test), deny(clippy::disallowed_types, clippy::float_arithmetic))]

use std::ops::ControlFlow;

/// Told how far a work on a picture is, and asked whether to go on. Closures that take `done` and `total` are observers.
///
/// ```
/// use std::ops::ControlFlow;
///
/// # let pixels = vec![128u8; 64 * 48 * 3];
/// # let view = kvant::ImageView::new(&pixels, 64, 48, 64 * 3, kvant::PixelFormat::Rgb8)?;
/// let encoder = kvant::Encoder::new(kvant::EncoderConfig::default())?;
/// let stream = encoder.encode_observed(&view, Some(&|done: u64, total: u64| {
///     eprint!("\r{} %", 100 * done / total);
///     ControlFlow::Continue(())
/// }))?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Observer: Sync {
    /// `done` of `total` pixels are done. Called from any thread, now and then, never after it returned
    /// [`ControlFlow::Break`] but from threads that were about to call it: that cancels the work.
    fn progress(&self, done: u64, total: u64) -> ControlFlow<()>;
}

impl<F: Fn(u64, u64) -> ControlFlow<()> + Sync> Observer for F {
    fn progress(&self, done: u64, total: u64) -> ControlFlow<()> {
        self(done, total)
    }
}
