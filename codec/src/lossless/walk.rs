//! The walk over the values of a plane, written once for both directions: runs, then value by value.
//! BITSTREAM.md §13.4.

use super::Watch;
use super::canvas::Canvas;
use super::mixer::Contexts;
use super::residual::Residuals;
use super::runs::Runs;
use crate::entropy::range::{Damage, Interval};
use crate::simd::Simd;

/// An interval with the first damage that was met.
pub(super) struct Coder<'a, I> {
    pub(super) interval: I,
    pub(super) damage: Option<Damage>,
    /// How much of the CPU may be used.
    pub(super) simd: Simd,
    /// Who is told how far it is.
    pub(super) watch: &'a Watch<'a>,
    /// Whether they said to stop: what is coded then is of no use.
    pub(super) stopped: bool,
}

impl<'a, I: Interval> Coder<'a, I> {
    pub(super) fn new(interval: I, simd: Simd, watch: &'a Watch<'a>) -> Self {
        Self { interval, damage: None, simd, watch, stopped: false }
    }

    /// Whether there is no use in going on after a row of `samples`.
    fn is_over(&mut self, samples: usize) -> bool {
        self.stopped = self.stopped || !(self.watch)(samples as u64);
        // Neither damaged data nor what will not be used must take the time of a whole plane.
        self.stopped || self.damage.is_some() || self.interval.is_past_end()
    }

    #[cold]
    pub(super) fn corrupt(&mut self, what: &'static str, value: u64, limit: u64) {
        debug_assert!(I::DECODING, "wrote {what} of {value}, limit {limit}");
        self.damage.get_or_insert((what, value, limit));
    }

    /// Exp-Golomb of order 0 in bypass bits.
    pub(super) fn number(&mut self, value: u32) -> u32 {
        let length = (value + 1).ilog2();
        let mut n = 0;
        while self.interval.bypass(1, u32::from(n < length)) != 0 {
            n += 1;
            if n > 20 {
                self.corrupt("Exp-Golomb prefix", 21, 20);
                return 0;
            }
        }
        let low = self.interval.bypass(n, (value + 1) & ((1 << n) - 1));
        (1 << n) + low - 1
    }
}

/// A plane as it is coded, or was.
#[derive(Debug)]
pub(super) struct Coded {
    pub(super) values: Canvas,
    pub(super) errors: Canvas,
    /// The greatest value less the least.
    pub(super) span: u32,
    /// Rows from the top on whose data was there.
    pub(super) rows: usize,
}

/// Predicts values and chooses contexts.
pub(super) trait Modeller: Sized {
    /// For a plane of values from 0 to `top`.
    fn new(width: usize, height: usize, top: i32, before: &[Coded]) -> Self;

    /// Before the first value of a row.
    fn start_row(&mut self);

    /// The likeliest value at (x, y).
    fn predict(&mut self, v: &Canvas, x: usize, y: usize, before: &[Coded]) -> i32;

    /// What the bins of that value look at.
    fn contexts(&self, v: &Canvas, x: usize, y: usize, before: &[Coded]) -> Contexts;

    /// After the last value of a row.
    fn end_row(&mut self, v: &Canvas, before: &[Coded]);

    /// Learns from the value, which now is in `v`.
    fn learn(&mut self, v: &Canvas, x: usize, y: usize);

    /// A value of a run, which was neither predicted nor learnt from.
    fn skip(&mut self, x: usize);

    /// Differences of the values from the predictions.
    fn into_errors(self) -> Canvas;
}

/// Codes `rows` rows of the values of a plane, from 0 to `top`; all bins of residuals are mixed where that shall be `FULL`.
/// `v` has what lies beside it and, to be written, the values.
pub(super) fn plane<I: Interval, M: Modeller, const FULL: bool>(
    coder: &mut Coder<'_, I>,
    v: Canvas,
    rows: usize,
    top: i32,
    before: &[Coded],
) -> Coded {
    coder.simd.run(
        #[inline(always)]
        || plane_kernel::<I, M, FULL>(coder, v, rows, top, before),
    )
}

#[inline(always)]
fn plane_kernel<I: Interval, M: Modeller, const FULL: bool>(
    coder: &mut Coder<'_, I>,
    mut v: Canvas,
    wanted: usize,
    top: i32,
    before: &[Coded],
) -> Coded {
    let mut residuals = Residuals::<FULL>::new();
    let mut runs = Runs::new();
    let mut modeller = M::new(v.width(), v.height(), top, before);
    let mut rows = 0;
    for y in 0..wanted {
        v.open_row(y);
        modeller.start_row();
        let mut x = 0;
        while x < v.width() {
            let run = runs.code(coder, &mut v, x, y);
            for x in x..x + run {
                modeller.skip(x);
            }
            x += run;
            if x == v.width() {
                break;
            }
            let expected = modeller.predict(&v, x, y, before);
            let contexts = modeller.contexts(&v, x, y, before);
            let i = v.at(x, y);
            v.data[i] = residuals.code(coder, &contexts, expected, top, v.data[i]);
            modeller.learn(&v, x, y);
            x += 1;
        }
        modeller.end_row(&v, before);
        v.close_row(y);
        if coder.is_over(v.width()) {
            break;
        }
        if coder.interval.is_within() {
            rows = y + 1;
        }
    }
    Coded { values: v, errors: modeller.into_errors(), span: top as u32, rows }
}
