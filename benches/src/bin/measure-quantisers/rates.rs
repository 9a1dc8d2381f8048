//! Ideal static entropy: what was counted says what everything costs.

use super::data::{CLASSES, GROUP};

/// Symbols of a letter: the last one is an escape.
pub(crate) const SYMBOLS: usize = 16;
/// What a letter may know besides its context: parity and coset of a lattice, state of a trellis.
pub(crate) const SIDES: usize = 8;
/// Contexts of the letters of coefficients, by class and place in the group.
const COEFFICIENTS: usize = CLASSES * GROUP;
/// With those of a letter that comes before a group.
pub(crate) const CONTEXTS: usize = COEFFICIENTS + CLASSES;
/// What all contexts of a side counted is worth to each, in letters.
const PRIOR: f64 = 6.0;

/// What is coded of a coefficient, or before a group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Letter {
    pub(crate) context: usize,
    pub(crate) side: usize,
    /// Number of the magnitude.
    pub(crate) value: u32,
    /// A sign follows.
    pub(crate) signed: bool,
}

/// The context of coefficient `place` of a group of `class`.
pub(crate) fn coefficient(class: usize, place: usize) -> usize {
    class * GROUP + place
}

/// That of what comes before a group.
pub(crate) fn lead(class: usize) -> usize {
    COEFFICIENTS + class
}

/// Bits of letters.
pub(crate) struct Rates(Vec<[f32; SYMBOLS]>);

impl Rates {
    /// Before anything was counted: large values are rare.
    pub(crate) fn guess() -> Self {
        Self(vec![std::array::from_fn(|value| 0.5 + 2.0 * value as f32); CONTEXTS * SIDES])
    }

    /// By what `letters` there were.
    pub(crate) fn of(letters: impl Iterator<Item = Letter>) -> Self {
        let mut counts = vec![[0.0; SYMBOLS]; CONTEXTS * SIDES];
        let mut sides = [[[0.01; SYMBOLS]; SIDES]; 2];
        for letter in letters {
            let symbol = (letter.value as usize).min(SYMBOLS - 1);
            counts[letter.context * SIDES + letter.side][symbol] += 1.0;
            sides[usize::from(letter.context >= COEFFICIENTS)][letter.side][symbol] += 1.0;
        }
        let bits = |(i, counts): (usize, &[f64; SYMBOLS])| {
            let side = &sides[usize::from(i / SIDES >= COEFFICIENTS)][i % SIDES];
            let (n, all) = (counts.iter().sum::<f64>(), side.iter().sum::<f64>());
            std::array::from_fn(|s| -((counts[s] + PRIOR * side[s] / all) / (n + PRIOR)).log2() as f32)
        };
        Self(counts.iter().enumerate().map(bits).collect())
    }

    /// What `letter` costs.
    #[inline]
    pub(crate) fn bits(&self, letter: Letter) -> f32 {
        let costs = &self.0[letter.context * SIDES + letter.side];
        let sign = if letter.signed { 1.0 } else { 0.0 };
        match (letter.value as usize).checked_sub(SYMBOLS - 1) {
            None => costs[letter.value as usize] + sign,
            // Exp-Golomb.
            Some(more) => costs[SYMBOLS - 1] + sign + (2 * (more + 1).ilog2() + 1) as f32,
        }
    }
}
