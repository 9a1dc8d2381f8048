//! The coder that picks: it gives the walk what it is told to, and notes it for the range coder.
//! Where that turns out to be forbidden, the superblock is walked through again, with the same
//! picks up to the element that led there.

use super::picks::Picks;
use crate::entropy::contexts::GROUPS;
use crate::entropy::interval::Damage;
use crate::entropy::notes::{Noter, Notes};
use crate::entropy::{BinCoder, Ctx, LevelPlace};

/// Turns that a superblock may take before it stays as it is.
const MOST_TURNS: u32 = 4000;

/// See the module.
pub(super) struct Picker<'p, P> {
    picks: &'p mut P,
    /// What was picked for this superblock, and how much of it the walk has taken.
    picked: Vec<u32>,
    taken: usize,
    /// Where elements begin in that.
    elements: Vec<usize>,
    noter: Noter<false>,
    damage: Option<Damage>,
    turns: u32,
}

impl<'p, P: Picks> Picker<'p, P> {
    pub(super) fn new(picks: &'p mut P) -> Self {
        let (picked, elements) = (Vec::new(), Vec::new());
        Self { picks, picked, taken: 0, elements, noter: Noter::default(), damage: None, turns: 0 }
    }

    /// A superblock comes.
    pub(super) fn begin(&mut self) {
        self.picked.clear();
        self.elements.clear();
        (self.taken, self.turns) = (0, 0);
    }

    /// Whether the superblock is to be walked through again.
    pub(super) fn turn_back(&mut self) -> bool {
        let Some((what, ..)) = self.damage else { return false };
        if self.turns == MOST_TURNS || !self.picks.again(what) {
            return false;
        }
        self.turns += 1;
        // Now and then further back: what is picked again may have no other way out.
        for _ in 0..=self.turns.trailing_zeros() / 2 {
            let start = self.elements.pop().unwrap_or(0);
            self.picked.truncate(start);
        }
        (self.taken, self.damage) = (0, None);
        self.noter.notes.clear();
        true
    }

    /// What was coded of the superblock.
    pub(super) fn notes(&mut self) -> Notes {
        std::mem::take(&mut self.noter.notes)
    }

    /// What is wrong with what was picked last.
    pub(super) fn damage(&self) -> Option<Damage> {
        self.damage
    }

    /// What was picked here before, or else a fresh pick; nothing behind damage.
    fn pick(&mut self, fresh: impl FnOnce(&mut P) -> u32) -> Option<u32> {
        if self.damage.is_some() {
            return None;
        }
        if self.taken == self.picked.len() {
            self.picked.push(fresh(self.picks));
        }
        self.taken += 1;
        Some(self.picked[self.taken - 1])
    }
}

impl<P: Picks> BinCoder for Picker<'_, P> {
    const DECODING: bool = true;

    fn bin(&mut self, ctx: Ctx, _value: bool) -> bool {
        let group = GROUPS.partition_point(|(_, group)| group.at(0).0 <= ctx.0) - 1;
        let (name, group) = GROUPS[group];
        let picked = self.pick(|picks| picks.bin(name, ctx.0 - group.at(0).0).into());
        picked.is_some_and(|bin| self.noter.bin(ctx, bin != 0))
    }

    fn level(&mut self, place: &impl LevelPlace, last: bool, _magnitude: u32) -> u32 {
        let least = u32::from(last);
        match self.pick(|picks| picks.level().clamp(least, 5)) {
            Some(magnitude) => self.noter.level(place, last, magnitude),
            None => least,
        }
    }

    fn bypass(&mut self, bits: u32, _value: u32) -> u32 {
        if bits == 0 {
            return 0;
        }
        let picked = self.pick(|picks| picks.bits(bits) & ((1 << bits) - 1));
        picked.map_or(0, |value| self.noter.bypass(bits, value))
    }

    fn corrupt(&mut self, what: &'static str, value: u64, limit: u64) {
        self.damage.get_or_insert((what, value, limit));
    }

    fn element(&mut self, name: &'static str) {
        if self.damage.is_none() && self.taken == self.picked.len() {
            self.elements.push(self.taken);
            self.picks.element(name);
        }
    }
}
