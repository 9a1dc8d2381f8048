//! The measurements of a plan: encode, decode, check, score.

use std::borrow::Cow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use kvant::Cicp;
use rayon::prelude::*;

use super::clock::{Clock, Times, Trip};
use super::conduct::{Conduct, GivenUp};
use super::plan::{Measurement, RunPlan};
use super::subject::Subject;
use crate::base::error::{CliError, Result};
use crate::pictures::{Picture, resized};
use crate::rd::metric::Scored;
use crate::rd::points::{ALPHA, KEY, LOSSLESS, MEMORY, Point, SCALE, TIMING};
use crate::rd::programs::{Fault, Outcome};
use crate::rd::progress::Progress;
use crate::rd::scale::Scale;

/// How the measurements of a plan go.
pub(crate) struct PlanRunner<'a> {
    pub(crate) plan: &'a RunPlan,
    /// Jobs at once, each on one thread.
    pub(crate) workers: usize,
    /// Times of one job at once are kept where it is alone on the machine: others would share its
    /// caches and memory. `None` keeps none.
    pub(crate) clock: Option<Clock<'a>>,
    pub(crate) progress: &'a Progress,
    /// Whether points get scores. What is coded again for its files alone has them.
    pub(crate) scored: bool,
}

/// What came of a measurement.
pub(crate) struct Measured {
    pub(crate) point: Point,
    /// The stream and what it decodes to; of a picture with alpha that the codec does not store,
    /// for each background.
    pub(crate) files: Vec<(Vec<u8>, Picture)>,
    /// What the samples of the source mean, where it says so.
    pub(crate) cicp: Option<Cicp>,
}

/// The picture that is coded at a scale.
fn reduced(picture: &Picture, scale: Scale) -> Cow<'_, Picture> {
    resized(picture, [picture.width(), picture.height()].map(|side| scale.side(side)))
}

/// Why a measurement gives no point.
struct Problem {
    /// In one line, with the measurement's name.
    line: String,
    /// What a program said last.
    said: Vec<String>,
    /// Whether it is the codec that failed.
    of_codec: bool,
}

impl From<CliError> for Problem {
    fn from(error: CliError) -> Self {
        Self { line: error.to_string(), said: Vec::new(), of_codec: false }
    }
}

/// Where problems go: a line, and what a program said last.
type Report<'a> = dyn Fn(String, &[String]) + Sync + 'a;

/// What came of one picture.
struct Made {
    bytes: u64,
    scores: Scored,
    /// Where they are worth keeping.
    times: Option<Times>,
    files: (Vec<u8>, Picture),
}

/// Where the measurements of one source find its subject.
struct Slot {
    subject: Mutex<State>,
    left: AtomicUsize,
}

enum State {
    Unread,
    /// Cannot be read, which has been said.
    Broken,
    Read(Arc<Subject>),
}

impl PlanRunner<'_> {
    /// Runs `measurements`, calling `done` with what came of each. Gives a line for each thing
    /// that failed; the rest goes on.
    ///
    /// # Errors
    /// Only what `done` gives, a full disk for instance: that ends the run.
    pub(crate) fn execute(
        &self,
        measurements: &[Measurement],
        done: &(dyn Fn(&Measurement, Measured) -> Result<()> + Sync),
    ) -> Result<Vec<String>> {
        let slots: Vec<_> = (0..self.plan.sources.len())
            .map(|source| Slot {
                subject: Mutex::new(State::Unread),
                left: AtomicUsize::new(measurements.iter().filter(|m| m.source == source).count()),
            })
            .collect();
        let conduct = Conduct::new(self.plan.series.len(), measurements.iter().map(|m| (m.series, m.source)));
        let problems = Mutex::new(Vec::new());
        let report = |problem: String, said: &[String]| {
            self.progress.problem(&problem, said);
            problems.lock().unwrap_or_else(PoisonError::into_inner).push(problem);
        };
        let one = |measurement: &Measurement| -> Result<()> {
            let (slot, series) = (&slots[measurement.source], measurement.series);
            let result = match conduct.begins(series) {
                true => self.attempt(slot, measurement, &conduct, &report),
                false => Ok(None),
            };
            slot.finish_one();
            self.progress.step(&self.plan.name(measurement));
            match result {
                Ok(None) => Ok(()),
                Ok(Some(measured)) => {
                    conduct.succeeded(series);
                    done(measurement, measured)
                }
                Err(problem) => {
                    report(problem.line, &problem.said);
                    let end = if problem.of_codec { conduct.failed(series, measurement.source) } else { None };
                    if let Some(GivenUp { failures: n, left_out }) = end {
                        let name = self.plan.codec(measurement).name();
                        report(format!("{name} is given up on after {n} failures in a row; left out: {left_out}"), &[]);
                    }
                    Ok(())
                }
            }
        };
        if self.workers == 1 {
            measurements.iter().try_for_each(one)?;
        } else {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(self.workers)
                .build()
                .map_err(|e| CliError::Run(format!("cannot start threads: {e}")))?;
            // A bridged iterator hands measurements out one by one and in order, unlike a split
            // range.
            pool.install(|| measurements.iter().par_bridge().try_for_each(one))?;
        }
        let mut problems = problems.into_inner().unwrap_or_else(PoisonError::into_inner);
        problems.sort();
        Ok(problems)
    }

    /// The picture of a measurement; `None` where it cannot be read and another measurement has
    /// said so.
    fn subject(&self, slot: &Slot, measurement: &Measurement) -> Result<Option<Arc<Subject>>> {
        let mut state = slot.subject.lock().unwrap_or_else(PoisonError::into_inner);
        match &*state {
            State::Read(subject) => return Ok(Some(Arc::clone(subject))),
            State::Broken => return Ok(None),
            State::Unread => {}
        }
        match self.plan.load(measurement) {
            Ok(picture) => {
                let subject = Arc::new(Subject::new(picture));
                *state = State::Read(Arc::clone(&subject));
                Ok(Some(subject))
            }
            Err(e) => {
                *state = State::Broken;
                Err(e)
            }
        }
    }

    /// What comes of a measurement; `None` as [`Self::subject`] has it.
    fn attempt(
        &self,
        slot: &Slot,
        measurement: &Measurement,
        conduct: &Conduct,
        report: &Report<'_>,
    ) -> std::result::Result<Option<Measured>, Problem> {
        let Some(subject) = self.subject(slot, measurement)? else {
            return Ok(None);
        };
        let measured = self.measure(&subject, measurement, report)?;
        let is_untimed = measured.point.enc_s.is_none() || measured.point.dec_s.is_none();
        if measured.point.extra(TIMING).is_some() && is_untimed && conduct.told_no_time(measurement.series) {
            self.say_no_time(measurement);
        }
        Ok(Some(measured))
    }

    /// That a codec tells no time is no problem: its points are as good as others.
    fn say_no_time(&self, measurement: &Measurement) {
        let name = self.plan.codec(measurement).name();
        let note = format!("{name} tells no time of its call (a line kvant-seconds: NUMBER): such times stay empty");
        self.progress.problem(&note, &[]);
    }

    fn measure(
        &self,
        subject: &Subject,
        measurement: &Measurement,
        report: &Report<'_>,
    ) -> std::result::Result<Measured, Problem> {
        let (codec, picture) = (self.plan.codec(measurement), &subject.picture);
        let given = subject.given(codec);
        let made = given.iter().map(|subject| self.make(subject, measurement));
        let made = made.collect::<std::result::Result<Vec<Made>, Problem>>()?;
        let count = made.len() as u64;
        let bytes = (made.iter().map(|m| m.bytes).sum::<u64>() + count / 2) / count;
        let (mut scores, mut times, mut files) = (Vec::new(), Vec::new(), Vec::new());
        for one in made {
            scores.push(one.scores);
            times.push(one.times);
            files.push(one.files);
        }
        let scored = scores.into_iter().reduce(Scored::worse).unwrap_or_default();
        for problem in &scored.problems {
            report(format!("{}: {problem}", self.plan.name(measurement)), &[]);
        }
        // Without its key, a point that lacks a score is measured again by the next run.
        let key = (!scored.incomplete).then(|| (KEY.to_owned(), self.plan.key(measurement)));
        let mut extra: Vec<_> = key.into_iter().collect();
        if codec.lossless() {
            extra.push((LOSSLESS.to_owned(), "yes".to_owned()));
        }
        if count > 1 {
            extra.push((ALPHA.to_owned(), "laid".to_owned()));
        }
        if measurement.scale != Scale::FULL {
            extra.push((SCALE.to_owned(), measurement.scale.to_string()));
        }
        let mut point = Point {
            codec: codec.name().to_owned(),
            image: self.plan.source(measurement).name.clone(),
            q: measurement.q,
            bytes: Some(bytes),
            bpp: bytes as f64 * 8.0 / picture.pixels() as f64,
            scores: scored.by_column(),
            enc_s: None,
            dec_s: None,
            size: Some([picture.width(), picture.height()]),
            extra,
        };
        if let Some(times) = times.into_iter().collect::<Option<Vec<_>>>() {
            Times::mean(&times).put(&mut point);
        }
        if let Some(probe) = self.plan.probe(measurement) {
            let fault = |e: Fault| Problem {
                line: format!("{}: memory: {e}", self.plan.name(measurement)),
                said: e.said,
                of_codec: true,
            };
            let peaks = probe.peaks(&reduced(&given[0].picture, measurement.scale), measurement.q).map_err(fault)?;
            point
                .extra
                .extend(MEMORY.map(str::to_owned).into_iter().zip(peaks.map(|b| format!("{:.2}", b as f64 / 1e6))));
        }
        Ok(Measured { point, files, cicp: picture.cicp() })
    }

    /// One picture there and back, and its scores.
    fn make(&self, subject: &Subject, measurement: &Measurement) -> std::result::Result<Made, Problem> {
        let named = |what: &dyn std::fmt::Display| format!("{}: {what}", self.plan.name(measurement));
        let fault = |e: Fault| Problem { line: named(&e), said: e.said, of_codec: true };
        let ((coded, decoded), times) = self.timed_trip(measurement, &subject.picture).map_err(fault)?;
        let size = [subject.picture.width(), subject.picture.height()];
        let shown = match measurement.scale {
            Scale::FULL => decoded.picture,
            _ => resized(&decoded.picture, size).into_owned(),
        };
        // An exact copy needs no scores: there is no curve that they would be points of.
        let scores = match self.scored && !self.plan.codec(measurement).lossless() {
            false => Scored::default(),
            true => {
                let scoring = &self.plan.scoring;
                subject.reference(scoring)?.compare(&shown, scoring).map_err(|e| CliError::Run(named(&e)))?
            }
        };
        let files = (coded.stream, shown);
        Ok(Made { bytes: files.0.len() as u64, scores, times, files })
    }

    /// There and back at the scale of the measurement, with times where they are to be kept: those
    /// of the codec, without the change of size.
    fn timed_trip(&self, measurement: &Measurement, picture: &Picture) -> Outcome<(Trip, Option<Times>)> {
        let picture = &*reduced(picture, measurement.scale);
        let trip = || self.trip(measurement, picture);
        match &self.clock {
            Some(clock) if self.workers == 1 => clock.take(self.plan.codec(measurement), picture, measurement.q, trip),
            _ => Ok((trip()?, None)),
        }
    }

    /// There and back, with the checks that need no metric.
    fn trip(&self, measurement: &Measurement, picture: &Picture) -> Outcome<Trip> {
        let codec = self.plan.codec(measurement);
        let wrong = |what: &str| Fault::from(CliError::Run(what.to_owned()));
        let coded = codec.encode(picture, measurement.q)?;
        let decoded = codec.decode(&coded.stream)?;
        let (got, wanted) = (&decoded.picture, picture);
        if (got.width(), got.height()) != (wanted.width(), wanted.height()) {
            let [w, h, w0, h0] = [got.width(), got.height(), wanted.width(), wanted.height()];
            return Err(wrong(&format!("the decoded picture is {w}x{h}, the source {w0}x{h0}")));
        }
        if coded.reconstruction.as_ref().is_some_and(|r| r != got) {
            return Err(wrong("the decoder's picture differs from the encoder's reconstruction"));
        }
        if codec.lossless() && !got.is_copy_of(wanted) {
            return Err(wrong("the decoded picture differs from the source, though the codec is lossless"));
        }
        Ok((coded, decoded))
    }

    /// Encodes and decodes the pictures of `measurements`, and gives the times of each that works
    /// and was alone on the machine.
    pub(super) fn times(&self, measurements: &[Measurement]) -> Vec<(Measurement, Times)> {
        let conduct = Conduct::new(self.plan.series.len(), measurements.iter().map(|m| (m.series, m.source)));
        let time = |measurement: &Measurement| {
            let subject = self.plan.load(measurement).map(Subject::new);
            let trip = |given: &Subject| self.timed_trip(measurement, &given.picture).ok()?.1;
            // All went well before.
            let given = |subject: Subject| subject.given(self.plan.codec(measurement)).iter().map(trip).collect();
            let times: Option<Vec<_>> = subject.ok().and_then(given);
            self.progress.step(&self.plan.name(measurement));
            let times = Times::mean(&times?);
            if times.lacks_some() && conduct.told_no_time(measurement.series) {
                self.say_no_time(measurement);
            }
            Some((*measurement, times))
        };
        measurements.iter().filter_map(time).collect()
    }
}

impl Slot {
    /// Lets go of the picture with the last measurement, so that memory does not grow with the
    /// corpus.
    fn finish_one(&self) {
        if self.left.fetch_sub(1, Ordering::Relaxed) == 1 {
            *self.subject.lock().unwrap_or_else(PoisonError::into_inner) = State::Unread;
        }
    }
}
