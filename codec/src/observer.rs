//! Who is told how far a picture is, encoded or decoded, and may stop it.

#![cfg_attr(not(test), deny(clippy::disallowed_types, clippy::float_arithmetic))]

use std::fmt;
use std::ops::ControlFlow;

/// Told how far an encode or a decode is, and asked whether to go on. Closures of `done` and
/// `total` are observers.
///
/// ```
/// use std::ops::ControlFlow;
///
/// # let pixels = vec![128u8; 64 * 48 * 3];
/// # let view = kvant::ImageView::new(&pixels, 64, 48, 64 * 3, kvant::PixelFormat::Rgb8)?;
/// use std::sync::atomic::{AtomicU64, Ordering};
///
/// let furthest = AtomicU64::new(0);
/// let percent = |done: u64, total: u64| {
///     let percent = 100 * done / total;
///     eprint!("\r{:3} %", furthest.fetch_max(percent, Ordering::Relaxed).max(percent));
///     ControlFlow::Continue(())
/// };
/// let encoder = kvant::Encoder::new(kvant::EncoderConfig::default())?;
/// let stream = encoder.with_observer(&percent).encode(&view)?;
/// assert!(!stream.is_empty());
/// assert_eq!(furthest.into_inner(), 100);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Observer: Sync {
    /// `done` of `total` pixels are coded, or decoded. [`ControlFlow::Break`] cancels.
    ///
    /// Any thread may call, and those of an encoder may call at the same time and with `done` out
    /// of order. An encode or a decode ends when its function returns: `done` may be `total` before
    /// that, and again in a later pass. An observer must not wait for work of the rayon pool that
    /// calls it: that work may wait for the observer.
    fn progress(&self, done: u64, total: u64) -> ControlFlow<()>;
}

impl<F: Fn(u64, u64) -> ControlFlow<()> + Sync> Observer for F {
    fn progress(&self, done: u64, total: u64) -> ControlFlow<()> {
        self(done, total)
    }
}

impl fmt::Debug for dyn Observer + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Observer")
    }
}
