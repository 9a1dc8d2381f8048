//! The superblocks of a tile as they are parsed; where data is still coming, as far as it reaches.

use crate::container::{Parsed, TileData};
use crate::entropy::interval::Damage;
use crate::entropy::range::RangeDecoder;
use crate::syntax::block::Superblock;
use crate::syntax::header::PictureHeader;
use crate::syntax::state::TileState;
use crate::syntax::superblock::Walk;
use crate::syntax::tree::SUPERBLOCK;

/// Bytes that should come, at least, before a row of superblocks is parsed again.
const LEAST_MORE: usize = 16;

/// The upper part of a tile.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    pub(super) tile: usize,
    /// Luma samples; superblocks that begin further down are not needed.
    pub(super) rows: usize,
}

impl Part {
    /// All of the only tile.
    pub(super) const ALL: Self = Self { tile: 0, rows: usize::MAX };
}

/// The row of a superblock, and whether it is the last of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    y: usize,
    last: bool,
}

impl Place {
    /// First luma row.
    pub(super) fn y(self) -> usize {
        self.y
    }

    /// Luma samples from the top of the tile on that are whole with this superblock, if it ends a
    /// row.
    pub(super) fn rows(self) -> Option<usize> {
        self.last.then_some(self.y + SUPERBLOCK)
    }
}

/// The superblocks of a tile, as they are parsed.
#[derive(Debug)]
pub(super) struct Parsing<'a, const FAST: bool> {
    walk: Walk<'a, RangeDecoder<'a, FAST>>,
    /// Luma samples; superblocks that begin further down are not needed.
    wanted: usize,
    /// Upper left corner of the next.
    next: (usize, usize),
    /// Luma samples from the top on that came out of data that was there.
    rows: usize,
    damage: Option<Damage>,
    /// Where data is still coming.
    growing: Option<Growing<'a, FAST>>,
    /// Luma columns of the row of superblocks whose superblocks were handed over before the data
    /// ended within it.
    handed: usize,
}

/// What parsing goes back to where the data ends within a row of superblocks, of which more is to
/// come.
///
/// That the data does not suffice for a superblock is known when it is parsed, with zeros in the
/// place of what is missing. The walk is kept as it was at the start of the row, and not of each
/// superblock, since it has some hundred kilobytes.
#[derive(Debug)]
enum Growing<'a, const FAST: bool> {
    /// The walk as it was at the start of the row; none before the first.
    Reading(Option<Box<(RangeDecoder<'a, FAST>, TileState)>>),
    /// The data ended, and parsing stands at the start of the row again; or it stands at the last
    /// superblock. So many more bytes are worth another try.
    Waiting(usize),
}

impl<'a, const FAST: bool> Parsing<'a, FAST> {
    /// Before the first superblock of `part`, whose data is `bytes`, with more to come where it is
    /// `growing`.
    pub(super) fn new(parsed: &'a Parsed, part: Part, bytes: TileData<'a>, growing: bool) -> Self {
        let coder = RangeDecoder::new(parsed.header.start(), bytes.colour);
        let state = parsed.grid.state(&parsed.header, part.tile);
        let start = HaltedParsing { coder, state, wanted: part.rows, next: (0, 0), handed: 0 };
        start.resume(&parsed.header, bytes, growing)
    }

    /// Whether there is no superblock to parse any more.
    pub(super) fn is_over(&self) -> bool {
        self.damage.is_some() || self.next.1 >= self.wanted.min(self.height())
    }

    /// How many more bytes are worth another try, where the data ended and more is to come.
    pub(super) fn waits_for(&self) -> Option<usize> {
        match self.growing {
            Some(Growing::Waiting(more)) => Some(more),
            _ => None,
        }
    }

    /// Luma rows of the tile.
    pub(super) fn height(&self) -> usize {
        self.walk.state.luma.height()
    }

    /// Luma samples from the top on that came out of data that was there.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// What is wrong with the data: damage that was met, or what is left over behind the last
    /// superblock, or of the `signs`, where all of them were wanted.
    pub(super) fn fault(&self, signs: Option<Damage>) -> Option<Damage> {
        let whole = self.wanted >= self.height();
        self.damage.or_else(|| self.walk.coder.finish().or(signs).filter(|_| whole))
    }

    /// Parses the next superblock, and says where it lies; `None` where there is none, it is
    /// damaged or has not come.
    pub(super) fn superblock(&mut self, sb: &mut Superblock) -> Option<Place> {
        while !self.is_over() && self.waits_for().is_none() {
            let (x, y) = self.next;
            let place = Place { y, last: x + SUPERBLOCK >= self.walk.state.luma.width() };
            if x == 0 {
                self.keep();
            }
            // The end of the data says where the last one ends.
            if self.growing.is_some() && place.last && y + SUPERBLOCK >= self.height() {
                self.growing = Some(Growing::Waiting(usize::MAX));
                return None;
            }
            sb.clear();
            self.walk.superblock(sb, x, y);
            if self.growing.is_some() && !self.walk.coder.is_within() {
                self.go_back();
                return None;
            }
            self.next = if place.last { (0, y + SUPERBLOCK) } else { (x + SUPERBLOCK, y) };
            self.damage = self.walk.coder.damage();
            if self.damage.is_some() {
                return None;
            }
            if place.last && self.walk.coder.is_within() {
                self.rows = y + SUPERBLOCK;
            }
            if x >= self.handed {
                self.handed = self.next.0;
                return Some(place);
            }
        }
        None
    }

    /// Keeps the walk as it is at the start of a row, where parsing may have to go back to it.
    fn keep(&mut self) {
        if let Some(Growing::Reading(kept)) = &mut self.growing {
            // Its memory is free before it is taken again.
            *kept = None;
            *kept = Some(Box::new((self.walk.coder.clone(), self.walk.state.clone())));
        }
    }

    /// Goes back to the start of the row, to wait for half of the bytes that did not suffice:
    /// however few come at a time, a row is parsed a few times at most.
    fn go_back(&mut self) {
        if let Some(Growing::Reading(Some(kept))) = self.growing.take() {
            (self.walk.coder, self.walk.state) = *kept;
        }
        self.next.0 = 0;
        self.growing = Some(Growing::Waiting(LEAST_MORE + self.walk.coder.left() / 2));
    }

    /// Parsing that waits, without the data.
    pub(super) fn halt(self) -> HaltedParsing<'static, FAST> {
        let Self { walk: Walk { coder, state, .. }, wanted, next, handed, .. } = self;
        HaltedParsing { coder: coder.over(&[]), state, wanted, next, handed }
    }
}

/// Parsing at the start of a row of superblocks, or at the last of them.
#[derive(Debug)]
pub(super) struct HaltedParsing<'a, const FAST: bool> {
    coder: RangeDecoder<'a, FAST>,
    state: TileState,
    wanted: usize,
    next: (usize, usize),
    handed: usize,
}

impl<'a, const FAST: bool> HaltedParsing<'_, FAST> {
    /// Goes on with data of which more has come, in a tile of the picture of `header`.
    pub(super) fn resume(self, header: &'a PictureHeader, bytes: TileData<'a>, growing: bool) -> Parsing<'a, FAST> {
        let Self { coder, state, wanted, next, handed } = self;
        Parsing {
            walk: Walk::new(coder.over(bytes.colour), header, state),
            wanted,
            next,
            rows: next.1,
            damage: None,
            growing: growing.then_some(Growing::Reading(None)),
            handed,
        }
    }
}
