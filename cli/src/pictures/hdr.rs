//! The transfers of BT.2100: from samples to light on a display.

use kvant::Cicp;
use moxcms::{
    CicpColorPrimaries, CicpProfile, ColorPrimaries, ColorProfile, MatrixCoefficients, TransferCharacteristics,
};

/// What a diffuse white has in a picture of PQ or HLG, in cd/m² (BT.2408).
pub(crate) const WHITE: f32 = 203.0;
/// The brightest display that HLG is meant for by its reference, in cd/m².
const HLG_PEAK: f32 = 1000.0;
/// Weights of red, green and blue in the luminance of BT.2020.
const LUMINANCE: [f32; 3] = [0.2627, 0.678, 0.0593];

/// A transfer of BT.2100.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hdr {
    /// Perceptual quantisation: SMPTE ST 2084.
    Pq,
    /// Hybrid log-gamma: ARIB STD-B67.
    Hlg,
}

/// Such a transfer with the primaries that it is of.
#[derive(Debug, Clone)]
pub(crate) struct HdrSpace {
    transfer: Hdr,
    /// From linear light of those primaries to that of BT.709.
    matrix: [[f32; 3]; 3],
}

impl HdrSpace {
    /// That of code points; `None` where they say another transfer, or primaries that are not
    /// known.
    pub(crate) fn of(c: &Cicp) -> Option<Self> {
        let transfer = Hdr::of(c.transfer)?;
        let color_primaries = CicpColorPrimaries::try_from(c.primaries).ok()?;
        ColorPrimaries::try_from(color_primaries).ok()?;
        let profile = ColorProfile::new_from_cicp(CicpProfile {
            color_primaries,
            transfer_characteristics: TransferCharacteristics::Linear,
            matrix_coefficients: MatrixCoefficients::Identity,
            full_range: true,
        });
        Some(Self::new(transfer, &profile))
    }

    /// With the primaries of a profile.
    pub(super) fn new(transfer: Hdr, primaries: &ColorProfile) -> Self {
        let matrix = primaries.transform_matrix(&ColorProfile::new_srgb()).v;
        Self { transfer, matrix: matrix.map(|row| row.map(|v| v as f32)) }
    }

    /// The light of a pixel, of samples of 0 to 1, in the primaries of BT.709: 1 for a diffuse
    /// white, below 0 for colours that those do not have.
    pub(crate) fn light(&self, rgb: [f32; 3]) -> [f32; 3] {
        let light = self.transfer.light(rgb);
        self.matrix.map(|row| row.iter().zip(light).map(|(m, v)| m * v).sum())
    }
}

impl Hdr {
    /// That of a number of ITU-T H.273.
    pub(super) fn of(transfer: u8) -> Option<Self> {
        match transfer {
            Cicp::PQ => Some(Self::Pq),
            Cicp::HLG => Some(Self::Hlg),
            _ => None,
        }
    }

    /// The light of red, green and blue on the reference display, 1 for a diffuse white; samples of
    /// 0 to 1.
    fn light(self, rgb: [f32; 3]) -> [f32; 3] {
        match self {
            Self::Pq => rgb.map(|v| 10000.0 / WHITE * pq(v)),
            Self::Hlg => {
                let scene = rgb.map(hlg);
                let luminance: f32 = scene.iter().zip(LUMINANCE).map(|(v, w)| v * w).sum();
                // The display's own gamma, which works on luminance so that hues stay.
                let gain = HLG_PEAK / WHITE * luminance.powf(0.2);
                scene.map(|v| gain * v)
            }
        }
    }
}

/// Light of 0 to 1, which stands for 10000 cd/m².
fn pq(value: f32) -> f32 {
    let (m1, m2) = (2610.0 / 16384.0, 2523.0 / 32.0);
    let (c1, c2, c3) = (3424.0 / 4096.0, 2413.0 / 128.0, 2392.0 / 128.0);
    let power = value.powf(1.0 / m2);
    ((power - c1).max(0.0) / (c2 - c3 * power)).powf(1.0 / m1)
}

/// Light of the scene, 0 to 1.
fn hlg(value: f32) -> f32 {
    let (a, b, c) = (0.178_832_77, 0.284_668_92, 0.559_910_7);
    if value <= 0.5 { value * value / 3.0 } else { (((value - c) / a).exp() + b) / 12.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// BT.2408, table 1: where nominal levels are, in percent of the signal.
    #[test]
    fn levels_are_those_of_the_report() {
        for (hdr, percent, nits) in [
            (Hdr::Pq, 58.0, 203.0),
            (Hdr::Pq, 38.0, 26.0),
            (Hdr::Pq, 75.0, 983.0),
            (Hdr::Pq, 100.0, 10000.0),
            (Hdr::Hlg, 75.0, 203.0),
            (Hdr::Hlg, 38.0, 26.0),
            (Hdr::Hlg, 100.0, 1000.0),
        ] {
            let light = hdr.light([percent / 100.0; 3]);
            assert!(light.iter().all(|l| (l * WHITE / nits - 1.0).abs() < 0.04), "{hdr:?} {percent}: {light:?}");
            assert_eq!(hdr.light([0.0; 3]), [0.0; 3]);
        }
    }
}
