//! Tiles in flight: some at once on their way from bytes to settled pixels, on as many threads as there are for it.
//!
//! A tile goes through three stages, each a thing that one thread at a time has in its hands: its superblocks are parsed, then
//! reconstructed, and the sweep, which all tiles share, takes the bands of their rows in order. The planes of a band are filtered
//! by themselves, then the sweep hands its pixels over. Whoever has time does one step of the stage furthest on for which there is
//! something to do; with others beside it, it first sees to it that a few superblocks are parsed ahead, since there is nothing to
//! share before. So one thread has each superblock and each band still in its
//! cache, several share the work however unequal the stages are, and none waits where it could do something itself.

use std::hint;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::board::{Board, Sink, Step};
use super::lane::{Content, Halted, Lane, Lossy};
use super::parsing::Part;
use super::sweep::{Each, Sweep};
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
/// Superblocks that parsing, which no two threads can share in a tile, should be ahead of reconstruction.
const LEAD: usize = 4;
/// How often a thread without anything to do looks again before it sleeps: some tens of microseconds.
const WATCH: usize = 1000;

/// What the data of tiles is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Data {
    /// All of it is there; where it is damaged, that ends the flight.
    Whole,
    /// Some may be missing or damaged, which ends a tile, but not the flight.
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

/// How a flight ended.
struct Flown<H> {
    /// Of tiles that have landed.
    ends: Vec<End>,
    fault: Option<DecodeError>,
    /// The tile that waits for data.
    halted: Option<H>,
}

impl<H> Flown<H> {
    fn map<T>(self, of: impl FnOnce(H) -> T) -> Flown<T> {
        Flown { ends: self.ends, fault: self.fault, halted: self.halted.map(of) }
    }

    /// # Errors
    /// The fault, where there is one.
    fn checked(mut self) -> Result<Self, DecodeError> {
        self.fault.take().map_or(Ok(self), Err)
    }
}

impl Stream<'_> {
    /// Decodes `parts` of tiles, which `sweep` expects next, and hands over what they settle.
    pub(super) fn decode(
        &self,
        parts: &[Part],
        pace: Pace,
        sweep: &mut Sweep,
        each: &mut Each<'_>,
    ) -> Result<(), DecodeError> {
        self.fly(parts, Data::Whole, pace, Sink { sweep, each }, None).checked().map(drop)
    }

    /// Decodes what there is of `parts`; how each ended. What is damaged is no error here, but what `each` returns is.
    pub(super) fn salvage(
        &self,
        parts: &[Part],
        pace: Pace,
        sweep: &mut Sweep,
        each: &mut Each<'_>,
    ) -> Result<Vec<End>, DecodeError> {
        Ok(self.fly(parts, Data::Damaged, pace, Sink { sweep, each }, None).checked()?.ends)
    }

    /// Decodes the only tile, from its start or from where it was `halted`, as far as the data reaches, of which more is to come.
    pub(super) fn advance(
        &self,
        halted: Option<HaltedTile>,
        pace: Pace,
        sweep: &mut Sweep,
        each: &mut Each<'_>,
    ) -> Result<Option<HaltedTile>, DecodeError> {
        Ok(self.fly(&[Part::ALL], Data::Growing, pace, Sink { sweep, each }, halted).checked()?.halted)
    }

    /// Decodes the rest of the only tile, all of whose data is there.
    pub(super) fn complete(
        &self,
        halted: HaltedTile,
        pace: Pace,
        sweep: &mut Sweep,
        each: &mut Each<'_>,
    ) -> Result<(), DecodeError> {
        self.fly(&[Part::ALL], Data::Whole, pace, Sink { sweep, each }, Some(halted)).checked().map(drop)
    }

    fn fly(
        &self,
        parts: &[Part],
        data: Data,
        pace: Pace,
        sink: Sink<'_>,
        halted: Option<HaltedTile>,
    ) -> Flown<HaltedTile> {
        match self.parsed.header.profile {
            Profile::Mixed => {
                let halted = halted.and_then(HaltedTile::mixed);
                self.fly_with::<false>(parts, data, pace, sink, halted).map(HaltedTile::Mixed)
            }
            Profile::Fast => {
                let halted = halted.and_then(HaltedTile::fast);
                self.fly_with::<true>(parts, data, pace, sink, halted).map(HaltedTile::Fast)
            }
        }
    }

    fn fly_with<const FAST: bool>(
        &self,
        parts: &[Part],
        data: Data,
        pace: Pace,
        sink: Sink<'_>,
        halted: Option<Halted<FAST>>,
    ) -> Flown<Halted<FAST>> {
        let header = &self.parsed.header;
        let dequantiser = Dequantiser::new(header);
        let context = Context { simd: self.simd, header, dequantiser: &dequantiser };
        let lanes = match halted.map(|halted| self.resumed(&context, data, halted)).transpose() {
            Ok(lane) => lane.into_iter().collect(),
            Err(fault) => return Flown { ends: Vec::new(), fault: Some(fault), halted: None },
        };
        // Borrowed anew, for no longer than what is made here.
        let Sink { sweep, each } = sink;
        let worth = pace.ahead && header.samples() >= WORTH_HELP;
        // Each tile is in two hands at most, besides the planes of a band.
        let most = 2 * pace.at_once.min(parts.len()) + header.planes() - 1;
        let helpers = if worth { (self.workers.count() - 1).min(most) } else { 0 };
        let board = Board {
            lanes,
            at_once: pace.at_once,
            lead: if helpers > 0 { LEAD } else { 0 },
            first: 0,
            count: parts.len(),
            sink: Some(Sink { sweep, each }),
            planes: Vec::new(),
            filtering: 0,
            filtered: Vec::new(),
            used: Vec::new(),
            spare: Vec::new(),
            reuses: data == Data::Whole && !header.alpha,
            ends: Vec::new(),
            fault: None,
            waiting: 0,
        };
        let flight = Flight::<FAST> {
            stream: self,
            context: &context,
            parts,
            rows: pace.rows(header),
            data,
            board: Mutex::new(board),
            steps: AtomicUsize::new(0),
            moved: Condvar::new(),
        };
        self.workers.share(helpers, || flight.work());
        let Board { ends, fault, lanes, .. } = flight.board.into_inner().unwrap_or_else(PoisonError::into_inner);
        let halted = lanes.into_iter().next().and_then(|lane| lane.content.halt());
        Flown { ends, fault, halted }
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

    /// The only tile, back in flight.
    fn resumed<'b, const FAST: bool>(
        &'b self,
        context: &'b Context<'b>,
        data: Data,
        halted: Halted<FAST>,
    ) -> Result<Lane<'b, FAST>, DecodeError> {
        let (bytes, _) = self.bytes(data, Part::ALL.tile)?;
        Ok(Lane::of(halted.resume(context, bytes, data == Data::Growing)))
    }
}

struct Flight<'a, const FAST: bool> {
    stream: &'a Stream<'a>,
    context: &'a Context<'a>,
    parts: &'a [Part],
    /// Luma rows of a tile that there is memory for.
    rows: usize,
    data: Data,
    board: Mutex<Board<'a, FAST>>,
    /// Steps that were ended.
    steps: AtomicUsize,
    /// Something was put back.
    moved: Condvar,
}

impl<'a, const FAST: bool> Flight<'a, FAST> {
    /// Takes part until there is nothing to do any more.
    fn work(&self) {
        let alarm = Alarm(self);
        let mut watchful = true;
        let mut board = self.board();
        while !board.is_over() {
            let Some(step) = board.take() else {
                if board.waits() {
                    break;
                }
                if watchful {
                    drop(board);
                    watchful = self.watch();
                    board = self.board();
                    continue;
                }
                board.waiting += 1;
                board = self.moved.wait(board).unwrap_or_else(PoisonError::into_inner);
                board.waiting -= 1;
                watchful = true;
                continue;
            };
            watchful = true;
            if board.waiting > 0 && board.has_more() {
                self.moved.notify_one();
            }
            drop(board);
            self.carry_out(step);
            self.steps.fetch_add(1, Ordering::Release);
            board = self.board();
        }
        self.moved.notify_all();
        drop(board);
        std::mem::forget(alarm);
    }

    /// Watches for a while whether somebody ends a step; being woken takes longer than most of them.
    fn watch(&self) -> bool {
        let before = self.steps.load(Ordering::Acquire);
        (0..WATCH).any(|_| {
            hint::spin_loop();
            self.steps.load(Ordering::Acquire) != before
        })
    }

    fn board(&self) -> MutexGuard<'_, Board<'a, FAST>> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does a step, and puts back what it took.
    fn carry_out(&self, step: Step<'a, FAST>) {
        match step {
            Step::Open(number, spare) => self.open(number, spare),
            Step::Parse(number, mut parsing, mut sb) => {
                let place = parsing.superblock(&mut sb);
                let mut board = self.board();
                if let Some(lossy) = board.lossy(number) {
                    lossy.parsing = Some(parsing);
                    match place {
                        Some(place) => lossy.parsed.push_back((sb, place)),
                        None => board.used.push(sb),
                    }
                    self.close(&mut board, number);
                }
            }
            Step::Rebuild(number, mut rebuilding, (sb, place)) => {
                rebuilding.superblock(&sb, place);
                let mut board = self.board();
                board.used.push(sb);
                if let Some(lossy) = board.lossy(number) {
                    lossy.rebuilding = Some(rebuilding);
                    lossy.rows = place.rows().unwrap_or(lossy.rows);
                    self.close(&mut board, number);
                }
            }
            Step::Begin(Sink { sweep, each }) => {
                let begun = sweep.begin(each).map(|()| false);
                self.board().swept(Sink { sweep, each }, begun);
            }
            Step::Band(Sink { sweep, each }, number, mut rebuilding) => {
                let taken = sweep.take(Some(rebuilding.reconstructed()));
                // However many rows there is memory for, a damaged tile has the same samples.
                rebuilding.go_on(self.context.header, taken, self.data == Data::Damaged);
                let mut board = self.board();
                if let Some(lossy) = board.lossy(number) {
                    lossy.rebuilding = Some(rebuilding);
                    self.close(&mut board, number);
                }
                board.planes = sweep.band();
                // The largest is the first to be taken.
                board.planes.reverse();
                board.sink = Some(Sink { sweep, each });
            }
            Step::Filter(mut plane) => {
                plane.filter();
                let mut board = self.board();
                board.filtering -= 1;
                board.filtered.push(*plane);
            }
            Step::Settle(Sink { sweep, each }, planes) => {
                let over = sweep.settle(planes, each);
                self.board().swept(Sink { sweep, each }, over);
            }
            Step::Lossless(Sink { sweep, each }, planes) => {
                let over = sweep.lossless(&planes, each).map(|()| true);
                self.board().swept(Sink { sweep, each }, over);
            }
            Step::Missing(Sink { sweep, each }) => {
                let over = sweep.missing(each).map(|()| true);
                self.board().swept(Sink { sweep, each }, over);
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
        let mut board = self.board();
        let Some(lane) = board.lane(number) else { return };
        match opened {
            Ok((opened, damage)) => {
                lane.damage = damage;
                match opened {
                    Opened::Lossy { parsing, rebuilding, alpha } => {
                        lane.content = Content::Lossy(Lossy::new(parsing, rebuilding, alpha));
                        self.close(&mut board, number);
                    }
                    Opened::Lossless(planes, end) => {
                        lane.content = Content::Lossless(planes);
                        self.ended(&mut board, number, end);
                    }
                }
            }
            Err(fault) => {
                lane.content = Content::Missing;
                self.ended(&mut board, number, End { rows: 0, shades: 0, fault: Some(fault) });
            }
        }
    }

    /// Notes how tile `number` ended, where no more of it comes.
    fn close(&self, board: &mut Board<'a, FAST>, number: usize) {
        if let Some(end) = board.lossy(number).and_then(Lossy::close) {
            self.ended(board, number, end);
        }
    }

    fn ended(&self, board: &mut Board<'a, FAST>, number: usize, end: End) {
        let Some(lane) = board.lane(number) else { return };
        let fault = lane.damage.take().or(end.fault);
        // Up to four bytes beyond the data are no fault to the parser.
        let rows = if fault.is_none() { self.parts[number].rows } else { end.rows };
        match fault {
            Some(fault) if self.data != Data::Damaged => board.fail(number, fault),
            fault => lane.end = Some(End { rows, fault, ..end }),
        }
    }
}

/// Ends the flight where a thread panics: others would wait for what it has in its hands.
struct Alarm<'a, 'b, const FAST: bool>(&'b Flight<'a, FAST>);

impl<const FAST: bool> Drop for Alarm<'_, '_, FAST> {
    fn drop(&mut self) {
        let mut board = self.0.board();
        board.count = board.first;
        self.0.moved.notify_all();
    }
}
