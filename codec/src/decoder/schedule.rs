//! What the open tiles are at, and what there is to do next.

use std::collections::VecDeque;

use super::filtering::{Filtering, OnSettled};
use super::open_tile::{Content, LossyTile, OpenTile};
use super::parsing::{Parsing, Place};
use super::tile::{End, Rebuilding};
use crate::error::DecodeError;
use crate::image::plane::Plane;
use crate::recon::TileSamples;
use crate::recon::bands::BandPlane;
use crate::syntax::block::Superblock;

/// Where tiles go, one after the other.
pub(super) struct Sink<'a> {
    pub(super) filtering: &'a mut Filtering,
    pub(super) each: &'a mut OnSettled<'a>,
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

/// What there is to do next, with the place of the tile among the open ones.
enum Choice {
    /// The filters begin with the first tile.
    Begin,
    /// They take a band of it.
    Band,
    /// A plane of a band is filtered.
    Filter,
    /// The pixels that the band settles are handed over.
    Settle,
    /// All of it is handed over.
    Whole,
    Rebuild(usize),
    Parse(usize),
    Open,
}

/// Where everything is.
pub(super) struct Schedule<'a, const FAST: bool> {
    /// Open tiles, in order.
    pub(super) tiles: VecDeque<OpenTile<'a, FAST>>,
    /// Their most.
    pub(super) at_once: usize,
    /// How many superblocks parsing should be ahead of reconstruction. On one thread it is none:
    /// the superblock just parsed is still in the cache.
    pub(super) lead: usize,
    /// Number of the first of them, which the filters are at.
    pub(super) first: usize,
    /// Tiles to decode: those before the first fault, where faults count.
    pub(super) count: usize,
    pub(super) sink: Option<Sink<'a>>,
    /// Planes of a band: those to be filtered, how many are in some hands, and those that are done.
    pub(super) planes: Vec<BandPlane>,
    pub(super) in_filters: usize,
    pub(super) filtered: Vec<BandPlane>,
    /// For their memory.
    pub(super) used: Vec<Superblock>,
    /// Samples of tiles that are done, for the memory of others.
    pub(super) spare: Vec<TileSamples>,
    /// Whether that memory is used again. It is not where a tile may be damaged, which would show
    /// samples of another, nor with alpha, which takes memory of its own before there are samples.
    pub(super) reuses: bool,
    /// Of tiles that are done.
    pub(super) ends: Vec<End>,
    pub(super) fault: Option<DecodeError>,
    /// Threads that wait for something to do.
    pub(super) waiting: usize,
}

impl<'a, const FAST: bool> Schedule<'a, FAST> {
    pub(super) fn is_over(&self) -> bool {
        self.first == self.count
    }

    /// Whether there is nothing to do before more data comes, and nobody has anything in their
    /// hands.
    pub(super) fn waits(&self) -> bool {
        let at_rest = self.sink.is_some() && self.planes.is_empty() && self.in_filters == 0 && self.filtered.is_empty();
        at_rest && matches!(self.tiles.front(), Some(OpenTile { content: Content::Lossy(lossy), .. }) if lossy.waits())
    }

    /// Whether there is something to do.
    pub(super) fn has_more(&self) -> bool {
        self.choose().is_some()
    }

    fn choose(&self) -> Option<Choice> {
        let lossy = |wanted: &dyn Fn(&LossyTile<'a, FAST>) -> bool| {
            self.tiles.iter().position(|tile| matches!(&tile.content, Content::Lossy(lossy) if wanted(lossy)))
        };
        let open =
            || (self.tiles.len() < self.at_once && self.first + self.tiles.len() < self.count).then_some(Choice::Open);
        // Whatever else waits for it can be done by others.
        lossy(&|lossy| lossy.can_parse() && lossy.parsed.len() < self.lead)
            .map(Choice::Parse)
            .or_else(|| self.choose_of_filters())
            .or_else(|| lossy(&LossyTile::can_rebuild).map(Choice::Rebuild))
            .or_else(|| lossy(&LossyTile::can_parse).map(Choice::Parse))
            .or_else(open)
    }

    /// What there is to do of the first tile, or of a band of it.
    fn choose_of_filters(&self) -> Option<Choice> {
        if !self.planes.is_empty() {
            return Some(Choice::Filter);
        }
        if self.in_filters > 0 {
            return None;
        }
        if !self.filtered.is_empty() {
            return Some(Choice::Settle);
        }
        let (sink, tile) = (self.sink.as_ref()?, self.tiles.front()?);
        match (&tile.content, sink.filtering.wanted()) {
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
                self.in_filters += 1;
                Step::Filter(Box::new(plane))
            }
            Choice::Settle => Step::Settle(self.sink.take()?, std::mem::take(&mut self.filtered)),
            Choice::Whole => {
                let sink = self.sink.take()?;
                match std::mem::replace(&mut self.tiles.front_mut()?.content, Content::Opening) {
                    Content::Lossless(planes) => Step::Lossless(sink, planes),
                    _ => Step::Missing(sink),
                }
            }
            Choice::Rebuild(tile) => {
                let lossy = self.lossy(first + tile)?;
                Step::Rebuild(first + tile, lossy.rebuilding.take()?, lossy.parsed.pop_front()?)
            }
            Choice::Parse(tile) => {
                let sb = self.used.pop().unwrap_or_default();
                Step::Parse(first + tile, self.lossy(first + tile)?.parsing.take()?, sb)
            }
            Choice::Open => {
                self.tiles.push_back(OpenTile::default());
                Step::Open(first + self.tiles.len() - 1, self.spare.pop())
            }
        })
    }

    /// Tile `number`, while it is open.
    pub(super) fn tile(&mut self, number: usize) -> Option<&mut OpenTile<'a, FAST>> {
        self.tiles.get_mut(number.checked_sub(self.first)?)
    }

    pub(super) fn lossy(&mut self, number: usize) -> Option<&mut LossyTile<'a, FAST>> {
        match &mut self.tile(number)?.content {
            Content::Lossy(lossy) => Some(lossy),
            _ => None,
        }
    }

    /// Neither tile `number` nor later ones are of use any more.
    pub(super) fn fail(&mut self, number: usize, fault: DecodeError) {
        if number < self.count {
            self.count = number;
            self.fault = Some(fault);
            self.tiles.truncate(number - self.first);
        }
    }

    /// The filters are back, and the first tile is done where it is `over`.
    pub(super) fn take_back(&mut self, sink: Sink<'a>, over: Result<bool, DecodeError>) {
        self.sink = Some(sink);
        match over {
            Err(fault) => self.fail(self.first, fault),
            Ok(over) if over && !self.is_over() => {
                if let Some(OpenTile { content, end, .. }) = self.tiles.pop_front() {
                    self.ends.extend(end);
                    self.spare.extend(content.into_samples().filter(|_| self.reuses));
                }
                self.first += 1;
            }
            Ok(_) => {}
        }
    }
}
