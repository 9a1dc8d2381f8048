//! A value by its difference from the expected one: zero, sign, class of the magnitude, bits within the class.
//! BITSTREAM.md §13.5.

use super::mixer::{Contexts, Mixer};
use super::walk::Coder;
use crate::entropy::range::Interval;

const ZERO: usize = 0;
const SIGN: usize = 1;
const CLASS: usize = 2;
/// Classes of magnitudes.
const CLASSES: usize = 40;
const BIT: usize = CLASS + CLASSES;

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

/// Codes `value`, 0 to `top`, of which `expected` is the likeliest.
#[inline(always)]
pub(super) fn residual<I: Interval>(
    coder: &mut Coder<'_, I>,
    mixer: &mut Mixer,
    contexts: &Contexts,
    expected: i32,
    top: i32,
    value: i32,
) -> i32 {
    let mut bin = |contexts: &Contexts, node, bin| mixer.bin(contexts, node, |p| coder.interval.code(p, bin));
    if bin(contexts, ZERO, value == expected) {
        return expected;
    }
    let negative = expected == top || expected > 0 && bin(contexts, SIGN, value < expected);
    let contexts = if negative { contexts.negative() } else { *contexts };
    // Magnitudes beyond the first.
    let room = (if negative { expected } else { top - expected }) as u32 - 1;
    let magnitude = value.abs_diff(expected).wrapping_sub(1);
    let goal = class_of(magnitude);
    let mut class = 0;
    while start(class + 1) <= room && bin(&contexts, CLASS + class as usize, goal > class) {
        class += 1;
    }
    let mut bits = if class < 4 { 0 } else { class / 2 - 1 };
    let mut within = 0;
    if bits > 0 {
        bits -= 1;
        within = u32::from(bin(&contexts, BIT + class as usize, (magnitude >> bits) & 1 != 0));
    }
    let low = coder.interval.bypass(bits, magnitude & ((1 << bits) - 1));
    let mut magnitude = start(class) + (within << bits | low);
    if magnitude > room {
        coder.corrupt("magnitude of a residual", magnitude as u64, room as u64);
        magnitude = room;
    }
    if negative { expected - 1 - magnitude as i32 } else { expected + 1 + magnitude as i32 }
}
