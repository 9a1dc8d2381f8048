//! Quality metrics of 8-bit sRGB pictures.

use butteraugli::{ButteraugliParams, ButteraugliReference};
use fast_ssim2::{PixelDescriptor, PixelSlice, Ssimulacra2Reference};

use crate::error::{CliError, Result};
use crate::pictures::Picture;

/// Smallest side that Butteraugli takes, in pixels.
const BUTTERAUGLI_MIN_SIDE: u32 = 8;

/// Which metrics to compute. Butteraugli takes about three quarters of the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Selection {
    pub(crate) ssim2: bool,
    pub(crate) butteraugli: bool,
    pub(crate) psnr: bool,
}

impl Selection {
    /// Every metric.
    pub(crate) const ALL: Self = Self { ssim2: true, butteraugli: true, psnr: true };
}

/// The scores of one picture against its reference. `None` where not asked for, or where the metric is not defined:
/// Butteraugli needs 8x8 pixels.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Scores {
    /// SSIMULACRA2: 100 for an exact copy, 90 excellent, 70 high, 50 medium, 30 low.
    pub(crate) ssim2: Option<f64>,
    /// Butteraugli 3-norm (libjxl's `--pnorm`: the mean of the 3-, 6- and 12-norms): 0 for an exact copy.
    pub(crate) ba_p3: Option<f64>,
    /// Butteraugli maximum.
    pub(crate) ba_max: Option<f64>,
    /// PSNR of the luma in dB; infinite for an exact copy.
    pub(crate) psnr_y: Option<f64>,
    /// PSNR over the three channels together, in dB.
    pub(crate) psnr_rgb: Option<f64>,
    /// MS-SSIM of the luma, 1 for an exact copy: a guard, on which nothing is tuned.
    pub(crate) ms_ssim: Option<f64>,
}

/// A reference with what the metrics can compute of it beforehand, for many comparisons. `Sync`.
pub(crate) struct Reference {
    rgb: Vec<u8>,
    width: u32,
    height: u32,
    ssim2: Option<Ssimulacra2Reference>,
    butteraugli: Option<ButteraugliReference>,
    psnr: bool,
}

impl Reference {
    /// Prepares `picture`; gray is taken as RGB with equal channels.
    pub(crate) fn new(picture: &Picture, selection: Selection) -> Result<Self> {
        let (width, height) = (picture.width(), picture.height());
        let rgb = picture.to_rgb().into_owned();
        let ssim2 = if selection.ssim2 {
            Some(Ssimulacra2Reference::new(&slice(&rgb, width, height)?).map_err(failed)?)
        } else {
            None
        };
        let large_enough = width.min(height) >= BUTTERAUGLI_MIN_SIDE;
        let butteraugli = if selection.butteraugli && large_enough {
            // 80 nits, libjxl's own default and the anchor of its scores.
            let params = ButteraugliParams::default();
            Some(ButteraugliReference::new(&rgb, width as usize, height as usize, params).map_err(failed)?)
        } else {
            None
        };
        Ok(Self { rgb, width, height, ssim2, butteraugli, psnr: selection.psnr })
    }

    /// Scores `picture`, which must have the reference's size.
    pub(crate) fn compare(&self, picture: &Picture) -> Result<Scores> {
        if (picture.width(), picture.height()) != (self.width, self.height) {
            return Err(CliError::Run(format!(
                "the pictures differ in size: {}x{} and {}x{}",
                self.width,
                self.height,
                picture.width(),
                picture.height()
            )));
        }
        let rgb = picture.to_rgb();
        let mut scores = Scores::default();
        if let Some(reference) = &self.ssim2 {
            scores.ssim2 = Some(reference.compare(&slice(&rgb, self.width, self.height)?).map_err(failed)?);
        }
        if let Some(reference) = &self.butteraugli {
            let result = reference.compare(&rgb).map_err(failed)?;
            scores.ba_p3 = Some(result.pnorm_3);
            scores.ba_max = Some(result.score);
        }
        if self.psnr {
            let (y, all) = psnr(&self.rgb, &rgb);
            scores.psnr_y = Some(y);
            scores.psnr_rgb = Some(all);
        }
        Ok(scores)
    }
}

fn slice(rgb: &[u8], width: u32, height: u32) -> Result<PixelSlice<'_>> {
    PixelSlice::new(rgb, width, height, width as usize * 3, PixelDescriptor::RGB8_SRGB).map_err(failed)
}

fn failed(error: impl std::fmt::Display) -> CliError {
    CliError::Run(format!("a metric failed: {error}"))
}

/// PSNR in dB of the luma, and over the three channels. The luma is that of BT.601 in full range, 0.299 R + 0.587 G +
/// 0.114 B, and is not rounded.
fn psnr(a: &[u8], b: &[u8]) -> (f64, f64) {
    let (mut sum_y, mut sum) = (0.0, 0u64);
    for (a, b) in a.chunks_exact(3).zip(b.chunks_exact(3)) {
        let d = [0, 1, 2].map(|i| i32::from(a[i]) - i32::from(b[i]));
        let y = 0.299 * f64::from(d[0]) + 0.587 * f64::from(d[1]) + 0.114 * f64::from(d[2]);
        sum_y += y * y;
        sum += d.iter().map(|d| u64::from(d.unsigned_abs().pow(2))).sum::<u64>();
    }
    let decibel = |mse: f64| 10.0 * (255.0 * 255.0 / mse).log10();
    (decibel(sum_y / (a.len() / 3) as f64), decibel(sum as f64 / a.len() as f64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use kvant::PixelFormat;

    fn picture(width: u32, height: u32, value: impl Fn(u32, u32) -> [u8; 3]) -> Picture {
        let data = (0..height).flat_map(|y| (0..width).flat_map(move |x| [(x, y)])).flat_map(|(x, y)| value(x, y));
        Picture::new(width, height, PixelFormat::Rgb8, data.collect())
    }

    #[test]
    fn an_exact_copy_scores_best() {
        let p = picture(16, 16, |x, y| [(x * 16) as u8, (y * 16) as u8, 90]);
        let s = Reference::new(&p, Selection::ALL).unwrap().compare(&p).unwrap();
        assert_eq!((s.ssim2, s.ba_p3, s.ba_max), (Some(100.0), Some(0.0), Some(0.0)));
        assert_eq!((s.psnr_y, s.psnr_rgb), (Some(f64::INFINITY), Some(f64::INFINITY)));
    }

    #[test]
    fn psnr_follows_its_formula() {
        let (a, b) = (picture(8, 8, |_, _| [100, 100, 100]), picture(8, 8, |_, _| [110, 100, 100]));
        let s = Reference::new(&a, Selection::ALL).unwrap().compare(&b).unwrap();
        // 20 log10(255 / (0.299 * 10)) and 10 log10(255² / (10²/3)).
        assert!((s.psnr_y.unwrap() - 38.617_380).abs() < 1e-5, "{:?}", s.psnr_y);
        assert!((s.psnr_rgb.unwrap() - 32.902_016).abs() < 1e-5, "{:?}", s.psnr_rgb);
    }

    #[test]
    fn gray_counts_as_equal_channels() {
        let gray = Picture::new(8, 8, PixelFormat::Gray8, (0..64).collect());
        let rgb = picture(8, 8, |x, y| [(y * 8 + x) as u8; 3]);
        let s = Reference::new(&gray, Selection::ALL).unwrap().compare(&rgb).unwrap();
        assert_eq!(s.ssim2, Some(100.0));
    }

    #[test]
    fn tiny_pictures_have_no_butteraugli_and_sizes_must_agree() {
        let p = picture(3, 2, |x, _| [x as u8; 3]);
        let reference = Reference::new(&p, Selection::ALL).unwrap();
        let s = reference.compare(&p).unwrap();
        assert_eq!((s.ssim2, s.ba_p3), (Some(100.0), None));
        assert!(reference.compare(&picture(2, 3, |_, _| [0; 3])).is_err());
    }

    #[test]
    fn a_prepared_reference_gives_what_a_single_comparison_gives() {
        let a = picture(40, 24, |x, y| [(x * 6) as u8, (y * 10) as u8, (x * y) as u8]);
        let b = picture(40, 24, |x, y| [(x * 6) as u8 / 8 * 8, (y * 10) as u8 / 8 * 8, (x * y) as u8]);
        let s = Reference::new(&a, Selection::ALL).unwrap().compare(&b).unwrap();
        let pixels = [&a, &b].map(|p| -> Vec<_> {
            p.to_rgb().chunks_exact(3).map(|c| butteraugli::RGB8::new(c[0], c[1], c[2])).collect()
        });
        let [a, b] = pixels.each_ref().map(|p| butteraugli::ImgRef::new(p, 40, 24));
        let single = butteraugli::butteraugli(a, b, &ButteraugliParams::default()).unwrap();
        assert!((single.pnorm_3 - s.ba_p3.unwrap()).abs() < 1e-6 * single.pnorm_3);
        assert!((single.score - s.ba_max.unwrap()).abs() < 1e-6 * single.score);
    }
}
