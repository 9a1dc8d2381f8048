//! Tiles on their way from bytes to settled pixels, some at once, on as many threads as there are
//! for it.
//!
//! A tile goes through three stages, each a thing that one thread at a time has in its hands: its
//! superblocks are parsed, then reconstructed, and the filters, which all tiles share, take the
//! bands of their rows in order. The planes of a band are filtered by themselves, then the pixels
//! that the band settles are handed over. Whoever has time does one step of the stage furthest on
//! for which there is something to do; with others beside it, it first sees to it that a few
//! superblocks are parsed ahead, since there is nothing to share before. So one thread has each
//! superblock and each band still in its cache, several share the work however unequal the stages
//! are, and none waits where it could do something itself.

use std::hint;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::filtering::{Filtering, OnSettled};
use super::open_tile::{Content, Halted, LossyTile, OpenTile};
use super::parsing::Part;
use super::schedule::{Schedule, Sink, Step};
use super::tile::{End, Opened, Stream};
use crate::container::TileData;
use crate::entropy::Profile;
use crate::error::DecodeError;
use crate::memory::Pace;
use crate::recon::dequant::Dequantiser;
use crate::recon::{Context, TileSamples};

/// Samples of a picture from which on another thread is worth its start.
/// A fuzzer has small pictures only.
const WORTH_HELP: u64 = if cfg!(fuzzing) { 0 } else { 1 << 17 };
/// Superblocks that parsing, which no two threads can share in a tile, should be ahead of
/// reconstruction.
const LEAD: usize = 4;
/// How often a thread without anything to do looks again before it sleeps: some tens of
/// microseconds.
const WATCH: usize = 1000;

/// What the data of tiles is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Data {
    /// All of it is there; where it is damaged, that ends the run.
    Whole,
    /// Some may be missing or damaged, which ends a tile, but not the run.
    Damaged,
    /// That of the only tile is still coming.
    Growing,
}

/// The only tile of a picture, in one of the profiles, while it waits for data.
#[derive(Debug)]
pub(super) enum HaltedTile {
    Mixed(Halted<false>),
    Fast(Halted<true>),
}

impl HaltedTile {
    /// So many more bytes are worth another try.
    pub(super) fn more(&self) -> usize {
        match self {
            Self::Mixed(halted) => halted.more,
            Self::Fast(halted) => halted.more,
        }
    }

    fn mixed(self) -> Option<Halted<false>> {
        if let Self::Mixed(halted) = self { Some(halted) } else { None }
    }

    fn fast(self) -> Option<Halted<true>> {
        if let Self::Fast(halted) = self { Some(halted) } else { None }
    }
}

/// How a run ended.
struct Outcome<H> {
    /// Of tiles that are done.
    ends: Vec<End>,
    fault: Option<DecodeError>,
    /// The tile that waits for data.
    halted: Option<H>,
}

impl<H> Outcome<H> {
    fn map<T>(self, of: impl FnOnce(H) -> T) -> Outcome<T> {
        Outcome { ends: self.ends, fault: self.fault, halted: self.halted.map(of) }
    }

    /// # Errors
    /// The fault, where there is one.
    fn checked(mut self) -> Result<Self, DecodeError> {
        self.fault.take().map_or(Ok(self), Err)
    }
}

impl Stream<'_> {
    /// Decodes `parts` of tiles, which `filtering` expects next, and hands over what they settle.
    pub(super) fn decode(
        &self,
        parts: &[Part],
        pace: Pace,
        filtering: &mut Filtering,
        each: &mut OnSettled<'_>,
    ) -> Result<(), DecodeError> {
        self.run(parts, Data::Whole, pace, Sink { filtering, each }, None).checked().map(drop)
    }

    /// Decodes what there is of `parts`; how each ended. What is damaged is no error here, but what
    /// `each` returns is.
    pub(super) fn salvage(
        &self,
        parts: &[Part],
        pace: Pace,
        filtering: &mut Filtering,
        each: &mut OnSettled<'_>,
    ) -> Result<Vec<End>, DecodeError> {
        Ok(self.run(parts, Data::Damaged, pace, Sink { filtering, each }, None).checked()?.ends)
    }

    /// Decodes the only tile, from its start or from where it was `halted`, as far as the data
    /// reaches, of which more is to come.
    pub(super) fn advance(
        &self,
        halted: Option<HaltedTile>,
        pace: Pace,
        filtering: &mut Filtering,
        each: &mut OnSettled<'_>,
    ) -> Result<Option<HaltedTile>, DecodeError> {
        Ok(self.run(&[Part::ALL], Data::Growing, pace, Sink { filtering, each }, halted).checked()?.halted)
    }

    /// Decodes the rest of the only tile, all of whose data is there.
    pub(super) fn complete(
        &self,
        halted: HaltedTile,
        pace: Pace,
        filtering: &mut Filtering,
        each: &mut OnSettled<'_>,
    ) -> Result<(), DecodeError> {
        self.run(&[Part::ALL], Data::Whole, pace, Sink { filtering, each }, Some(halted)).checked().map(drop)
    }

    fn run(
        &self,
        parts: &[Part],
        data: Data,
        pace: Pace,
        sink: Sink<'_>,
        halted: Option<HaltedTile>,
    ) -> Outcome<HaltedTile> {
        match self.parsed.header.profile {
            Profile::Mixed => {
                let halted = halted.and_then(HaltedTile::mixed);
                self.run_with::<false>(parts, data, pace, sink, halted).map(HaltedTile::Mixed)
            }
            Profile::Fast => {
                let halted = halted.and_then(HaltedTile::fast);
                self.run_with::<true>(parts, data, pace, sink, halted).map(HaltedTile::Fast)
            }
        }
    }

    fn run_with<const FAST: bool>(
        &self,
        parts: &[Part],
        data: Data,
        pace: Pace,
        sink: Sink<'_>,
        halted: Option<Halted<FAST>>,
    ) -> Outcome<Halted<FAST>> {
        let header = &self.parsed.header;
        let dequantiser = Dequantiser::new(header);
        let context = Context { simd: self.simd, header, dequantiser: &dequantiser };
        let tiles = match halted.map(|halted| self.resumed(&context, data, halted)).transpose() {
            Ok(tile) => tile.into_iter().collect(),
            Err(fault) => return Outcome { ends: Vec::new(), fault: Some(fault), halted: None },
        };
        // Borrowed anew, for no longer than what is made here.
        let Sink { filtering, each } = sink;
        let worth = pace.ahead && header.samples() >= WORTH_HELP;
        // Each tile is in two hands at most, besides the planes of a band.
        let most = 2 * pace.at_once.min(parts.len()) + header.planes() - 1;
        let helpers = if worth { (self.workers.count() - 1).min(most) } else { 0 };
        let schedule = Schedule {
            tiles,
            at_once: pace.at_once,
            lead: if helpers > 0 { LEAD } else { 0 },
            first: 0,
            count: parts.len(),
            sink: Some(Sink { filtering, each }),
            planes: Vec::new(),
            in_filters: 0,
            filtered: Vec::new(),
            used: Vec::new(),
            spare: Vec::new(),
            reuses: data == Data::Whole && !header.alpha,
            ends: Vec::new(),
            fault: None,
            waiting: 0,
        };
        let pipeline = Pipeline::<FAST> {
            stream: self,
            context: &context,
            parts,
            rows: pace.rows(header),
            data,
            schedule: Mutex::new(schedule),
            steps: AtomicUsize::new(0),
            moved: Condvar::new(),
        };
        self.workers.share(helpers, || pipeline.work());
        let Schedule { ends, fault, tiles, .. } =
            pipeline.schedule.into_inner().unwrap_or_else(PoisonError::into_inner);
        let halted = tiles.into_iter().next().and_then(|tile| tile.content.halt());
        Outcome { ends, fault, halted }
    }

    /// The data of `tile`, and what is wrong with it.
    fn bytes(&self, data: Data, tile: usize) -> Result<(TileData<'_>, Option<DecodeError>), DecodeError> {
        let Stream { parsed, data: bytes, index, .. } = *self;
        match data {
            Data::Whole => Ok((parsed.tile(bytes, index, tile)?, None)),
            Data::Damaged => parsed.salvage_tile(bytes, index, tile),
            Data::Growing => Ok((parsed.growing_tile(bytes)?, None)),
        }
    }

    /// The only tile, open again.
    fn resumed<'b, const FAST: bool>(
        &'b self,
        context: &'b Context<'b>,
        data: Data,
        halted: Halted<FAST>,
    ) -> Result<OpenTile<'b, FAST>, DecodeError> {
        let (bytes, _) = self.bytes(data, Part::ALL.tile)?;
        Ok(OpenTile::of(halted.resume(context, bytes, data == Data::Growing)))
    }
}

struct Pipeline<'a, const FAST: bool> {
    stream: &'a Stream<'a>,
    context: &'a Context<'a>,
    parts: &'a [Part],
    /// Luma rows of a tile that there is memory for.
    rows: usize,
    data: Data,
    schedule: Mutex<Schedule<'a, FAST>>,
    /// Steps that were ended.
    steps: AtomicUsize,
    /// Something was put back.
    moved: Condvar,
}

impl<'a, const FAST: bool> Pipeline<'a, FAST> {
    /// Takes part until there is nothing to do any more.
    fn work(&self) {
        let alarm = Alarm(self);
        let mut watchful = true;
        let mut schedule = self.schedule();
        while !schedule.is_over() {
            let Some(step) = schedule.take() else {
                if schedule.waits() {
                    break;
                }
                if watchful {
                    drop(schedule);
                    watchful = self.watch();
                    schedule = self.schedule();
                    continue;
                }
                schedule.waiting += 1;
                schedule = self.moved.wait(schedule).unwrap_or_else(PoisonError::into_inner);
                schedule.waiting -= 1;
                watchful = true;
                continue;
            };
            watchful = true;
            if schedule.waiting > 0 && schedule.has_more() {
                self.moved.notify_one();
            }
            drop(schedule);
            self.carry_out(step);
            self.steps.fetch_add(1, Ordering::Release);
            schedule = self.schedule();
        }
        self.moved.notify_all();
        drop(schedule);
        std::mem::forget(alarm);
    }

    /// Watches for a while whether somebody ends a step; being woken takes longer than most of
    /// them.
    fn watch(&self) -> bool {
        let before = self.steps.load(Ordering::Acquire);
        (0..WATCH).any(|_| {
            hint::spin_loop();
            self.steps.load(Ordering::Acquire) != before
        })
    }

    fn schedule(&self) -> MutexGuard<'_, Schedule<'a, FAST>> {
        self.schedule.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does a step, and puts back what it took.
    fn carry_out(&self, step: Step<'a, FAST>) {
        match step {
            Step::Open(number, spare) => self.open(number, spare),
            Step::Parse(number, mut parsing, mut sb) => {
                let place = parsing.superblock(&mut sb);
                let mut schedule = self.schedule();
                if let Some(lossy) = schedule.lossy(number) {
                    lossy.parsing = Some(parsing);
                    match place {
                        Some(place) => lossy.parsed.push_back((sb, place)),
                        None => schedule.used.push(sb),
                    }
                    self.close(&mut schedule, number);
                }
            }
            Step::Rebuild(number, mut rebuilding, (sb, place)) => {
                rebuilding.superblock(&sb, place);
                let mut schedule = self.schedule();
                schedule.used.push(sb);
                if let Some(lossy) = schedule.lossy(number) {
                    lossy.rebuilding = Some(rebuilding);
                    lossy.rows = place.rows().unwrap_or(lossy.rows);
                    self.close(&mut schedule, number);
                }
            }
            Step::Begin(Sink { filtering, each }) => {
                let begun = filtering.begin(each).map(|()| false);
                self.schedule().take_back(Sink { filtering, each }, begun);
            }
            Step::Band(Sink { filtering, each }, number, mut rebuilding) => {
                let taken = filtering.take(Some(rebuilding.reconstructed()));
                // However many rows there is memory for, a damaged tile has the same samples.
                rebuilding.go_on(self.context.header, taken, self.data == Data::Damaged);
                let mut schedule = self.schedule();
                if let Some(lossy) = schedule.lossy(number) {
                    lossy.rebuilding = Some(rebuilding);
                    self.close(&mut schedule, number);
                }
                schedule.planes = filtering.band();
                // The largest is the first to be taken.
                schedule.planes.reverse();
                schedule.sink = Some(Sink { filtering, each });
            }
            Step::Filter(mut plane) => {
                plane.filter();
                let mut schedule = self.schedule();
                schedule.in_filters -= 1;
                schedule.filtered.push(*plane);
            }
            Step::Settle(Sink { filtering, each }, planes) => {
                let over = filtering.settle(planes, each);
                self.schedule().take_back(Sink { filtering, each }, over);
            }
            Step::Lossless(Sink { filtering, each }, planes) => {
                let over = filtering.lossless(&planes, each).map(|()| true);
                self.schedule().take_back(Sink { filtering, each }, over);
            }
            Step::Missing(Sink { filtering, each }) => {
                let over = filtering.missing(each).map(|()| true);
                self.schedule().take_back(Sink { filtering, each }, over);
            }
        }
    }

    /// Opens tile `number` in the memory of `spare` ones.
    fn open(&self, number: usize, spare: Option<TileSamples>) {
        let (parsed, part, growing) = (self.stream.parsed, self.parts[number], self.data == Data::Growing);
        let bytes = self.stream.bytes(self.data, part.tile);
        let samples = || match spare {
            Some(spare) => spare.reused(&parsed.header, &parsed.grid, part.tile),
            None => TileSamples::with_rows(&parsed.header, &parsed.grid, part.tile, self.rows),
        };
        let open = |bytes| self.stream.open(self.context, part, (bytes, growing), samples);
        let opened = bytes.map(|(bytes, damage)| (open(bytes), damage));
        let mut schedule = self.schedule();
        let Some(tile) = schedule.tile(number) else { return };
        match opened {
            Ok((opened, damage)) => {
                tile.damage = damage;
                match opened {
                    Opened::Lossy { parsing, rebuilding, alpha } => {
                        tile.content = Content::Lossy(LossyTile::new(parsing, rebuilding, alpha));
                        self.close(&mut schedule, number);
                    }
                    Opened::Lossless(planes, end) => {
                        tile.content = Content::Lossless(planes);
                        self.ended(&mut schedule, number, end);
                    }
                }
            }
            Err(fault) => {
                tile.content = Content::Missing;
                self.ended(&mut schedule, number, End { rows: 0, shades: 0, fault: Some(fault) });
            }
        }
    }

    /// Notes how tile `number` ended, where no more of it comes.
    fn close(&self, schedule: &mut Schedule<'a, FAST>, number: usize) {
        if let Some(end) = schedule.lossy(number).and_then(LossyTile::close) {
            self.ended(schedule, number, end);
        }
    }

    fn ended(&self, schedule: &mut Schedule<'a, FAST>, number: usize, end: End) {
        let Some(tile) = schedule.tile(number) else { return };
        let fault = tile.damage.take().or(end.fault);
        // Up to four bytes beyond the data are no fault to the parser.
        let rows = if fault.is_none() { self.parts[number].rows } else { end.rows };
        match fault {
            Some(fault) if self.data != Data::Damaged => schedule.fail(number, fault),
            fault => tile.end = Some(End { rows, fault, ..end }),
        }
    }
}

/// Ends the run where a thread panics: others would wait for what it has in its hands.
struct Alarm<'a, 'b, const FAST: bool>(&'b Pipeline<'a, FAST>);

impl<const FAST: bool> Drop for Alarm<'_, '_, FAST> {
    fn drop(&mut self) {
        let mut schedule = self.0.schedule();
        schedule.count = schedule.first;
        self.0.moved.notify_all();
    }
}
