//! A coder that writes down what passes through another one: two traces, of an encode and of a
//! decode, show the first element where they part.

use super::coder::{BinCoder, Ctx, LevelPlace};

/// One thing that passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Event {
    /// A syntax element begins.
    Element(&'static str),
    /// A bin with its context.
    Bin(u16, bool),
    /// The bins of a level: its slots, whether it is the last one, its magnitude cut at 4 or 5.
    Level { slots: (usize, usize), last: bool, magnitude: u32 },
    /// Bypass bits: how many, and their value.
    Bypass(u32, u32),
}

/// Passes everything on to `inner` and keeps it.
#[derive(Debug)]
pub(crate) struct Trace<C> {
    pub(crate) inner: C,
    pub(crate) events: Vec<Event>,
}

impl<C: BinCoder> Trace<C> {
    pub(crate) fn new(inner: C) -> Self {
        Self { inner, events: Vec::new() }
    }
}

impl<C: BinCoder> BinCoder for Trace<C> {
    const DECODING: bool = C::DECODING;

    fn bin(&mut self, ctx: Ctx, value: bool) -> bool {
        let bin = self.inner.bin(ctx, value);
        self.events.push(Event::Bin(ctx.0, bin));
        bin
    }

    fn level(&mut self, place: &impl LevelPlace, last: bool, magnitude: u32) -> u32 {
        let magnitude = self.inner.level(place, last, magnitude);
        self.events.push(Event::Level { slots: place.slots(), last, magnitude });
        magnitude
    }

    fn bypass(&mut self, bits: u32, value: u32) -> u32 {
        let value = self.inner.bypass(bits, value);
        self.events.push(Event::Bypass(bits, value));
        value
    }

    fn corrupt(&mut self, what: &'static str, value: u64, limit: u64) {
        self.inner.corrupt(what, value, limit);
    }

    fn element(&mut self, name: &'static str) {
        self.events.push(Event::Element(name));
    }
}
