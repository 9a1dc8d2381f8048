//! Work over tiles, on as many threads as asked for.

use rayon::prelude::*;

/// Results of `work` for 0..`count`, in order: on the caller's thread (1), on rayon's current pool (0) or on a pool
/// of `threads`. The first error, by number, is returned where there is any.
pub(crate) fn map<T: Send, E: Send>(
    threads: usize,
    count: usize,
    work: impl Fn(usize) -> Result<T, E> + Sync,
) -> Result<Vec<T>, E> {
    let parallel = || (0..count).into_par_iter().map(&work).collect::<Vec<_>>();
    let results = match threads {
        _ if count == 1 => vec![work(0)],
        1 => return (0..count).map(work).collect(),
        0 => parallel(),
        n => match rayon::ThreadPoolBuilder::new().num_threads(n).build() {
            Ok(pool) => pool.install(parallel),
            // A machine that gives no threads still gets its picture.
            Err(_) => return (0..count).map(work).collect(),
        },
    };
    results.into_iter().collect()
}

/// How many pieces of work [`map`] does at once, at most.
pub(crate) fn at_most(threads: usize) -> usize {
    if threads == 0 { rayon::current_num_threads() } else { threads }
}
