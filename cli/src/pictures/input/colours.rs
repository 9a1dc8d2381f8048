//! Colours that a file says by gamma and chromaticities: as code points where there are some, else
//! as a profile.

use kvant::Cicp;
use moxcms::{Chromaticity, ColorPrimaries, ColorProfile, ToneReprCurve, XyY};

use super::Inventory;

/// What colours are.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(in super::super) struct Calibration {
    /// Light is a sample to the power of this, of samples and light from 0 to 1; not said: as in
    /// sRGB.
    pub(in super::super) gamma: Option<f64>,
    /// x and y of white, red, green and blue; not said: those of sRGB.
    pub(in super::super) points: Option<[f64; 8]>,
}

const SRGB_POINTS: [f64; 8] = [0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06];
const BT709: u8 = 1;
/// Primaries of H.273 with their x and y of white, red, green and blue.
const PRIMARIES: [(u8, [f64; 8]); 8] = [
    (BT709, SRGB_POINTS),
    (4, [0.31, 0.316, 0.67, 0.33, 0.21, 0.71, 0.14, 0.08]),
    (5, [0.3127, 0.329, 0.64, 0.33, 0.29, 0.6, 0.15, 0.06]),
    (6, [0.3127, 0.329, 0.63, 0.34, 0.31, 0.595, 0.155, 0.07]),
    (8, [0.31, 0.316, 0.681, 0.319, 0.243, 0.692, 0.145, 0.049]),
    (9, [0.3127, 0.329, 0.708, 0.292, 0.17, 0.797, 0.131, 0.046]),
    (11, [0.314, 0.351, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06]),
    (12, [0.3127, 0.329, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06]),
];
/// Transfers of H.273 that are powers, with these.
const POWERS: [(u8, f64); 3] = [(4, 2.2), (5, 2.8), (8, 1.0)];
const SRGB: u8 = 13;
/// How far rounding moves a coordinate, and a power.
const NEAR: f64 = 0.001;
const NEAR_POWER: f64 = 0.005;

impl Inventory {
    /// The colours of a picture with colour, or of a gray one, which has no primaries. Nothing
    /// where they are sRGB's: a power of 2.2 stands for its curve.
    pub(super) fn set_calibration(&mut self, calibration: Calibration, colour: bool) {
        let points = calibration.points.filter(|_| colour).unwrap_or(SRGB_POINTS);
        if !calibration.gamma.is_none_or(|gamma| (0.1..=10.0).contains(&gamma)) || !spans_colours(&points) {
            return self
                .warn("colours-dropped", "gamma or primaries have no meaning and are dropped; colours may differ");
        }
        let near = |of: &[f64; 8]| of.iter().zip(&points).all(|(a, b)| (a - b).abs() <= NEAR);
        let primaries = PRIMARIES.iter().find(|(_, of)| near(of)).map(|p| p.0);
        let transfer = match calibration.gamma {
            None => Some(SRGB),
            Some(gamma) => POWERS.iter().find(|(_, power)| (power - gamma).abs() <= NEAR_POWER).map(|p| p.0),
        };
        match (primaries, transfer) {
            (Some(BT709), Some(SRGB | 4)) => {}
            (Some(primaries), Some(transfer)) => {
                self.metadata.cicp = Some(Cicp { primaries, transfer, matrix: 0, full_range: true });
            }
            _ => match profile(calibration.gamma, &points, colour).encode() {
                Ok(icc) => self.set_icc(icc),
                Err(_) => self.drops("gamma and primaries"),
            },
        }
    }
}

impl Calibration {
    /// What code points say, where their transfer is a power: for programs that do not read them.
    pub(in super::super) fn of(cicp: &Cicp) -> Option<Self> {
        let power = POWERS.iter().find(|(transfer, _)| *transfer == cicp.transfer)?;
        let points = PRIMARIES.iter().find(|(primaries, _)| *primaries == cicp.primaries)?;
        Some(Self { gamma: Some(power.1), points: Some(points.1) })
    }
}

/// Whether points are chromaticities of three colours that differ, around a white.
fn spans_colours(points: &[f64; 8]) -> bool {
    let [wx, wy, rx, ry, gx, gy, bx, by] = *points;
    let side = |(ax, ay): (f64, f64), (bx, by): (f64, f64)| (ax - wx) * (by - wy) - (ay - wy) * (bx - wx);
    let (red, green, blue) = ((rx, ry), (gx, gy), (bx, by));
    let sides = [side(red, green), side(green, blue), side(blue, red)];
    let plain = points.iter().all(|v| (0.0..=1.0).contains(v)) && wy > 0.05;
    plain && (sides.iter().all(|&s| s > NEAR) || sides.iter().all(|&s| s < -NEAR))
}

/// A profile that says it.
fn profile(gamma: Option<f64>, points: &[f64; 8], colour: bool) -> ColorProfile {
    let curve = gamma.map(|gamma| ToneReprCurve::Parametric(vec![gamma as f32]));
    if !colour {
        let mut profile = ColorProfile::new_gray_with_gamma(1.0);
        profile.gray_trc = curve.or(ColorProfile::new_srgb().red_trc);
        return profile;
    }
    let mut profile = ColorProfile::new_srgb();
    let [wx, wy, rx, ry, gx, gy, bx, by] = *points;
    let point = |x: f64, y: f64| Chromaticity { x: x as f32, y: y as f32 };
    let primaries = ColorPrimaries { red: point(rx, ry), green: point(gx, gy), blue: point(bx, by) };
    profile.update_rgb_colorimetry(XyY { x: wx, y: wy, yb: 1.0 }, primaries);
    profile.media_white_point = Some(profile.white_point);
    profile.chromatic_adaptation = None;
    profile.description = None;
    if let Some(curve) = curve {
        profile.red_trc = Some(curve.clone());
        profile.green_trc = Some(curve.clone());
        profile.blue_trc = Some(curve);
    }
    profile
}

#[cfg(test)]
mod tests {
    use super::super::super::to_srgb;
    use super::*;
    use crate::pictures::picture::Picture;
    use kvant::{Metadata, PixelFormat};

    const P3: [f64; 8] = [0.3127, 0.329, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06];

    fn of(gamma: Option<f64>, points: Option<[f64; 8]>, colour: bool) -> (Metadata, usize) {
        let mut found = Inventory::default();
        found.set_calibration(Calibration { gamma, points }, colour);
        let (metadata, warnings) = found.finish(colour, 1 << 20);
        (metadata, warnings.len())
    }

    #[test]
    fn what_has_code_points_gets_them_and_srgb_none() {
        let points = |gamma, points, colour| {
            let (metadata, warnings) = of(gamma, points, colour);
            assert!(metadata.icc.is_none() && warnings == 0);
            metadata.cicp.map(|c| (c.primaries, c.transfer))
        };
        let rounded = |of: [f64; 8]| Some(of.map(|v| v + 0.0004));
        assert_eq!(points(None, None, true), None);
        assert_eq!(points(Some(100_000.0 / 45_455.0), None, true), None);
        assert_eq!(points(Some(100_000.0 / 45_455.0), rounded(SRGB_POINTS), true), None);
        assert_eq!(points(Some(1.0), None, true), Some((1, 8)));
        assert_eq!(points(Some(1.0), Some(P3), true), Some((12, 8)));
        assert_eq!(points(Some(2.2), rounded(P3), true), Some((12, 4)));
        assert_eq!(points(None, Some(P3), true), Some((12, 13)));
        assert_eq!(points(Some(100_000.0 / 35_714.0), None, true), Some((1, 5)));
        for (code, points_of) in &PRIMARIES[1..] {
            assert_eq!(points(Some(1.0), Some(*points_of), true), Some((*code, 8)));
        }
        assert_eq!(points(Some(1.0), Some(P3), false), Some((1, 8)), "gray has no primaries");
        assert_eq!(points(Some(2.2), Some(P3), false), None);
    }

    /// sRGB's curve of light.
    fn encoded(light: f64) -> f64 {
        255.0 * if light <= 0.0031308 { 12.92 * light } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 }
    }

    #[test]
    fn the_rest_becomes_a_profile_that_says_the_same() {
        for gamma in [1.8, 1.5, 0.7] {
            let expected = encoded((100.0f64 / 255.0).powf(gamma));
            for (format, colour) in [(PixelFormat::Rgb8, true), (PixelFormat::Gray8, false)] {
                let (mut metadata, warnings) = of(Some(gamma), None, colour);
                assert!(metadata.icc.is_some() && metadata.cicp.is_none() && warnings == 0);
                let picture = Picture::new(1, 1, format, vec![100; format.channels()]);
                let out = to_srgb(picture, &mut metadata).unwrap();
                assert!(out.data().iter().all(|&v| (f64::from(v) - expected).abs() < 1.1), "{gamma}: {:?}", out.data());
            }
        }
        // Adobe RGB (1998): its green (0, 1, 0) is out of sRGB; (0.5, 0.5, 0.5) is gray; of D50
        // white, white stays white.
        let adobe = [0.3127, 0.329, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06];
        let d50 = [0.3457, 0.3585, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06];
        for points in [adobe, d50] {
            let (mut metadata, _) = of(Some(2.2), Some(points), true);
            assert!(metadata.icc.is_some());
            let picture = Picture::new(3, 1, PixelFormat::Rgb8, vec![255, 255, 255, 128, 128, 128, 0, 255, 0]);
            let out = to_srgb(picture, &mut metadata).unwrap();
            let near = |at: usize, v: u8| out.data()[at].abs_diff(v) <= 2;
            assert!((0..3).all(|at| near(at, 255)) && (3..6).all(|at| near(at, 128)), "{:?}", out.data());
            assert!(near(6, 0) && near(7, 255), "{:?}", out.data());
        }
    }

    #[test]
    fn what_is_no_colour_is_named() {
        for (gamma, points) in [
            (Some(0.0), None),
            (Some(f64::INFINITY), None),
            (Some(f64::NAN), None),
            (None, Some([0.0; 8])),
            (None, Some([0.3127, 0.329, 0.64, 0.33, 0.64, 0.33, 0.15, 0.06])),
            (None, Some([0.9, 0.1, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06])),
        ] {
            assert_eq!(of(gamma, points, true), (Metadata::default(), 1), "{gamma:?} {points:?}");
        }
    }
}
