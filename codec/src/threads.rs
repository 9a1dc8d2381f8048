//! Work on as many threads as asked for: on the caller's, on rayon's current pool, or on a pool that is made once.

#![cfg_attr(not(test), deny(clippy::disallowed_types, clippy::float_arithmetic))]

use std::sync::OnceLock;

use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

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
        if self.threads == 0 { rayon::current_num_threads() } else { self.threads }
    }

    /// Runs `work`, which may ask rayon for help where that is told, among these threads.
    pub(crate) fn run<T: Send>(&self, work: impl FnOnce(bool) -> T + Send) -> T {
        match self.threads {
            0 => work(rayon::current_num_threads() > 1),
            1 => work(false),
            n => match self.own.get_or_init(|| ThreadPoolBuilder::new().num_threads(n).build().ok()) {
                Some(pool) => pool.install(|| work(true)),
                // A machine that gives no threads still gets its picture.
                None => work(false),
            },
        }
    }

    /// Results of `work` for 0..`count`, in order. The first error, by number, is returned where there is any.
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

    /// Has `work` done by the calling thread and by up to `helpers` others of these. All take part in the same work: who comes late
    /// may find none left. It must not wait for rayon, which might then begin it a second time within itself.
    pub(crate) fn share(&self, helpers: usize, work: impl Fn() + Sync) {
        if helpers == 0 {
            return work();
        }
        self.run(|helped| match helped {
            true => rayon::scope(|scope| {
                (0..helpers).for_each(|_| scope.spawn(|_| work()));
                work();
            }),
            false => work(),
        });
    }
}
