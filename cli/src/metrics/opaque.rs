//! The metrics of pictures without alpha.

use butteraugli::{ButteraugliParams, ButteraugliReference};
use fast_ssim2::{PixelDescriptor, PixelSlice, Ssimulacra2Reference};

use super::colours::{Colours, Encoded, Meaning};
use super::ms_ssim;
use super::psnr::psnr;
use super::scores::{Scores, Selection};
use crate::base::error::{CliError, Result};
use crate::pictures::Picture;

/// Smallest side that Butteraugli takes, in pixels.
const BUTTERAUGLI_MIN_SIDE: u32 = 8;

/// A reference with what the metrics can compute of it beforehand.
pub(super) struct OpaqueReference {
    colours: Colours,
    meaning: Meaning,
    width: u32,
    height: u32,
    ssim2: Option<Ssimulacra2Reference>,
    butteraugli: Option<ButteraugliReference>,
    ms_ssim: Option<ms_ssim::Reference>,
    ms_ssim_rgb: Vec<ms_ssim::Reference>,
    psnr: bool,
}

impl OpaqueReference {
    pub(super) fn new(picture: &Picture, selection: Selection) -> Result<Self> {
        let (width, height) = (picture.width(), picture.height());
        let (colours, meaning) = (Colours::of(picture), Meaning::of(picture));
        let ssim2 = if selection.ssim2 {
            Some(Ssimulacra2Reference::new(&slice(&colours.encoded(&meaning), width, height)?).map_err(failed)?)
        } else {
            None
        };
        let large_enough = width.min(height) >= BUTTERAUGLI_MIN_SIDE;
        let butteraugli = if selection.butteraugli && large_enough {
            let params = ButteraugliParams::default().with_intensity_target(meaning.unit());
            let reference =
                ButteraugliReference::new_linear(&colours.linear(&meaning), width as usize, height as usize, params);
            Some(reference.map_err(failed)?)
        } else {
            None
        };
        let ms_ssim = if selection.ms_ssim { ms_ssim::Reference::new(colours.luma(), width as usize) } else { None };
        let channels = if selection.ms_ssim_rgb { 0..3 } else { 0..0 };
        let ms_ssim_rgb =
            channels.filter_map(|c| ms_ssim::Reference::new(colours.channel(c), width as usize)).collect();
        let psnr = selection.psnr;
        Ok(Self { colours, meaning, width, height, ssim2, butteraugli, ms_ssim, ms_ssim_rgb, psnr })
    }

    /// Scores a picture of the reference's size and depth, whose samples are taken to mean the
    /// same.
    pub(super) fn compare(&self, picture: &Picture) -> Result<Scores> {
        let mut scores = Scores::default();
        let colours = Colours::of(picture);
        if let Some(reference) = &self.ssim2 {
            scores.ssim2 = Some(
                reference.compare(&slice(&colours.encoded(&self.meaning), self.width, self.height)?).map_err(failed)?,
            );
        }
        if let Some(reference) = &self.butteraugli {
            let result = reference.compare_linear(&colours.linear(&self.meaning)).map_err(failed)?;
            scores.ba_p3 = Some(result.pnorm_3);
            scores.ba_max = Some(result.score);
        }
        if self.psnr {
            let (y, all) = psnr(&self.colours, &colours);
            scores.psnr_y = Some(y);
            scores.psnr_rgb = Some(all);
        }
        scores.ms_ssim = self.ms_ssim.as_ref().map(|reference| reference.compare(colours.luma()));
        if !self.ms_ssim_rgb.is_empty() {
            let each = self.ms_ssim_rgb.iter().enumerate().map(|(c, reference)| reference.compare(colours.channel(c)));
            scores.ms_ssim_rgb = Some(each.sum::<f64>() / self.ms_ssim_rgb.len() as f64);
        }
        Ok(scores)
    }
}

fn slice(encoded: &Encoded, width: u32, height: u32) -> Result<PixelSlice<'_>> {
    let (bytes, descriptor) = match encoded {
        Encoded::Narrow(samples) => (&samples[..], PixelDescriptor::RGB8_SRGB),
        Encoded::Wide(samples) => (bytemuck::cast_slice(samples), PixelDescriptor::RGB16_SRGB),
        Encoded::Linear(light) => (bytemuck::cast_slice(light), PixelDescriptor::RGBF32_LINEAR),
    };
    PixelSlice::new(bytes, width, height, bytes.len() / height as usize, descriptor).map_err(failed)
}

fn failed(error: impl std::fmt::Display) -> CliError {
    CliError::Run(format!("a metric failed: {error}"))
}
