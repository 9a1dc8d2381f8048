//! How many jobs run at once.

use std::num::NonZero;
use std::thread::available_parallelism;

/// Jobs at once, of a number where 0 stands for one a core.
pub(crate) fn workers(jobs: usize) -> usize {
    if jobs == 0 { available_parallelism().map_or(1, NonZero::get) } else { jobs }
}
