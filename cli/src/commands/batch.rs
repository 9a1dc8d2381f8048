//! Several files through one command.

use std::num::NonZero;
use std::thread::available_parallelism;

use rayon::prelude::*;

use crate::error::{CliError, Result};
use crate::report::Console;

/// How many files are in work at once, and how many threads each has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Split {
    pub(crate) files: usize,
    /// As the library counts: 0 for all there are.
    pub(crate) threads: usize,
}

impl Split {
    /// Shares `jobs` threads (0 for one a core) among `files` files: a picture of one tile keeps one core busy only,
    /// so files come first.
    pub(crate) fn new(jobs: usize, files: usize) -> Self {
        if files <= 1 {
            return Self { files: 1, threads: jobs };
        }
        let jobs = if jobs == 0 { available_parallelism().map_or(1, NonZero::get) } else { jobs };
        let at_once = jobs.min(files);
        Self { files: at_once, threads: jobs / at_once }
    }
}

/// Runs `work` on each of `items`, in order as far as several at once allow; results in the order of the items. Where
/// there are several, a fault is printed when it occurs and the others go on.
pub(crate) fn run<I: Sync, T: Send>(
    items: &[I],
    split: Split,
    console: &Console,
    work: impl Fn(&I) -> Result<T> + Sync,
) -> Result<Vec<Result<T>>> {
    let one = |item: &I| {
        let result = work(item);
        if let (Err(e), true) = (&result, items.len() > 1)
            && *e != CliError::BrokenPipe
        {
            console.fail(e);
        }
        result
    };
    if split.files == 1 {
        return Ok(items.iter().map(one).collect());
    }
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(split.files)
        .build()
        .map_err(|e| CliError::Run(format!("cannot start threads: {e}")))?;
    // A bridged iterator hands out one by one and in order.
    let mut results: Vec<_> =
        pool.install(|| items.iter().enumerate().par_bridge().map(|(i, item)| (i, one(item))).collect());
    results.sort_by_key(|(i, _)| *i);
    Ok(results.into_iter().map(|(_, r)| r).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_go_to_files_first() {
        assert_eq!(Split::new(0, 1), Split { files: 1, threads: 0 });
        assert_eq!(Split::new(5, 1), Split { files: 1, threads: 5 });
        assert_eq!(Split::new(8, 3), Split { files: 3, threads: 2 });
        assert_eq!(Split::new(2, 9), Split { files: 2, threads: 1 });
    }
}
