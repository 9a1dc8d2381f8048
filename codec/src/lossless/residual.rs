//! A value by its difference from the expected one: zero, sign, class of the magnitude, bits within
//! the class. In drawings all of these are mixed, in photographs the first few where errors are
//! small, and the rest has adaptive distributions. BITSTREAM.md §13.5.

use super::coder::Coder;
use super::distribution::Distribution;
use super::mixer::{Contexts, Mixer, State};
use crate::entropy::interval::{Interval, SYMBOLS};

const ZERO: usize = 0;
const SIGN: usize = 1;
const CLASS: usize = 2;
/// Classes of magnitudes.
const CLASSES: usize = 40;
/// The class that 2^16 begins.
const FAR: u32 = 32;
const BIT: usize = CLASS + CLASSES;
/// Magnitudes whose bins are mixed where those beyond have distributions.
const MIXED: u32 = 2;
/// The last symbol of a distribution: this class and all beyond.
const LAST: u32 = SYMBOLS as u32 - 1;
/// Classes of the size of errors around that have distributions of their own.
const ENERGIES: usize = 96;
/// More than any magnitude has.
const BEYOND: u32 = 1 << 17;

/// Smallest magnitude of a class: 0 to 3 for themselves, then two classes an octave.
#[inline(always)]
fn start(class: u32) -> u32 {
    if class < 4 { class } else { (2 + (class & 1)) << (class / 2 - 1) }
}

/// Class of a magnitude.
#[inline(always)]
fn class_of(magnitude: u32) -> u32 {
    if magnitude < 4 {
        return magnitude;
    }
    let top = magnitude.ilog2();
    2 * top + ((magnitude >> (top - 1)) & 1)
}

/// Notes where the sign of a residual has no bin.
#[inline(always)]
fn note_side<I: Interval>(coder: &mut Coder<'_, I>, expected: i32, top: i32) {
    if expected == top {
        coder.interval.note("negative for want of room above");
    } else if expected == 0 {
        coder.interval.note("positive for want of room below");
    }
}

/// How magnitudes are distributed that are not mixed.
#[derive(Debug)]
pub(super) struct Tails {
    distributions: Box<[Distribution]>,
    /// By size of errors and class: the first bit within a class.
    bits: Box<[State]>,
}

impl Tails {
    /// Bytes that one takes, about.
    const MEMORY: u64 = (ENERGIES * size_of::<Distribution>()) as u64;

    fn new() -> Self {
        Self {
            distributions: vec![Distribution::new(); ENERGIES].into(),
            bits: vec![State::UNSEEN; ENERGIES / 4 * SYMBOLS].into(),
        }
    }

    /// Codes a magnitude of which nothing is known yet.
    #[inline(always)]
    fn magnitude<I: Interval>(&mut self, coder: &mut Coder<'_, I>, energy: u32, magnitude: u32) -> u32 {
        // Where errors are large, classes are of their upper bits.
        let energy = (energy as usize).min(ENERGIES - 1);
        let shift = (energy as u32 / 4).saturating_sub(6);
        if shift > 0 {
            coder.interval.note("symbol for upper bits");
        }
        let (high, low) = (magnitude >> shift, magnitude & ((1 << shift) - 1));
        let goal = class_of(high).min(LAST) as usize;
        let class = self.distributions[energy].symbol(
            #[inline(always)]
            |bounds| coder.interval.symbol(bounds, goal),
        ) as u32;
        if class == LAST {
            coder.interval.note("magnitude beyond the symbols");
            let beyond = coder.number(high.saturating_sub(start(LAST)).min(BEYOND)).min(BEYOND);
            return (start(LAST) + beyond) << shift | coder.interval.bypass(shift, low);
        }
        let bits = shift + if class < 4 { 0 } else { class / 2 - 1 };
        if bits == 0 {
            return start(class);
        }
        let within = magnitude.wrapping_sub(start(class) << shift);
        let state = &mut self.bits[energy / 4 * SYMBOLS + class as usize];
        let first = u32::from(state.bin(|p| coder.interval.code(p, within >> (bits - 1) & 1 != 0)));
        let rest = coder.interval.bypass(bits - 1, within & ((1 << (bits - 1)) - 1));
        (start(class) << shift) + (first << (bits - 1) | rest)
    }
}

/// What the values of a plane are coded with; with `FULL`, all bins of theirs but the lowest are
/// mixed.
#[derive(Debug)]
pub(super) struct Residuals<const FULL: bool> {
    mixer: Mixer<FULL>,
    /// Magnitudes beyond those that are mixed.
    tails: Tails,
    /// Magnitudes where nothing is mixed.
    noise: Tails,
}

impl<const FULL: bool> Residuals<FULL> {
    /// Bytes that one takes, about.
    pub(super) const MEMORY: u64 = Mixer::<FULL>::MEMORY + 2 * Tails::MEMORY;

    pub(super) fn new() -> Self {
        Self { mixer: Mixer::new(), tails: Tails::new(), noise: Tails::new() }
    }

    /// Codes `value`, 0 to `top`, of which `expected` is the likeliest.
    #[inline(always)]
    pub(super) fn code<I: Interval>(
        &mut self,
        coder: &mut Coder<'_, I>,
        contexts: &Contexts,
        expected: i32,
        top: i32,
        value: i32,
    ) -> i32 {
        if !FULL && contexts.noisy {
            return self.noise(coder, contexts.energy, expected, top, value);
        }
        if self.mixer.bin(contexts, ZERO, |p| coder.interval.code(p, value == expected)) {
            return expected;
        }
        note_side(coder, expected, top);
        let negative = expected == top
            || expected > 0 && self.mixer.bin(contexts, SIGN, |p| coder.interval.code(p, value < expected));
        let contexts = if negative { contexts.negative() } else { *contexts };
        // Magnitudes beyond the first.
        let room = (if negative { expected } else { top - expected }) as u32 - 1;
        let magnitude = value.abs_diff(expected).wrapping_sub(1);
        let mut magnitude = if FULL {
            self.mixed(coder, &contexts, room, magnitude)
        } else {
            self.tailed(coder, &contexts, room, magnitude)
        };
        if magnitude > room {
            coder.corrupt("magnitude of a residual", magnitude as u64, room as u64);
            magnitude = room;
        }
        if negative { expected - 1 - magnitude as i32 } else { expected + 1 + magnitude as i32 }
    }

    /// Codes a value without mixing.
    #[inline(always)]
    fn noise<I: Interval>(
        &mut self,
        coder: &mut Coder<'_, I>,
        energy: u32,
        expected: i32,
        top: i32,
        value: i32,
    ) -> i32 {
        coder.interval.note("number without mixing");
        let mut magnitude = self.noise.magnitude(coder, energy, value.abs_diff(expected));
        if magnitude == 0 {
            return expected;
        }
        note_side(coder, expected, top);
        let negative = expected == top || expected > 0 && coder.interval.bypass(1, u32::from(value < expected)) != 0;
        let room = (if negative { expected } else { top - expected }) as u32;
        if magnitude > room {
            coder.corrupt("magnitude of a residual", magnitude as u64, room as u64);
            magnitude = room;
        }
        if negative { expected - magnitude as i32 } else { expected + magnitude as i32 }
    }

    /// Codes a magnitude, of which a few bins are mixed and the rest has a distribution.
    #[inline(always)]
    fn tailed<I: Interval>(&mut self, coder: &mut Coder<'_, I>, contexts: &Contexts, room: u32, magnitude: u32) -> u32 {
        for least in 0..MIXED {
            if least == room {
                coder.interval.note("magnitude settled by its room");
                return least;
            }
            if !self.mixer.bin(contexts, CLASS + least as usize, |p| coder.interval.code(p, magnitude > least)) {
                return least;
            }
        }
        if room == MIXED {
            return MIXED;
        }
        MIXED + self.tails.magnitude(coder, contexts.energy, magnitude.wrapping_sub(MIXED))
    }

    /// Codes a magnitude, all of whose bins but the lowest are mixed.
    #[inline(always)]
    fn mixed<I: Interval>(&mut self, coder: &mut Coder<'_, I>, contexts: &Contexts, room: u32, magnitude: u32) -> u32 {
        let mut bin = |node, bin| self.mixer.bin(contexts, node, |p| coder.interval.code(p, bin));
        let goal = class_of(magnitude);
        let mut class = 0;
        while start(class + 1) <= room && bin(CLASS + class as usize, goal > class) {
            class += 1;
        }
        let mut bits = if class < 4 { 0 } else { class / 2 - 1 };
        let mut within = 0;
        if bits > 0 {
            bits -= 1;
            within = u32::from(bin(BIT + class as usize, (magnitude >> bits) & 1 != 0));
        }
        if start(class + 1) > room {
            coder.interval.note("class settled by its room");
        }
        if class >= FAR {
            coder.interval.note("class of 2^16 and more");
        }
        let low = coder.interval.bypass(bits, magnitude & ((1 << bits) - 1));
        start(class) + (within << bits | low)
    }
}
