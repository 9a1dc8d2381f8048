//! BD-rate: how many percent fewer or more bytes one codec takes than another at equal quality.

pub(crate) use super::interpolation::Interpolation;

/// One codec on one picture: ln(bits per pixel) over a quality axis, as a piecewise cubic through
/// the measured points.
#[derive(Debug, Clone)]
pub(crate) struct Curve {
    x: Vec<f64>,
    y: Vec<f64>,
    slope: Vec<f64>,
    dropped: Vec<usize>,
    interpolation: Interpolation,
}

impl Curve {
    /// Fits `points` of (position on the axis, bits per pixel). Walking down from the best quality,
    /// a point stays where it is strictly worse in quality and strictly smaller than the last one
    /// that stayed: that is, each point dropped is beaten or matched by one that gives more quality
    /// for no more bits, or the reverse. `None` where fewer than two stay.
    pub(crate) fn fit(points: &[(f64, f64)], interpolation: Interpolation) -> Option<Self> {
        let usable = |p: (f64, f64)| p.0.is_finite() && p.1 > 0.0 && p.1.is_finite();
        let mut order: Vec<_> = (0..points.len()).filter(|i| usable(points[*i])).collect();
        order.sort_by(|a, b| {
            let (a, b) = (points[*a], points[*b]);
            b.0.total_cmp(&a.0).then(b.1.total_cmp(&a.1))
        });
        let mut kept: Vec<usize> = Vec::with_capacity(order.len());
        let mut dropped = vec![true; points.len()];
        for i in order {
            if kept.last().is_none_or(|last| points[i].0 < points[*last].0 && points[i].1 < points[*last].1) {
                kept.push(i);
                dropped[i] = false;
            }
        }
        if kept.len() < 2 {
            return None;
        }
        kept.reverse();
        let x: Vec<f64> = kept.iter().map(|i| points[*i].0).collect();
        let y: Vec<f64> = kept.iter().map(|i| points[*i].1.ln()).collect();
        let slope = interpolation.slopes(&x, &y);
        let dropped = (0..points.len()).filter(|i| dropped[*i]).collect();
        Some(Self { x, y, slope, dropped, interpolation })
    }

    /// The same points the other way round: the axis over ln(bits per pixel).
    fn turned(&self) -> Self {
        let (x, y) = (self.y.clone(), self.x.clone());
        Self { slope: self.interpolation.slopes(&x, &y), x, y, ..self.clone() }
    }

    /// The part of the curve's ln(bits per pixel) where its quality lies in `range`.
    fn rates(&self, range: (f64, f64)) -> (f64, f64) {
        let (first, last) = (self.y[0], self.y[self.y.len() - 1]);
        (self.at(range.0).unwrap_or(first), self.at(range.1).unwrap_or(last))
    }

    /// How many points the curve runs through: two or more.
    pub(crate) fn len(&self) -> usize {
        self.x.len()
    }

    /// Which of the points that were given are no part of the curve: ascending indices.
    pub(crate) fn dropped(&self) -> &[usize] {
        &self.dropped
    }

    /// The lowest and the highest position on the axis.
    pub(crate) fn span(&self) -> (f64, f64) {
        (self.x[0], self.x[self.x.len() - 1])
    }

    /// ln(bits per pixel) at `x`; `None` outside of the span.
    pub(crate) fn at(&self, x: f64) -> Option<f64> {
        let (lo, hi) = self.span();
        if !(lo..=hi).contains(&x) {
            return None;
        }
        let i = self.x.partition_point(|start| *start <= x).clamp(1, self.x.len() - 1) - 1;
        let t = x - self.x[i];
        let (c2, c3) = self.bend(i);
        Some(self.y[i] + t * (self.slope[i] + t * (c2 + t * c3)))
    }

    /// The integral of ln(bits per pixel) from `lo` to `hi`, which must lie within the span; exact,
    /// a cubic a segment.
    pub(crate) fn integral(&self, lo: f64, hi: f64) -> f64 {
        let mut sum = 0.0;
        for i in 0..self.x.len() - 1 {
            let (a, b) = (lo.max(self.x[i]) - self.x[i], hi.min(self.x[i + 1]) - self.x[i]);
            if b <= a {
                continue;
            }
            let (c2, c3) = self.bend(i);
            let primitive = |t: f64| t * (self.y[i] + t * (self.slope[i] / 2.0 + t * (c2 / 3.0 + t * c3 / 4.0)));
            sum += primitive(b) - primitive(a);
        }
        sum
    }

    /// The coefficients of the square and the cube on segment `i`, from its ends and their slopes
    /// (Hermite).
    fn bend(&self, i: usize) -> (f64, f64) {
        let h = self.x[i + 1] - self.x[i];
        let (d0, d1) = (self.slope[i], self.slope[i + 1]);
        let secant = (self.y[i + 1] - self.y[i]) / h;
        ((3.0 * secant - 2.0 * d0 - d1) / h, (d0 + d1 - 2.0 * secant) / (h * h))
    }
}

/// The part of the axis that both curves cover, cut to `range`; `None` where there is none.
pub(crate) fn overlap(a: &Curve, b: &Curve, range: (f64, f64)) -> Option<(f64, f64)> {
    let lo = a.span().0.max(b.span().0).max(range.0);
    let hi = a.span().1.min(b.span().1).min(range.1);
    (hi > lo).then_some((lo, hi))
}

/// The BD-rate of `test` against `anchor` on one picture, as a ratio less one: -0.1 is 10 % fewer
/// bytes.
///
/// The mean over the common part of the axis of ln(bpp) of `test` less that of `anchor`,
/// exponentiated. `range` (as a rule [`Metric::counted`](crate::rd::metric::Metric::counted)) cuts
/// the interval, not the points: the curves are fitted through all points first. `None` where the
/// curves have no quality in common.
pub(crate) fn bd_rate(test: &Curve, anchor: &Curve, range: (f64, f64)) -> Option<f64> {
    let (lo, hi) = overlap(test, anchor, range)?;
    Some(((test.integral(lo, hi) - anchor.integral(lo, hi)) / (hi - lo)).exp() - 1.0)
}

/// The BD-quality of `test` against `anchor` on one picture: how much higher it lies on the axis at
/// equal size. Of PSNR this is Bjontegaard's BD-PSNR.
///
/// The mean difference over the common ln(bits per pixel), of the same points and by the same
/// interpolation as the BD-rate. Only sizes count that give both a quality in `range`. `None` where
/// there is none.
pub(crate) fn bd_quality(test: &Curve, anchor: &Curve, range: (f64, f64)) -> Option<f64> {
    let (of_test, of_anchor) = (test.rates(range), anchor.rates(range));
    let common = (of_test.0.max(of_anchor.0), of_test.1.min(of_anchor.1));
    let (test, anchor) = (test.turned(), anchor.turned());
    let (lo, hi) = overlap(&test, &anchor, common)?;
    Some((test.integral(lo, hi) - anchor.integral(lo, hi)) / (hi - lo))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rd::analysis::fixtures;

    const EVERYWHERE: (f64, f64) = (f64::NEG_INFINITY, f64::INFINITY);
    const SSIM2: (f64, f64) = (30.0, 92.0);

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-12, "{a} is not {b}");
    }

    fn pchip(points: &[(f64, f64)]) -> Curve {
        Curve::fit(points, Interpolation::Pchip).unwrap()
    }

    #[test]
    fn values_between_the_points_are_those_of_scipy() {
        for pair in fixtures::pairs() {
            let [pchip, akima] = Interpolation::ALL.map(|i| Curve::fit(&pair.anchor, i).unwrap());
            for (x, by_pchip, by_akima) in pair.at {
                for (value, expected) in [(pchip.at(x), by_pchip), (akima.at(x), by_akima)] {
                    let value = value.unwrap();
                    assert!((value - expected).abs() < 1e-9, "{} at {x}: {value} is not {expected}", pair.name);
                }
            }
        }
    }

    #[test]
    fn bd_rates_are_those_of_the_package_bjontegaard() {
        for pair in fixtures::pairs() {
            for (interpolation, expected) in Interpolation::ALL.into_iter().zip([pair.pchip, pair.akima]) {
                let [test, anchor] = [&pair.test, &pair.anchor].map(|c| Curve::fit(c, interpolation).unwrap());
                let percent = 100.0 * bd_rate(&test, &anchor, EVERYWHERE).unwrap();
                let name = &pair.name;
                assert!((percent - expected).abs() < 1e-7, "{name}, {interpolation:?}: {percent} is not {expected}");
            }
        }
    }

    #[test]
    fn bd_qualities_are_those_of_the_package_bjontegaard() {
        for pair in fixtures::pairs() {
            for (interpolation, expected) in
                Interpolation::ALL.into_iter().zip([pair.quality_pchip, pair.quality_akima])
            {
                let [test, anchor] = [&pair.test, &pair.anchor].map(|c| Curve::fit(c, interpolation).unwrap());
                let quality = bd_quality(&test, &anchor, EVERYWHERE).unwrap();
                let name = &pair.name;
                assert!((quality - expected).abs() < 1e-9, "{name}, {interpolation:?}: {quality} is not {expected}");
            }
        }
    }

    #[test]
    fn only_sizes_that_give_both_a_quality_in_the_range_count_for_the_bd_quality() {
        // Over ln(bpp) the anchor is 10 y and the test 20 y: the mean difference is ten times the
        // middle of the interval.
        let e = f64::exp;
        let anchor = pchip(&[(0.0, 1.0), (100.0, e(10.0))]);
        let test = pchip(&[(0.0, 1.0), (160.0, e(8.0))]);
        let quality = |range| bd_quality(&test, &anchor, range);
        close(quality(EVERYWHERE).unwrap(), 40.0);
        // The anchor is at 30 from 3 on, and the test is at 92 up to 4.6.
        close(quality((30.0, 92.0)).unwrap(), 38.0);
        assert_eq!(quality((99.0, 100.0)), None);
    }

    #[test]
    fn a_curve_goes_through_its_points_and_ends_there() {
        let points = [(35.0, 0.2), (50.0, 0.41), (61.0, 0.7), (80.0, 1.9)];
        let curve = pchip(&points);
        for (x, bpp) in points {
            close(curve.at(x).unwrap(), bpp.ln());
        }
        assert_eq!([34.99, 80.01, f64::NAN].map(|x| curve.at(x)), [None; 3]);
    }

    #[test]
    fn a_straight_line_is_integrated_exactly() {
        let points: Vec<_> = (0..5).map(|i| (10.0 * f64::from(i), f64::from(i).exp())).collect();
        // ln(bpp) = x/10, from 5 to 35: (35² - 5²)/20.
        for interpolation in Interpolation::ALL {
            close(Curve::fit(&points, interpolation).unwrap().integral(5.0, 35.0), 60.0);
        }
    }

    #[test]
    fn a_constant_factor_is_the_bd_rate() {
        let anchor = [(35.0, 0.2), (50.0, 0.41), (61.0, 0.7), (80.0, 1.9)];
        let test = anchor.map(|(x, bpp)| (x, bpp * 0.9));
        let (test, anchor) = (pchip(&test), pchip(&anchor));
        for range in [EVERYWHERE, SSIM2] {
            close(bd_rate(&test, &anchor, range).unwrap(), -0.1);
            close(bd_rate(&anchor, &test, range).unwrap(), 1.0 / 0.9 - 1.0);
        }
    }

    #[test]
    fn only_the_overlap_counts_and_of_it_only_the_range() {
        // ln(bpp) is x for the anchor and 2x for the test: the mean difference is the middle of the
        // interval.
        let e = f64::exp;
        let anchor = pchip(&[(0.0, 1.0), (98.0, e(98.0))]);
        let test = pchip(&[(10.0, e(20.0)), (100.0, e(200.0))]);
        let rate = |test, range| bd_rate(test, &anchor, range);
        close(rate(&test, SSIM2).unwrap().ln_1p(), 61.0);
        close(rate(&test, EVERYWHERE).unwrap().ln_1p(), 54.0);
        close(bd_rate(&test, &anchor, (20.0, 40.0)).unwrap().ln_1p(), 30.0);
        let outside = pchip(&[(93.0, e(9.0)), (99.0, e(10.0))]);
        assert_eq!(rate(&outside, SSIM2), None);
        assert!(rate(&outside, EVERYWHERE).is_some());
    }

    #[test]
    fn points_not_strictly_better_in_both_are_dropped_and_named() {
        let infinite = f64::INFINITY;
        let curve =
            pchip(&[(50.0, 0.5), (60.0, 0.5), (70.0, 0.9), (70.0, 0.8), (65.0, 0.85), (80.0, 0.0), (75.0, infinite)]);
        // From the top: (70, 0.9) stays, (70, 0.8) is no worse in quality, (65, 0.85) stays, (60,
        // 0.5) stays, (50, 0.5) is no smaller; and no picture takes no bits, or takes bits without
        // end.
        assert_eq!(curve.x, [60.0, 65.0, 70.0]);
        assert_eq!(curve.dropped(), [0, 3, 5, 6]);
        assert!(Curve::fit(&[(50.0, 0.5)], Interpolation::Pchip).is_none());
    }
}
