//! Lossless codecs side by side: what comes back is the picture, so that there are no curves, only
//! bytes and times.

use std::fmt::Write as _;

use serde::Serialize;

use super::summary::ImageRate;
use crate::rd::points::{ByImage, Point, TIMING, by_codec};

/// Every lossless codec against one of them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Lossless {
    /// The first that was measured.
    pub(crate) codec: String,
    /// The one that all are compared with.
    pub(crate) anchor: String,
    /// The smallest files first.
    pub(crate) rows: Vec<Row>,
    /// Codecs without a picture of the anchor's.
    pub(crate) left_out: Vec<String>,
}

/// One codec, over the pictures that the anchor has too.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Row {
    pub(crate) codec: String,
    pub(crate) pictures: usize,
    /// Sum over the pictures.
    pub(crate) bytes: u64,
    /// Geometric mean of the bytes against those of the anchor, less 1, in percent.
    pub(crate) percent: f64,
    pub(crate) best: ImageRate,
    pub(crate) worst: ImageRate,
    /// Mean seconds a picture, where all were timed.
    pub(crate) enc_s: Option<f64>,
    pub(crate) dec_s: Option<f64>,
    /// What the times are the times of.
    pub(crate) timing: String,
}

impl Lossless {
    /// Compares the codecs of `points`, all of which are lossless, with `wanted` where it is one of
    /// them, else with the second that was measured. `None` where there is no point.
    pub(crate) fn new(points: &[Point], wanted: Option<&str>) -> Option<Self> {
        let codecs = by_codec(points);
        let (first, _) = codecs.first()?;
        let named = codecs.iter().find(|(name, _)| Some(*name) == wanted);
        let (anchor, of_anchor) = named.or(codecs.get(1)).or(codecs.first())?;
        let (mut rows, mut left_out) = (Vec::new(), Vec::new());
        for (name, images) in &codecs {
            match Row::new(name, images, of_anchor) {
                Some(row) => rows.push(row),
                None => left_out.push((*name).to_owned()),
            }
        }
        rows.sort_by(|a, b| a.percent.total_cmp(&b.percent));
        Some(Self { codec: (*first).to_owned(), anchor: (*anchor).to_owned(), rows, left_out })
    }

    /// The row of a codec.
    pub(crate) fn row(&self, codec: &str) -> Option<&Row> {
        self.rows.iter().find(|r| r.codec == codec)
    }

    /// The table for a terminal.
    pub(crate) fn text(&self) -> String {
        let mut text = format!("Lossless, every picture exact; bytes in % against {}\n", self.anchor);
        let _ = writeln!(
            text,
            "{:>20} {:>8} {:>12} {:>8}  {:24}  {:24} {:>9} {:>9}",
            "codec", "pictures", "bytes", "mean %", "best", "worst", "enc s", "dec s"
        );
        let time = |s: Option<f64>| s.map_or("-".to_owned(), |s| format!("{s:.4}"));
        let rate = |r: &ImageRate| format!("{:+.2} ({})", r.percent, r.image);
        for r in &self.rows {
            let (best, worst, enc, dec) = (rate(&r.best), rate(&r.worst), time(r.enc_s), time(r.dec_s));
            let _ = writeln!(
                text,
                "{:>20} {:>8} {:>12} {:>+8.2}  {best:24}  {worst:24} {enc:>9} {dec:>9}",
                r.codec, r.pictures, r.bytes, r.percent
            );
        }
        for name in &self.left_out {
            let _ = writeln!(text, "{name} has no picture in common with {}", self.anchor);
        }
        text
    }
}

impl Row {
    /// `None` where no picture is in both.
    fn new(codec: &str, images: &ByImage<'_>, anchor: &ByImage<'_>) -> Option<Self> {
        // A codec without quality has one point a picture; of several, from different files, the
        // last counts.
        let last = |images: &ByImage<'_>, image: &str| images.get(image).and_then(|p| p.last().copied().cloned());
        let pairs: Vec<(Point, Point)> =
            images.keys().filter_map(|image| Some((last(images, image)?, last(anchor, image)?))).collect();
        // The same picture: bytes tell more digits than bits per pixel.
        let ratio = |(p, a): &(Point, Point)| match (p.bytes, a.bytes) {
            (Some(p), Some(a)) => p as f64 / a as f64,
            _ => p.bpp / a.bpp,
        };
        let logs: Vec<f64> = pairs.iter().map(|pair| ratio(pair).ln()).collect();
        let percent = |log: f64| 100.0 * (log.exp() - 1.0);
        let rates = pairs.iter().zip(&logs).map(|((p, _), log)| ImageRate {
            image: p.image.clone(),
            percent: percent(*log),
            quality: None,
        });
        let by_rate = |a: &ImageRate, b: &ImageRate| a.percent.total_cmp(&b.percent);
        let mean = |time: fn(&Point) -> Option<f64>| {
            let total: Option<f64> = pairs.iter().map(|(p, _)| time(p)).sum();
            total.map(|s| s / pairs.len() as f64)
        };
        Some(Self {
            codec: codec.to_owned(),
            pictures: pairs.len(),
            bytes: pairs.iter().filter_map(|(p, _)| p.bytes).sum(),
            percent: percent(logs.iter().sum::<f64>() / logs.len() as f64),
            best: rates.clone().min_by(by_rate)?,
            worst: rates.max_by(by_rate)?,
            enc_s: mean(|p| p.enc_s),
            dec_s: mean(|p| p.dec_s),
            timing: pairs.first().and_then(|(p, _)| p.extra(TIMING)).unwrap_or_default().to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rd::metric::Metrics;
    use crate::rd::point_file::parse_csv;

    #[test]
    fn ratios_are_geometric_means_over_the_pictures_in_common() {
        let text = "codec,image,q,bytes,bpp,ssim2,ba_p3,ba_max,psnr_y,psnr_rgb,enc_s,dec_s,w,h,lossless\n\
                    ours,a,100,500,1,,,,,,0.5,0.1,8,8,yes\n\
                    ours,b,100,800,1,,,,,,1.5,,8,8,yes\n\
                    ours,c,100,1,1,,,,,,9,,8,8,yes\n\
                    png,a,100,1000,1,,,,,,,,8,8,yes\n\
                    png,b,100,900,1,,,,,,,,8,8,yes\n\
                    alone,z,100,900,1,,,,,,,,8,8,yes\n";
        let all = Lossless::new(&parse_csv(text, &Metrics::built_in()).unwrap(), Some("missing")).unwrap();
        assert_eq!(
            (all.codec.as_str(), all.anchor.as_str(), all.left_out.as_slice()),
            ("ours", "png", &["alone".to_owned()][..])
        );
        let ours = all.row("ours").unwrap();
        assert_eq!(
            (ours.pictures, ours.bytes, ours.best.image.as_str(), ours.worst.image.as_str()),
            (2, 1300, "a", "b")
        );
        // sqrt(500/1000 * 800/900) - 1 by hand.
        assert!((ours.percent + 33.333_333).abs() < 1e-5, "{}", ours.percent);
        assert_eq!((ours.enc_s, ours.dec_s, all.row("png").unwrap().percent), (Some(1.0), None, 0.0));
    }
}
