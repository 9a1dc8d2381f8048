//! Runs: where the left value and all above are alike, one bin says that they go on being so.
//! BITSTREAM.md §13.4.

use super::canvas::Canvas;
use super::coder::Coder;
use super::mixer::State;
use crate::entropy::interval::Interval;

/// Values that a run has at least.
const SHORTEST: usize = 8;
/// Cases of lengths: their bit lengths.
const LENGTHS: usize = 32;

/// State of the coding of runs of a plane.
#[derive(Debug)]
pub(super) struct Runs {
    /// By bit length and whether the last expected run came whole: a run comes whole.
    whole: [[State; 2]; LENGTHS],
    /// By bit length: the first half of a run that did not come whole does.
    half: [State; LENGTHS],
    last: bool,
    /// No run is expected before this column of this row.
    after: (usize, usize),
}

impl Runs {
    pub(super) fn new() -> Self {
        Self { whole: [[State::UNSEEN; 2]; LENGTHS], half: [State::UNSEEN; LENGTHS], last: true, after: (0, 0) }
    }

    /// Codes the run at (x, y), if one is to be expected there; how many values it has.
    #[inline(always)]
    pub(super) fn code<I: Interval>(&mut self, coder: &mut Coder<'_, I>, v: &mut Canvas, x: usize, y: usize) -> usize {
        let i = v.at(x, y);
        let value = v.data[i - 1];
        if v.data[i - v.stride] != value || v.data[i - v.stride + 1] != value || v.data[i - 2] != value {
            return 0;
        }
        if y == self.after.1 && x < self.after.0 {
            return 0;
        }
        let left = v.width() - x;
        let above = &v.data[i - v.stride - 1..i - v.stride + left + 1];
        let alike = above.iter().take_while(|&&a| a == value).count();
        // The neighbours at both ends belong to it.
        let expected = alike.saturating_sub(2).min(left);
        if expected < SHORTEST { 0 } else { self.expected(coder, v, i, (x, y), expected) }
    }

    /// The run of up to `expected` values from index `i`, at column and row `at`.
    fn expected<I: Interval>(
        &mut self,
        coder: &mut Coder<'_, I>,
        v: &mut Canvas,
        i: usize,
        (x, y): (usize, usize),
        expected: usize,
    ) -> usize {
        let value = v.data[i - 1];
        let mut flag = |state: &mut State, from: usize, length: usize| {
            let values = &mut v.data[i + from..i + from + length];
            let alike = !I::DECODING && values.iter().all(|&a| a == value);
            let alike = state.bin(|p| coder.interval.code(p, alike));
            if alike && I::DECODING {
                values.fill(value);
            }
            alike
        };
        let class = |length: usize| (usize::BITS - length.leading_zeros()) as usize & (LENGTHS - 1);
        let whole = flag(&mut self.whole[class(expected)][usize::from(self.last)], 0, expected);
        self.last = whole;
        if whole {
            coder.interval.note("run as long as expected");
            return expected;
        }
        // It ends somewhere: halve until that is nearly known.
        let (mut run, mut rest) = (0, expected);
        while rest >= SHORTEST {
            let half = rest / 2;
            if flag(&mut self.half[class(half)], run, half) {
                run += half;
                rest -= half;
            } else {
                rest = half;
            }
        }
        self.after = (x + run + rest, y);
        coder.interval.note(if run > 0 { "run that ends early" } else { "no run where one is expected" });
        run
    }
}
