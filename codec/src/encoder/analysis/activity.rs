//! How busy a picture is: variances of 8x8 blocks, for what a quality means and where errors are
//! masked.

use crate::encoder::analysis::{Analysis, Moments};
use crate::encoder::parameters::Parameters;

/// log2 variance in terms of 8-bit samples below which a block is flat, and the scatter that is
/// that.
const FLAT: f64 = 2.0;
const FLAT_SCATTER: u32 = 4 << 10;

/// log2 of `v` (1 and up) in 1/16, the mantissa linear between powers of two.
fn log2_16(v: u64) -> u32 {
    let n = v.max(1).ilog2();
    let fraction = ((v.max(1) << 4) >> n) as u32 & 15;
    n * 16 + fraction
}

/// Mean of the log2 variances, in terms of 8-bit samples, -2 and up, that `scatters` of 64 samples
/// of 10 bits stand for, and the share of flat ones; (0, 1) where there are none.
fn mean_and_flat(scatters: impl Iterator<Item = u32>) -> (f64, f64) {
    let (mut sum, mut flat, mut n) = (0.0, 0.0, 0.0);
    for scatter in scatters {
        // 64 * 16 times the variance.
        let v = f64::from(log2_16(scatter.max(256).into())) / 16.0 - 10.0;
        sum += v;
        flat += f64::from(u8::from(v < FLAT));
        n += 1.0;
    }
    if n > 0.0 { (sum / n, flat / n) } else { (0.0, 1.0) }
}

/// How busy a picture is.
#[derive(Debug, Clone, Copy)]
pub(in crate::encoder) struct Activity {
    /// Mean log2 variance of blocks at full and at half resolution.
    full: f64,
    half: f64,
    /// Share of flat blocks.
    flat: f64,
    /// Mean log2 variance of what halving the resolution takes off the others.
    fine: f64,
}

impl Activity {
    /// Of the picture with this luma.
    pub(in crate::encoder) fn of(luma: &Analysis) -> Self {
        let (full, flat) = mean_and_flat(luma.blocks.iter().map(Moments::scatter));
        let (half, _) = mean_and_flat(luma.halved().map(|scatter| scatter / 16));
        let others = luma.blocks.iter().filter(|block| block.scatter() >= FLAT_SCATTER);
        let (fine, _) = mean_and_flat(others.map(Moments::fine));
        Self { full, half, flat, fine }
    }

    /// How much coarser than the average picture this one may be quantised for the same SSIMULACRA2
    /// score, in quantiser parameters at a parameter of 265: fitted on cid22-train. docs/TUNING.md,
    /// calibration.
    ///
    /// Flat pictures score higher at the same step; so do those whose detail stands at half
    /// resolution too, where the score looks for it, rather than at full resolution alone.
    pub(in crate::encoder) fn ease(&self) -> f64 {
        (63.0 * self.flat + 15.9 * self.half - 12.6 * self.full - 46.8).clamp(-25.0, 30.0)
    }

    /// How much coarser, at all qualities, for what texture masks: in quantiser parameters, five
    /// per octave of mean variance. docs/TUNING.md, calibration.
    pub(in crate::encoder) fn masking(&self) -> f64 {
        5.0 * self.full - 30.2
    }

    /// How much steeper the matrix of luma is, in 1/64: where there is much fine detail, as in noise
    /// and dense texture, it hides errors like itself. docs/TUNING.md, busy pictures.
    pub(in crate::encoder) fn steepness(&self, parameters: &Parameters) -> f64 {
        let above = (self.fine - parameters.busy_from).max(0.0);
        (parameters.busy_slope * above).min(parameters.busy_most).round()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoder::config::{EncoderConfig, Tune};

    #[test]
    fn the_matrix_rises_with_the_variance_up_to_its_bound_and_not_for_plain_squared_error() {
        let parameters = Parameters::of(&EncoderConfig::default()).expect("the defaults are within their ranges");
        let steepness = |fine: f64, parameters: &Parameters| {
            Activity { full: 0.0, half: 0.0, flat: 0.0, fine }.steepness(parameters)
        };
        let (from, most) = (parameters.busy_from, parameters.busy_most);
        assert_eq!([-2.0, from].map(|fine| steepness(fine, &parameters)), [0.0; 2]);
        assert_eq!(steepness(from + 1.0, &parameters), parameters.busy_slope.round());
        assert_eq!(steepness(14.0, &parameters), most);
        let psnr = EncoderConfig { tune: Tune::Psnr, ..EncoderConfig::default() };
        assert_eq!(steepness(14.0, &Parameters::of(&psnr).expect("they are too")), 0.0);
    }
}
