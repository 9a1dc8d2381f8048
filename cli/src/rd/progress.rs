//! How far a run is: a bar on a terminal, a line now and then elsewhere.

use std::io::{IsTerminal as _, stderr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::base::print::print_error;

/// Without a terminal, logs get a line this often.
const LINE_INTERVAL: Duration = Duration::from_secs(30);

/// Shows how many of the jobs are done, and when the last will be.
pub(crate) struct Progress {
    bar: ProgressBar,
    /// When a log last got a line; `None` where there is a terminal, or nothing is to be shown.
    last_line: Option<Mutex<Instant>>,
    /// A line for each job.
    verbose: bool,
}

impl Progress {
    /// For `jobs` jobs; `quiet` shows nothing but problems.
    pub(crate) fn new(jobs: usize, quiet: bool, verbose: bool) -> Self {
        let terminal = stderr().is_terminal();
        let target = if terminal && !quiet { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let style = ProgressStyle::with_template("{bar:24} {pos}/{len}  {elapsed}  eta {eta}  {wide_msg}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::with_draw_target(Some(jobs as u64), target).with_style(style);
        // The clock starts with the first job, not with the first that ends.
        bar.enable_steady_tick(Duration::from_millis(500));
        Self { bar, last_line: (!terminal && !quiet).then(|| Mutex::new(Instant::now())), verbose }
    }

    /// Something failed and was left out; `said` are lines of whoever failed.
    pub(crate) fn problem(&self, text: &str, said: &[String]) {
        self.line(&said.iter().fold(format!("kvant: {text}"), |text, line| format!("{text}\n    {line}")));
    }

    /// A whole line, above the bar.
    fn line(&self, text: &str) {
        self.bar.suspend(|| print_error(&format!("{text}\n")));
    }

    /// Another job is done.
    pub(crate) fn step(&self, name: &str) {
        self.bar.inc(1);
        self.bar.set_message(name.to_owned());
        if self.verbose {
            return self.line(&self.state(name));
        }
        if let Some(last) = &self.last_line {
            let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
            if last.elapsed() >= LINE_INTERVAL {
                *last = Instant::now();
                self.line(&self.state(name));
            }
        }
    }

    fn state(&self, name: &str) -> String {
        let (done, total) = (self.bar.position(), self.bar.length().unwrap_or_default());
        let elapsed = self.bar.elapsed().as_secs_f64();
        let left = elapsed / done.max(1) as f64 * total.saturating_sub(done) as f64;
        format!("[{done}/{total} {elapsed:.0}s, {left:.0}s left] {name}")
    }

    /// Clears the bar.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
