//! What a reader of BD-rates must know besides: points that were dropped, comparisons that stand on
//! little.

use std::sync::Arc;

use super::comparison::Comparison;
use super::pairs::Reason;
use super::summary::{Dropped, Summary};
use crate::rd::metric::Metric;

/// A line each, by every metric; none where there is nothing to say.
pub(crate) fn notes(comparisons: &[Comparison]) -> Vec<String> {
    let mut lines = dropped(comparisons);
    lines.extend(comparisons.iter().filter_map(thin));
    lines.extend(comparisons.iter().filter_map(left_out));
    lines
}

/// The points that one codec lost by one metric, for one reason, by picture.
struct Lost<'a> {
    metric: &'a Arc<Metric>,
    codec: &'a str,
    reason: Reason,
    points: Vec<&'a Dropped>,
}

/// Every point that was dropped, a line a codec, metric and reason. The anchor's curves are those
/// of several comparisons, and are told of once.
fn dropped(comparisons: &[Comparison]) -> Vec<String> {
    let mut all: Vec<Lost<'_>> = Vec::new();
    for summary in comparisons.iter().flat_map(|c| &c.summaries) {
        for point in &summary.dropped {
            let is_same =
                |l: &&mut Lost<'_>| (l.metric, l.codec, l.reason) == (&summary.metric, &*point.codec, point.reason);
            match all.iter_mut().find(is_same) {
                Some(lost) if lost.points.contains(&point) => {}
                Some(lost) => lost.points.push(point),
                None => {
                    let (metric, codec, reason) = (&summary.metric, &point.codec, point.reason);
                    all.push(Lost { metric, codec, reason, points: vec![point] });
                }
            }
        }
    }
    all.sort_by_key(|lost| lost.reason != Reason::Beaten);
    let (below, mut named): (Vec<_>, Vec<_>) = all.into_iter().partition(|lost| lost.reason == Reason::Hull);
    let mut lines: Vec<_> = named.iter_mut().map(Lost::line).collect();
    lines.extend(hulls(below));
    lines
}

/// A line each codec with points at several scales: that some lie below the hull of all is no
/// fault of theirs, so they are counted alone.
fn hulls(mut below: Vec<Lost<'_>>) -> Vec<String> {
    // Stable: the metrics of a codec stay in their order.
    below.sort_by_key(|lost| lost.codec);
    let of_codec = |lost: &[Lost<'_>]| {
        let each: Vec<_> = lost.iter().map(|l| format!("{} points by {}", l.points.len(), l.metric.name)).collect();
        format!("convex hull over scales: {}: below it lie {}", lost[0].codec, each.join(", "))
    };
    below.chunk_by(|a, b| a.codec == b.codec).map(of_codec).collect()
}

impl Lost<'_> {
    fn line(&mut self) -> String {
        self.points.sort_by(|a, b| a.image.cmp(&b.image).then(a.q.total_cmp(&b.q)));
        let of_image = |points: &[&Dropped]| {
            let each: Vec<_> = points.iter().map(|p| p.setting.as_str()).collect();
            format!("{} {}", points[0].image, each.join(", "))
        };
        let images: Vec<_> = self.points.chunk_by(|a, b| a.image == b.image).map(of_image).collect();
        let what = match self.reason {
            Reason::Beaten => "not monotone",
            Reason::Hull => "below the convex hull",
            Reason::Score => "a score without a place on its axis",
            Reason::Rate => "a rate that is none",
        };
        format!("{what}: {}, {}: dropped {}", self.codec, self.metric.name, images.join("; "))
    }
}

fn thin(comparison: &Comparison) -> Option<String> {
    let of_metric = |s: &Summary| format!("{} of {} by {}", s.thin, s.images.len(), s.metric.name);
    let thin: Vec<_> = comparison.summaries.iter().filter(|s| s.thin > 0).map(of_metric).collect();
    (!thin.is_empty()).then(|| {
        format!(
            "thin: {}: {} (a curve of fewer than 4 points, or under half of its range in common)",
            comparison.codec,
            thin.join(", ")
        )
    })
}

fn left_out(comparison: &Comparison) -> Option<String> {
    let of_metric = |s: &Summary| format!("{} by {}", s.left_out.join(", "), s.metric.name);
    let left_out: Vec<_> = comparison.summaries.iter().filter(|s| !s.left_out.is_empty()).map(of_metric).collect();
    (!left_out.is_empty()).then(|| {
        format!(
            "left out: {}: {} (no quality in common, fewer than 2 points, or different sizes)",
            comparison.codec,
            left_out.join("; ")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rd::analysis::curve::Interpolation;
    use crate::rd::analysis::fixtures::{at_scale, points};
    use crate::rd::metric::{Metrics, Panel};
    use crate::rd::points::{Point, by_codec};

    /// Each codec against the first, by what the points have.
    fn notes_of(all: &[Point]) -> Vec<String> {
        let (codecs, panel) = (by_codec(all), Panel::usual(&Metrics::built_in(), all));
        let anchor = (codecs[0].0, &codecs[0].1);
        let compare =
            |(name, images): &(&str, _)| Comparison::new((name, images), anchor, &panel, Interpolation::Pchip).unwrap();
        notes(&codecs[1..].iter().map(compare).collect::<Vec<_>>())
    }

    #[test]
    fn every_dropped_point_is_named_once() {
        let smooth = [(1.0, 2000, 30.0), (2.0, 4000, 45.0), (3.0, 8000, 60.0), (4.0, 16_000, 75.0)];
        let kinked = [smooth.as_slice(), &[(5.0, 20_000, 74.0), (6.0, 24_000, 73.0)]].concat();
        let mut all = Vec::new();
        for i in 0..12 {
            let image = format!("picture{i:02}");
            all.extend(points("anchor", &image, &kinked));
            all.extend(points("one", &image, &smooth));
            all.extend(points("two", &image, &smooth));
        }
        let lines = notes_of(&all);
        assert_eq!(lines.len(), 1, "{lines:?}");
        let start = "not monotone: anchor, SSIMULACRA2: dropped picture00 q 5 (20000 bytes), q 6 (24000 bytes); \
                     picture01 q 5 (20000 bytes), ";
        assert!(lines[0].starts_with(start), "{}", lines[0]);
        assert_eq!(lines[0].matches("q 5").count(), 12);
    }

    #[test]
    fn points_below_a_hull_are_counted_and_are_no_findings() {
        let whole = [(1.0, 2000, 30.0), (2.0, 4000, 50.0), (3.0, 8000, 68.0), (4.0, 16_000, 84.0)];
        // The first is on the hull, the others are below it, and the last is behind the second.
        let half = [(1.0, 1000, 8.0), (2.0, 4100, 45.0), (3.0, 4200, 44.0)];
        let all = [
            points("anchor", "a", &whole),
            at_scale("1/2", points("anchor", "a", &half)),
            points("one", "a", &whole),
            points("two", "a", &whole),
        ];
        let line = "convex hull over scales: anchor: below it lie 2 points by SSIMULACRA2";
        assert_eq!(notes_of(&all.concat()), [line]);
        // Of one scale, whatever it is, every point counts, and falling behind is a finding.
        let all = [at_scale("1/2", points("anchor", "a", &half)), points("one", "a", &whole)];
        let lines = notes_of(&all.concat());
        let finding = "not monotone: anchor, SSIMULACRA2: dropped a q 3 at 1/2 (4200 bytes)";
        assert!(lines[0] == finding && !lines.concat().contains("hull"), "{lines:?}");
    }

    #[test]
    fn points_that_have_no_place_are_named_by_every_metric() {
        let figures = [(1.0, 2000, 30.0), (2.0, 4000, 45.0), (3.0, 8000, 60.0), (4.0, 16_000, 75.0)];
        let mut all = [points("anchor", "a", &figures), points("one", "a", &figures)].concat();
        for p in &mut all {
            let psnr = if (p.codec.as_str(), p.q) == ("one", 4.0) { f64::INFINITY } else { 30.0 + p.q };
            p.scores.insert("psnr_rgb".to_owned(), psnr);
        }
        all[0].bpp = -1.0;
        let lines = notes_of(&all);
        assert_eq!(
            lines[..3],
            [
                "a rate that is none: anchor, SSIMULACRA2: dropped a q 1 (2000 bytes)",
                "a score without a place on its axis: one, PSNR-RGB: dropped a q 4 (16000 bytes)",
                "a rate that is none: anchor, PSNR-RGB: dropped a q 1 (2000 bytes)",
            ]
        );
    }

    #[test]
    fn thin_and_missing_comparisons_are_told_of() {
        let three = [(1.0, 2000, 30.0), (2.0, 4000, 45.0), (3.0, 8000, 60.0)];
        let all = [
            points("anchor", "a", &three),
            points("one", "a", &three),
            points("anchor", "b", &three),
            points("one", "b", &three[..1]),
        ]
        .concat();
        let lines = notes_of(&all);
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines[0].starts_with("thin: one: 1 of 1 by SSIMULACRA2"), "{}", lines[0]);
        assert!(lines[1].starts_with("left out: one: b by SSIMULACRA2"), "{}", lines[1]);
    }
}
