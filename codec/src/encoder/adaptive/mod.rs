//! Adaptive quantisation in a closed loop: the steps move to where sketches of the picture lose
//! their score. (The idea of libjxl's loop over Butteraugli, with another measure and without whole
//! encodes.)

pub(crate) mod cells;
mod dct8;
pub(crate) mod perception;
pub(crate) mod sketch;

use crate::encoder::adaptive::cells::{CellGrid, Offsets};
use crate::encoder::adaptive::sketch::{Sketcher, Sketching};
use crate::encoder::input::source::PlaneSource;
use crate::encoder::parameters::Parameters;
use crate::error::EncodeError;
use crate::simd::Simd;
use crate::syntax::header::PictureHeader;

impl Offsets {
    /// For the planes of a picture, where its quantisation is adaptive. Their mean over what is
    /// shown is about 0.
    pub(in crate::encoder) fn of(
        simd: Simd,
        header: &PictureHeader,
        source: &mut PlaneSource<'_>,
        parameters: &Parameters,
    ) -> Result<Option<Self>, EncodeError> {
        let Some(adaptive) = header.adaptive else { return Ok(None) };
        let (width, height) = header.plane_size(0);
        let grid = CellGrid::new(adaptive.cell_log2, width, height);
        let unit = f64::from(1u32 << adaptive.resolution) / 32.0;
        let mut offsets = Self { unit, ..Self::blank(grid) };
        let weights = source.shown.as_ref().map_or_else(|| vec![1.0; grid.len()], |mask| mask.count(&grid));
        let light = parameters.adaptive_light > 0.0;
        let (rounding, error) = (parameters.sketch_rounding, parameters.adaptive_error);
        let sketching = Sketching { rounding, error, half: light };
        let half = source.half.take().filter(|_| light);
        for _ in 0..parameters.adaptive.round() as u32 {
            let mut sketcher = Sketcher::new(header, &offsets, sketching);
            match &half {
                Some(half) => sketcher.add(simd, std::slice::from_ref(half)),
                None => source.glance(|planes, _| sketcher.add(simd, planes))?,
            }
            let sketch = sketcher.finish();
            offsets.refine(&sketch.losses, &sketch.levels, &weights, parameters);
        }
        Ok(Some(offsets))
    }

    /// Moves the offsets towards where the score lost per level is the same in all cells: a step
    /// finer by a factor takes about as many octaves off the loss everywhere, for bits in
    /// proportion to the levels. `losses` and `levels` are those of a sketch with the offsets as
    /// they are. Their mean, weighed by `weights`, stays.
    fn refine(&mut self, losses: &[f64], levels: &[f64], weights: &[f64], parameters: &Parameters) {
        let all = weights.iter().sum::<f64>().max(f64::MIN_POSITIVE);
        let mean = |v: &[f64]| v.iter().zip(weights).map(|(v, weight)| v * weight).sum::<f64>() / all;
        let floors = [losses, levels].map(|v| parameters.adaptive_floor * mean(v) + f64::MIN_POSITIVE);
        let worth = losses.iter().zip(levels).map(|(&loss, &n)| log2(loss + floors[0]) - log2(n + floors[1]));
        let worth = smoothed(&worth.collect::<Vec<_>>(), &self.grid, parameters.adaptive_smoothing);
        let (middle, before) = (mean(&worth), mean(&self.cells));
        let gain = parameters.adaptive_gain / parameters.adaptive;
        for (cell, worth) in self.cells.iter_mut().zip(worth) {
            *cell -= gain * (worth - middle);
        }
        for _ in 0..4 {
            let excess = mean(&self.cells) - before;
            for cell in &mut self.cells {
                *cell = (*cell - excess).clamp(-parameters.adaptive_finer, parameters.adaptive_coarser);
            }
        }
    }
}

/// Each cell and the mean of those beside it, which have `share` together.
fn smoothed(values: &[f64], grid: &CellGrid, share: f64) -> Vec<f64> {
    let mut out = Vec::with_capacity(values.len());
    for cy in 0..grid.rows {
        for cx in 0..grid.cols {
            let (mut sum, mut n) = (0.0, 0.0);
            for y in cy.saturating_sub(1)..(cy + 2).min(grid.rows) {
                for x in cx.saturating_sub(1)..(cx + 2).min(grid.cols) {
                    if (x, y) != (cx, cy) {
                        // Beside counts twice what across the corner counts.
                        let weight = if x == cx || y == cy { 2.0 } else { 1.0 };
                        sum += weight * values[y * grid.cols + x];
                        n += weight;
                    }
                }
            }
            let own = values[cy * grid.cols + cx];
            out.push(if n > 0.0 { own + share * (sum / n - own) } else { own });
        }
    }
    out
}

/// log2 of a positive number by arithmetic that is the same everywhere: exponent, and a series of
/// the mantissa.
fn log2(v: f64) -> f64 {
    let bits = v.to_bits();
    let exponent = (bits >> 52) as i32 - 1023;
    let mantissa = f64::from_bits(bits & !(0x7ff << 52) | 1023 << 52);
    // ln m = 2 atanh((m - 1) / (m + 1)), where the argument is at most 1/3.
    let t = (mantissa - 1.0) / (mantissa + 1.0);
    let series = (0..8).rev().fold(0.0, |sum, i| sum * (t * t) + 1.0 / f64::from(2 * i + 1));
    f64::from(exponent) + 2.0 * std::f64::consts::LOG2_E * t * series
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoder::config::EncoderConfig;

    fn parameters(changes: &[(&str, f64)]) -> Parameters {
        let parameters = changes.iter().map(|&(name, value)| (name.to_owned(), value)).collect();
        Parameters::of(&EncoderConfig { parameters, ..EncoderConfig::default() }).expect("within their ranges")
    }

    fn offsets(cols: usize, rows: usize, cells: Vec<f64>) -> Offsets {
        Offsets { grid: CellGrid { log2: 5, cols, rows }, unit: 0.125, cells }
    }

    #[test]
    fn log2_is_that_of_the_standard_library() {
        for i in -400..400 {
            let v = 1.37f64.powi(i);
            assert!((log2(v) - v.log2()).abs() < 1e-8, "{v}: {}", log2(v));
        }
    }

    #[test]
    fn steps_move_to_where_more_is_lost_per_level_and_their_mean_stays() {
        let parameters = parameters(&[
            ("adaptive", 1.0),
            ("adaptive_gain", 0.2),
            ("adaptive_floor", 0.0),
            ("adaptive_smoothing", 0.0),
        ]);
        let mut moved = offsets(2, 2, vec![0.1, 0.1, -0.3, 0.0]);
        let before = moved.cells.clone();
        // Log ratios of loss and levels: 3, 1, 1, -1.
        moved.refine(&[8.0, 2.0, 16.0, 4.0], &[1.0, 1.0, 8.0, 8.0], &[1.0; 4], &parameters);
        for ((after, before), wanted) in moved.cells.iter().zip(&before).zip([-0.4, 0.0, 0.0, 0.4]) {
            assert!((after - before - wanted).abs() < 1e-9, "{:?}", moved.cells);
        }
    }

    #[test]
    fn what_is_hidden_does_not_count_in_the_mean() {
        let parameters = parameters(&[
            ("adaptive", 1.0),
            ("adaptive_gain", 0.2),
            ("adaptive_floor", 0.0),
            ("adaptive_smoothing", 0.0),
        ]);
        let mut moved = offsets(3, 1, vec![0.0; 3]);
        // Log ratios of loss and levels: 2, 0, -8.
        moved.refine(&[4.0, 1.0, 1.0], &[1.0, 1.0, 256.0], &[1.0, 1.0, 0.0], &parameters);
        for (cell, wanted) in moved.cells.iter().zip([-0.2, 0.2]) {
            assert!((cell - wanted).abs() < 1e-9, "{:?}", moved.cells);
        }
    }

    #[test]
    fn steps_stay_where_all_levels_are_worth_the_same_and_within_their_limits_elsewhere() {
        let limits = parameters(&[
            ("adaptive_finer", 0.5),
            ("adaptive_coarser", 0.25),
            ("adaptive", 1.0),
            ("adaptive_gain", 1.0),
        ]);
        let mut even = offsets(3, 1, vec![0.1, -0.2, 0.25]);
        even.refine(&[1.0, 2.0, 3.0], &[10.0, 20.0, 30.0], &[1.0; 3], &limits);
        assert!(even.cells.iter().zip([0.1, -0.2, 0.25]).all(|(a, b)| (a - b).abs() < 1e-9), "{:?}", even.cells);
        let mut moved = offsets(3, 3, vec![0.0; 9]);
        moved.refine(
            &[9.0, 0.0, 1.0, 0.0, 0.0, 5.0, 0.0, 3.0, 0.0],
            &[0.0, 5.0, 5.0, 0.0, 1.0, 0.0, 2.0, 2.0, 9.0],
            &[1.0; 9],
            &limits,
        );
        assert!(moved.cells.iter().all(|c| (-0.5..=0.25).contains(c)), "{:?}", moved.cells);
        moved.refine(&[0.0; 9], &[0.0; 9], &[0.0; 9], &limits);
        assert!(moved.cells.iter().all(|c| c.is_finite()), "{:?}", moved.cells);
    }

    #[test]
    fn smoothing_keeps_what_is_even_and_takes_its_share_of_a_single_cell() {
        let grid = CellGrid { log2: 5, cols: 3, rows: 3 };
        assert_eq!(smoothed(&[2.0; 9], &grid, 0.3), [2.0; 9]);
        let mut single = [0.0; 9];
        single[4] = 1.0;
        let out = smoothed(&single, &grid, 0.3);
        assert!((out[4] - 0.7).abs() < 1e-12 && (out[1] - 0.3 * 2.0 / 8.0).abs() < 1e-12, "{out:?}");
    }
}
