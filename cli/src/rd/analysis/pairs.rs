//! Two codecs' curves over the same axis, picture by picture.

use super::curve::{Axis, Curve, Interpolation};
use crate::rd::points::{ByImage, Point};

/// The curves of two codecs on the pictures that both have.
#[derive(Debug)]
pub(crate) struct Pairs<'a> {
    pub(crate) axis: Axis,
    /// By name of picture.
    pub(crate) pairs: Vec<Pair<'a>>,
    /// Pictures that both have scores of, but too few points for a curve, or in different sizes.
    pub(crate) unfit: Vec<&'a str>,
}

/// Both curves on one picture.
#[derive(Debug)]
pub(crate) struct Pair<'a> {
    pub(crate) image: &'a str,
    /// Width times height.
    pub(crate) pixels: f64,
    pub(crate) test: Fitted<'a>,
    pub(crate) anchor: Fitted<'a>,
}

/// A curve, and the points that were no part of it.
#[derive(Debug)]
pub(crate) struct Fitted<'a> {
    pub(crate) curve: Curve,
    pub(crate) dropped: Vec<&'a Point>,
}

impl<'a> Pairs<'a> {
    /// Over all pictures that both codecs have.
    pub(crate) fn new(test: &ByImage<'a>, anchor: &ByImage<'a>, axis: Axis, interpolation: Interpolation) -> Self {
        let (mut pairs, mut unfit) = (Vec::new(), Vec::new());
        for (image, test) in test {
            let Some(anchor) = anchor.get(image) else {
                continue;
            };
            let has_scores = |points: &[&Point]| points.iter().any(|p| axis.score(&p.scores).is_some());
            if !has_scores(test) || !has_scores(anchor) {
                continue;
            }
            let fitted = [test, anchor].map(|points| Fitted::new(points, axis, interpolation));
            match (fitted, common_size(test, anchor)) {
                ([Some(test), Some(anchor)], Some(pixels)) => pairs.push(Pair { image, pixels, test, anchor }),
                _ => unfit.push(*image),
            }
        }
        Self { axis, pairs, unfit }
    }
}

impl<'a> Fitted<'a> {
    fn new(points: &[&'a Point], axis: Axis, interpolation: Interpolation) -> Option<Self> {
        let (on_axis, points): (Vec<_>, Vec<_>) =
            points.iter().filter_map(|p| Some(((axis.position(axis.score(&p.scores)?)?, p.bpp), *p))).unzip();
        let curve = Curve::fit(&on_axis, interpolation)?;
        let dropped = curve.dropped().iter().map(|i| points[*i]).collect();
        Some(Self { curve, dropped })
    }
}

/// Width times height where all points agree: pictures of one name in two sizes are not the same
/// picture.
fn common_size(test: &[&Point], anchor: &[&Point]) -> Option<f64> {
    let first = test.first()?;
    let same = test.iter().chain(anchor).all(|p| (p.w, p.h) == (first.w, first.h));
    same.then(|| f64::from(first.w) * f64::from(first.h))
}
