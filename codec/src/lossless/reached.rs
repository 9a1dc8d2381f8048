//! Which cases of the coding of planes without loss a stream reaches, by name. For tests.
//! BITSTREAM.md §13.

use std::collections::BTreeSet;

use super::channel::{Values, channel};
use super::coder::Coder;
use super::colour::{Colours, Transform};
use super::plane::{CodedPlane, Shape};
use crate::entropy::interval::{Interval, ReadInterval, SYMBOLS};
use crate::simd::Simd;

/// Reads as usual, and keeps what it is told.
struct Noting<'a> {
    inner: ReadInterval<'a>,
    notes: BTreeSet<&'static str>,
}

impl Interval for Noting<'_> {
    const DECODING: bool = true;

    fn code(&mut self, p: u32, bin: bool) -> bool {
        self.inner.code(p, bin)
    }

    fn symbol(&mut self, bounds: &[u32; SYMBOLS], symbol: usize) -> usize {
        self.inner.symbol(bounds, symbol)
    }

    fn bypass(&mut self, bits: u32, value: u32) -> u32 {
        self.inner.bypass(bits, value)
    }

    fn note(&mut self, what: &'static str) {
        self.notes.insert(what);
    }

    fn is_past_end(&self) -> bool {
        self.inner.is_past_end()
    }

    fn is_within(&self) -> bool {
        self.inner.is_within()
    }
}

/// The cases that `data`, intact planes of this shape, reaches; those of models with the number of
/// the plane.
pub(crate) fn reached(simd: Simd, data: &[u8], shape: &Shape) -> BTreeSet<String> {
    let noting = Noting { inner: ReadInterval::new(data), notes: BTreeSet::new() };
    let mut coder = Coder::new(noting, simd, &|_| true);
    let mut colours = Colours::Transform(Transform::Reorder);
    let mut reached = BTreeSet::new();
    if shape.planes == 3 {
        colours.code(&mut coder, shape.depth);
        reached.insert(format!("transform {}", colours.number()));
    }
    let mut before: Vec<CodedPlane> = Vec::new();
    for k in 0..shape.planes.min(colours.planes()) {
        before.push(channel(&mut coder, shape, &before, Values::Read { rows: shape.height }));
        reached.extend(std::mem::take(&mut coder.interval.notes).into_iter().map(|note| match note {
            "model 0" | "model 1" | "model 2" => format!("{note} of plane {k}"),
            _ => note.to_owned(),
        }));
    }
    reached
}
