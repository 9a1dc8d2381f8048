//! Curves of rate and distortion, and what lies between their points.

/// Bits and squared error a coefficient, the error in squared steps of the encoder.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Point {
    pub(crate) rate: f64,
    pub(crate) distortion: f64,
}

/// Where the curve through `points` of (place, value) has `place`: linear between two of them.
fn between(points: impl Iterator<Item = (f64, f64)> + Clone, place: f64) -> Option<f64> {
    let pairs = points.clone().zip(points.skip(1));
    pairs
        .filter(|((a, _), (b, _))| (a.min(*b)..=a.max(*b)).contains(&place))
        .map(|((a, u), (b, v))| if a == b { u.min(v) } else { u + (v - u) * (place - a) / (b - a) })
        .min_by(f64::total_cmp)
}

/// The least distortion of any of `curves` at `rate`, if one reaches it.
pub(crate) fn at_rate(curves: &[Vec<Point>], rate: f64) -> Option<f64> {
    let of = |curve: &Vec<Point>| between(curve.iter().map(|p| (p.rate, p.distortion.ln())), rate);
    curves.iter().filter_map(of).min_by(f64::total_cmp).map(f64::exp)
}

/// The least rate of any of `curves` at `distortion`.
pub(crate) fn at_distortion(curves: &[Vec<Point>], distortion: f64) -> Option<f64> {
    let of = |curve: &Vec<Point>| between(curve.iter().map(|p| (p.distortion.ln(), p.rate)), distortion.ln());
    curves.iter().filter_map(of).min_by(f64::total_cmp)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_is_read_between_its_points_and_not_beyond() {
        let point = |rate: f64, distortion: f64| Point { rate, distortion };
        let curves = [vec![point(1.0, 0.4), point(3.0, 0.1)], vec![point(1.0, 0.8), point(3.0, 0.2)]];
        let middle = at_rate(&curves, 2.0).expect("between");
        assert!((middle - 0.2).abs() < 1e-12, "{middle}");
        assert!((at_distortion(&curves, 0.2).expect("between") - 2.0).abs() < 1e-12);
        assert_eq!((at_rate(&curves, 3.1), at_distortion(&curves, 0.9)), (None, None));
    }
}
