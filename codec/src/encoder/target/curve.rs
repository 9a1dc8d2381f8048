//! What a usual photograph comes to, by quality.

use super::goal::Measure;

/// Quality, and at it the means of ln(bits per pixel), PSNR-Y in dB, SSIMULACRA2 and ln(Butteraugli
/// 3-norm) of 8 pictures of cid22-train at effort 3. Only the number of passes depends on them.
const USUAL: [(f64, [f64; 4]); 13] = [
    (0.0, [-2.49, 24.8, -9.1, 1.80]),
    (10.0, [-2.13, 26.1, 7.5, 1.58]),
    (20.0, [-1.83, 27.3, 22.8, 1.38]),
    (30.0, [-1.61, 28.4, 32.5, 1.23]),
    (40.0, [-1.36, 29.8, 43.0, 1.05]),
    (50.0, [-1.13, 31.1, 51.7, 0.89]),
    (60.0, [-0.85, 33.0, 62.5, 0.59]),
    (70.0, [-0.55, 35.1, 70.7, 0.37]),
    (80.0, [-0.11, 38.9, 80.8, -0.10]),
    (85.0, [0.18, 41.7, 85.6, -0.40]),
    (90.0, [0.61, 46.4, 90.5, -0.91]),
    (95.0, [1.50, 57.9, 95.2, -2.13]),
    (100.0, [2.17, 65.3, 96.0, -2.63]),
];

/// Bounds of scaled values, for those that are infinite.
const LARGEST: f64 = 1e3;

/// A measure, scaled such that it rises with quality and pictures differ by little more than an
/// addend.
#[derive(Debug)]
pub(super) struct Curve {
    measure: Measure,
    pixels: f64,
    /// How much more the picture's values rise than usual, and what is added then.
    steepness: f64,
    addend: f64,
}

impl Curve {
    /// Of pictures of `pixels` pixels.
    pub(super) fn of(measure: Measure, pixels: u64) -> Self {
        Self { measure, pixels: pixels as f64, steepness: 1.0, addend: 0.0 }
    }

    /// The curve that rises `steepness` times as much and has `value` where this one has `usual`.
    pub(super) fn through(self, (usual, value): (f64, f64), steepness: f64) -> Self {
        let of_all = self.steepness * steepness;
        Self { steepness: of_all, addend: value - steepness * (usual - self.addend), ..self }
    }

    /// `value` on the scale of the curve.
    pub(super) fn scaled(&self, value: f64) -> f64 {
        let scaled = match self.measure {
            Measure::Bytes => (value * 8.0 / self.pixels).ln(),
            Measure::Psnr | Measure::Ssimulacra2 => value,
            Measure::Butteraugli => -value.ln(),
            Measure::Other { at_0, at_100 } => (value - at_0) / (at_100 - at_0),
        };
        // What cannot be measured is too high: lower qualities are tried.
        if scaled.is_nan() { LARGEST } else { scaled.clamp(-LARGEST, LARGEST) }
    }

    /// The scaled values, rising: (quality, value).
    fn points(&self) -> [(f64, f64); USUAL.len()] {
        USUAL.map(|(quality, usual)| {
            let value = match self.measure {
                Measure::Bytes => usual[0],
                Measure::Psnr => usual[1],
                Measure::Ssimulacra2 => usual[2],
                Measure::Butteraugli => -usual[3],
                Measure::Other { .. } => quality / 100.0,
            };
            (quality, self.steepness * value + self.addend)
        })
    }

    /// The usual scaled value at `quality`.
    pub(super) fn at(&self, quality: f64) -> f64 {
        linear(&self.points(), quality)
    }

    /// The quality that usually has the scaled `value`; outside 0 to 100 for values that none has.
    pub(super) fn quality_of(&self, value: f64) -> f64 {
        linear(&self.points().map(|(quality, value)| (value, quality)), value)
    }
}

/// The height at `x` of the line through `points`, rising in both coordinates.
fn linear(points: &[(f64, f64)], x: f64) -> f64 {
    let i = points.iter().rposition(|p| p.0 <= x).unwrap_or(0).min(points.len() - 2);
    let ((x0, y0), (x1, y1)) = (points[i], points[i + 1]);
    y0 + (x - x0) * (y1 - y0) / (x1 - x0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_curve_rises_with_quality() {
        let other = Measure::Other { at_0: 30.0, at_100: 1.0 };
        for measure in [Measure::Bytes, Measure::Psnr, Measure::Ssimulacra2, Measure::Butteraugli, other] {
            let curve = Curve::of(measure, 1000);
            for q in (0..1000).map(|q| f64::from(q) / 10.0) {
                assert!(curve.at(q) < curve.at(q + 0.1), "{measure:?} at {q}");
                assert!((curve.quality_of(curve.at(q)) - q).abs() < 1e-6, "{measure:?} at {q}");
            }
        }
    }

    #[test]
    fn a_curve_through_a_point_has_it_and_rises_as_asked() {
        let usual = Curve::of(Measure::Ssimulacra2, 1000);
        let (at_30, at_80) = (usual.at(30.0), usual.at(80.0));
        let once = usual.through((at_30, 40.0), 0.5);
        assert_eq!((once.at(30.0), once.at(80.0)), (40.0, 40.0 + 0.5 * (at_80 - at_30)));
        let rise = once.at(80.0) - once.at(30.0);
        let twice = once.through((40.0, 41.0), 2.0);
        assert!((twice.at(30.0) - 41.0).abs() < 1e-9 && (twice.at(80.0) - twice.at(30.0) - 2.0 * rise).abs() < 1e-9);
        assert!((twice.quality_of(twice.at(63.0)) - 63.0).abs() < 1e-9);
    }

    #[test]
    fn more_bits_and_less_distance_are_higher() {
        let rises = |m, low, high| Curve::of(m, 1000).scaled(low) < Curve::of(m, 1000).scaled(high);
        assert!(rises(Measure::Bytes, 100.0, 101.0) && rises(Measure::Butteraugli, 1.0, 0.0));
        assert!(
            rises(Measure::Psnr, 40.0, f64::INFINITY) && rises(Measure::Other { at_0: 9.0, at_100: 0.0 }, 5.0, 4.0)
        );
        // A bit a pixel.
        assert_eq!(Curve::of(Measure::Bytes, 1000).scaled(125.0), 0.0);
    }
}
