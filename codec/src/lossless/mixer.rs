//! Probabilities of bins: several adaptive states a bin, their log-odds mixed by two sets of weights, corrected by what
//! such mixtures turned out to be. BITSTREAM.md §13.6.

use crate::entropy::logistic::{MAX_ODDS, ODDS_BITS, ODDS_LIMIT, squash, stretch};

/// Contexts of a sample, one for each table of states.
pub(super) const TABLES: usize = 7;
/// Inputs of a mixture: the states and a constant.
const INPUTS: usize = TABLES + 1;
/// Bins of a sample have numbers below this.
pub(super) const NODES: usize = 82;
/// Cases that choose a set of weights, for each node.
pub(super) const CASES: usize = 16;
/// Log2 of the number of states in each table: large ones for contexts of many cases. The last knows whole colours.
const TABLE_BITS: [u32; TABLES] = [14, 14, 14, 15, 16, 14, 18];
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
        let rate = RATES[n as usize] as u64;
        let p = if bin {
            p + ((((1 << 22) - 1 - p) as u64 * rate) >> 16) as u32
        } else {
            p - ((p as u64 * rate) >> 16) as u32
        };
        self.0 = p << 10 | (n + u32::from(n < LIMIT));
    }
}

/// What bins of a class share.
#[derive(Debug, Clone)]
struct Set {
    weights: [i32; INPUTS],
    /// Bins seen, up to where weights learn slowest.
    seen: i32,
}

/// What a bin is predicted from: where its sample's states begin in each table, and the cases of both mixtures.
#[derive(Debug, Clone, Copy)]
pub(super) struct Contexts {
    pub(super) bases: [u32; TABLES],
    pub(super) cases: [u32; 2],
    /// Tables that know negative residuals apart from positive ones.
    pub(super) signed: [bool; TABLES],
}

impl Contexts {
    /// Those of the bins behind the sign of a negative residual.
    #[inline(always)]
    pub(super) fn negative(mut self) -> Self {
        for (base, signed) in self.bases.iter_mut().zip(self.signed) {
            *base = base.wrapping_add(if signed { NODES as u32 } else { 0 });
        }
        self
    }
}

/// Predicts the bins of a plane.
#[derive(Debug)]
pub(super) struct Mixer {
    tables: [Box<[State]>; TABLES],
    sets: [Box<[Set]>; 2],
    corrections: Box<[[u16; POINTS]]>,
}

impl Mixer {
    /// Bytes that one takes, about.
    pub(super) const MEMORY: u64 = {
        let mut states = 0;
        let mut i = 0;
        while i < TABLES {
            states += 1u64 << TABLE_BITS[i];
            i += 1;
        }
        states * size_of::<State>() as u64 + (2 * NODES * CASES * size_of::<Set>()) as u64
    };

    pub(super) fn new() -> Self {
        let corrections = std::array::from_fn(|i| squash(((i as i32) << ODDS_BITS) - ODDS_LIMIT) as u16);
        let mut weights = [(1 << WEIGHT_BITS) / 4; INPUTS];
        weights[TABLES] = 0;
        Self {
            tables: TABLE_BITS.map(|bits| vec![State::UNSEEN; 1 << bits].into()),
            sets: std::array::from_fn(|_| vec![Set { weights, seen: 0 }; NODES * CASES].into()),
            corrections: vec![corrections; NODES].into(),
        }
    }

    /// A bin: `code` codes it with the probability of a 1, in 1/65536, that it is given.
    #[inline(always)]
    pub(super) fn bin(&mut self, contexts: &Contexts, node: usize, code: impl FnOnce(u32) -> bool) -> bool {
        let mut inputs = [1 << ODDS_BITS; INPUTS];
        let slots: [usize; TABLES] =
            std::array::from_fn(|i| (contexts.bases[i].wrapping_add(node as u32) & MASKS[i]) as usize);
        for (i, (table, &slot)) in self.tables.iter().zip(&slots).enumerate() {
            let state = table[slot];
            // What has seen nothing says what the first state says.
            inputs[i] = if state.count() == 0 && i > 0 { inputs[0] } else { stretch(state.p()) as i32 };
        }
        let [a, b] = contexts.cases.map(|case| case as usize * NODES + node);
        let odds = [self.sets[0][a].mix(&inputs), self.sets[1][b].mix(&inputs)];
        let both = (odds[0] + odds[1]) >> 1;
        let mixed = squash(both);
        // Between two points of the correction.
        let at = both + ODDS_LIMIT;
        let (low, part) = ((at >> ODDS_BITS) as usize, at as u32 & ((1 << ODDS_BITS) - 1));
        let correction = &mut self.corrections[node];
        let [l, h] = [correction[low] as u32, correction[low + 1] as u32];
        let corrected = (l * (256 - part) + h * part) >> ODDS_BITS;
        let bin = code(((mixed + corrected) >> 1).clamp(LEAST, 65536 - LEAST));

        self.sets[0][a].learn(&inputs, squash(odds[0]), bin);
        self.sets[1][b].learn(&inputs, squash(odds[1]), bin);
        let nearest = &mut correction[low + (part >> (ODDS_BITS - 1)) as usize];
        *nearest = if bin { *nearest + ((65535 - *nearest) >> 7) } else { *nearest - (*nearest >> 7) };
        for (table, slot) in self.tables.iter_mut().zip(slots) {
            table[slot].update(bin);
        }
        bin
    }
}

impl Set {
    /// Log-odds of a 1 by the mixture.
    #[inline(always)]
    fn mix(&self, inputs: &[i32; INPUTS]) -> i32 {
        let sum: i32 = inputs.iter().zip(&self.weights).map(|(&x, &w)| x * (w >> 2)).sum();
        (sum >> (WEIGHT_BITS - 2)).clamp(-MAX_ODDS, MAX_ODDS)
    }

    /// Moves the weights against the error of `p`, the mixture's probability in 1/65536.
    #[inline(always)]
    fn learn(&mut self, inputs: &[i32; INPUTS], p: u32, bin: bool) {
        let error = i32::from(bin) * 65536 - p as i32;
        let rate = WEIGHT_RATES[self.seen as usize >> 2];
        self.seen += i32::from(self.seen < 1023);
        let error = (error * rate) >> 6;
        for (w, &x) in self.weights.iter_mut().zip(inputs) {
            let change = (x * error + (1 << 13)) >> 14;
            *w = (*w + change).clamp(-LARGEST, LARGEST);
        }
    }
}
