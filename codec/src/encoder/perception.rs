//! Where a reconstruction loses most of its score: what each cell of the picture takes from a measure like SSIMULACRA2,
//! computed in the codec's own planes. For the closed loop of adaptive quantisation.
//!
//! Like SSIMULACRA2 (Sneyers, 2022) it compares structure (SSIM without luminance; Wang et al., 2004) and edges that
//! appear, on a pyramid of halved resolutions, and takes from each map its mean, the 4-norm, or both. The weights are
//! the largest of its published ones. Luma serves for its Y, Cr for red-green and Cb for blue-yellow, each times 0.85:
//! around gray they come near them.

use super::adaptive::CellGrid;
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
const UNIT: f32 = 0.85 / 1023.0;

/// What keeps the structure of flat ground from counting, in squared units.
const FLOOR: f32 = 0.0009;

/// A plane of numbers.
#[derive(Debug, Clone)]
struct Map {
    width: usize,
    height: usize,
    data: Vec<f32>,
}

impl Map {
    fn of(plane: &Plane) -> Self {
        let data = (0..plane.height()).flat_map(|y| plane.row(y)).map(|&s| f32::from(s) * UNIT).collect();
        Self { width: plane.width(), height: plane.height(), data }
    }

    /// Puts `f` of what the map and `others` have at each place in the map's place.
    fn update<const N: usize>(&mut self, others: [&Self; N], f: impl Fn(f32, [f32; N]) -> f32) {
        let others = others.map(|o| &o.data[..self.data.len()]);
        for (i, v) in self.data.iter_mut().enumerate() {
            *v = f(*v, others.map(|o| o[i]));
        }
    }

    /// `f` of what two maps have at each place.
    fn zip(&self, other: &Self, f: impl Fn(f32, f32) -> f32) -> Self {
        let data = self.data.iter().zip(&other.data).map(|(&a, &b)| f(a, b)).collect();
        Self { data, ..*self }
    }

    /// Means of 2x2.
    fn halved(&self) -> Self {
        let (width, height) = (self.width / 2, self.height / 2);
        let mut data = Vec::with_capacity(width * height);
        for y in 0..height {
            let [upper, lower] = [2 * y, 2 * y + 1].map(|y| &self.data[y * self.width..][..2 * width]);
            let pairs = upper.chunks_exact(2).zip(lower.chunks_exact(2));
            data.extend(pairs.map(|(u, l)| 0.25 * (u[0] + u[1] + l[0] + l[1])));
        }
        Self { width, height, data }
    }

    /// Smoothed by a binomial window of 9, near a Gaussian of deviation 1.4; the edge goes on outside.
    fn blurred(mut self) -> Self {
        const WINDOW: [f32; 5] = [70.0 / 256.0, 56.0 / 256.0, 28.0 / 256.0, 8.0 / 256.0, 1.0 / 256.0];
        let (w, h) = (self.width, self.height);
        let mut padded = vec![0.0; w + 8];
        for row in self.data.chunks_exact_mut(w) {
            padded[..4].fill(row[0]);
            padded[4..w + 4].copy_from_slice(row);
            padded[w + 4..].fill(row[w - 1]);
            row.iter_mut().for_each(|t| *t *= WINDOW[0]);
            for (i, weight) in WINDOW.iter().enumerate().skip(1) {
                let [left, right] = [4 - i, 4 + i].map(|x| &padded[x..x + w]);
                for ((t, l), r) in row.iter_mut().zip(left).zip(right) {
                    *t += weight * (l + r);
                }
            }
        }
        // The row and the four above it as they were, row y at y modulo 5.
        let mut kept: [Vec<f32>; 5] = std::array::from_fn(|_| self.data[..w].to_vec());
        for y in 0..h {
            let (done, below) = self.data.split_at_mut((y + 1) * w);
            let row = &mut done[y * w..];
            kept[y % 5].copy_from_slice(row);
            row.iter_mut().for_each(|t| *t *= WINDOW[0]);
            for (i, weight) in WINDOW.iter().enumerate().skip(1) {
                let above = &kept[y.saturating_sub(i) % 5];
                let below = match i.min(h - 1 - y) {
                    0 => &kept[y % 5],
                    down => &below[(down - 1) * w..down * w],
                };
                for ((t, a), b) in row.iter_mut().zip(above).zip(below) {
                    *t += weight * (a + b);
                }
            }
        }
        self
    }

    /// Puts in the map's place the derivative of `mean` times its mean plus `fourth` times its 4-norm, place by place. No
    /// value is negative.
    fn into_gradient(mut self, [mean, fourth]: [f32; 2]) -> Self {
        let n = self.data.len() as f64;
        let power = self.data.iter().map(|&d| f64::from(d * d * (d * d))).sum::<f64>() / n;
        let norm = power.sqrt().sqrt();
        let first = (f64::from(mean) / n) as f32;
        let third = if norm > 0.0 { (f64::from(fourth) / (n * norm * norm * norm)) as f32 } else { 0.0 };
        self.update([], |d, []| first + third * (d * d * d));
        self
    }

    /// Adds what the map has over each cell of `grid`, `scale` being log2 of the luma samples a pixel.
    fn add_to(&self, grid: &CellGrid, scale: u32, cells: &mut [f64]) {
        let side = 1 << (grid.log2 - scale);
        for (y, row) in self.data.chunks_exact(self.width).enumerate() {
            let cells = &mut cells[grid.index(0, y << scale)..];
            for (cell, part) in cells.iter_mut().zip(row.chunks(side)) {
                *cell += part.iter().map(|&v| f64::from(v)).sum::<f64>();
            }
        }
    }
}

/// What each cell of `grid` takes from the score: how much the score would rise if the errors in the cell were smaller by a
/// factor, per octave of that factor and up to a factor common to all. Chroma is smaller by 2^`chroma_shift`. Squared
/// error of luma counts as well, `error` times what all the rest does.
pub(crate) fn losses(
    source: &[Plane],
    reconstruction: &[Plane],
    chroma_shift: u32,
    grid: &CellGrid,
    error: f64,
) -> Vec<f64> {
    let mut cells = vec![0.0; grid.len()];
    let mut squares = vec![0.0; grid.len()];
    for (p, (source, reconstruction)) in source.iter().zip(reconstruction).enumerate() {
        let mut pair = [Map::of(source), Map::of(reconstruction)];
        if p == 0 {
            pair[0].zip(&pair[1], squared_difference).add_to(grid, 0, &mut squares);
        }
        let mut scale = if p > 0 { chroma_shift } else { 0 };
        while scale <= COARSEST && pair[0].width > 0 && pair[0].height > 0 {
            for weights in WEIGHTS.iter().filter(|w| w.plane == p && w.scale == scale) {
                add_losses(&pair[0], &pair[1], weights, grid, &mut cells);
            }
            scale += 1;
            pair = [pair[0].halved(), pair[1].halved()];
        }
    }
    let (all, all_squares) = (cells.iter().sum::<f64>(), squares.iter().sum::<f64>());
    if all_squares > 0.0 {
        cells.iter_mut().zip(&squares).for_each(|(cell, square)| *cell += error * all / all_squares * square);
    }
    cells
}

fn squared_difference(a: f32, b: f32) -> f32 {
    (a - b) * (a - b)
}

/// The part of one plane at one scale.
fn add_losses(source: &Map, coded: &Map, weights: &Weights, grid: &CellGrid, cells: &mut [f64]) {
    let means = [source.clone().blurred(), coded.clone().blurred()];
    if weights.structure != [0.0; 2] {
        let mut energy = source.zip(coded, |s, c| s * s + c * c).blurred();
        energy.update([&means[0], &means[1]], |a, [s, c]| (a - (s * s + c * c)).max(0.0) + FLOOR);
        let mut difference = source.zip(coded, |s, c| s * c).blurred();
        difference.update([&means[0], &means[1], &energy], |a, [s, c, e]| {
            let alike = 2.0 * (a - s * c) + FLOOR;
            (1.0 - alike * (1.0 - squared_difference(s, c)) / e).max(0.0)
        });
        // The difference is the blurred squared error over the energy: so an error weighs what lies around it.
        let mut loss = difference.into_gradient(weights.structure);
        loss.update([&energy], |g, [e]| g / e);
        loss = loss.blurred();
        loss.update([source, coded, &means[0], &means[1]], |w, [s, c, mean_s, mean_c]| {
            squared_difference(s - mean_s, c - mean_c) * w
        });
        loss.add_to(grid, weights.scale, cells);
    }
    if weights.appear <= 0.0 && weights.vanish <= 0.0 {
        return;
    }
    let [mut edges, mean_coded] = means;
    edges.update([&mean_coded, source, coded], |mean_s, [mean_c, s, c]| {
        (1.0 + (c - mean_c).abs()) / (1.0 + (s - mean_s).abs()) - 1.0
    });
    for (weight, sign) in [(weights.appear, 1.0), (weights.vanish, -1.0)] {
        if weight > 0.0 {
            let mut edges = edges.clone();
            edges.update([], |e, []| (sign * e).max(0.0));
            // Proportional to the error where structure goes by its square.
            let mut loss = edges.clone().into_gradient([0.0, 0.5 * weight]);
            loss.update([&edges], |g, [e]| g * e);
            loss.add_to(grid, weights.scale, cells);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(width: usize, height: usize, law: impl Fn(usize, usize) -> f32) -> Map {
        let data = (0..width * height).map(|i| law(i % width, i / width)).collect();
        Map { width, height, data }
    }

    #[test]
    fn blurring_is_a_convolution_with_binomial_weights_and_keeps_ground() {
        let ground = map(20, 14, |_, _| 0.7).blurred();
        assert!(ground.data.iter().all(|v| (v - 0.7).abs() < 1e-6), "{:?}", ground.data);
        let point = map(20, 14, |x, y| f32::from(u8::from((x, y) == (9, 6)))).blurred();
        let binomial = |d: usize| [70.0, 56.0, 28.0, 8.0, 1.0].get(d).copied().unwrap_or(0.0) / 256.0;
        for (i, v) in point.data.iter().enumerate() {
            let (x, y) = (i % 20, i / 20);
            assert!((v - binomial(x.abs_diff(9)) * binomial(y.abs_diff(6))).abs() < 1e-7, "({x}, {y}): {v}");
        }
    }

    #[test]
    fn the_gradient_is_what_a_small_change_makes_of_mean_and_4_norm() {
        let at = map(8, 8, |x, y| ((x * 7 + y * 13) % 11) as f32 / 11.0);
        let value = |m: &Map| {
            let n = m.data.len() as f64;
            let mean = |power| m.data.iter().map(|&d| f64::from(d).powi(power)).sum::<f64>() / n;
            3.0 * mean(1) + 5.0 * mean(4).powf(0.25)
        };
        let gradient = at.clone().into_gradient([3.0, 5.0]);
        for i in [0, 17, 40, 63] {
            let moved = |by: f32| {
                let mut moved = at.clone();
                moved.data[i] += by;
                value(&moved)
            };
            let slope = (moved(1e-3) - moved(-1e-3)) / 2e-3;
            assert!((f64::from(gradient.data[i]) - slope).abs() < 1e-3 * slope.abs() + 1e-4, "{i}: {slope}");
        }
        assert_eq!(map(4, 4, |_, _| 0.0).into_gradient([0.0, 1.0]).data, [0.0; 16]);
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
            losses(&planes[..1], &planes[1..], 0, &grid, 0.3).iter().sum::<f64>()
        };
        // Structure by the square, edges in proportion: between the two.
        let ratio = loss(4) / loss(2);
        assert!((2.0..4.0).contains(&ratio), "{ratio}");
    }
}
