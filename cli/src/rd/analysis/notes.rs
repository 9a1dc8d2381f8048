//! What a reader of BD-rates must know besides: points that were dropped, comparisons that stand on
//! little.

use super::comparison::Comparison;
use super::curve::Axis;
use super::summary::{Dropped, Summary};

/// Lines about curves that are not monotone.
const SHOWN: usize = 10;

/// A line each, over the axes that decide; none where there is nothing to say.
pub(crate) fn notes(comparisons: &[Comparison]) -> Vec<String> {
    let mut lines = not_monotone(comparisons);
    lines.extend(comparisons.iter().filter_map(thin));
    lines.extend(comparisons.iter().filter_map(left_out));
    lines
}

fn deciding(comparison: &Comparison) -> impl Iterator<Item = &Summary> {
    Axis::ALL.into_iter().filter_map(|axis| comparison.summary(axis))
}

/// The points dropped, a line a curve. The anchor's curves are those of several comparisons, and
/// are told of once.
fn not_monotone(comparisons: &[Comparison]) -> Vec<String> {
    let mut curves: Vec<(&Dropped, Vec<&Dropped>)> = Vec::new();
    for point in comparisons.iter().flat_map(deciding).flat_map(|s| &s.dropped) {
        let same_curve = |d: &Dropped| (&d.codec, &d.image, d.axis) == (&point.codec, &point.image, point.axis);
        match curves.iter_mut().find(|(first, _)| same_curve(first)) {
            Some((_, points)) if points.contains(&point) => (),
            Some((_, points)) => points.push(point),
            None => curves.push((point, vec![point])),
        }
    }
    let line = |(first, points): &(&Dropped, Vec<&Dropped>)| {
        let dropped: Vec<_> = points.iter().map(|p| format!("q {} ({} bytes)", p.q, p.bytes)).collect();
        format!("not monotone: {}, {}, {}: dropped {}", first.codec, first.image, first.axis.name(), dropped.join(", "))
    };
    let mut lines: Vec<_> = curves.iter().take(SHOWN).map(line).collect();
    if curves.len() > SHOWN {
        lines.push(format!("not monotone: and {} more", curves.len() - SHOWN));
    }
    lines
}

fn thin(comparison: &Comparison) -> Option<String> {
    let of_axis = |s: &Summary| format!("{} of {} by {}", s.thin, s.images.len(), s.axis.name());
    let thin: Vec<_> = deciding(comparison).filter(|s| s.thin > 0).map(of_axis).collect();
    (!thin.is_empty()).then(|| {
        format!(
            "thin: {}: {} (a curve of fewer than 4 points, or under half of its range in common)",
            comparison.codec,
            thin.join(", ")
        )
    })
}

fn left_out(comparison: &Comparison) -> Option<String> {
    let of_axis = |s: &Summary| format!("{} by {}", s.left_out.join(", "), s.axis.name());
    let left_out: Vec<_> = deciding(comparison).filter(|s| !s.left_out.is_empty()).map(of_axis).collect();
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
    use crate::rd::analysis::comparison::Options;
    use crate::rd::analysis::fixtures::points;
    use crate::rd::points::by_codec;

    #[test]
    fn curves_that_are_not_monotone_are_told_of_once_and_up_to_ten() {
        let smooth = [(1.0, 2000, 30.0), (2.0, 4000, 45.0), (3.0, 8000, 60.0), (4.0, 16_000, 75.0)];
        let kinked = [smooth.as_slice(), &[(5.0, 20_000, 74.0), (6.0, 24_000, 73.0)]].concat();
        let mut all = Vec::new();
        for i in 0..12 {
            let image = format!("picture{i:02}");
            all.extend(points("anchor", &image, &kinked));
            all.extend(points("one", &image, &smooth));
            all.extend(points("two", &image, &smooth));
        }
        let codecs = by_codec(&all);
        let compare =
            |i: usize| Comparison::new((codecs[i].0, &codecs[i].1), ("anchor", &codecs[0].1), &Options::default());
        let lines = notes(&[compare(1).unwrap(), compare(2).unwrap()]);
        assert_eq!(lines.len(), 11, "{lines:?}");
        assert_eq!(
            lines[0],
            "not monotone: anchor, picture00, SSIMULACRA2: dropped q 5 (20000 bytes), q 6 (24000 bytes)"
        );
        assert_eq!(lines[10], "not monotone: and 2 more");
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
        let codecs = by_codec(&all);
        let c = Comparison::new(("one", &codecs[1].1), ("anchor", &codecs[0].1), &Options::default()).unwrap();
        let lines = notes(&[c]);
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines[0].starts_with("thin: one: 1 of 1 by SSIMULACRA2"), "{}", lines[0]);
        assert!(lines[1].starts_with("left out: one: b by SSIMULACRA2"), "{}", lines[1]);
    }
}
