//! What the walk asks of the model of a plane. BITSTREAM.md §13.4.

use super::canvas::Canvas;
use super::mixer::Contexts;
use super::plane::CodedPlane;

/// Predicts values and chooses contexts.
pub(super) trait Modeller: Sized {
    /// For a plane of values from 0 to `top`.
    fn new(width: usize, height: usize, top: i32, before: &[CodedPlane]) -> Self;

    /// Before the first value of a row.
    fn start_row(&mut self);

    /// The likeliest value at (x, y).
    fn predict(&mut self, v: &Canvas, x: usize, y: usize, before: &[CodedPlane]) -> i32;

    /// What the bins of that value look at.
    fn contexts(&self, v: &Canvas, x: usize, y: usize, before: &[CodedPlane]) -> Contexts;

    /// After the last value of a row.
    fn end_row(&mut self, v: &Canvas, before: &[CodedPlane]);

    /// Learns from the value, which now is in `v`.
    fn learn(&mut self, v: &Canvas, x: usize, y: usize);

    /// A value of a run, which was neither predicted nor learnt from.
    fn skip(&mut self, x: usize);

    /// Differences of the values from the predictions.
    fn into_errors(self) -> Canvas;
}
