//! A tile in flight: what there is of it between the stages of its way.

use std::collections::VecDeque;

use super::tile::{End, Parsing, Place, Rebuilding, end};
use crate::error::DecodeError;
use crate::image::plane::Plane;
use crate::memory::AHEAD;
use crate::recon::TileSamples;
use crate::syntax::block::Superblock;

/// A tile in flight.
#[derive(Debug)]
pub(super) struct Lane<'a, const FAST: bool> {
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
    Lossy(Lossy<'a, FAST>),
}

impl<const FAST: bool> Content<'_, FAST> {
    /// The memory of a lossy tile, for another.
    pub(super) fn into_samples(self) -> Option<TileSamples> {
        match self {
            Self::Lossy(lossy) => lossy.rebuilding.map(|rebuilding| rebuilding.into_samples()),
            _ => None,
        }
    }
}

impl<const FAST: bool> Default for Lane<'_, FAST> {
    fn default() -> Self {
        Self { content: Content::Opening, damage: None, end: None }
    }
}

/// A lossy tile in flight; what is missing of it, a thread has in its hands.
#[derive(Debug)]
pub(super) struct Lossy<'a, const FAST: bool> {
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

impl<'a, const FAST: bool> Lossy<'a, FAST> {
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
        self.parsing.as_ref().is_some_and(|parsing| !parsing.is_over()) && self.parsed.len() < AHEAD
    }

    /// Where no more superblocks come, all rows are as good as they will be, and this is how the tile ended.
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
