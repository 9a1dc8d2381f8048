//! What tiles in flight are at, and what there is to do next.

use std::collections::VecDeque;

use super::lane::{Content, Lane, Lossy};
use super::parsing::{Parsing, Place};
use super::sweep::{Each, Sweep};
use super::tile::{End, Rebuilding};
use crate::error::DecodeError;
use crate::image::plane::Plane;
use crate::recon::TileSamples;
use crate::recon::bands::BandPlane;
use crate::syntax::block::Superblock;

/// Where tiles go, one after the other.
pub(super) struct Sink<'a> {
    pub(super) sweep: &'a mut Sweep,
    pub(super) each: &'a mut Each<'a>,
}

/// What a thread has in its hands, with the number of the tile.
pub(super) enum Step<'a, const FAST: bool> {
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
pub(super) struct Board<'a, const FAST: bool> {
    /// Tiles in flight, in order.
    pub(super) lanes: VecDeque<Lane<'a, FAST>>,
    /// Their most.
    pub(super) at_once: usize,
    /// Superblocks that parsing should be ahead of reconstruction: none on one thread, which has them in its cache.
    pub(super) lead: usize,
    /// Number of the first of them, which the sweep is at.
    pub(super) first: usize,
    /// Tiles to decode: those before the first fault, where faults count.
    pub(super) count: usize,
    pub(super) sink: Option<Sink<'a>>,
    /// Planes of a band: those to be filtered, how many are in some hands, and those that are done.
    pub(super) planes: Vec<BandPlane>,
    pub(super) filtering: usize,
    pub(super) filtered: Vec<BandPlane>,
    /// For their memory.
    pub(super) used: Vec<Superblock>,
    /// The same of tiles that have landed, where that is done: what a damaged tile lacks would come from another, and alpha takes
    /// memory of its own before there are samples.
    pub(super) spare: Vec<TileSamples>,
    pub(super) reuses: bool,
    /// Of tiles that have landed.
    pub(super) ends: Vec<End>,
    pub(super) fault: Option<DecodeError>,
    /// Threads that wait for something to do.
    pub(super) waiting: usize,
}

impl<'a, const FAST: bool> Board<'a, FAST> {
    pub(super) fn is_over(&self) -> bool {
        self.first == self.count
    }

    /// Whether there is nothing to do before more data comes, and nobody has anything in their hands.
    pub(super) fn waits(&self) -> bool {
        let landed = self.sink.is_some() && self.planes.is_empty() && self.filtering == 0 && self.filtered.is_empty();
        landed && matches!(self.lanes.front(), Some(Lane { content: Content::Lossy(lossy), .. }) if lossy.waits())
    }

    /// Whether there is something to do.
    pub(super) fn has_more(&self) -> bool {
        self.choose().is_some()
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
    pub(super) fn take(&mut self) -> Option<Step<'a, FAST>> {
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
    pub(super) fn lane(&mut self, number: usize) -> Option<&mut Lane<'a, FAST>> {
        self.lanes.get_mut(number.checked_sub(self.first)?)
    }

    pub(super) fn lossy(&mut self, number: usize) -> Option<&mut Lossy<'a, FAST>> {
        match &mut self.lane(number)?.content {
            Content::Lossy(lossy) => Some(lossy),
            _ => None,
        }
    }

    /// Neither tile `number` nor later ones are of use any more.
    pub(super) fn fail(&mut self, number: usize, fault: DecodeError) {
        if number < self.count {
            self.count = number;
            self.fault = Some(fault);
            self.lanes.truncate(number - self.first);
        }
    }

    /// The sweep is back, and the first tile has landed where it is `over`.
    pub(super) fn swept(&mut self, sink: Sink<'a>, over: Result<bool, DecodeError>) {
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
