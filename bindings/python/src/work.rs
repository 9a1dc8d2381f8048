//! Work that other Python threads need not wait for, that an interrupt ends, and that asks Python
//! something on its way.

use std::ops::ControlFlow;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use kvant::{EncodeError, Image, Observer};
use pyo3::prelude::*;

use crate::pixels::shown;

/// How often Python is asked whether somebody pressed Ctrl-C, and is told of progress.
const PATIENCE: Duration = Duration::from_millis(50);

/// What Python wants to be asked. All is called on the thread that waits for the work, which has
/// the GIL meanwhile only.
#[derive(Default)]
pub(crate) struct Callbacks {
    /// Told of pixels that are done, and of all.
    pub(crate) progress: Option<Py<PyAny>>,
    /// Gives the measure of decoded pixels; called with the original before them.
    pub(crate) measure: Option<(Py<PyAny>, Py<PyAny>)>,
}

impl Callbacks {
    fn tell(&self, py: Python<'_>, done: u64, total: u64) -> PyResult<()> {
        self.progress.as_ref().map_or(Ok(()), |progress| progress.call1(py, (done, total)).map(drop))
    }

    fn ask(&self, py: Python<'_>, decoded: Py<PyAny>) -> PyResult<f64> {
        let (measure, original) = self.measure.as_ref().expect("who sets a target has a measure");
        measure.call1(py, (original, decoded))?.extract(py)
    }
}

/// Decoded pixels whose measure is wanted, and where it goes.
struct Question {
    decoded: Py<PyAny>,
    answer: Sender<PyResult<f64>>,
}

/// Asks Python for the measures of pictures.
pub(crate) struct Asking(Sender<Question>);

impl Asking {
    /// The measure of `image`.
    pub(crate) fn measure(&self, image: &Image) -> Result<f64, Fault> {
        let decoded = Python::attach(|py| shown(py, image).map(Bound::unbind))?;
        let (answer, answers) = mpsc::channel();
        // Nobody listens any more where something else was raised meanwhile.
        self.0.send(Question { decoded, answer }).map_err(|_| EncodeError::Cancelled)?;
        Ok(answers.recv().map_err(|_| EncodeError::Cancelled)??)
    }
}

/// What ends work: the crate, or what Python raised when it was asked.
#[derive(Debug)]
pub(crate) enum Fault {
    Encode(EncodeError),
    Raised(PyErr),
}

impl From<EncodeError> for Fault {
    fn from(e: EncodeError) -> Self {
        Self::Encode(e)
    }
}

impl From<PyErr> for Fault {
    fn from(e: PyErr) -> Self {
        Self::Raised(e)
    }
}

/// Does `work` without the GIL, on a thread of its own: the caller's looks after signals meanwhile.
/// The observer that `work` is given stops it once there is one.
///
/// # Errors
/// What the handler of a signal raises, such as `KeyboardInterrupt`.
pub(crate) fn interruptible<T: Send>(py: Python<'_>, work: impl FnOnce(&dyn Observer) -> T + Send) -> PyResult<T> {
    with_callbacks(py, &Callbacks::default(), |observer, _| work(observer))
}

/// The same, with what `callbacks` has.
///
/// # Errors
/// What `progress` raises, too. What `measure` raises, `work` is told of.
pub(crate) fn with_callbacks<T: Send>(
    py: Python<'_>,
    callbacks: &Callbacks,
    work: impl FnOnce(&dyn Observer, &Asking) -> T + Send,
) -> PyResult<T> {
    let stopped = AtomicBool::new(false);
    let (done, total) = (AtomicU64::new(0), AtomicU64::new(0));
    let observer = |now: u64, all: u64| {
        done.store(now, Ordering::Relaxed);
        total.store(all, Ordering::Relaxed);
        match stopped.load(Ordering::Relaxed) {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    };
    let mut told = 0;
    let mut news = |py: Python<'_>| {
        py.check_signals()?;
        let now = done.load(Ordering::Relaxed);
        if now == told {
            return Ok(());
        }
        told = now;
        callbacks.tell(py, now, total.load(Ordering::Relaxed))
    };
    let (send, questions) = mpsc::channel();
    let observer = &observer;
    py.detach(|| {
        thread::scope(|scope| {
            let worker = scope.spawn(move || work(observer, &Asking(send)));
            // Dropped with this block, so that nobody waits for an answer that never comes.
            let questions = questions;
            loop {
                let more = match questions.recv_timeout(PATIENCE) {
                    Ok(Question { decoded, answer }) => {
                        // Who has stopped waits for none.
                        let _ = answer.send(Python::attach(|py| callbacks.ask(py, decoded)));
                        true
                    }
                    Err(RecvTimeoutError::Timeout) => true,
                    Err(RecvTimeoutError::Disconnected) => false,
                };
                if let Err(raised) = Python::attach(&mut news) {
                    stopped.store(true, Ordering::Relaxed);
                    return Err(raised);
                }
                if !more {
                    // A panic becomes Python's PanicException.
                    return Ok(worker.join().unwrap_or_else(|panic| resume_unwind(panic)));
                }
            }
        })
    })
}
