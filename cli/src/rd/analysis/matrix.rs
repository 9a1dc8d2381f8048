//! All codecs against all by one metric.

use std::sync::Arc;

use super::curve::Interpolation;
use super::means::Means;
use super::pairs::Pairs;
use super::summary::Summary;
use crate::rd::metric::Metric;
use crate::rd::points::ByImage;

/// A row a codec, a column an anchor: what `of` makes of each pair over the pictures that both
/// have, or over `means` of the set where one of them has no more. `None` where a codec meets
/// itself, and where no picture compares.
pub(crate) fn matrix<T>(
    codecs: &[(&str, &ByImage<'_>)],
    means: &Means,
    metric: &Arc<Metric>,
    interpolation: Interpolation,
    of: impl Fn(&Summary) -> Option<T>,
) -> Vec<Vec<Option<T>>> {
    let cell = |test: &(&str, &ByImage<'_>), anchor: &(&str, &ByImage<'_>)| {
        let is_other = test.0 != anchor.0;
        let (test, anchor, _) = is_other.then(|| means.pair(*test, *anchor))?;
        of(&Summary::new(&Pairs::new(&test, &anchor, metric, interpolation), metric.counted())?)
    };
    let row = |test| codecs.iter().map(|anchor| cell(test, anchor)).collect();
    codecs.iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rd::analysis::fixtures::points;
    use crate::rd::metric::Metrics;
    use crate::rd::points::by_codec;

    #[test]
    fn each_codec_meets_each_on_the_pictures_that_both_have() {
        let line = |codec, image, bytes: u64| {
            points(codec, image, &[(1.0, bytes, 40.0), (2.0, 2 * bytes, 60.0), (3.0, 4 * bytes, 80.0)])
        };
        let all =
            [line("a", "x", 1000), line("a", "y", 1000), line("b", "x", 2000), line("b", "y", 1000), line("c", "z", 9)];
        let (all, metrics) = (all.concat(), Metrics::built_in());
        let codecs = by_codec(&all);
        let codecs: Vec<_> = codecs.iter().map(|(name, images)| (*name, images)).collect();
        let ssim2 = metrics.find("ssim2").unwrap();
        let rates = matrix(&codecs, &Means::default(), ssim2, Interpolation::Pchip, |s| {
            Some((s.mean().round() as i32, s.images.len()))
        });
        // Half the bytes on one of two pictures: -50 and 0 %; the other way round 100 and 0 %.
        assert_eq!(rates[0], [None, Some((-25, 2)), None]);
        assert_eq!(rates[1], [Some((50, 2)), None, None]);
        assert_eq!(rates[2], [None, None, None]);
    }
}
