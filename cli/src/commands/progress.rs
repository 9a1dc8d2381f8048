//! A progress line on a terminal.

use std::io::{IsTerminal as _, Write as _, stderr};
use std::ops::ControlFlow;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

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
