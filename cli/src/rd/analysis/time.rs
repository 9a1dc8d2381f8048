//! How long one codec takes, as a multiple of another.

use crate::rd::points::{ByImage, Point, TIMING};
use crate::rd::scale::Scale;

/// Time of `test` over that of `anchor`, each per pixel, over the pictures that both have;
/// `seconds` says which time.
///
/// Rows count where they have that time, of the same kind (column `timing`) in both codecs. Where
/// one codec's qualities on a picture are among the other's, only those that both have count, which
/// compares row by row; else the scales differ, and all rows count. `None` where no times compare.
pub(crate) fn time_ratio(test: &ByImage<'_>, anchor: &ByImage<'_>, seconds: fn(&Point) -> Option<f64>) -> Option<f64> {
    let (mut of_test, mut of_anchor) = (PerPixel::default(), PerPixel::default());
    for (image, test) in test {
        let Some(anchor) = anchor.get(image) else {
            continue;
        };
        let (mut test, mut anchor) = (timed(test, anchor, seconds), timed(anchor, test, seconds));
        let common_test: Vec<_> = test.iter().copied().filter(|t| anchor.iter().any(|a| a.q == t.q)).collect();
        let common_anchor: Vec<_> = anchor.iter().copied().filter(|a| test.iter().any(|t| t.q == a.q)).collect();
        if common_test.len() == test.len() || common_anchor.len() == anchor.len() {
            (test, anchor) = (common_test, common_anchor);
        }
        for (sum, rows) in [(&mut of_test, &test), (&mut of_anchor, &anchor)] {
            for p in rows {
                sum.seconds += seconds(p).unwrap_or_default();
                // Of one picture, any unit of size does.
                sum.pixels += p.pixels().unwrap_or(1.0);
            }
        }
    }
    let ratio = (of_test.seconds / of_test.pixels) / (of_anchor.seconds / of_anchor.pixels);
    (ratio.is_finite() && ratio > 0.0).then_some(ratio)
}

#[derive(Default)]
struct PerPixel {
    seconds: f64,
    pixels: f64,
}

/// The rows that have a time of a kind that `other` has too. Those of reduced pictures do not
/// count: they are faster for that alone.
fn timed<'a>(rows: &[&'a Point], other: &[&Point], seconds: fn(&Point) -> Option<f64>) -> Vec<&'a Point> {
    let is_whole = |p: &Point| p.scale() == Scale::FULL;
    let timing = |p: &Point| seconds(p).filter(|_| is_whole(p)).and(p.extra(TIMING).map(str::to_owned));
    let comparable = |p: &Point| timing(p).is_some_and(|k| other.iter().any(|o| timing(o).as_deref() == Some(&k)));
    rows.iter().copied().filter(|p| comparable(p)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rd::analysis::fixtures::point;
    use crate::rd::points::by_codec;

    fn timed_point(codec: &str, image: &str, q: f64, seconds: Option<f64>, timing: Option<&str>) -> Point {
        let mut point = point(codec, image, q, 1000, 50.0);
        point.enc_s = seconds;
        point.extra.extend(timing.map(|t| (TIMING.to_owned(), t.to_owned())));
        point
    }

    /// Codec, picture, q, seconds and kind of time.
    type Row<'a> = (&'a str, &'a str, f64, Option<f64>, Option<&'a str>);

    fn ratio(rows: &[Row<'_>]) -> Option<f64> {
        let points: Vec<_> = rows.iter().map(|(c, i, q, s, t)| timed_point(c, i, *q, *s, *t)).collect();
        let codecs = by_codec(&points);
        time_ratio(&codecs[0].1, &codecs[1].1, |p| p.enc_s)
    }

    const CALL: Option<&str> = Some("call");

    #[test]
    fn on_one_scale_rows_of_the_same_quality_compare() {
        let rows = [
            ("new", "a", 10.0, Some(1.0), CALL),
            ("new", "a", 90.0, Some(3.0), CALL),
            ("old", "a", 10.0, Some(2.0), CALL),
            ("old", "a", 50.0, Some(100.0), CALL),
            ("old", "a", 90.0, Some(6.0), CALL),
            // No part of the old run.
            ("new", "b", 10.0, Some(100.0), CALL),
        ];
        // 1 + 3 over 2 + 6.
        assert_eq!(ratio(&rows), Some(0.5));
    }

    #[test]
    fn on_different_scales_the_means_over_all_rows_compare() {
        let rows = [
            ("x", "a", 1.0, Some(1.0), CALL),
            ("x", "a", 2.0, Some(2.0), CALL),
            ("x", "a", 3.0, Some(3.0), CALL),
            ("y", "a", 2.0, Some(0.5), CALL),
            ("y", "a", 30.0, Some(1.5), CALL),
        ];
        // Means of 2 and 1.
        assert_eq!(ratio(&rows), Some(2.0));
    }

    #[test]
    fn only_times_of_one_kind_compare() {
        let of = |a: Option<&'static str>, b: Option<&'static str>| {
            ratio(&[("x", "a", 1.0, Some(1.0), a), ("y", "a", 1.0, Some(4.0), b)])
        };
        assert_eq!(of(CALL, CALL), Some(0.25));
        assert_eq!(of(CALL, Some("process")), None);
        assert_eq!(of(None, None), None);
        assert_eq!(ratio(&[("x", "a", 1.0, None, CALL), ("y", "a", 1.0, Some(4.0), CALL)]), None);
        assert_eq!(ratio(&[("x", "a", 1.0, Some(1.0), CALL), ("y", "b", 1.0, Some(4.0), CALL)]), None);
    }
}
