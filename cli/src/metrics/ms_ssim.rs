//! MS-SSIM of a luma plane: Wang, Simoncelli and Bovik, "Multiscale structural similarity for image
//! quality assessment", Asilomar 2003, with the constants of the authors' program.
//!
//! Five scales, each half of the one before by 2x2 means; at each, means, variances and covariance
//! in an 11x11 Gaussian window of sigma 1.5, at the positions where it lies within the picture.
//! What depends on the reference alone is computed once.

/// Exponents of the five scales, the finest first.
const WEIGHTS: [f64; 5] = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];
/// Width and height of the window in samples.
const WINDOW: usize = 11;
/// Smallest side that has a place for the window at every scale, in samples.
const MIN_SIDE: usize = WINDOW << (WEIGHTS.len() - 1);
/// Middle of the range of samples. It is taken off before squares are summed, which then keep two
/// more bits of an `f32`.
const MIDDLE: f32 = 128.0;
/// (K1 L)² and (K2 L)² with K1 = 0.01, K2 = 0.03, L = 255.
const C1: f32 = (0.01 * 255.0) * (0.01 * 255.0);
const C2: f32 = (0.03 * 255.0) * (0.03 * 255.0);

/// A plane of samples, less [`MIDDLE`] where they are luma; rows without gaps.
#[derive(Clone)]
struct Plane {
    width: usize,
    data: Vec<f32>,
}

impl Plane {
    fn height(&self) -> usize {
        self.data.len() / self.width
    }

    fn row(&self, y: usize) -> &[f32] {
        &self.data[y * self.width..][..self.width]
    }

    /// Means of 2x2 samples. An odd last column or row is repeated, as the authors' symmetric
    /// border does.
    fn halved(&self) -> Self {
        let width = self.width.div_ceil(2);
        let mut data = Vec::with_capacity(width * self.height().div_ceil(2));
        for y in (0..self.height()).step_by(2) {
            let (upper, lower) = (self.row(y), self.row((y + 1).min(self.height() - 1)));
            data.extend(upper.chunks(2).zip(lower.chunks(2)).map(|(u, l)| match (u, l) {
                ([a, b], [c, d]) => (a + b + c + d) / 4.0,
                _ => (u[0] + l[0]) / 2.0,
            }));
        }
        Self { width, data }
    }
}

/// A reference: each scale with its moments.
pub(super) struct Reference {
    window: [f32; WINDOW],
    scales: Vec<Scale>,
}

/// One scale of a reference, with mean and variance at each position of the window.
struct Scale {
    luma: Plane,
    mean: Plane,
    variance: Plane,
}

impl Reference {
    /// Prepares a luma plane of samples 0 to 255; `None` where a side is under 176 samples, too
    /// small for the coarsest scale.
    pub(super) fn new(luma: Vec<f32>, width: usize) -> Option<Self> {
        if width.min(luma.len() / width) < MIN_SIDE {
            return None;
        }
        let window = gaussian();
        let mut scales = Vec::with_capacity(WEIGHTS.len());
        let mut luma = centred(luma, width);
        for _ in WEIGHTS {
            let half = luma.halved();
            scales.push(Scale::new(luma, &window));
            luma = half;
        }
        Some(Self { window, scales })
    }

    /// MS-SSIM of `luma`, which has the reference's size: 1 for an exact copy, never under 0.
    pub(super) fn compare(&self, luma: Vec<f32>) -> f64 {
        let mut luma = centred(luma, self.scales[0].luma.width);
        let mut product = 1.0;
        for (i, (scale, weight)) in self.scales.iter().zip(WEIGHTS).enumerate() {
            let (contrast_structure, ssim) = scale.compare(&luma, &self.window);
            let last = i + 1 == WEIGHTS.len();
            // A negative mean, of a picture that opposes its reference, has no such power.
            product *= if last { ssim } else { contrast_structure }.max(0.0).powf(weight);
            if !last {
                luma = luma.halved();
            }
        }
        product
    }
}

impl Scale {
    fn new(luma: Plane, window: &[f32; WINDOW]) -> Self {
        let width = luma.width + 1 - WINDOW;
        let (mut mean, mut variance) = (Vec::new(), Vec::new());
        let mut rows = Moments::new(luma.width);
        for y in 0..=luma.height() - WINDOW {
            rows.compute(&luma, &luma, y, window);
            mean.extend_from_slice(&rows.mean);
            variance.extend(rows.square.iter().zip(&rows.mean).map(|(s, m)| s - m * m));
        }
        Self { luma, mean: Plane { width, data: mean }, variance: Plane { width, data: variance } }
    }

    /// Means over all positions of the window: of contrast times structure, and of the whole SSIM.
    fn compare(&self, luma: &Plane, window: &[f32; WINDOW]) -> (f64, f64) {
        let (mut contrast_structure, mut whole) = (0.0, 0.0);
        let mut rows = Moments::new(luma.width);
        let (mut cs_row, mut ssim_row) = (vec![0.0; self.mean.width], vec![0.0; self.mean.width]);
        for y in 0..self.mean.height() {
            rows.compute(&self.luma, luma, y, window);
            let reference = self.mean.row(y).iter().zip(self.variance.row(y));
            let distorted = rows.mean.iter().zip(&rows.square).zip(&rows.product);
            let terms = cs_row.iter_mut().zip(&mut ssim_row);
            for (((&mx, &vx), ((&my, &yy), &xy)), (cs, ssim)) in reference.zip(distorted).zip(terms) {
                let (vy, covariance) = (yy - my * my, xy - mx * my);
                *cs = (2.0 * covariance + C2) / (vx + vy + C2);
                let (mx, my) = (mx + MIDDLE, my + MIDDLE);
                *ssim = *cs * (2.0 * mx * my + C1) / (mx * mx + my * my + C1);
            }
            contrast_structure += sum(&cs_row);
            whole += sum(&ssim_row);
        }
        let count = self.mean.data.len() as f64;
        (contrast_structure / count, whole / count)
    }
}

/// Weighted means in the windows of one row: of the distorted picture, of its square, and of its
/// product with the reference.
struct Moments {
    mean: Vec<f32>,
    square: Vec<f32>,
    product: Vec<f32>,
    /// The same after the vertical half of the filter, as wide as the picture.
    columns: [Vec<f32>; 3],
}

impl Moments {
    fn new(width: usize) -> Self {
        let row = || vec![0.0; width + 1 - WINDOW];
        Self { mean: row(), square: row(), product: row(), columns: [(); 3].map(|()| vec![0.0; width]) }
    }

    /// Of the windows whose first row is `y`.
    fn compute(&mut self, reference: &Plane, distorted: &Plane, y: usize, window: &[f32; WINDOW]) {
        let [mean, square, product] = &mut self.columns;
        for column in [&mut *mean, &mut *square, &mut *product] {
            column.fill(0.0);
        }
        for (k, &w) in window.iter().enumerate() {
            let samples = reference.row(y + k).iter().zip(distorted.row(y + k));
            let sums = mean.iter_mut().zip(square.iter_mut()).zip(product.iter_mut());
            for ((&x, &y), ((mean, square), product)) in samples.zip(sums) {
                let weighted = w * y;
                *mean += weighted;
                *square += weighted * y;
                *product += weighted * x;
            }
        }
        filter_row(mean, window, &mut self.mean);
        filter_row(square, window, &mut self.square);
        filter_row(product, window, &mut self.product);
    }
}

/// The horizontal half of the filter.
fn filter_row(row: &[f32], window: &[f32; WINDOW], out: &mut [f32]) {
    out.fill(0.0);
    for (k, &w) in window.iter().enumerate() {
        for (out, v) in out.iter_mut().zip(&row[k..]) {
            *out += w * v;
        }
    }
}

fn sum(values: &[f32]) -> f64 {
    values.iter().map(|&v| f64::from(v)).sum()
}

fn centred(mut luma: Vec<f32>, width: usize) -> Plane {
    luma.iter_mut().for_each(|v| *v -= MIDDLE);
    Plane { width, data: luma }
}

/// A Gaussian of sigma 1.5 with sum 1.
fn gaussian() -> [f32; WINDOW] {
    let value = |k: usize| (-((k as f64 - 5.0).powi(2)) / (2.0 * 1.5 * 1.5)).exp();
    let total: f64 = (0..WINDOW).map(value).sum();
    std::array::from_fn(|k| (value(k) / total) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plane(width: usize, height: usize, value: impl Fn(usize, usize) -> f32) -> Vec<f32> {
        (0..width * height).map(|i| value(i % width, i / width)).collect()
    }

    #[test]
    fn exact_copies_score_one_and_small_pictures_nothing() {
        let luma = plane(177, 176, |x, y| ((x * 7 + y * 13) % 256) as f32);
        let score = Reference::new(luma.clone(), 177).unwrap().compare(luma.clone());
        assert!((score - 1.0).abs() < 1e-6, "{score}");
        assert!(Reference::new(luma[..177 * 175].to_vec(), 177).is_none());
        assert!(Reference::new(plane(175, 300, |_, _| 0.0), 175).is_none());
    }

    /// Flat pictures have no contrast: what remains is the luminance term of the coarsest scale.
    #[test]
    fn flat_pictures_follow_the_luminance_term() {
        let flat = |v: f32| plane(180, 200, |_, _| v);
        let score = Reference::new(flat(100.0), 180).unwrap().compare(flat(140.0));
        // ((2 * 100 * 140 + 6.5025) / (100² + 140² + 6.5025))^0.1333, by hand.
        assert!((score - 0.992_621_57).abs() < 1e-5, "{score}");
    }

    #[test]
    fn opposed_pictures_score_zero() {
        let wave =
            |sign: f32| plane(192, 192, |x, y| 128.0 + sign * if (x / 3 + y / 3) % 2 == 0 { 100.0 } else { -100.0 });
        assert_eq!(Reference::new(wave(1.0), 192).unwrap().compare(wave(-1.0)), 0.0);
    }

    #[test]
    fn halving_repeats_odd_borders() {
        let p = Plane { width: 3, data: vec![1.0, 3.0, 10.0, 5.0, 7.0, 20.0, 2.0, 4.0, 8.0] };
        let half = p.halved();
        assert_eq!((half.width, half.data), (2, vec![4.0, 15.0, 3.0, 8.0]));
    }
}
