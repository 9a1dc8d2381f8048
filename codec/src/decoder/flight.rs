//! Tiles in flight: some at once on their way from bytes to settled pixels, on as many threads as there are for it.
//!
//! A tile goes through three stages, each a thing that one thread at a time has in its hands: its superblocks are parsed, then
//! reconstructed, and the sweep, which all tiles share, takes the bands of their rows in order. The planes of a band are filtered
//! by themselves, then the sweep hands its pixels over. Whoever has time does one step of the stage furthest on for which there is
//! something to do; with others beside it, it first sees to it that a few superblocks are parsed ahead, since there is nothing to
//! share before. So one thread has each superblock and each band still in its
//! cache, several share the work however unequal the stages are, and none waits where it could do something itself.

use std::collections::VecDeque;
use std::hint;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::lane::{Content, Halted, Lane, Lossy};
use super::parsing::{Parsing, Part, Place};
use super::sweep::{Each, Sweep};
use super::tile::{End, Opened, Rebuilding, Stream};
use crate::container::TileData;
use crate::entropy::Profile;
use crate::error::DecodeError;
use crate::image::plane::Plane;
use crate::memory::Pace;
use crate::recon::bands::BandPlane;
use crate::recon::dequant::Dequantiser;
use crate::recon::{Context, TileSamples};
use crate::syntax::block::Superblock;

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

/// Where tiles go, one after the other.
struct Sink<'a> {
    sweep: &'a mut Sweep,
    each: &'a mut Each<'a>,
}

/// What a thread has in its hands, with the number of the tile.
enum Step<'a, const FAST: bool> {
    Open(usize, Option<TileSamples>),
    Parse(usize, Box<Parsing<'a, FAST>>, Superblock),
    Rebuild(usize, Box<Rebuilding<'a>>, (Superblock, Place)),
    Begin(Sink<'a>),
    Band(Sink<'a>, usize, Box<Rebuilding<'a>>),
    Filter(Box<BandPlane>),
    Settle(Sink<'a>, Vec<BandPlane>),
    Lossless(Sink<'a>, Vec<Plane>),
    Missing(Sink<'a>),
}

/// What there is to do next, with the place of the lane.
enum Choice {
    /// The sweep begins with the first tile.
    Begin,
    /// It takes a band of it.
    Band,
    /// A plane of a band is filtered.
    Filter,
    /// The sweep hands over the pixels of the band.
    Settle,
    /// It takes all of it.
    Whole,
    Rebuild(usize),
    Parse(usize),
    Open,
}

/// Where everything is.
struct Board<'a, const FAST: bool> {
    /// Tiles in flight, in order.
    lanes: VecDeque<Lane<'a, FAST>>,
    /// Their most.
    at_once: usize,
    /// Superblocks that parsing should be ahead of reconstruction: none on one thread, which has them in its cache.
    lead: usize,
    /// Number of the first of them, which the sweep is at.
    first: usize,
    /// Tiles to decode: those before the first fault, where faults count.
    count: usize,
    sink: Option<Sink<'a>>,
    /// Planes of a band: those to be filtered, how many are in some hands, and those that are done.
    planes: Vec<BandPlane>,
    filtering: usize,
    filtered: Vec<BandPlane>,
    /// For their memory.
    used: Vec<Superblock>,
    /// The same of tiles that have landed, where that is done: what a damaged tile lacks would come from another, and alpha takes
    /// memory of its own before there are samples.
    spare: Vec<TileSamples>,
    reuses: bool,
    /// Of tiles that have landed.
    ends: Vec<End>,
    fault: Option<DecodeError>,
    /// Threads that wait for something to do.
    waiting: usize,
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

impl<'a, const FAST: bool> Board<'a, FAST> {
    fn is_over(&self) -> bool {
        self.first == self.count
    }

    /// Whether there is nothing to do before more data comes, and nobody has anything in their hands.
    fn waits(&self) -> bool {
        let landed = self.sink.is_some() && self.planes.is_empty() && self.filtering == 0 && self.filtered.is_empty();
        landed && matches!(self.lanes.front(), Some(Lane { content: Content::Lossy(lossy), .. }) if lossy.waits())
    }

    fn choose(&self) -> Option<Choice> {
        let lossy = |wanted: &dyn Fn(&Lossy<'a, FAST>) -> bool| {
            self.lanes.iter().position(|lane| matches!(&lane.content, Content::Lossy(lossy) if wanted(lossy)))
        };
        let open =
            || (self.lanes.len() < self.at_once && self.first + self.lanes.len() < self.count).then_some(Choice::Open);
        // Whatever else waits for it can be done by others.
        lossy(&|lossy| lossy.can_parse() && lossy.parsed.len() < self.lead)
            .map(Choice::Parse)
            .or_else(|| self.choose_of_sweep())
            .or_else(|| lossy(&Lossy::can_rebuild).map(Choice::Rebuild))
            .or_else(|| lossy(&Lossy::can_parse).map(Choice::Parse))
            .or_else(open)
    }

    /// What there is to do of the first tile, or of a band of it.
    fn choose_of_sweep(&self) -> Option<Choice> {
        if !self.planes.is_empty() {
            return Some(Choice::Filter);
        }
        if self.filtering > 0 {
            return None;
        }
        if !self.filtered.is_empty() {
            return Some(Choice::Settle);
        }
        let (sink, lane) = (self.sink.as_ref()?, self.lanes.front()?);
        match (&lane.content, sink.sweep.wanted()) {
            (Content::Opening, _) => None,
            (Content::Missing | Content::Lossless(_), _) => Some(Choice::Whole),
            (Content::Lossy(_), None) => Some(Choice::Begin),
            (Content::Lossy(lossy), Some(rows)) => lossy.has(rows).then_some(Choice::Band),
        }
    }

    /// Takes in hand what is to be done next.
    fn take(&mut self) -> Option<Step<'a, FAST>> {
        let choice = self.choose()?;
        let first = self.first;
        Some(match choice {
            Choice::Begin => Step::Begin(self.sink.take()?),
            Choice::Band => Step::Band(self.sink.take()?, first, self.lossy(first)?.rebuilding.take()?),
            Choice::Filter => {
                let plane = self.planes.pop()?;
                self.filtering += 1;
                Step::Filter(Box::new(plane))
            }
            Choice::Settle => Step::Settle(self.sink.take()?, std::mem::take(&mut self.filtered)),
            Choice::Whole => {
                let sink = self.sink.take()?;
                match std::mem::replace(&mut self.lanes.front_mut()?.content, Content::Opening) {
                    Content::Lossless(planes) => Step::Lossless(sink, planes),
                    _ => Step::Missing(sink),
                }
            }
            Choice::Rebuild(lane) => {
                let lossy = self.lossy(first + lane)?;
                Step::Rebuild(first + lane, lossy.rebuilding.take()?, lossy.parsed.pop_front()?)
            }
            Choice::Parse(lane) => {
                let sb = self.used.pop().unwrap_or_default();
                Step::Parse(first + lane, self.lossy(first + lane)?.parsing.take()?, sb)
            }
            Choice::Open => {
                self.lanes.push_back(Lane::default());
                Step::Open(first + self.lanes.len() - 1, self.spare.pop())
            }
        })
    }

    /// Tile `number`, while it is in flight.
    fn lane(&mut self, number: usize) -> Option<&mut Lane<'a, FAST>> {
        self.lanes.get_mut(number.checked_sub(self.first)?)
    }

    fn lossy(&mut self, number: usize) -> Option<&mut Lossy<'a, FAST>> {
        match &mut self.lane(number)?.content {
            Content::Lossy(lossy) => Some(lossy),
            _ => None,
        }
    }

    /// Neither tile `number` nor later ones are of use any more.
    fn fail(&mut self, number: usize, fault: DecodeError) {
        if number < self.count {
            self.count = number;
            self.fault = Some(fault);
            self.lanes.truncate(number - self.first);
        }
    }

    /// The sweep is back, and the first tile has landed where it is `over`.
    fn swept(&mut self, sink: Sink<'a>, over: Result<bool, DecodeError>) {
        self.sink = Some(sink);
        match over {
            Err(fault) => self.fail(self.first, fault),
            Ok(over) if over && !self.is_over() => {
                if let Some(Lane { content, end, .. }) = self.lanes.pop_front() {
                    self.ends.extend(end);
                    self.spare.extend(content.into_samples().filter(|_| self.reuses));
                }
                self.first += 1;
            }
            Ok(_) => {}
        }
    }
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
            if board.waiting > 0 && board.choose().is_some() {
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
