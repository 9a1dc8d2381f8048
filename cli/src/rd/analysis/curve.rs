//! BD-rate: how many percent fewer or more bytes one codec takes than another at equal quality.

use crate::rd::metrics::Scores;

/// Which quality figure a curve runs over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Axis {
    /// SSIMULACRA2, compared between 30 and 92 only: outside of it nobody looks, or nobody sees.
    Ssimulacra2,
    /// Butteraugli 3-norm, as -ln of the score, so that higher is better and equal steps are equal ratios.
    Butteraugli,
    /// PSNR of the BT.601 luma.
    PsnrY,
}

impl Axis {
    /// The axes of every table, in its order.
    pub(crate) const ALL: [Self; 3] = [Self::Ssimulacra2, Self::Butteraugli, Self::PsnrY];

    /// The column heading.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ssimulacra2 => "SSIMULACRA2",
            Self::Butteraugli => "Butteraugli-3",
            Self::PsnrY => "PSNR-Y",
        }
    }

    /// The score of this axis.
    pub(crate) fn score(self, scores: &Scores) -> Option<f64> {
        match self {
            Self::Ssimulacra2 => scores.ssim2,
            Self::Butteraugli => scores.ba_p3,
            Self::PsnrY => scores.psnr_y,
        }
    }

    /// Where on the axis a measured score lies; `None` where it has no place (an exact copy's infinite PSNR).
    pub(crate) fn position(self, score: f64) -> Option<f64> {
        let x = match self {
            Self::Ssimulacra2 | Self::PsnrY => score,
            Self::Butteraugli => -score.ln(),
        };
        x.is_finite().then_some(x)
    }

    /// The part of the axis that counts.
    fn range(self) -> (f64, f64) {
        match self {
            Self::Ssimulacra2 => (30.0, 92.0),
            Self::Butteraugli | Self::PsnrY => (f64::NEG_INFINITY, f64::INFINITY),
        }
    }
}

/// One codec on one picture: ln(bits per pixel) over a quality axis, as a monotone cubic through the measured points.
#[derive(Debug, Clone)]
pub(crate) struct Curve {
    x: Vec<f64>,
    y: Vec<f64>,
    slope: Vec<f64>,
    /// Measured points that were no part of the curve.
    pub(crate) dropped: usize,
}

impl Curve {
    /// Fits `points` of (position on the axis, bits per pixel). Walking down from the best quality, a point stays
    /// where it is strictly worse in quality and strictly smaller than the last one that stayed: that is, each
    /// point dropped is beaten or matched by one that gives more quality for no more bits, or the reverse.
    /// `None` where fewer than two stay.
    pub(crate) fn fit(points: &[(f64, f64)]) -> Option<Self> {
        let mut sorted: Vec<_> = points.iter().copied().filter(|p| p.0.is_finite() && p.1 > 0.0).collect();
        sorted.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.total_cmp(&a.1)));
        let mut kept: Vec<(f64, f64)> = Vec::with_capacity(sorted.len());
        for p in sorted {
            if kept.last().is_none_or(|last| p.0 < last.0 && p.1 < last.1) {
                kept.push(p);
            }
        }
        if kept.len() < 2 {
            return None;
        }
        kept.reverse();
        let x: Vec<f64> = kept.iter().map(|p| p.0).collect();
        let y: Vec<f64> = kept.iter().map(|p| p.1.ln()).collect();
        let slope = pchip_slopes(&x, &y);
        Some(Self { dropped: points.len() - x.len(), x, y, slope })
    }

    fn span(&self) -> (f64, f64) {
        (self.x[0], self.x[self.x.len() - 1])
    }

    /// The integral from `lo` to `hi`, which must lie within the curve; exact, a cubic a segment.
    fn integral(&self, lo: f64, hi: f64) -> f64 {
        let mut sum = 0.0;
        for i in 0..self.x.len() - 1 {
            let (x0, h) = (self.x[i], self.x[i + 1] - self.x[i]);
            let (a, b) = (lo.max(x0), hi.min(self.x[i + 1]));
            if b <= a {
                continue;
            }
            let (d0, d1) = (self.slope[i], self.slope[i + 1]);
            let mean = (self.y[i + 1] - self.y[i]) / h;
            let c2 = (3.0 * mean - 2.0 * d0 - d1) / h;
            let c3 = (d0 + d1 - 2.0 * mean) / (h * h);
            let primitive = |t: f64| t * (self.y[i] + t * (d0 / 2.0 + t * (c2 / 3.0 + t * c3 / 4.0)));
            sum += primitive(b - x0) - primitive(a - x0);
        }
        sum
    }
}

/// The BD-rate of `test` against `anchor` on one picture, as a ratio less one: -0.1 is 10 % fewer bytes.
///
/// The mean over the common part of the axis of ln(bpp) of `test` less that of `anchor`, exponentiated. The limits of
/// the axis (SSIMULACRA2: 30 to 92) cut the interval, not the points: the curves are fitted through all points first.
/// `None` where the curves have no quality in common.
pub(crate) fn bd_rate(test: &Curve, anchor: &Curve, axis: Axis) -> Option<f64> {
    let (limit_lo, limit_hi) = axis.range();
    let lo = test.span().0.max(anchor.span().0).max(limit_lo);
    let hi = test.span().1.min(anchor.span().1).min(limit_hi);
    (hi > lo).then(|| ((test.integral(lo, hi) - anchor.integral(lo, hi)) / (hi - lo)).exp() - 1.0)
}

/// Slopes of the monotone piecewise cubic of Fritsch and Carlson (SIAM J. Numer. Anal. 17, 1980), in the variant that
/// SciPy's `PchipInterpolator` and Matlab's `pchip` use: within, the weighted harmonic mean of the two neighbouring
/// secants (Fritsch and Butland, 1984), zero where they differ in sign; at the ends, the three-point formula, kept monotone.
fn pchip_slopes(x: &[f64], y: &[f64]) -> Vec<f64> {
    let n = x.len();
    let h: Vec<f64> = x.windows(2).map(|w| w[1] - w[0]).collect();
    let secant: Vec<f64> = y.windows(2).zip(&h).map(|(w, h)| (w[1] - w[0]) / h).collect();
    if n == 2 {
        return vec![secant[0]; 2];
    }
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

/// The slope at an end: `h0`, `m0` are the width and secant of the end segment, `h1`, `m1` of the one beside it.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-12, "{a} is not {b}");
    }

    #[test]
    fn slopes_are_those_of_the_published_formulas() {
        // By hand: secants 1, 3 and 0.5 over steps 1, 2 and 4.
        let slope = pchip_slopes(&[0.0, 1.0, 3.0, 7.0], &[0.0, 1.0, 7.0, 9.0]);
        // Ends: ((2*1+2)*1 - 1*3)/3 = 1/3, and ((2*4+2)*0.5 - 4*3)/6 = -7/6, of the wrong sign: 0.
        close(slope[0], 1.0 / 3.0);
        close(slope[3], 0.0);
        // Within: (5+4)/(5/1+4/3) = 27/19 and (10+8)/(10/3+8/0.5) = 54/58.
        close(slope[1], 27.0 / 19.0);
        close(slope[2], 54.0 / 58.0);
    }

    #[test]
    fn an_end_slope_is_at_most_three_secants_where_the_curve_turns() {
        // (3*1 + 5)/2 = 4 exceeds 3 secants, and the secants differ in sign.
        let slope = pchip_slopes(&[0.0, 1.0, 2.0], &[0.0, 1.0, -4.0]);
        assert_eq!(slope, [3.0, 0.0, -8.0]);
    }

    #[test]
    fn a_straight_line_is_integrated_exactly() {
        let points: Vec<_> = (0..5).map(|i| (10.0 * f64::from(i), f64::from(i).exp())).collect();
        let curve = Curve::fit(&points).unwrap();
        // ln(bpp) = x/10, from 5 to 35: (35² - 5²)/20.
        close(curve.integral(5.0, 35.0), 60.0);
    }

    #[test]
    fn a_constant_factor_is_the_bd_rate() {
        let anchor = [(35.0, 0.2), (50.0, 0.41), (61.0, 0.7), (80.0, 1.9)];
        let test = anchor.map(|(x, bpp)| (x, bpp * 0.9));
        let (test, anchor) = (Curve::fit(&test).unwrap(), Curve::fit(&anchor).unwrap());
        for axis in Axis::ALL {
            close(bd_rate(&test, &anchor, axis).unwrap(), -0.1);
            close(bd_rate(&anchor, &test, axis).unwrap(), 1.0 / 0.9 - 1.0);
        }
    }

    #[test]
    fn only_the_overlap_counts_and_ssimulacra2_only_within_30_to_92() {
        // ln(bpp) is x for the anchor and 2x for the test: the mean difference is the middle of the interval.
        let e = f64::exp;
        let anchor = Curve::fit(&[(0.0, 1.0), (98.0, e(98.0))]).unwrap();
        let test = Curve::fit(&[(10.0, e(20.0)), (100.0, e(200.0))]).unwrap();
        close(bd_rate(&test, &anchor, Axis::Ssimulacra2).unwrap().ln_1p(), 61.0);
        close(bd_rate(&test, &anchor, Axis::PsnrY).unwrap().ln_1p(), 54.0);
        let outside = Curve::fit(&[(93.0, e(9.0)), (99.0, e(10.0))]).unwrap();
        assert_eq!(bd_rate(&outside, &anchor, Axis::Ssimulacra2), None);
        assert!(bd_rate(&outside, &anchor, Axis::PsnrY).is_some());
    }

    #[test]
    fn points_not_strictly_better_in_both_are_dropped() {
        let curve = Curve::fit(&[(50.0, 0.5), (60.0, 0.5), (70.0, 0.9), (70.0, 0.8), (65.0, 0.85)]).unwrap();
        // From the top: (70, 0.9) stays, (70, 0.8) is no worse in quality, (65, 0.85) stays, (60, 0.5) stays, (50, 0.5) is no smaller.
        assert_eq!(curve.x, [60.0, 65.0, 70.0]);
        assert_eq!(curve.dropped, 2);
        assert!(Curve::fit(&[(50.0, 0.5)]).is_none());
    }

    #[test]
    fn butteraugli_runs_over_minus_ln() {
        close(Axis::Butteraugli.position(std::f64::consts::E).unwrap(), -1.0);
        assert_eq!(Axis::Butteraugli.position(0.0), None);
        assert_eq!(Axis::PsnrY.position(f64::INFINITY), None);
    }
}
