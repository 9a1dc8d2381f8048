//! Codecs of which only means over a set of pictures are known, as papers give them: the others are
//! compared with them by their own means.

use std::collections::BTreeMap;

use crate::rd::metric::Metrics;
use crate::rd::points::{ByImage, MEAN_OF_SET, Point, SCALE};
use crate::rd::scale::Scale;

/// The means of the codecs that have pictures, where another codec has nothing but means.
#[derive(Debug, Default)]
pub(crate) struct Means(Vec<Point>);

impl Means {
    /// Of `codecs`; none where all have pictures.
    pub(crate) fn of(codecs: &[(&str, ByImage<'_>)], metrics: &Metrics) -> Self {
        if !codecs.iter().any(|(_, images)| has_means_alone(images)) {
            return Self::default();
        }
        let with_pictures = codecs.iter().filter(|(_, images)| !has_means_alone(images));
        Self(with_pictures.flat_map(|(_, images)| of_pictures(images, metrics)).collect())
    }

    /// Two codecs as they can be compared: by pictures where both have them, else by means; with a
    /// note where that is so.
    pub(crate) fn pair<'a>(
        &'a self,
        test: (&str, &ByImage<'a>),
        anchor: (&str, &ByImage<'a>),
    ) -> (ByImage<'a>, ByImage<'a>, Option<String>) {
        let (a, b) = (has_means_alone(test.1), has_means_alone(anchor.1));
        if !a && !b {
            return (test.1.clone(), anchor.1.clone(), None);
        }
        let count = |(name, images): (&str, &ByImage<'_>)| match has_means_alone(images) {
            true => format!("{name} by those that its file has"),
            false => format!("{name} by those over its {} pictures", images.len()),
        };
        let note = format!("means of the set alone: {}, {}; they must be of one set", count(test), count(anchor));
        (self.points(test), self.points(anchor), Some(note))
    }

    /// The means of a codec, its own or those over its pictures.
    pub(crate) fn points<'a>(&'a self, (name, images): (&str, &ByImage<'a>)) -> ByImage<'a> {
        match has_means_alone(images) {
            true => images.clone(),
            false => [(MEAN_OF_SET, self.0.iter().filter(|p| p.codec == name).collect())].into(),
        }
    }
}

/// Whether a codec has no pictures, but means over a set.
pub(crate) fn has_means_alone(images: &ByImage<'_>) -> bool {
    images.keys().all(|image| *image == MEAN_OF_SET)
}

/// At each quality and scale that all pictures have, the arithmetic means of bits per pixel and of
/// the scores that all have: those that papers give.
fn of_pictures(images: &ByImage<'_>, metrics: &Metrics) -> Vec<Point> {
    let mut by_quality: BTreeMap<(u64, Scale), Vec<&Point>> = BTreeMap::new();
    for point in images.values().flatten() {
        by_quality.entry((point.q.to_bits(), point.scale())).or_default().push(point);
    }
    let complete = by_quality.into_values().filter(|points| points.len() == images.len());
    let mean = |points: &[&Point], value: &dyn Fn(&Point) -> Option<f64>| {
        let sum: Option<f64> = points.iter().map(|p| value(p)).sum();
        sum.map(|sum| sum / points.len() as f64)
    };
    let point = |points: Vec<&Point>| Point {
        codec: points[0].codec.clone(),
        image: MEAN_OF_SET.to_owned(),
        q: points[0].q,
        bytes: None,
        bpp: mean(&points, &|p| Some(p.bpp)).unwrap_or(f64::NAN),
        scores: metrics.iter().filter_map(|m| Some((m.key.clone(), mean(&points, &|p| p.score(m))?))).collect(),
        enc_s: mean(&points, &|p| p.enc_s),
        dec_s: mean(&points, &|p| p.dec_s),
        size: None,
        extra: points[0].extra(SCALE).map(|scale| (SCALE.to_owned(), scale.to_owned())).into_iter().collect(),
    };
    complete.map(point).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rd::analysis::fixtures::{at_scale, points};
    use crate::rd::points::by_codec;

    #[test]
    fn means_are_of_one_quality_and_one_scale() {
        let of = |image| {
            let half = at_scale("1/2", points("ours", image, &[(1.0, 500, 20.0)]));
            [points("ours", image, &[(1.0, 1000, 40.0)]), half].concat()
        };
        let all = [of("a"), of("b"), points("paper", MEAN_OF_SET, &[(1.0, 1500, 45.0)])].concat();
        let Means(means) = Means::of(&by_codec(&all), &Metrics::built_in());
        let found: Vec<_> = means.iter().map(|p| (p.scores["ssim2"], p.scale().to_string())).collect();
        assert_eq!(found, [(20.0, "1/2".to_owned()), (40.0, "1".to_owned())]);
    }

    #[test]
    fn a_codec_with_means_alone_is_compared_by_the_means_of_the_other() {
        let all = [
            // At q 3 a picture is missing.
            points("ours", "a", &[(1.0, 1000, 40.0), (2.0, 3000, 60.0), (3.0, 9000, 90.0)]),
            points("ours", "b", &[(1.0, 2000, 50.0), (2.0, 7000, 80.0)]),
            points("other", "a", &[(1.0, 1000, 40.0)]),
            points("paper", MEAN_OF_SET, &[(1.0, 1500, 45.0), (2.0, 5000, 70.0)]),
        ]
        .concat();
        let codecs = by_codec(&all);
        let means = Means::of(&codecs, &Metrics::built_in());
        let find = |name: &str| codecs.iter().find(|(n, _)| *n == name).map(|(n, images)| (*n, images)).unwrap();
        let (test, anchor, note) = means.pair(find("ours"), find("paper"));
        let found: Vec<_> = test[MEAN_OF_SET].iter().map(|p| (p.q, p.scores["ssim2"])).collect();
        assert_eq!(found, [(1.0, 45.0), (2.0, 70.0)]);
        // A tenth of a bit for each thousand bytes.
        assert!((test[MEAN_OF_SET][0].bpp - 0.15).abs() < 1e-12 && (test[MEAN_OF_SET][1].bpp - 0.5).abs() < 1e-12);
        assert_eq!((test.len(), anchor.len()), (1, 1));
        assert!(note.unwrap().contains("ours by those over its 2 pictures"));
        // Two codecs with pictures are compared by these.
        let (test, _, note) = means.pair(find("ours"), find("other"));
        assert_eq!((test.len(), note), (2, None));
    }
}
