//! Work that other Python threads need not wait for, and that an interrupt ends.

use std::ops::ControlFlow;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use kvant::Observer;
use pyo3::prelude::*;

/// How often Python is asked whether somebody pressed Ctrl-C.
const PATIENCE: Duration = Duration::from_millis(50);

/// Does `work` without the GIL, on a thread of its own: the caller's looks after signals meanwhile.
/// The observer that `work` is given stops it once there is one.
///
/// # Errors
/// What the handler of a signal raises, such as `KeyboardInterrupt`.
pub(crate) fn interruptible<T: Send>(py: Python<'_>, work: impl FnOnce(&dyn Observer) -> T + Send) -> PyResult<T> {
    let stopped = AtomicBool::new(false);
    let observer = |_: u64, _: u64| match stopped.load(Ordering::Relaxed) {
        true => ControlFlow::Break(()),
        false => ControlFlow::Continue(()),
    };
    let (send, results) = mpsc::channel();
    let (observer, stopped) = (&observer, &stopped);
    py.detach(move || {
        thread::scope(|scope| {
            let worker = scope.spawn(move || drop(send.send(work(observer))));
            loop {
                match results.recv_timeout(PATIENCE) {
                    Ok(result) => return Ok(result),
                    Err(RecvTimeoutError::Timeout) => {
                        if let Err(raised) = Python::attach(|py| py.check_signals()) {
                            stopped.store(true, Ordering::Relaxed);
                            return Err(raised);
                        }
                    }
                    // A panic becomes Python's PanicException.
                    Err(RecvTimeoutError::Disconnected) => {
                        resume_unwind(worker.join().expect_err("who sends nothing has panicked"))
                    }
                }
            }
        })
    })
}
