//! A tile that is being decoded: what there is of it between the stages of its way.

use std::collections::VecDeque;

use super::parsing::{HaltedParsing, Parsing, Place};
use super::tile::{End, HaltedRebuilding, Rebuilding, end};
use crate::container::TileData;
use crate::error::DecodeError;
use crate::image::plane::Plane;
use crate::memory::AHEAD;
use crate::recon::{Context, TileSamples};
use crate::syntax::block::Superblock;

/// A tile that is being decoded.
#[derive(Debug)]
pub(super) struct OpenTile<'a, const FAST: bool> {
    pub(super) content: Content<'a, FAST>,
    /// What is wrong with its data from the start.
    pub(super) damage: Option<DecodeError>,
    /// How it ended, once no more of it comes.
    pub(super) end: Option<End>,
}

#[derive(Debug)]
pub(super) enum Content<'a, const FAST: bool> {
    /// A thread has all of it in its hands.
    Opening,
    /// Nothing of it is any good.
    Missing,
    /// The channels of the visible pixels, the alpha last.
    Lossless(Vec<Plane>),
    Lossy(LossyTile<'a, FAST>),
}

impl<const FAST: bool> Content<'_, FAST> {
    /// What waits for data, without it.
    pub(super) fn halt(self) -> Option<Halted<FAST>> {
        if let Self::Lossy(lossy) = self { lossy.halt() } else { None }
    }

    /// The memory of a lossy tile, for another.
    pub(super) fn into_samples(self) -> Option<TileSamples> {
        match self {
            Self::Lossy(lossy) => lossy.rebuilding.map(|rebuilding| rebuilding.into_samples()),
            _ => None,
        }
    }
}

impl<const FAST: bool> Default for OpenTile<'_, FAST> {
    fn default() -> Self {
        Self { content: Content::Opening, damage: None, end: None }
    }
}

impl<'a, const FAST: bool> OpenTile<'a, FAST> {
    /// A tile that was halted.
    pub(super) fn of(lossy: LossyTile<'a, FAST>) -> Self {
        Self { content: Content::Lossy(lossy), ..Self::default() }
    }
}

/// A lossy tile that is being decoded; what is missing of it, a thread has in its hands.
#[derive(Debug)]
pub(super) struct LossyTile<'a, const FAST: bool> {
    /// Without use once it is over.
    pub(super) parsing: Option<Box<Parsing<'a, FAST>>>,
    /// Superblocks on their way from parsing to reconstruction.
    pub(super) parsed: VecDeque<(Superblock, Place)>,
    pub(super) rebuilding: Option<Box<Rebuilding<'a>>>,
    /// Luma samples from the top on that are reconstructed over the whole width.
    pub(super) rows: usize,
    /// How its alpha ended, where it has any.
    alpha: Option<End>,
}

impl<'a, const FAST: bool> LossyTile<'a, FAST> {
    pub(super) fn new(parsing: Box<Parsing<'a, FAST>>, rebuilding: Box<Rebuilding<'a>>, alpha: Option<End>) -> Self {
        Self { parsing: Some(parsing), parsed: VecDeque::new(), rebuilding: Some(rebuilding), rows: 0, alpha }
    }

    /// Whether the first `rows` luma rows are there to be taken.
    pub(super) fn has(&self, rows: usize) -> bool {
        self.rebuilding.is_some() && rows <= self.rows
    }

    pub(super) fn can_rebuild(&self) -> bool {
        match (&self.rebuilding, self.parsed.front()) {
            (Some(rebuilding), Some(&(_, place))) => rebuilding.has_room(place),
            _ => false,
        }
    }

    pub(super) fn can_parse(&self) -> bool {
        let can = |parsing: &Parsing<'a, FAST>| !parsing.is_over() && parsing.waits_for().is_none();
        self.parsing.as_deref().is_some_and(can) && self.parsed.len() < AHEAD
    }

    /// Whether nothing can be done before more data comes, but to take its last rows.
    pub(super) fn waits(&self) -> bool {
        let waits = self.parsing.as_ref().is_some_and(|parsing| parsing.waits_for().is_some());
        waits && self.parsed.is_empty() && self.rebuilding.is_some()
    }

    /// The tile without the data, for which it waits.
    pub(super) fn halt(self) -> Option<Halted<FAST>> {
        let (parsing, rebuilding) = (self.parsing?, self.rebuilding?);
        let more = parsing.waits_for()?;
        let (parsing, rebuilding) = (parsing.halt(), rebuilding.halt());
        Some(Halted { parsing, rebuilding, rows: self.rows, alpha: self.alpha, more })
    }

    /// Where no more superblocks come, all rows are as good as they will be, and this is how the
    /// tile ended.
    pub(super) fn close(&mut self) -> Option<End> {
        let (Some(parsing), Some(rebuilding)) = (&self.parsing, &self.rebuilding) else { return None };
        if !parsing.is_over() || !self.parsed.is_empty() {
            return None;
        }
        let end = end(parsing, rebuilding);
        (self.parsing, self.rows) = (None, usize::MAX);
        Some(match self.alpha.take() {
            Some(alpha) => end.and(alpha),
            None => end,
        })
    }
}

/// A tile that waits for data, and has none itself.
#[derive(Debug)]
pub(super) struct Halted<const FAST: bool> {
    parsing: HaltedParsing<'static, FAST>,
    rebuilding: HaltedRebuilding<'static>,
    rows: usize,
    alpha: Option<End>,
    /// So many more bytes are worth another try.
    pub(super) more: usize,
}

impl<const FAST: bool> Halted<FAST> {
    /// Goes on with data of which more has come, and still comes where it is `growing`.
    pub(super) fn resume<'a>(
        self,
        context: &'a Context<'a>,
        bytes: TileData<'a>,
        growing: bool,
    ) -> LossyTile<'a, FAST> {
        let parsing = self.parsing.resume(context.header, bytes, growing);
        let rebuilding = self.rebuilding.resume(context, bytes);
        let mut lossy = LossyTile::new(Box::new(parsing), Box::new(rebuilding), self.alpha);
        lossy.rows = self.rows;
        lossy
    }
}
