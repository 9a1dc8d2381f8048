//! The colours of a picture without alpha as metrics take them: as they are stored, as luma, and as
//! linear light.

use crate::pictures::{HdrSpace, Picture, WHITE, widened};

/// Weights of red, green and blue in the luma of BT.601 in full range, in thousandths.
pub(super) const LUMA: [u32; 3] = [299, 587, 114];

/// Red, green and blue of each pixel, with all bits; gray as three equal channels.
pub(super) struct Colours {
    pub(super) rgb: Vec<u16>,
    /// The largest value that there is.
    pub(super) peak: u16,
}

/// What metrics that see light take the samples for.
#[derive(Debug, Clone)]
pub(super) enum Meaning {
    Srgb,
    Hdr(HdrSpace),
}

impl Meaning {
    /// That of `picture`: whatever is not PQ or HLG is taken for sRGB.
    pub(super) fn of(picture: &Picture) -> Self {
        picture.cicp().and_then(|c| HdrSpace::of(&c)).map_or(Self::Srgb, Self::Hdr)
    }

    /// The light that 1 stands for in [`Colours::linear`], in cd/m².
    pub(super) fn unit(&self) -> f32 {
        match self {
            // libjxl's own default for Butteraugli and the anchor of its scores.
            Self::Srgb => 80.0,
            Self::Hdr(_) => HDR_UNIT,
        }
    }
}

/// What SSIMULACRA2 takes linear light of 1 for, in cd/m².
const HDR_UNIT: f32 = 255.0;

/// Samples as SSIMULACRA2 takes them, which makes linear light of them itself as its authors'
/// program does: of 8 bits by a table that is its own.
pub(super) enum Encoded {
    Narrow(Vec<u8>),
    /// Of all 16 bits.
    Wide(Vec<u16>),
    /// Light of PQ and HLG.
    Linear(Vec<f32>),
}

impl Colours {
    /// Those of `picture`, whose alpha does not count.
    pub(super) fn of(picture: &Picture) -> Self {
        Self { rgb: picture.rgb_samples(), peak: picture.max() }
    }

    /// The luma plane, 0 to 255 at any depth, not rounded to integers.
    pub(super) fn luma(&self) -> Vec<f32> {
        let scale = 255.0 / f32::from(self.peak);
        let [r, g, b] = LUMA.map(|w| w as f32 / 1000.0);
        let luma = |p: &[u16]| r * f32::from(p[0]) + g * f32::from(p[1]) + b * f32::from(p[2]);
        self.rgb.chunks_exact(3).map(|p| scale * luma(p)).collect()
    }

    /// Red (0), green (1) or blue (2) alone, 0 to 255 at any depth.
    pub(super) fn channel(&self, channel: usize) -> Vec<f32> {
        let scale = 255.0 / f32::from(self.peak);
        self.rgb.chunks_exact(3).map(|p| scale * f32::from(p[channel])).collect()
    }

    pub(super) fn encoded(&self, meaning: &Meaning) -> Encoded {
        match self.peak {
            _ if matches!(meaning, Meaning::Hdr(_)) => Encoded::Linear(self.linear(meaning)),
            255 => Encoded::Narrow(self.rgb.iter().map(|&v| v as u8).collect()),
            peak => Encoded::Wide(self.rgb.iter().map(|&v| widened(v, peak.into())).collect()),
        }
    }

    /// Linear light in the primaries of sRGB (IEC 61966-2-1), in terms of [`Meaning::unit`].
    pub(super) fn linear(&self, meaning: &Meaning) -> Vec<f32> {
        if let Meaning::Hdr(space) = meaning {
            let pixels = self.rgb.as_chunks::<3>().0.iter();
            let light = |p: &[u16; 3]| space.light(p.map(|v| f32::from(v) / f32::from(self.peak)));
            return pixels.flat_map(|p| light(p).map(|v| v * WHITE / HDR_UNIT)).collect();
        }
        let light: Vec<_> = (0..=self.peak).map(|v| srgb(f32::from(v) / f32::from(self.peak))).collect();
        self.rgb.iter().map(|&v| light[usize::from(v)]).collect()
    }
}

fn srgb(value: f32) -> f32 {
    if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
}
