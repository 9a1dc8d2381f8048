//! How busy a picture is: variances of 8x8 blocks, for what a quality means and where errors are masked.

use crate::image::plane::Plane;

/// log2 of `v` (1 and up) in 1/16, the mantissa linear between powers of two.
fn log2_16(v: u64) -> u32 {
    let n = v.max(1).ilog2();
    let fraction = ((v.max(1) << 4) >> n) as u32 & 15;
    n * 16 + fraction
}

/// log2 of the variance of the 8x8 block at (x, y), in terms of 8-bit samples, -2 and up.
pub(super) fn log2_variance(plane: &Plane, x: usize, y: usize) -> f64 {
    let (mut sum, mut squares) = (0u64, 0u64);
    for row in y..y + 8 {
        for &s in &plane.row(row)[x..x + 8] {
            sum += s as u64;
            squares += s as u64 * s as u64;
        }
    }
    // 10-bit samples: 64 * 16 times the variance of 8-bit ones.
    let scaled = squares - sum * sum / 64;
    log2_16(scaled.max(256)) as f64 / 16.0 - 10.0
}

/// Mean of the blocks' log2 variances, and the share of them below 2; (0, 1) where there is no whole block.
fn mean_and_flat(plane: &Plane) -> (f64, f64) {
    let (mut sum, mut flat, mut n) = (0.0, 0.0, 0.0);
    for y in (0..plane.height() & !7).step_by(8) {
        for x in (0..plane.width() & !7).step_by(8) {
            let v = log2_variance(plane, x, y);
            sum += v;
            flat += f64::from(v < 2.0);
            n += 1.0;
        }
    }
    if n > 0.0 { (sum / n, flat / n) } else { (0.0, 1.0) }
}

/// Means of 2x2 samples.
fn halved(plane: &Plane) -> Plane {
    let mut out = Plane::new(plane.width() / 2, plane.height() / 2);
    for y in 0..out.height() {
        let (upper, lower) = (plane.row(2 * y), plane.row(2 * y + 1));
        for (x, to) in out.row_mut(y).iter_mut().enumerate() {
            let sum = upper[2 * x] + upper[2 * x + 1] + lower[2 * x] + lower[2 * x + 1];
            *to = (sum + 2) >> 2;
        }
    }
    out
}

/// How busy a picture is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Activity {
    /// Mean log2 variance of blocks at full and at half resolution.
    full: f64,
    half: f64,
    /// Share of flat blocks.
    flat: f64,
}

impl Activity {
    /// Of the picture with this luma, of 10 bits a sample.
    pub(super) fn of(luma: &Plane) -> Self {
        let (full, flat) = mean_and_flat(luma);
        let (half, _) = mean_and_flat(&halved(luma));
        Self { full, half, flat }
    }

    /// How much coarser than the average picture this one may be quantised for the same SSIMULACRA2 score, in quantiser
    /// parameters at a parameter of 265: fitted on cid22-train. docs/TUNING.md, calibration.
    ///
    /// Flat pictures score higher at the same step; so do those whose detail stands at half resolution too, where the
    /// score looks for it, rather than at full resolution alone.
    pub(super) fn ease(&self) -> f64 {
        (63.0 * self.flat + 15.9 * self.half - 12.6 * self.full - 46.8).clamp(-25.0, 30.0)
    }

    /// How much coarser, at all qualities, for what texture masks: in quantiser parameters, five per octave of mean variance.
    /// docs/TUNING.md, calibration.
    pub(super) fn masking(&self) -> f64 {
        5.0 * self.full - 30.2
    }
}
