//! Slopes of piecewise cubics through given points: what makes one interpolation differ from
//! another.

use serde::{Serialize, Serializer};

/// How a curve runs between its points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Interpolation {
    /// Fritsch and Carlson: monotone between monotone points. What BD-rates of this project are by.
    #[default]
    Pchip,
    /// Akima: smoother, not always monotone. A second opinion.
    Akima,
}

impl Interpolation {
    /// Both.
    pub(crate) const ALL: [Self; 2] = [Self::Pchip, Self::Akima];

    /// What results call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Pchip => "pchip",
            Self::Akima => "akima",
        }
    }

    /// The slope at each of two or more points, `x` strictly ascending.
    pub(super) fn slopes(self, x: &[f64], y: &[f64]) -> Vec<f64> {
        let h: Vec<f64> = x.windows(2).map(|w| w[1] - w[0]).collect();
        let secant: Vec<f64> = y.windows(2).zip(&h).map(|(w, h)| (w[1] - w[0]) / h).collect();
        match self {
            _ if secant.len() == 1 => vec![secant[0]; 2],
            Self::Pchip => pchip(&h, &secant),
            Self::Akima => akima(&secant),
        }
    }
}

impl Serialize for Interpolation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// Slopes of the monotone piecewise cubic of Fritsch and Carlson (SIAM J. Numer. Anal. 17, 1980),
/// in the variant that SciPy's `PchipInterpolator` and Matlab's `pchip` use: within, the weighted
/// harmonic mean of the two neighbouring secants (Fritsch and Butland, 1984), zero where they
/// differ in sign; at the ends, the three-point formula, kept monotone.
fn pchip(h: &[f64], secant: &[f64]) -> Vec<f64> {
    let n = h.len() + 1;
    let mut slope = vec![0.0; n];
    for k in 1..n - 1 {
        let (left, right) = (secant[k - 1], secant[k]);
        if left * right > 0.0 {
            let (w_left, w_right) = (2.0 * h[k] + h[k - 1], h[k] + 2.0 * h[k - 1]);
            slope[k] = (w_left + w_right) / (w_left / left + w_right / right);
        }
    }
    slope[0] = end_slope(h[0], h[1], secant[0], secant[1]);
    slope[n - 1] = end_slope(h[n - 2], h[n - 3], secant[n - 2], secant[n - 3]);
    slope
}

/// The slope at an end: `h0`, `m0` are the width and secant of the end segment, `h1`, `m1` of the
/// one beside it.
fn end_slope(h0: f64, h1: f64, m0: f64, m1: f64) -> f64 {
    let d = ((2.0 * h0 + h1) * m0 - h0 * m1) / (h0 + h1);
    if d * m0 <= 0.0 {
        0.0
    } else if m0 * m1 <= 0.0 && d.abs() > 3.0 * m0.abs() {
        3.0 * m0
    } else {
        d
    }
}

/// Slopes of Akima (J. ACM 17, 1970): the two neighbouring secants, each weighted by how much the
/// secants on the other side differ. Two secants beyond each end come of continuing their
/// differences.
fn akima(secant: &[f64]) -> Vec<f64> {
    /// SciPy's limit for weights that only rounding keeps from zero, relative to the largest.
    const VANISHING: f64 = 1e-9;
    let last = secant.len() - 1;
    let before = 2.0 * secant[0] - secant[1];
    let after = 2.0 * secant[last] - secant[last - 1];
    let mut m = vec![2.0 * before - secant[0], before];
    m.extend(secant);
    m.extend([after, 2.0 * after - secant[last]]);
    // The secants around point i are m[i] to m[i + 3].
    let weights: Vec<_> = m.windows(4).map(|m| ((m[3] - m[2]).abs(), (m[1] - m[0]).abs())).collect();
    let limit = VANISHING * weights.iter().map(|w| w.0 + w.1).fold(0.0, f64::max);
    m.windows(4)
        .zip(weights)
        .map(|(m, (left, right))| {
            let sum = left + right;
            if sum > limit { (left * m[1] + right * m[2]) / sum } else { (m[1] + m[2]) / 2.0 }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-12, "{a} is not {b}");
    }

    #[test]
    fn pchip_slopes_are_those_of_the_published_formulas() {
        // By hand: secants 1, 3 and 0.5 over steps 1, 2 and 4.
        let slope = Interpolation::Pchip.slopes(&[0.0, 1.0, 3.0, 7.0], &[0.0, 1.0, 7.0, 9.0]);
        // Ends: ((2*1+2)*1 - 1*3)/3 = 1/3, and ((2*4+2)*0.5 - 4*3)/6 = -7/6, of the wrong sign: 0.
        close(slope[0], 1.0 / 3.0);
        close(slope[3], 0.0);
        // Within: (5+4)/(5/1+4/3) = 27/19 and (10+8)/(10/3+8/0.5) = 54/58.
        close(slope[1], 27.0 / 19.0);
        close(slope[2], 54.0 / 58.0);
    }

    #[test]
    fn a_pchip_end_slope_is_at_most_three_secants_where_the_curve_turns() {
        // (3*1 + 5)/2 = 4 exceeds 3 secants, and the secants differ in sign.
        let slope = Interpolation::Pchip.slopes(&[0.0, 1.0, 2.0], &[0.0, 1.0, -4.0]);
        assert_eq!(slope, [3.0, 0.0, -8.0]);
    }

    #[test]
    fn akima_slopes_are_those_of_the_published_formula() {
        // By hand: secants 1, 3, 2 are continued to -3, -1 and 1, 0.
        let slope = Interpolation::Akima.slopes(&[0.0, 1.0, 2.0, 4.0], &[0.0, 1.0, 4.0, 8.0]);
        // (|3-1|*-1 + |-1+3|*1)/4, (|2-3|*1 + |1+1|*3)/3, (|1-2|*3 + |3-1|*2)/3, (|0-1|*2 +
        // |2-3|*1)/2.
        for (slope, expected) in slope.iter().zip([0.0, 7.0 / 3.0, 7.0 / 3.0, 1.5]) {
            close(*slope, expected);
        }
    }

    #[test]
    fn where_both_weights_vanish_the_akima_slope_is_the_mean() {
        // Secants 1, 1, 3, 3: at the corner neither side differs.
        let slope = Interpolation::Akima.slopes(&[0.0, 1.0, 2.0, 3.0, 4.0], &[0.0, 1.0, 2.0, 5.0, 8.0]);
        assert_eq!(slope, [1.0, 1.0, 2.0, 3.0, 3.0]);
    }
}
