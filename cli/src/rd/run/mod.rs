//! `kvant rd run`: pictures x codecs x qualities, into a folder of results.

mod choice;
mod clock;
mod comparisons;
mod conduct;
mod folder;
mod keeper;
mod measure;
pub(crate) mod plan;
pub(crate) mod presence;
pub(crate) mod shard;
mod subject;
mod summary;
pub(crate) mod workers;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use super::analysis::lossless::Lossless;
use super::args::RunArgs;
use super::corpus::spread;
use super::metric::{Metrics, Panel, Scoring};
use super::points::{self, ALL_THREADS, MEMORY, Point, REPEATED, SCALE, TIMING};
use super::progress::Progress;
use super::report::{self, ReportOptions};
use super::results::record::{PictureRecord, Record, Run};
use crate::base::error::{CliError, Result};
use crate::base::names::shown;
use crate::base::print::{print_error, print_text};

use clock::Clock;
use comparisons::Comparisons;
use folder::Folder;
use keeper::Keeper;
use plan::{CodecSeries, Measurement, RunPlan, parse_qualities};
use presence::{Presence, load_warning};
use workers::workers;

pub(crate) use measure::PlanRunner;

/// Where the templates and scripts of peers and metrics lie in a folder of results.
const PEERS: &str = "peers";

/// `--quick`: where BD-rates begin to be right within a tenth of a percent.
const QUICK_QUALITIES: [f64; 5] = [30.0, 50.0, 65.0, 80.0, 90.0];
const QUICK_TIMED: usize = 6;

/// Runs the command.
pub(crate) fn run(args: &RunArgs) -> Result<()> {
    let own = args.output.join(PEERS);
    let mut metrics = Metrics::known(&own, args.metric_file.as_deref())?;
    let comparisons = Comparisons::read(args, &mut metrics)?;
    let folder = Folder::open(&args.output, &metrics)?;
    Metrics::install(&own)?;
    let mut session = Session::new(args, &folder, &metrics, &comparisons)?;
    let points = session.execute(&folder)?;
    let verdict = session.report(&folder)?;

    if session.plan.measurements.is_empty() && args.shard.is_some() && points.is_empty() {
        print_text("This part has no measurements: there are more parts than those.\n")?;
        return session.end(folder.path());
    }
    if points.is_empty() {
        return Err(CliError::Run("nothing was measured".to_owned()));
    }
    let panel = Panel::new(&metrics, &args.metrics, &points)?;
    let mut text = session.summary(&points, &panel);
    let (mut lossless, lossy): (Vec<_>, Vec<_>) = points.into_iter().partition(Point::is_lossless);
    lossless.extend(comparisons.points.iter().filter(|p| p.is_lossless()).cloned());
    text += &Lossless::new(&lossless, None).map_or(String::new(), |l| format!("\n{}", l.text()));
    text += &comparisons.text(&lossy, &session.record, &panel);
    text += &verdict;
    print_text(&text)?;
    session.end(folder.path())
}

/// One run: what is to be done, and what became of it.
struct Session<'a> {
    args: &'a RunArgs,
    plan: RunPlan,
    workers: usize,
    record: Record,
    problems: Vec<String>,
    presence: Presence,
}

impl<'a> Session<'a> {
    fn new(args: &'a RunArgs, folder: &Folder, metrics: &Metrics, comparisons: &Comparisons<'_>) -> Result<Self> {
        let workers = workers(args.jobs.unwrap_or(usize::from(!args.quick)));
        let wanted = match (&args.quality, args.quick) {
            (Some(text), _) => Some(parse_qualities(text)?),
            (None, true) => Some(QUICK_QUALITIES.to_vec()),
            (None, false) => None,
        };
        if (args.reps > 1 || args.all_threads) && timed_alone(args, workers) == 0 && workers > 1 {
            return Err(CliError::Usage("--reps and --all-threads are for times: -j 1, or --timed N".to_owned()));
        }
        let sources = choice::pictures(args, &comparisons.pictures())?;
        let (series, codecs, mut problems) = choice::series(args, folder, wanted.as_deref())?;
        let run = Run::now(workers, args.peers.clone());
        let pictures = sources.iter().map(|s| PictureRecord { name: s.name.clone(), location: s.location() }).collect();
        let mut record = Record::new(run, codecs, pictures);
        let scoring = Scoring::new(metrics, &args.metrics)?;
        record.metrics = scoring.programs().cloned().collect();
        let names = codecs_of(&series).chain(folder.codecs());
        comparisons.check(&names.collect::<Vec<_>>())?;
        let (plan, unread) = RunPlan::new(series, sources, scoring, args.shard);
        for problem in &unread {
            print_error(&format!("kvant: {problem}\n"));
        }
        problems.extend(unread);
        Ok(Self { args, plan, workers, record, problems, presence: Presence::enter() })
    }

    /// Measures what is not there yet. All points of the folder, sorted.
    fn execute(&mut self, folder: &Folder) -> Result<Vec<Point>> {
        let planned = self.plan.measurements.iter().map(|m| (self.plan.identity(m), self.plan.key(m))).collect();
        let clock = self.clock().filter(|_| self.workers == 1);
        let has_all = |point: &Point| {
            let has_memory = !self.args.memory || point.extra(MEMORY[0]).is_some();
            has_memory && clock.as_ref().is_none_or(|clock| clock.has_run_for(point))
        };
        let (reused, others) = folder.divide(&planned, &has_all);
        let measurements: Vec<_> =
            self.plan.measurements.iter().filter(|m| !reused.contains_key(&self.plan.identity(m))).copied().collect();
        let keeper = Keeper::new(folder.path(), self.args.keep.unwrap_or_default(), &self.plan)?;
        let bytes = |m: &Measurement| reused.get(&self.plan.identity(m)).and_then(|point| point.bytes);
        let without_files: Vec<_> = self
            .plan
            .measurements
            .iter()
            .filter_map(|m| Some((*m, bytes(m)?)))
            .filter(|(m, b)| keeper.lacks(m, *b))
            .collect();
        self.say_what_is_reused(reused.len(), others.len());
        if !measurements.is_empty()
            && !self.args.no_times
            && (self.workers == 1 || timed_alone(self.args, self.workers) > 0)
        {
            warn_of_load(self.args.quiet, &mut self.record);
        }
        let mut all: Vec<_> = others.into_iter().chain(reused.into_values()).collect();
        // Of an earlier run's record only as much counts as there are points of it.
        if let (false, Some(mut record)) = (all.is_empty(), Record::read(folder.path())?) {
            record.problems.clear();
            record.merge(self.record.clone());
            self.record = record;
        }
        self.record.write(folder.path())?;

        let appender = folder.begin(&all, &self.columns())?;
        let fresh = Mutex::new(Vec::new());
        let progress = Progress::new(measurements.len(), self.args.quiet, self.args.verbose);
        let (workers, clock) = (self.workers, self.clock());
        let runner = PlanRunner { plan: &self.plan, workers, clock, progress: &progress, scored: true };
        let mut problems = runner.execute(&measurements, &|measurement, measured| {
            // A row that is there says that its files are.
            keeper.store(measurement, &measured)?;
            appender.append(&measured.point)?;
            fresh.lock().unwrap_or_else(PoisonError::into_inner).push(measured.point);
            Ok(())
        })?;
        progress.finish();
        problems.extend(self.make_files(&keeper, &without_files)?);
        self.problems.extend(problems);
        all.extend(fresh.into_inner().unwrap_or_else(PoisonError::into_inner));
        self.time(&mut all);
        let untimed = self.why_untimed(&all);
        // Earlier runs of the folder stand before this one.
        if let Some(run) = self.record.runs.last_mut() {
            run.untimed = untimed;
        }

        let order: Vec<_> = self.record.codecs.iter().map(|c| c.name.as_str()).collect();
        points::sort(&mut all, &order);
        folder.finish(&all)?;
        self.record.problems.extend(self.problems.iter().cloned());
        self.record.write(folder.path())?;
        Ok(all)
    }

    /// Encodes again, without scores, what has points but not the files that are to be kept; each
    /// with the bytes of its point. Gives a line for each thing that failed.
    fn make_files(&self, keeper: &Keeper<'_>, wanted: &[(Measurement, u64)]) -> Result<Vec<String>> {
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        if !self.args.quiet {
            print_error(&format!(
                "kvant: {} measurements that are there are coded again for their files\n",
                wanted.len()
            ));
        }
        let measurements: Vec<_> = wanted.iter().map(|(measurement, _)| *measurement).collect();
        let progress = Progress::new(wanted.len(), self.args.quiet, self.args.verbose);
        let runner =
            PlanRunner { plan: &self.plan, workers: self.workers, clock: None, progress: &progress, scored: false };
        let others = Mutex::new(Vec::new());
        let mut problems = runner.execute(&measurements, &|measurement, measured| {
            let then = wanted.iter().find(|(m, _)| m == measurement).map(|(_, bytes)| *bytes);
            if measured.point.bytes == then {
                return keeper.store(measurement, &measured);
            }
            let now = measured.point.bytes.unwrap_or_default();
            let name = self.plan.name(measurement);
            let problem = format!("{name}: it has {now} bytes now, not those that were measured: its file is not kept");
            progress.problem(&problem, &[]);
            others.lock().unwrap_or_else(PoisonError::into_inner).push(problem);
            Ok(())
        })?;
        progress.finish();
        problems.extend(others.into_inner().unwrap_or_else(PoisonError::into_inner));
        Ok(problems)
    }

    /// Columns that points get because of the arguments.
    fn columns(&self) -> Vec<&'static str> {
        let reps = if self.args.reps > 1 { &REPEATED[..] } else { &[] };
        let memory = if self.args.memory { &MEMORY[..] } else { &[] };
        let threads = if self.args.all_threads { &ALL_THREADS[..] } else { &[] };
        let scale = if self.args.scales.is_empty() { &[] } else { &[SCALE][..] };
        [reps, memory, threads, scale].concat()
    }

    /// What takes times, where any are to be kept.
    fn clock(&self) -> Option<Clock<'_>> {
        let threads = self.args.all_threads.then(|| workers(0));
        (!self.args.no_times).then_some(Clock { presence: &self.presence, reps: self.args.reps, threads })
    }

    fn say_what_is_reused(&self, reused: usize, others: usize) {
        if self.args.quiet {
            return;
        }
        if reused > 0 {
            print_error(&format!(
                "kvant: {reused} of {} measurements are there already\n",
                self.plan.measurements.len()
            ));
        }
        if others > 0 {
            print_error(&format!("kvant: {others} points of other runs in this folder are kept\n"));
        }
    }

    /// With `--timed`, times of some measurements of each codec, measured alone after the others,
    /// into their points.
    fn time(&self, points: &mut [Point]) {
        let count = timed_alone(self.args, self.workers);
        if count == 0 {
            return;
        }
        // What has failed would fail again.
        let measured: BTreeSet<_> = points.iter().map(Point::identity).collect();
        let of_series = |series| {
            let all = self.plan.measurements.iter().filter(|m| m.series == series);
            spread(all.filter(|m| measured.contains(&self.plan.identity(m))).copied().collect(), count)
        };
        let measurements: Vec<_> = (0..self.plan.series.len()).flat_map(of_series).collect();
        let progress = Progress::new(measurements.len(), self.args.quiet, self.args.verbose);
        let runner =
            PlanRunner { plan: &self.plan, workers: 1, clock: self.clock(), progress: &progress, scored: false };
        for (measurement, times) in runner.times(&measurements) {
            let identity = self.plan.identity(&measurement);
            if let Some(point) = points.iter_mut().find(|p| p.identity() == identity) {
                times.put(point);
            }
        }
        progress.finish();
    }

    /// Writes the page, where one is asked for, and gives the sentences that it opens with.
    fn report(&mut self, folder: &Folder) -> Result<String> {
        let RunArgs { no_report, quick, shard, generations, quiet, .. } = self.args;
        if *no_report || *quick || shard.is_some() {
            return Ok(String::new());
        }
        if !quiet {
            print_error("kvant: writing the report\n");
        }
        let RunArgs { anchor, codec, points, metrics, metric_file, .. } = self.args.clone();
        let (generations, quiet) = (*generations, *quiet);
        let options = ReportOptions {
            anchor,
            codec,
            points,
            metrics,
            metric_file,
            generations,
            quiet,
            ..ReportOptions::default()
        };
        let written = report::write(folder.path(), &options)?;
        self.problems.extend(written.problems);
        Ok(format!("\n{}\n{}\n", written.verdict.join("\n"), shown(&written.path)))
    }

    /// The means at each quality of each codec of this run, and what the times are worth.
    fn summary(&self, points: &[Point], panel: &Panel) -> String {
        let mut text = String::new();
        for series in self.plan.series.iter().filter(|s| !s.codec.lossless()) {
            let name = series.codec.name();
            let ascending: Vec<_> = series.qualities.iter().rev().copied().collect();
            let of_codec: Vec<_> = points.iter().filter(|p| p.codec == name).collect();
            text += &format!(
                "{name}\n{}{}\n",
                summary::by_quality(&of_codec, &ascending, &series.scales, panel),
                summary::resources(&of_codec)
            );
        }
        text + &self.worth_of_times(points)
    }

    /// How many points of this run have times, and how many there are.
    fn timed(&self, points: &[Point]) -> (usize, usize) {
        let planned: BTreeSet<_> = self.plan.measurements.iter().map(|m| self.plan.identity(m)).collect();
        let mine: Vec<_> = points.iter().filter(|p| planned.contains(&p.identity())).collect();
        (mine.iter().filter(|p| p.extra(TIMING).is_some()).count(), mine.len())
    }

    /// Why points of this run have no times; `None` where all have.
    fn why_untimed(&self, points: &[Point]) -> Option<String> {
        let (timed, all) = self.timed(points);
        (timed < all).then(|| match self.workers {
            _ if self.args.no_times => "--no-times".to_owned(),
            1 => self.presence.why_not_alone().to_owned(),
            n => format!("{n} jobs ran at once"),
        })
    }

    /// Which of the times there are, and why not all.
    fn worth_of_times(&self, points: &[Point]) -> String {
        let (timed, all) = self.timed(points);
        let why_not = self.presence.why_not_alone();
        match (self.workers, timed) {
            _ if self.args.no_times => "Times were not measured: --no-times.\n".to_owned(),
            (1, timed) if timed == all => "Times: one job at a time.\n".to_owned(),
            (1, 0) => format!("Times were not measured: {why_not}.\n"),
            (1, timed) => format!(
                "Times of {timed} of {all} points only; during the others, {why_not}. The same command measures them again.\n"
            ),
            (n, 0) => format!(
                "Times were not measured: {n} jobs ran at once. -j 1 measures them, --timed N those of a few.\n"
            ),
            (n, timed) => format!("Times of {timed} of {all} points only, measured alone; {n} jobs ran at once.\n"),
        }
    }

    /// Where the results are, and the exit code.
    fn end(&self, folder: &Path) -> Result<()> {
        if !self.args.quiet {
            print_error(&format!("kvant: results are in {}\n", shown(folder)));
        }
        match self.problems.len() {
            0 => Ok(()),
            1 => Err(CliError::Run("one problem, see above; the rest was measured".to_owned())),
            n => Err(CliError::Run(format!("{n} problems, see above; the rest was measured"))),
        }
    }
}

fn codecs_of(series: &[CodecSeries]) -> impl Iterator<Item = &str> {
    series.iter().map(|s| s.codec.name())
}

/// How many measurements of each codec are timed alone after the others.
fn timed_alone(args: &RunArgs, workers: usize) -> usize {
    let asked = args.timed.unwrap_or(if args.quick { QUICK_TIMED } else { 0 });
    if workers == 1 || args.no_times { 0 } else { asked }
}

/// Says, and keeps in the record, that times may be wrong.
fn warn_of_load(quiet: bool, record: &mut Record) {
    let Some(warning) = load_warning() else {
        return;
    };
    if !quiet {
        print_error(&format!("kvant: {warning}\n"));
    }
    record.runs.iter_mut().for_each(|run| run.notes.push(warning.clone()));
}
