//! Which metrics there are, and the scores of a picture by them.

use std::collections::BTreeMap;

/// Which metrics to compute. Butteraugli takes most of the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Selection {
    pub(crate) ssim2: bool,
    pub(crate) butteraugli: bool,
    pub(crate) psnr: bool,
    pub(crate) ms_ssim: bool,
    pub(crate) ms_ssim_rgb: bool,
}

impl Selection {
    /// The metrics that are computed where nobody names any: all but MS-SSIM of three channels.
    pub(crate) const ALL: Self = Self { ssim2: true, butteraugli: true, psnr: true, ms_ssim: true, ..Self::NONE };
    /// No metric.
    pub(crate) const NONE: Self =
        Self { ssim2: false, butteraugli: false, psnr: false, ms_ssim: false, ms_ssim_rgb: false };
}

/// The scores of one picture against its reference. `None` where not asked for, or where the metric
/// is not defined: Butteraugli needs 8x8 pixels, MS-SSIM 176x176.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Scores {
    /// SSIMULACRA2: 100 for an exact copy, 90 excellent, 70 high, 50 medium, 30 low.
    pub(crate) ssim2: Option<f64>,
    /// Butteraugli 3-norm (libjxl's `--pnorm`: the mean of the 3-, 6- and 12-norms): 0 for an exact
    /// copy.
    pub(crate) ba_p3: Option<f64>,
    /// Butteraugli maximum.
    pub(crate) ba_max: Option<f64>,
    /// PSNR of the luma in dB; infinite for an exact copy.
    pub(crate) psnr_y: Option<f64>,
    /// PSNR over the three channels together, in dB.
    pub(crate) psnr_rgb: Option<f64>,
    /// MS-SSIM of the luma, 1 for an exact copy: a guard, on which nothing is tuned.
    pub(crate) ms_ssim: Option<f64>,
    /// The mean of the MS-SSIM of red, green and blue.
    pub(crate) ms_ssim_rgb: Option<f64>,
}

impl Scores {
    /// The scores that there are, by the columns of result files.
    pub(crate) fn by_column(&self) -> BTreeMap<String, f64> {
        let all = [
            ("ssim2", self.ssim2),
            ("ba_p3", self.ba_p3),
            ("ba_max", self.ba_max),
            ("psnr_y", self.psnr_y),
            ("psnr_rgb", self.psnr_rgb),
            ("ms_ssim", self.ms_ssim),
            ("ms_ssim_rgb", self.ms_ssim_rgb),
        ];
        all.into_iter().filter_map(|(column, score)| Some((column.to_owned(), score?))).collect()
    }

    /// The worse score of each metric.
    pub(crate) fn worse(self, other: Self) -> Self {
        let lower = |a: Option<f64>, b: Option<f64>| a.zip(b).map(|(a, b)| a.min(b));
        let higher = |a: Option<f64>, b: Option<f64>| a.zip(b).map(|(a, b)| a.max(b));
        Self {
            ssim2: lower(self.ssim2, other.ssim2),
            ba_p3: higher(self.ba_p3, other.ba_p3),
            ba_max: higher(self.ba_max, other.ba_max),
            psnr_y: lower(self.psnr_y, other.psnr_y),
            psnr_rgb: lower(self.psnr_rgb, other.psnr_rgb),
            ms_ssim: lower(self.ms_ssim, other.ms_ssim),
            ms_ssim_rgb: lower(self.ms_ssim_rgb, other.ms_ssim_rgb),
        }
    }
}
