//! Probabilities of bins: several adaptive states a bin, their log-odds mixed by the mean of two
//! sets of weights, and in drawings corrected by what such mixtures turned out to be. BITSTREAM.md
//! §13.6.

// An index runs over several arrays at once.
#![allow(clippy::needless_range_loop)]

use crate::entropy::logistic::{MAX_ODDS, ODDS_BITS, ODDS_LIMIT, squash, stretch};

/// Contexts of a sample, one for each table of states.
pub(super) const TABLES: usize = 7;
/// Inputs of a mixture: the states and a constant.
const INPUTS: usize = TABLES + 1;
/// Bins of a sample have numbers below this.
pub(super) const NODES: usize = 82;
/// Cases that choose a set of weights, for each node.
pub(super) const CASES: usize = 16;
/// Log2 of the number of states in each table: large ones for contexts of many cases. One knows
/// whole colours.
const TABLE_BITS: [u32; TABLES] = [14, 15, 16, 18, 15, 15, 15];
/// What the numbers of states in each table are limited to.
const MASKS: [u32; TABLES] = {
    let mut t = [0; TABLES];
    let mut i = 0;
    while i < TABLES {
        t[i] = (1 << TABLE_BITS[i]) - 1;
        i += 1;
    }
    t
};
/// Where each table begins in one list of all states, and the end of the last.
const STARTS: [usize; TABLES + 1] = {
    let mut t = [0; TABLES + 1];
    let mut i = 0;
    while i < TABLES {
        t[i + 1] = t[i] + (1 << TABLE_BITS[i]);
        i += 1;
    }
    t
};
/// Fractional bits of a weight.
const WEIGHT_BITS: u32 = 16;
/// Largest magnitude of a weight.
const LARGEST: i32 = 1 << 17;
/// Points of a correction, an octave apart.
const POINTS: usize = 2 * (ODDS_LIMIT >> ODDS_BITS) as usize + 1;
/// Least probability of either bin, in 1/65536.
const LEAST: u32 = 4;
/// Bins after which a state learns slowest.
const LIMIT: u32 = 255;

/// Probability of a 1 in the upper 22 bits, bins seen so far, up to a limit, in the lower 10.
#[derive(Debug, Clone, Copy)]
pub(super) struct State(u32);

/// 65536 / (n + 1.5), rounded.
static RATES: [u32; LIMIT as usize + 1] = {
    let mut t = [0; LIMIT as usize + 1];
    let mut n = 0;
    while n <= LIMIT as usize {
        let d = 2 * n as u32 + 3;
        t[n] = (131072 + d / 2) / d;
        n += 1;
    }
    t
};

/// How fast weights learn, by bins seen, in steps of 4.
static WEIGHT_RATES: [i32; 256] = {
    let mut t = [0; 256];
    let mut n = 0;
    while n < 256 {
        t[n] = 12 + 768 / (4 * n as i32 + 16);
        n += 1;
    }
    t
};

impl State {
    /// As likely as not.
    pub(super) const UNSEEN: Self = Self(1 << 31);

    #[inline(always)]
    fn count(self) -> u32 {
        self.0 & 1023
    }

    /// Probability of a 1 in 1/65536.
    #[inline(always)]
    pub(super) fn p(self) -> u32 {
        self.0 >> 16
    }

    /// A bin without mixing.
    #[inline(always)]
    pub(super) fn bin(&mut self, code: impl FnOnce(u32) -> bool) -> bool {
        let bin = code(self.p().clamp(LEAST, 65536 - LEAST));
        self.update(bin);
        bin
    }

    #[inline(always)]
    fn update(&mut self, bin: bool) {
        let (p, n) = (self.0 >> 10, self.count());
        let rate = RATES[n as usize & LIMIT as usize] as i64;
        let goal = if bin { (1 << 22) - 1 } else { 0 };
        let p = p as i32 + (((goal - p as i32) as i64 * rate) >> 16) as i32;
        self.0 = (p as u32) << 10 | (n + u32::from(n < LIMIT));
    }
}

/// What bins of a class share.
#[derive(Debug, Clone)]
#[repr(align(64))]
struct Set {
    weights: [i32; INPUTS],
    /// Bins seen, up to where weights learn slowest.
    seen: u32,
}

/// What the bins of a sample are predicted from: where its states begin in each table, and what
/// chooses the sets.
#[derive(Debug, Clone, Copy)]
pub(super) struct Contexts {
    pub(super) bases: [u32; TABLES],
    pub(super) cases: [u32; 2],
    /// By table: how much further the states behind the sign of a negative residual lie.
    pub(super) negative: [u32; TABLES],
    /// Class of the size of the errors around, which large magnitudes are coded by.
    pub(super) energy: u32,
    /// Whether nothing is mixed: errors around are so large that little can be foretold but the
    /// size.
    pub(super) noisy: bool,
}

impl Contexts {
    /// Those of the bins behind the sign of a negative residual.
    #[inline(always)]
    pub(super) fn negative(mut self) -> Self {
        for (base, further) in self.bases.iter_mut().zip(self.negative) {
            *base = base.wrapping_add(further);
        }
        self
    }
}

/// By mixed odds: what probability was right.
#[derive(Debug, Clone)]
struct Correction([u16; POINTS]);

impl Correction {
    /// That of the odds.
    fn none() -> Self {
        let mut points = [0; POINTS];
        for (i, point) in points.iter_mut().enumerate() {
            *point = squash(((i as i32) << ODDS_BITS) - ODDS_LIMIT) as u16;
        }
        Self(points)
    }

    /// A bin of probability `p` by the odds.
    #[inline(always)]
    fn bin(&mut self, odds: i32, p: u32, code: impl FnOnce(u32) -> bool) -> bool {
        // Between two points.
        let at = odds + ODDS_LIMIT;
        let (low, part) = ((at >> ODDS_BITS) as usize, at as u32 & ((1 << ODDS_BITS) - 1));
        let [l, h] = [u32::from(self.0[low]), u32::from(self.0[low + 1])];
        let corrected = (l * (256 - part) + h * part) >> ODDS_BITS;
        let bin = code(((p + corrected) >> 1).clamp(LEAST, 65536 - LEAST));
        let nearest = &mut self.0[low + (part >> (ODDS_BITS - 1)) as usize];
        *nearest = if bin { *nearest + ((65535 - *nearest) >> 7) } else { *nearest - (*nearest >> 7) };
        bin
    }
}

/// Predicts the bins of a plane; with corrections, by all tables.
#[derive(Debug)]
pub(super) struct Mixer<const FULL: bool> {
    /// All tables.
    states: Box<[State; STARTS[TABLES]]>,
    sets: [Box<[Set]>; 2],
    /// By node.
    corrections: Box<[Correction]>,
}

impl<const FULL: bool> Mixer<FULL> {
    /// Tables that are looked at: in photographs the first ones.
    const USED: usize = if FULL { TABLES } else { 5 };

    /// Bytes that one takes, about.
    pub(super) const MEMORY: u64 = (STARTS[TABLES] * size_of::<State>() + 2 * NODES * CASES * size_of::<Set>()) as u64;

    pub(super) fn new() -> Self {
        let mut weights = [(1 << WEIGHT_BITS) / 4; INPUTS];
        weights[TABLES] = 0;
        let states = vec![State::UNSEEN; STARTS[TABLES]].into_boxed_slice();
        Self {
            states: states.try_into().unwrap_or_else(|_| unreachable!("as many as the list has")),
            sets: std::array::from_fn(|_| vec![Set { weights, seen: 0 }; NODES * CASES].into()),
            corrections: vec![Correction::none(); if FULL { NODES } else { 0 }].into(),
        }
    }

    /// A bin: `code` codes it with the probability of a 1, in 1/65536, that it is given.
    #[inline(always)]
    pub(super) fn bin(&mut self, contexts: &Contexts, node: usize, code: impl FnOnce(u32) -> bool) -> bool {
        let mut inputs = [0; INPUTS];
        inputs[TABLES] = 1 << ODDS_BITS;
        let mut slots = [0; TABLES];
        let mut states = [State::UNSEEN; TABLES];
        for i in 0..Self::USED {
            slots[i] = STARTS[i] + (contexts.bases[i].wrapping_add(node as u32) & MASKS[i]) as usize;
            states[i] = self.states[slots[i]];
            // What has seen nothing says what the first state says.
            let odds = i32::from(stretch(states[i].p()));
            inputs[i] = if states[i].count() == 0 && i > 0 { inputs[0] } else { odds };
        }
        let [a, b] = contexts.cases;
        let [a, b] = [a as usize * NODES + node, b as usize * NODES + node];
        let [first, second] = &mut self.sets;
        let (first, second) = (&mut first[a], &mut second[b]);
        let mut sum = 0;
        for i in 0..INPUTS {
            sum += inputs[i] * ((first.weights[i] + second.weights[i]) >> 3);
        }
        let odds = (sum >> (WEIGHT_BITS - 2)).clamp(-MAX_ODDS, MAX_ODDS);
        let p = squash(odds);
        let bin = if FULL { self.corrections[node].bin(odds, p, code) } else { code(p) };

        let error = i32::from(bin) * 65536 - p as i32;
        first.learn(&inputs, error);
        second.learn(&inputs, error);
        for i in 0..Self::USED {
            states[i].update(bin);
            self.states[slots[i]] = states[i];
        }
        bin
    }
}

impl Set {
    /// Moves the weights against the error of the mixture's probability, in 1/65536.
    #[inline(always)]
    fn learn(&mut self, inputs: &[i32; INPUTS], error: i32) {
        let error = (error * WEIGHT_RATES[self.seen as usize >> 2 & 255]) >> 6;
        self.seen += u32::from(self.seen < 1023);
        for i in 0..INPUTS {
            let change = (inputs[i] * error + (1 << 13)) >> 14;
            self.weights[i] = (self.weights[i] + change).clamp(-LARGEST, LARGEST);
        }
    }
}
