//! Where a reconstruction loses most of its score: what each cell of the picture takes from a
//! measure like SSIMULACRA2, computed in the codec's own planes. For the closed loop of adaptive
//! quantisation.
//!
//! Like SSIMULACRA2 (Sneyers, 2022) it compares structure (SSIM without luminance; Wang et al.,
//! 2004) and edges that appear, on a pyramid of halved resolutions, and takes from each map its
//! mean, the 4-norm, or both. The weights are the largest of its published ones. Luma serves for
//! its Y, Cr for red-green and Cb for blue-yellow, each times 0.85: around gray they come near
//! them.
//!
//! An error counts where it changes a map: within the reach of a window that is far smaller than a
//! cell at fine scales.

mod scale;

use self::scale::{Scale, Sum};
use crate::encoder::adaptive::cells::CellGrid;
#[cfg(any(test, feature = "bench-api"))]
use crate::image::plane::Plane;

/// What the maps of a plane weigh at one scale.
#[derive(Debug)]
struct Weights {
    plane: usize,
    /// log2 of the scale's luma samples a pixel.
    scale: u32,
    /// Difference of structure: mean and 4-norm.
    structure: [f32; 2],
    /// Edges that appear and those that vanish: 4-norms.
    appear: f32,
    vanish: f32,
}

const fn weights(plane: usize, scale: u32, structure: [f32; 2], appear: f32, vanish: f32) -> Weights {
    Weights { plane, scale, structure, appear, vanish }
}

/// The planes and scales that count.
const WEIGHTS: [Weights; 10] = [
    weights(0, 0, [0.0, 7.5], 0.0, 17.4),
    weights(0, 1, [0.0, 6.7], 0.0, 1.0),
    weights(0, 2, [225.0, 19.0], 0.0, 0.0),
    weights(0, 3, [176.0, 24.0], 0.0, 0.0),
    weights(0, 4, [0.0, 35.0], 45.0, 0.0),
    weights(1, 3, [0.0, 8.8], 23.0, 0.0),
    weights(1, 4, [95.0, 0.0], 171.0, 0.0),
    weights(2, 2, [0.0, 1.8], 11.4, 0.0),
    weights(2, 3, [0.0, 1.9], 10.9, 0.0),
    weights(2, 4, [0.0, 0.0], 2.0, 0.0),
];

/// The last scale among them.
const COARSEST: u32 = 4;

/// A sample of 10 bits in terms of the measure's.
pub(super) const UNIT: f32 = 0.85 / 1023.0;
/// The middle of their range.
pub(super) const MIDDLE: f32 = 512.0;

/// What the planes of a picture lose, on the way down their rows.
#[derive(Debug)]
pub(super) struct Losses {
    cells: Vec<f64>,
    /// Squared error of luma.
    squares: Vec<f64>,
}

/// What a plane loses.
#[derive(Debug)]
pub(super) struct PlaneLosses {
    plane: usize,
    /// From the plane's own on, each half of the one before.
    scales: Vec<Scale>,
}

impl PlaneLosses {
    /// Before the first row of plane `plane`, of `size`, where it is smaller than luma by
    /// 2^`shift`.
    pub(super) fn new(plane: usize, size: (usize, usize), shift: u32, grid: CellGrid) -> Self {
        let halvings = |size: (usize, usize)| (size.0.min(size.1)).max(1).ilog2();
        let scales = (shift..=COARSEST.min(shift + halvings(size))).map(|scale| {
            let by = scale - shift;
            let sign = find(plane, scale).map(|weights| if weights.appear > 0.0 { 1.0 } else { -1.0 });
            Scale::new((size.0 >> by, size.1 >> by), scale, grid, sign)
        });
        Self { plane, scales: scales.collect() }
    }

    /// The next row of the source, less the middle of its range, and of what a reconstruction takes
    /// off it, both in terms of [`UNIT`]; to be filled in for [`PlaneLosses::advance`].
    #[inline(always)]
    pub(super) fn next(&mut self) -> [&mut [f32]; 2] {
        self.scales[0].next()
    }

    /// The next row is there.
    #[inline(always)]
    pub(super) fn advance(&mut self) {
        for i in 0..self.scales.len() {
            let (scale, coarser) = self.scales[i..].split_first_mut().expect("one of them");
            if !scale.advance() {
                break;
            }
            if let Some(next) = coarser.first_mut() {
                scale.halve(next);
            }
        }
    }
}

impl Losses {
    /// For cells of `grid`.
    pub(super) fn new(grid: &CellGrid) -> Self {
        Self { cells: vec![0.0; grid.len()], squares: vec![0.0; grid.len()] }
    }

    /// Takes in a plane all of whose rows are there.
    pub(super) fn add(&mut self, plane: &PlaneLosses) {
        for scale in &plane.scales {
            let Some(weights) = find(plane.plane, scale.log2()) else { continue };
            let [mean, fourth] = weights.structure;
            let n = scale.pixels() as f64;
            let first = f64::from(mean) / n;
            let third = slope(scale.cells(Sum::Fourth), fourth, n);
            // Edges go in proportion to the error where structure goes by its square.
            let edges = slope(scale.cells(Sum::Edges), 0.5 * weights.appear.max(weights.vanish), n);
            let sums = [(Sum::Structure, first), (Sum::Fourth, third), (Sum::Edges, edges)];
            for (sum, factor) in sums {
                self.cells.iter_mut().zip(scale.cells(sum)).for_each(|(cell, v)| *cell += factor * v);
            }
        }
        if plane.plane == 0 {
            self.squares.copy_from_slice(plane.scales[0].cells(Sum::SquaredError));
        }
    }

    /// What each cell takes from the score: how much the score would rise if the errors in the cell
    /// were smaller by a factor, per octave of that factor and up to a factor common to all.
    /// Squared error of luma counts as well, `error` times what all the rest does.
    pub(super) fn cells(mut self, error: f64) -> Vec<f64> {
        let (all, squares) = (self.cells.iter().sum::<f64>(), self.squares.iter().sum::<f64>());
        if squares > 0.0 {
            self.cells.iter_mut().zip(&self.squares).for_each(|(cell, square)| *cell += error * all / squares * square);
        }
        self.cells
    }
}

/// What plane `plane` weighs at `scale`, if it counts there.
fn find(plane: usize, scale: u32) -> Option<&'static Weights> {
    WEIGHTS.iter().find(|w| w.plane == plane && w.scale == scale)
}

/// What a fourth power of `n` that add up to `powers` counts in the derivative of `weight` times
/// their 4-norm, by the logarithm.
fn slope(powers: &[f64], weight: f32, n: f64) -> f64 {
    let norm = (powers.iter().sum::<f64>() / n).sqrt().sqrt();
    if norm > 0.0 { f64::from(weight) / (n * norm * norm * norm) } else { 0.0 }
}

/// What each cell of `grid` takes from the score of `reconstruction`, for experiments.
#[cfg(any(test, feature = "bench-api"))]
pub(crate) fn losses(
    simd: crate::simd::Simd,
    source: &[Plane],
    reconstruction: &[Plane],
    chroma_shift: u32,
    grid: &CellGrid,
    error: f64,
) -> Vec<f64> {
    let mut losses = Losses::new(grid);
    for (p, (source, reconstruction)) in source.iter().zip(reconstruction).enumerate() {
        let shift = if p > 0 { chroma_shift } else { 0 };
        let mut plane = PlaneLosses::new(p, (source.width(), source.height()), shift, *grid);
        for y in 0..source.height() {
            let [s, e] = plane.next();
            let rows = source.row(y).iter().zip(reconstruction.row(y)).zip(s.iter_mut().zip(e));
            for ((&a, &b), (s, e)) in rows {
                *s = (f32::from(a) - MIDDLE) * UNIT;
                *e = (f32::from(a) - f32::from(b)) * UNIT;
            }
            simd.run(
                #[inline(always)]
                || plane.advance(),
            );
        }
        losses.add(&plane);
    }
    losses.cells(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::{CpuLevel, Simd};

    #[test]
    fn the_slope_is_what_a_small_change_makes_of_the_4_norm() {
        let at: Vec<f64> = (1..=20).map(|i| f64::from(i * 7 % 11) / 11.0).collect();
        let norm = |v: &[f64]| 5.0 * (v.iter().map(|d| d.powi(4)).sum::<f64>() / 20.0).powf(0.25);
        let powers: Vec<f64> = at.iter().map(|d| d.powi(4)).collect();
        let slope = slope(&powers, 5.0, 20.0);
        for i in [0, 7, 13, 19] {
            let moved = |by: f64| {
                let mut moved = at.clone();
                moved[i] *= by.exp();
                norm(&moved)
            };
            let expected = (moved(1e-4) - moved(-1e-4)) / 2e-4;
            assert!((slope * powers[i] - expected).abs() < 1e-4 * expected + 1e-9, "{i}: {expected}");
        }
        assert_eq!(super::slope(&[0.0; 4], 1.0, 4.0), 0.0);
    }

    #[test]
    fn the_loss_grows_with_the_error_and_no_more_than_by_its_square() {
        let grid = CellGrid::new(5, 64, 64);
        let loss = |step: u16| {
            let planes = [0, step].map(|step| {
                let mut plane = Plane::new(64, 64);
                plane
                    .data_mut()
                    .iter_mut()
                    .enumerate()
                    .for_each(|(i, s)| *s = 500 + step * ((i ^ (i / 64)) & 1) as u16);
                plane
            });
            let simd = Simd::new(CpuLevel::detect());
            losses(simd, &planes[..1], &planes[1..], 0, &grid, 0.3).iter().sum::<f64>()
        };
        // Structure by the square, edges in proportion: between the two.
        let ratio = loss(4) / loss(2);
        assert!((2.0..4.0).contains(&ratio), "{ratio}");
    }
}
