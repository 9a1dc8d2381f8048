//! Work on as many threads as asked for: on the caller's, on rayon's current pool, or on a pool
//! that is made once.

#![cfg_attr(not(test), deny(clippy::disallowed_types, clippy::float_arithmetic))]

use std::cell::Cell;
use std::sync::OnceLock;

use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

/// Whether there can be threads at all. WebAssembly has them where it was built with atomics; else
/// nothing of rayon is left in what is built.
const ANY: bool = cfg!(any(not(target_family = "wasm"), target_feature = "atomics"));

/// The threads of a decoder or an encoder.
#[derive(Debug)]
pub(crate) struct Workers {
    /// As many as asked for: 1 for the caller's own, 0 for those of rayon's current pool.
    threads: usize,
    /// Made when there is work for it; `None` where the machine gives no threads.
    own: OnceLock<Option<ThreadPool>>,
}

impl Workers {
    pub(crate) fn new(threads: usize) -> Self {
        Self { threads, own: OnceLock::new() }
    }

    /// How many work at once, at most.
    pub(crate) fn count(&self) -> usize {
        match self.threads {
            _ if !ANY => 1,
            0 => rayon::current_num_threads(),
            n => n,
        }
    }

    /// Runs `work`, which may ask rayon for help where that is told, among these threads.
    pub(crate) fn run<T: Send>(&self, work: impl FnOnce(bool) -> T + Send) -> T {
        match self.threads {
            _ if !ANY => work(false),
            0 => work(rayon::current_num_threads() > 1),
            1 => work(false),
            n => match self.own.get_or_init(|| ThreadPoolBuilder::new().num_threads(n).build().ok()) {
                Some(pool) => pool.install(|| work(true)),
                // A machine that gives no threads still gets its picture.
                None => work(false),
            },
        }
    }

    /// Results of `work` for 0..`count`, in order. The first error, by number, is returned where
    /// there is any.
    pub(crate) fn map<T: Send, E: Send>(
        &self,
        count: usize,
        work: impl Fn(usize) -> Result<T, E> + Sync,
    ) -> Result<Vec<T>, E> {
        if count == 1 {
            return Ok(vec![work(0)?]);
        }
        self.run(|helped| match helped {
            true => (0..count).into_par_iter().map(&work).collect::<Vec<_>>().into_iter().collect(),
            false => (0..count).map(&work).collect(),
        })
    }

    /// Does `work` with each of `items`.
    pub(crate) fn each<T: Send>(&self, items: impl Iterator<Item = T> + Send, work: impl Fn(T) + Sync) {
        self.run(|helped| match helped {
            true => items.collect::<Vec<_>>().into_par_iter().for_each(&work),
            false => items.for_each(&work),
        });
    }

    /// Has `work` done by the calling thread and by up to `helpers` others of these. All take part
    /// in the same work: who comes late may find none left.
    pub(crate) fn share(&self, helpers: usize, work: impl Fn() + Sync) {
        if helpers == 0 {
            return work();
        }
        self.run(|helped| match helped {
            true => rayon::scope(|scope| {
                (0..helpers).for_each(|_| {
                    scope.spawn(|_| {
                        if !SHARES.get() {
                            sharing(&work)
                        }
                    })
                });
                sharing(&work);
            }),
            false => work(),
        });
    }
}

thread_local! {
    /// This thread takes part in shared work.
    static SHARES: Cell<bool> = const { Cell::new(false) };
}

/// Does `work` as one of those who share it.
///
/// What is called back within it may wait for rayon, which then begins other jobs on this thread.
/// One that helps with shared work would wait for what the frames below it hold, and for ever: so
/// none does.
fn sharing(work: &impl Fn()) {
    /// Undone by a panic too.
    struct Before(bool);
    impl Drop for Before {
        fn drop(&mut self) {
            SHARES.set(self.0);
        }
    }
    let _before = Before(SHARES.replace(true));
    work();
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread::sleep;
    use std::time::Duration;

    use super::*;

    #[test]
    fn work_that_waits_for_rayon_is_not_begun_within_itself() {
        thread_local!(static DEPTH: Cell<usize> = const { Cell::new(0) });
        let pool = |threads| ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        let (pool, other) = (pool(2), pool(1));
        let deepest = AtomicUsize::new(0);
        // The helper is left to the thread that begins it within its own work, where it may.
        pool.spawn(|| sleep(Duration::from_millis(300)));
        pool.install(|| {
            Workers::new(0).share(1, || {
                DEPTH.set(DEPTH.get() + 1);
                deepest.fetch_max(DEPTH.get(), Ordering::Relaxed);
                other.install(|| sleep(Duration::from_millis(100)));
                DEPTH.set(DEPTH.get() - 1);
            });
        });
        assert_eq!(deepest.into_inner(), 1);
    }
}
