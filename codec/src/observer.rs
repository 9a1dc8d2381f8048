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
/// let percent = |done: u64, total: u64| {
///     eprint!("\r{:3} %", 100 * done / total);
///     ControlFlow::Continue(())
/// };
/// let encoder = kvant::Encoder::new(kvant::EncoderConfig::default())?;
/// let stream = encoder.with_observer(&percent).encode(&view)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Observer: Sync {
    /// `done` of `total` pixels are coded, or decoded. Called from any thread, now and then;
    /// [`ControlFlow::Break`] cancels.
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
