//! Two codecs' curves over the same metric, picture by picture.

use std::sync::Arc;

use serde::Serialize;

use super::curve::{Curve, Interpolation};
use super::hull::upper_hull;
use crate::rd::metric::Metric;
use crate::rd::points::{ByImage, Point};

/// The curves of two codecs on the pictures that both have.
#[derive(Debug)]
pub(crate) struct Pairs<'a> {
    pub(crate) metric: Arc<Metric>,
    /// By name of picture.
    pub(crate) pairs: Vec<Pair<'a>>,
    /// Pictures that both have scores of, but too few points for a curve, or in different sizes.
    pub(crate) unfit: Vec<Unfit<'a>>,
}

/// Both curves on one picture.
#[derive(Debug)]
pub(crate) struct Pair<'a> {
    pub(crate) image: &'a str,
    /// Width times height, where it is known.
    pub(crate) pixels: Option<f64>,
    pub(crate) test: Fitted<'a>,
    pub(crate) anchor: Fitted<'a>,
}

/// A picture without curves to compare.
#[derive(Debug)]
pub(crate) struct Unfit<'a> {
    pub(crate) image: &'a str,
    /// Points of either codec that no curve could run through.
    pub(crate) dropped: Vec<(&'a Point, Reason)>,
}

/// A curve, and the points that were no part of it.
#[derive(Debug)]
pub(crate) struct Fitted<'a> {
    pub(crate) curve: Curve,
    pub(crate) dropped: Vec<(&'a Point, Reason)>,
}

/// Why a point is no part of a curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Reason {
    /// Another point gives as much quality for as few bytes.
    Beaten,
    /// It lies below the convex hull of points at several scales.
    Hull,
    /// Its score has no place on the axis: it is infinite, or no number.
    Score,
    /// Its bits per pixel are zero, negative, infinite, or no number.
    Rate,
}

impl<'a> Pairs<'a> {
    /// Over all pictures that both codecs have.
    pub(crate) fn new(
        test: &ByImage<'a>,
        anchor: &ByImage<'a>,
        metric: &Arc<Metric>,
        interpolation: Interpolation,
    ) -> Self {
        let (mut pairs, mut unfit) = (Vec::new(), Vec::new());
        for (image, test) in test {
            let Some(anchor) = anchor.get(image) else {
                continue;
            };
            let has_scores = |points: &[&Point]| points.iter().any(|p| p.score(metric).is_some());
            if !has_scores(test) || !has_scores(anchor) {
                continue;
            }
            let [(test_curve, test_dropped), (anchor_curve, anchor_dropped)] =
                [test, anchor].map(|points| fit(points, metric, interpolation));
            match (test_curve, anchor_curve) {
                (Some(test_curve), Some(anchor_curve)) if same_size(test, anchor) => pairs.push(Pair {
                    image,
                    pixels: test.iter().chain(anchor).find_map(|p| p.pixels()),
                    test: Fitted { curve: test_curve, dropped: test_dropped },
                    anchor: Fitted { curve: anchor_curve, dropped: anchor_dropped },
                }),
                _ => {
                    // Of too few points, those that others put away are not at fault.
                    let all = test_dropped.into_iter().chain(anchor_dropped);
                    unfit.push(Unfit {
                        image,
                        dropped: all.filter(|(_, why)| ![Reason::Beaten, Reason::Hull].contains(why)).collect(),
                    });
                }
            }
        }
        Self { metric: Arc::clone(metric), pairs, unfit }
    }
}

/// The curve through the points that have a score, where there is one, and those that it leaves
/// out. Of points at several scales it is the upper convex hull: at each rate, a codec may choose
/// the scale.
fn fit<'a>(
    points: &[&'a Point],
    metric: &Metric,
    interpolation: Interpolation,
) -> (Option<Curve>, Vec<(&'a Point, Reason)>) {
    let (mut usable, mut dropped) = (Vec::new(), Vec::new());
    for &point in points.iter().filter(|p| p.score(metric).is_some()) {
        match point.position(metric) {
            None => dropped.push((point, Reason::Score)),
            Some(_) if !(point.bpp > 0.0 && point.bpp.is_finite()) => dropped.push((point, Reason::Rate)),
            Some(place) => usable.push(((place, point.bpp), point)),
        }
    }
    if usable.iter().any(|(_, point)| point.scale() != usable[0].1.scale()) {
        let plane: Vec<_> = usable.iter().map(|((place, bpp), _)| (bpp.ln(), *place)).collect();
        let hull = upper_hull(&plane);
        let below = usable.iter().enumerate().filter(|(i, _)| !hull.contains(i));
        dropped.extend(below.map(|(_, (_, point))| (*point, Reason::Hull)));
        usable = hull.into_iter().map(|i| usable[i]).collect();
    }
    let on_axis: Vec<_> = usable.iter().map(|(place, _)| *place).collect();
    let curve = Curve::fit(&on_axis, interpolation);
    dropped.extend(curve.iter().flat_map(Curve::dropped).map(|i| (usable[*i].1, Reason::Beaten)));
    (curve, dropped)
}

/// Whether all points agree on the picture's size, as far as they know it: pictures of one name in
/// two sizes are not the same picture.
fn same_size(test: &[&Point], anchor: &[&Point]) -> bool {
    let mut sizes = test.iter().chain(anchor).filter_map(|p| p.size);
    sizes.next().is_none_or(|first| sizes.all(|size| size == first))
}
