//! Several files through one command.

use std::fs;
use std::num::NonZero;
use std::panic::resume_unwind;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, available_parallelism};
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::args::BatchArgs;
use crate::base::error::{CliError, Result};
use crate::base::names::{display_name, shown};
use crate::commands::console::{Console, Ended, Outcome, Totals, human_bytes};
use crate::commands::conversions::Conversion;

/// How many files are in work at once, and how many threads each has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Split {
    pub(crate) files: usize,
    /// As the library counts: 0 for all there are.
    pub(crate) threads: usize,
}

impl Split {
    /// Shares `jobs` threads (0 for one a core) among `files` files: a picture of one tile keeps
    /// one core busy only, so files come first.
    pub(crate) fn new(jobs: usize, files: usize) -> Self {
        if files <= 1 {
            return Self { files: 1, threads: jobs };
        }
        let jobs = if jobs == 0 { available_parallelism().map_or(1, NonZero::get) } else { jobs };
        let at_once = jobs.min(files);
        Self { files: at_once, threads: jobs / at_once }
    }
}

/// Runs `work` on each of `items`, begun in their order, as many at once as `split` says; results
/// in the order of the items. Where there are several, a fault is printed when it occurs and the
/// others go on.
pub(crate) fn run<I: Sync, T: Send + Serialize>(
    items: &[I],
    split: Split,
    console: &Console,
    input: impl Fn(&I) -> &Path + Sync,
    work: impl Fn(&I) -> Result<Outcome<T>> + Sync,
) -> Vec<Ended<T>> {
    let one = |item: &I| {
        let mut ended = Ended { input: input(item).to_owned(), result: work(item) };
        if let Err(e) = console.ended(&ended) {
            ended.result = Err(e);
        }
        if let (Err(e), true) = (&ended.result, items.len() > 1)
            && *e != CliError::BrokenPipe
        {
            console.fail(e);
        }
        ended
    };
    // Threads of their own rather than a pool: a worker of a pool that waits for the threads of its
    // picture would begin another one meanwhile, and hold both.
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut ended = Vec::new();
        while let (i, Some(item)) = next_of(items, &next) {
            ended.push((i, one(item)));
        }
        ended
    };
    let mut ended = thread::scope(|scope| {
        // A system that gives no more threads gets its files all the same.
        let start = |_| thread::Builder::new().spawn_scoped(scope, worker).ok();
        let others: Vec<_> = (1..split.files).filter_map(start).collect();
        let mut ended = worker();
        ended.extend(others.into_iter().flat_map(|w| w.join().unwrap_or_else(|panic| resume_unwind(panic))));
        ended
    });
    ended.sort_by_key(|(i, _)| *i);
    ended.into_iter().map(|(_, e)| e).collect()
}

/// The item that no thread has taken yet.
fn next_of<'a, I>(items: &'a [I], next: &AtomicUsize) -> (usize, Option<&'a I>) {
    let i = next.fetch_add(1, Ordering::Relaxed);
    (i, items.get(i))
}

/// What a batch counts of a file that was converted.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Amount {
    pub(crate) pixels: u64,
    pub(crate) bytes_in: u64,
    pub(crate) bytes_out: u64,
}

/// Runs `work` on each of `conversions`, as the flags of a batch say; `amount` is that of a report.
pub(crate) fn convert<T: Send + Serialize>(
    conversions: &[Conversion],
    args: &BatchArgs,
    console: &Console,
    amount: impl Fn(&T) -> Amount + Sync,
    work: impl Fn(&Conversion) -> Result<T> + Sync,
) -> Result<Vec<Ended<T>>> {
    let start = Instant::now();
    let one = |conversion: &Conversion| {
        let name = display_name(&conversion.input);
        let outcome = match settled(conversion, args, console) {
            Ok(Some(outcome)) => Ok(outcome),
            Ok(None) => work(conversion).map(Outcome::Done),
            Err(e) => Err(e),
        };
        let pixels = if let Ok(Outcome::Done(report)) = &outcome { amount(report).pixels } else { 0 };
        console.step(&name, pixels);
        outcome
    };
    let ended =
        run(conversions, Split::new(args.jobs, conversions.len()), console, |conversion| &conversion.input, one);
    if conversions.len() > 1 {
        let amounts = ended.iter().filter_map(Ended::report).map(&amount);
        let (bytes_in, bytes_out) = amounts.fold((0, 0), |sum, a| (sum.0 + a.bytes_in, sum.1 + a.bytes_out));
        console.text(&summary(Totals::of(&ended), bytes_in, bytes_out, start.elapsed()))?;
    }
    Ok(ended)
}

/// What becomes of a conversion without any work; `None` for those that need it.
fn settled<T>(conversion: &Conversion, args: &BatchArgs, console: &Console) -> Result<Option<Outcome<T>>> {
    let (name, output) = (display_name(&conversion.input), shown(conversion.destination.name()));
    if conversion.input.is_dir() {
        return Err(match fs::read_dir(&conversion.input) {
            Ok(_) => CliError::Input(format!("{name}: a folder; -r takes the files in it")),
            Err(e) => CliError::reading(&conversion.input, &e),
        });
    }
    if args.skip_existing && conversion.destination.path().is_some_and(Path::is_file) {
        console.text(&format!("{name}: skipped, {output} exists\n"))?;
        return Ok(Some(Outcome::Skipped((&conversion.destination).into())));
    }
    if !args.dry_run {
        return Ok(None);
    }
    // An input that is not there is no plan.
    if conversion.input != Path::new("-") {
        fs::metadata(&conversion.input).map_err(|e| CliError::reading(&conversion.input, &e))?;
    }
    conversion.destination.check(args.force)?;
    console.text(&format!("{name} -> {output}\n"))?;
    Ok(Some(Outcome::Planned((&conversion.destination).into())))
}

/// What the file of `input` is whose mode and times its results get, where that is asked for.
pub(crate) fn preserved(input: &Path, args: &BatchArgs) -> Result<Option<fs::Metadata>> {
    let metadata = args.preserve.then(|| fs::metadata(input)).transpose();
    metadata.map_err(|e| CliError::reading(input, &e))
}

/// The last line of a batch.
fn summary(totals: Totals, bytes_in: u64, bytes_out: u64, time: Duration) -> String {
    let Totals { ok, planned, skipped, .. } = totals;
    let mut parts = Vec::new();
    if planned > 0 {
        parts.push(format!("{planned} files to write"));
    }
    if ok > 0 {
        let percent = 100.0 * bytes_out as f64 / bytes_in.max(1) as f64;
        let (bytes_in, bytes_out) = (human_bytes(bytes_in), human_bytes(bytes_out));
        parts.push(format!("{ok} files  {bytes_in} -> {bytes_out} ({percent:.1} %)"));
    }
    if skipped > 0 {
        parts.push(format!("{skipped} skipped"));
    }
    if parts.is_empty() {
        parts.push("0 files".to_owned());
    }
    let seconds = time.as_secs();
    format!("{}  {}:{:02}\n", parts.join("  "), seconds / 60, seconds % 60)
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
