//! The metrics of pictures without alpha.

use butteraugli::{ButteraugliParams, ButteraugliReference};
use fast_ssim2::{PixelDescriptor, PixelSlice, Ssimulacra2Reference};

use super::psnr::{luma, psnr};
use super::{Scores, Selection, ms_ssim};
use crate::error::{CliError, Result};

/// Smallest side that Butteraugli takes, in pixels.
const BUTTERAUGLI_MIN_SIDE: u32 = 8;

/// A reference as RGB pixels, with what the metrics can compute of it beforehand.
pub(super) struct OpaqueReference {
    rgb: Vec<u8>,
    width: u32,
    height: u32,
    ssim2: Option<Ssimulacra2Reference>,
    butteraugli: Option<ButteraugliReference>,
    ms_ssim: Option<ms_ssim::Reference>,
    psnr: bool,
}

impl OpaqueReference {
    pub(super) fn new(rgb: Vec<u8>, width: u32, height: u32, selection: Selection) -> Result<Self> {
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
        let ms_ssim = if selection.ms_ssim { ms_ssim::Reference::new(luma(&rgb), width as usize) } else { None };
        Ok(Self { rgb, width, height, ssim2, butteraugli, ms_ssim, psnr: selection.psnr })
    }

    /// Scores RGB pixels of a picture of the reference's size.
    pub(super) fn compare(&self, rgb: &[u8]) -> Result<Scores> {
        let mut scores = Scores::default();
        if let Some(reference) = &self.ssim2 {
            scores.ssim2 = Some(reference.compare(&slice(rgb, self.width, self.height)?).map_err(failed)?);
        }
        if let Some(reference) = &self.butteraugli {
            let result = reference.compare(rgb).map_err(failed)?;
            scores.ba_p3 = Some(result.pnorm_3);
            scores.ba_max = Some(result.score);
        }
        if self.psnr {
            let (y, all) = psnr(&self.rgb, rgb);
            scores.psnr_y = Some(y);
            scores.psnr_rgb = Some(all);
        }
        scores.ms_ssim = self.ms_ssim.as_ref().map(|reference| reference.compare(luma(rgb)));
        Ok(scores)
    }
}

fn slice(rgb: &[u8], width: u32, height: u32) -> Result<PixelSlice<'_>> {
    PixelSlice::new(rgb, width, height, width as usize * 3, PixelDescriptor::RGB8_SRGB).map_err(failed)
}

fn failed(error: impl std::fmt::Display) -> CliError {
    CliError::Run(format!("a metric failed: {error}"))
}
