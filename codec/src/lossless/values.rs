//! Which values occur in a plane, and which colours in a picture of few. BITSTREAM.md §13.2, §13.3.

use super::coder::Coder;
use super::mixer::State;
use crate::entropy::interval::Interval;

/// Colours that a palette has at most.
pub(super) const COLOURS: usize = 1024;

/// Which of the values between the least and the greatest occur: a bin for each, by the two before
/// it.
pub(super) fn occurrence<I: Interval>(coder: &mut Coder<'_, I>, occurs: &mut [bool]) {
    let mut states = [State::UNSEEN; 4];
    let mut last = 0;
    for bin in occurs {
        *bin = states[last].bin(|p| coder.interval.code(p, *bin));
        last = (last << 1 | usize::from(*bin)) & 3;
    }
}

/// The colours of a palette, in the order of their components: the first by its growth, the others
/// as they are.
pub(super) fn palette<I: Interval>(coder: &mut Coder<'_, I>, depth: u32, colours: &mut Vec<[i32; 3]>) {
    let count = coder.number(colours.len() as u32) as usize;
    if count == 0 || count > COLOURS {
        coder.corrupt("colours of a palette", count as u64, COLOURS as u64);
    }
    colours.resize(count.clamp(1, COLOURS), [0; 3]);
    let mut first = 0;
    for colour in colours {
        // A reader has zeros here. What no sample can be is found out when the colour is used.
        let growth = coder.number((colour[0] - first).max(0) as u32);
        first = (first + growth as i32).min(1 << 16);
        *colour = [
            first,
            coder.interval.bypass(depth, colour[1] as u32) as i32,
            coder.interval.bypass(depth, colour[2] as u32) as i32,
        ];
    }
}
