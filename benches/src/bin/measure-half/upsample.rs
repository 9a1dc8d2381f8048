//! The upsampler: each sample of the larger picture is a weighted sum of 6x6 of the smaller one,
//! with weights by the direction, strength and coherence of the gradients there, as RAISR's.

use image::{ImageBuffer, Rgb, Rgb32FImage};
use rayon::prelude::*;

/// Side of the window.
const SIDE: usize = 6;
pub(crate) const TAPS: usize = SIDE * SIDE;
/// The sample of the window that is nearest to what is made.
pub(crate) const NEAREST: usize = 3 * SIDE + 3;
/// Directions in eighths of a half turn; pairs that are each other's transpose are one.
const DIRECTIONS: usize = 5;
/// Bounds of the strength, in levels of 8 bits, and of the coherence.
const STRENGTHS: [f32; 4] = [1.5, 4.0, 9.0, 18.0];
const COHERENCES: [f32; 2] = [0.3, 0.6];
/// Classes of luma; behind them the filter for all of luma, and chroma's.
pub(crate) const CLASSES: usize = DIRECTIONS * (STRENGTHS.len() + 1) * (COHERENCES.len() + 1);
pub(crate) const LUMA: usize = CLASSES;
const CHROMA: usize = CLASSES + 1;
pub(crate) const FILTERS: usize = CLASSES + 2;

/// Weights of differences to the nearest sample.
pub(crate) type Filter = [f32; TAPS];

/// Y, Cb and Cr in levels of 8 bits.
pub(crate) struct Planes {
    pub(crate) width: usize,
    height: usize,
    pub(crate) planes: [Vec<f32>; 3],
}

/// What the gradients around a sample are like.
#[derive(Clone, Copy)]
pub(crate) struct Gradient {
    direction: usize,
    kind: usize,
}

impl Planes {
    pub(crate) fn of(picture: &Rgb32FImage) -> Self {
        let mut planes = [(); 3].map(|()| Vec::new());
        for &Rgb([r, g, b]) in picture.pixels() {
            let y = 0.299 * r + 0.587 * g + 0.114 * b;
            let values = [y, (b - y) / 1.772, (r - y) / 1.402];
            planes.iter_mut().zip(values).for_each(|(plane, v)| plane.push(v * 255.0));
        }
        Self { width: picture.width() as usize, height: picture.height() as usize, planes }
    }

    pub(crate) fn rgb(&self) -> Rgb32FImage {
        ImageBuffer::from_fn(self.width as u32, self.height as u32, |x, y| {
            let [y, cb, cr] = [0, 1, 2].map(|p| self.planes[p][y as usize * self.width + x as usize] / 255.0);
            let (r, b) = (y + 1.402 * cr, y + 1.772 * cb);
            Rgb([r, (y - 0.299 * r - 0.114 * b) / 0.587, b])
        })
    }

    fn at(&self, p: usize, x: isize, y: isize) -> f32 {
        let (x, y) = (x.clamp(0, self.width as isize - 1), y.clamp(0, self.height as isize - 1));
        self.planes[p][y as usize * self.width + x as usize]
    }

    /// By the structure tensor of 5x5 samples of luma, for each sample.
    pub(crate) fn gradients(&self) -> Vec<Gradient> {
        let gradient = |i: usize| {
            let (x, y) = ((i % self.width) as isize, (i / self.width) as isize);
            let [mut a, mut b, mut c] = [0.0; 3];
            for (v, u) in (y - 2..=y + 2).flat_map(|v| (x - 2..=x + 2).map(move |u| (v, u))) {
                let across = (self.at(0, u + 1, v) - self.at(0, u - 1, v)) / 2.0;
                let down = (self.at(0, u, v + 1) - self.at(0, u, v - 1)) / 2.0;
                a += across * across / 25.0;
                b += across * down / 25.0;
                c += down * down / 25.0;
            }
            let (mean, root) = (f32::midpoint(a, c), ((a - c) * (a - c) / 4.0 + b * b).sqrt());
            let (strength, other) = ((mean + root).sqrt(), (mean - root).max(0.0).sqrt());
            let coherence = (strength - other) / (strength + other + 1e-3);
            let eighths = (2.0 * b).atan2(a - c) / std::f32::consts::PI * 4.0;
            let above = |bounds: &[f32], value: f32| bounds.iter().filter(|&&bound| value > bound).count();
            let kind = above(&STRENGTHS, strength) * (COHERENCES.len() + 1) + above(&COHERENCES, coherence);
            Gradient { direction: eighths.round().rem_euclid(8.0) as usize, kind }
        };
        (0..self.width * self.height).into_par_iter().map(gradient).collect()
    }

    /// For a sample of the larger picture: the window around it, mirrored and transposed so that
    /// all four phases and both directions of a pair have a filter in common, and its class.
    pub(crate) fn window(&self, p: usize, (x, y): (usize, usize), gradients: &[Gradient]) -> (Filter, usize) {
        let Gradient { direction, kind } = gradients[y / 2 * self.width + x / 2];
        let direction = if x % 2 == y % 2 { direction } else { (8 - direction) % 8 };
        let transposed = (3..=5).contains(&direction);
        let direction = if transposed { (12 - direction) % 8 } else { direction };
        let direction = if direction > 2 { direction - 3 } else { direction };
        let sign = |z: usize| 1 - 2 * (z % 2) as isize;
        let window = std::array::from_fn(|k| {
            let (dx, dy) = ((k % SIDE) as isize - 3, (k / SIDE) as isize - 3);
            let (dx, dy) = if transposed { (dy, dx) } else { (dx, dy) };
            self.at(p, (x / 2) as isize + sign(x) * dx, (y / 2) as isize + sign(y) * dy)
        });
        (window, if p > 0 { CHROMA } else { kind * DIRECTIONS + direction })
    }

    /// Twice as wide and high, with the filters of `bank`, luma's by class or one.
    pub(crate) fn doubled(&self, bank: &[Filter], classes: bool) -> Self {
        let (gradients, width, height) = (self.gradients(), 2 * self.width, 2 * self.height);
        let sample = |p: usize, i: usize| {
            let (window, class) = self.window(p, (i % width, i / width), &gradients);
            let filter = &bank[if classes || p > 0 { class } else { LUMA }];
            let change: f32 = window.iter().zip(filter).map(|(v, weight)| (v - window[NEAREST]) * weight).sum();
            window[NEAREST] + change
        };
        let planes = [0, 1, 2].map(|p| (0..width * height).into_par_iter().map(|i| sample(p, i)).collect());
        Self { width, height, planes }
    }
}
