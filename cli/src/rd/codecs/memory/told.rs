//! Programs whose peak memory is told: a small process stands between them and this one.
//!
//! The system tells whoever waits for a program how much memory that had, and counts the memory of
//! who starts a program as the program's. So it has to be started by one that is small.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The line in which the small process tells the peak, in bytes, begins so.
pub(super) const PEAK: &str = "kvant-peak:";

/// How programs are run so that their peak is told.
#[derive(Debug, Clone)]
pub(in crate::rd::codecs) struct Told {
    program: PathBuf,
    bytes: Arc<AtomicU64>,
}

impl Told {
    /// By a process of `program`, which is this one.
    pub(in crate::rd::codecs) fn by(program: PathBuf) -> Self {
        Self { program, bytes: Arc::default() }
    }

    /// The same, with nothing told yet.
    pub(in crate::rd::codecs) fn alone(&self) -> (Self, Arc<AtomicU64>) {
        let bytes = Arc::default();
        (Self { program: self.program.clone(), bytes: Arc::clone(&bytes) }, bytes)
    }

    /// `command`, so that its peak is told.
    pub(in crate::rd::codecs) fn command(&self, command: Vec<OsString>) -> Vec<OsString> {
        let before = [self.program.clone().into_os_string(), "rd".into(), "launch".into(), "--".into()];
        before.into_iter().chain(command).collect()
    }

    /// Takes the peak from what such a command has printed.
    pub(in crate::rd::codecs) fn read(&self, stdout: &str) {
        let told = stdout.lines().rev().find_map(|line| line.strip_prefix(PEAK)?.trim().parse().ok());
        self.bytes.store(told.unwrap_or_default(), Ordering::Relaxed);
    }
}
