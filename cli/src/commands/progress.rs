//! How far the work is, on a terminal: a line for a file, a bar for many.

use std::io::{IsTerminal as _, Write as _, stderr};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use kvant::Observer;

/// Shorter work shows nothing.
const DELAY: Duration = Duration::from_millis(700);
const INTERVAL: Duration = Duration::from_millis(100);

/// Shows how far an encode is, where standard error is a terminal; removes its line when dropped.
pub(crate) struct Progress {
    name: String,
    start: Instant,
    last: Mutex<Option<Instant>>,
}

impl Progress {
    /// For the work on `name`; `None` where nobody would see it.
    pub(crate) fn new(name: &str, wanted: bool) -> Option<Self> {
        (wanted && stderr().is_terminal()).then(|| Self {
            name: name.to_owned(),
            start: Instant::now(),
            last: Mutex::new(None),
        })
    }
}

impl Observer for Progress {
    fn progress(&self, done: u64, total: u64) -> ControlFlow<()> {
        let now = Instant::now();
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if now - self.start >= DELAY && last.is_none_or(|l| now - l >= INTERVAL) {
            *last = Some(now);
            let (percent, seconds) = (done * 100 / total.max(1), (now - self.start).as_secs());
            let _ = write!(stderr(), "\r{}  {percent} %  {}:{:02}\x1b[K", self.name, seconds / 60, seconds % 60);
        }
        ControlFlow::Continue(())
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.last.lock().unwrap_or_else(PoisonError::into_inner).is_some() {
            let _ = write!(stderr(), "\r\x1b[K");
        }
    }
}

/// How many files of a batch are done, how fast, and when the last will be; drawn where standard
/// error is a terminal.
#[derive(Debug)]
pub(crate) struct BatchBar {
    bar: ProgressBar,
    /// Of the files that are done.
    pixels: AtomicU64,
}

impl BatchBar {
    /// None.
    pub(crate) fn hidden() -> Self {
        Self { bar: ProgressBar::hidden(), pixels: AtomicU64::new(0) }
    }

    /// For `files` files.
    pub(crate) fn new(files: usize) -> Self {
        let style = ProgressStyle::with_template("[{bar:20}] {pos}/{len}  {elapsed}  eta {eta}  {wide_msg}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::new(files as u64).with_style(style.progress_chars("## "));
        bar.enable_steady_tick(INTERVAL);
        Self { bar, pixels: AtomicU64::new(0) }
    }

    /// Another file, of so many pixels, is done.
    pub(crate) fn step(&self, name: &str, pixels: u64) {
        let pixels = self.pixels.fetch_add(pixels, Ordering::Relaxed) + pixels;
        let rate = pixels as f64 / 1e6 / self.bar.elapsed().as_secs_f64();
        self.bar.set_message(format!("{rate:.1} MP/s  {name}"));
        self.bar.inc(1);
    }

    /// Runs `print` while the bar is not there.
    pub(crate) fn suspend<R>(&self, print: impl FnOnce() -> R) -> R {
        self.bar.suspend(print)
    }

    /// Removes the bar.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
