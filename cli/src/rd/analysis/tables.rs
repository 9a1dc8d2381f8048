//! Tables of BD-rates: one set of measured points against another, picture by picture.

use std::fmt::Write as _;

use super::curve::{Axis, Curve, bd_rate};
use crate::rd::points::{ByImage, Point};

/// The curve of one codec on one picture over `axis`; `None` where too few points have that score.
fn curve(points: &[&Point], axis: Axis) -> Option<Curve> {
    let on_axis: Vec<_> = points.iter().filter_map(|p| Some((axis.position(axis.score(&p.scores)?)?, p.bpp))).collect();
    Curve::fit(&on_axis)
}

/// BD-rates of one codec against another over one axis.
#[derive(Debug, Clone)]
pub(crate) struct Summary {
    /// Picture and BD-rate in percent, ascending: the best comes first.
    pub(crate) images: Vec<(String, f64)>,
    /// Points of either codec that were no part of a curve.
    dropped: usize,
}

impl Summary {
    /// Over all pictures that both codecs have. `None` where no picture can be compared.
    pub(crate) fn new(test: &ByImage<'_>, anchor: &ByImage<'_>, axis: Axis) -> Option<Self> {
        let (mut images, mut dropped) = (Vec::new(), 0);
        for (image, points) in test {
            let curves = (curve(points, axis), anchor.get(image).and_then(|points| curve(points, axis)));
            let (Some(test), Some(anchor)) = curves else {
                continue;
            };
            if let Some(ratio) = bd_rate(&test, &anchor, axis) {
                images.push(((*image).to_owned(), 100.0 * ratio));
                dropped += test.dropped + anchor.dropped;
            }
        }
        images.sort_by(|a, b| a.1.total_cmp(&b.1));
        (!images.is_empty()).then_some(Self { images, dropped })
    }

    /// The mean over the pictures: the headline.
    pub(crate) fn mean(&self) -> f64 {
        self.images.iter().map(|i| i.1).sum::<f64>() / self.images.len() as f64
    }

    pub(crate) fn median(&self) -> f64 {
        let n = self.images.len();
        (self.images[(n - 1) / 2].1 + self.images[n / 2].1) / 2.0
    }

    pub(crate) fn worst(&self) -> &(String, f64) {
        &self.images[self.images.len() - 1]
    }
}

/// Percent that come of the rounding of the files alone, which have six decimals.
const NOISE: f64 = 5e-4;

/// A percentage to print: no sign on what is nothing.
fn plain(percent: f64) -> f64 {
    if percent.abs() < NOISE { 0.0 } else { percent }
}

/// A table of `test` against each of `anchors` that has a picture in common with it; `None` where none has.
pub(crate) fn anchors_table(test_name: &str, test: &ByImage<'_>, anchors: &[(&str, ByImage<'_>)]) -> Option<String> {
    let mut rows = String::new();
    for (name, anchor) in anchors {
        write_row(&mut rows, name, test, anchor);
    }
    (!rows.is_empty()).then(|| {
        format!("BD-rate of {test_name} in % (negative: fewer bytes than the anchor)\n{}{rows}", heading("anchor"))
    })
}

/// A table of each of `tests` against `anchor`.
pub(crate) fn codecs_table(tests: &[(&str, ByImage<'_>)], anchor_name: &str, anchor: &ByImage<'_>) -> Option<String> {
    let mut rows = String::new();
    for (name, test) in tests {
        write_row(&mut rows, name, test, anchor);
    }
    (!rows.is_empty())
        .then(|| format!("BD-rate against {anchor_name} in % (negative: fewer bytes)\n{}{rows}", heading("codec")))
}

fn heading(first: &str) -> String {
    let mut top = format!("{:26}", "");
    let mut sub = format!("{first:22}{:>4}", "n");
    for axis in Axis::ALL {
        let _ = write!(top, "   {:<34}", axis.name());
        let _ = write!(sub, "   {:>7} {:>7} {:>7} {:10}", "mean", "median", "worst", "");
    }
    format!("{}\n{}\n", top.trim_end(), sub.trim_end())
}

fn write_row(out: &mut String, name: &str, test: &ByImage<'_>, anchor: &ByImage<'_>) {
    let summaries = Axis::ALL.map(|axis| Summary::new(test, anchor, axis));
    let Some(n) = summaries.iter().flatten().map(|s| s.images.len()).max() else {
        return;
    };
    let mut row = format!("{name:22}{n:>4}");
    for summary in &summaries {
        let _ = match summary {
            None => write!(row, "   {:>7} {:>7} {:>7} {:10}", "-", "-", "-", ""),
            Some(s) => {
                let (image, worst) = s.worst();
                // Where a score is missing on some pictures, the mean is over fewer than the row says.
                let fewer = if s.images.len() < n { format!("({})", s.images.len()) } else { String::new() };
                let label: String = format!("{image}{fewer}").chars().take(10).collect();
                write!(
                    row,
                    "   {:>+7.2} {:>+7.2} {:>+7.2} {label:10}",
                    plain(s.mean()),
                    plain(s.median()),
                    plain(*worst)
                )
            }
        };
    }
    let dropped: usize = summaries.iter().flatten().map(|s| s.dropped).sum();
    let note = if dropped > 0 { format!("  ({dropped} points dropped)") } else { String::new() };
    let _ = writeln!(out, "{}{note}", row.trim_end());
}

/// `test` against one earlier run: the three metrics, with the best and the worst pictures by name, and the change of
/// time.
pub(crate) fn against_table(test: &ByImage<'_>, old_name: &str, old: &ByImage<'_>) -> Option<String> {
    const SHOWN: usize = 3;
    let mut out = String::new();
    for axis in Axis::ALL {
        let Some(s) = Summary::new(test, old, axis) else {
            continue;
        };
        let better = s.images.iter().filter(|i| i.1 < -NOISE).count();
        let _ = writeln!(
            out,
            "  {:14} mean {:+.3}  median {:+.3}  ({better} of {} smaller)",
            axis.name(),
            plain(s.mean()),
            plain(s.median()),
            s.images.len()
        );
        let list = |items: &mut dyn Iterator<Item = &(String, f64)>| -> String {
            items.map(|(image, v)| format!("{image} {:+.2}", plain(*v))).collect::<Vec<_>>().join(", ")
        };
        let _ = writeln!(out, "    best:  {}", list(&mut s.images.iter().take(SHOWN)));
        let _ = writeln!(out, "    worst: {}", list(&mut s.images.iter().rev().take(SHOWN)));
    }
    if out.is_empty() {
        return None;
    }
    let (enc, dec) = time_ratios(test, old);
    if enc.is_finite() && dec.is_finite() {
        let _ = writeln!(out, "  time: encode x{enc:.3}, decode x{dec:.3}");
    }
    Some(format!("BD-rate in % against {old_name}\n{out}"))
}

/// Encode and decode time of `test` over that of `old`, on the pictures and qualities that both have; NaN where
/// there are none.
fn time_ratios(test: &ByImage<'_>, old: &ByImage<'_>) -> (f64, f64) {
    let (mut enc, mut dec) = ((0.0, 0.0), (0.0, 0.0));
    for (image, points) in test {
        for p in points {
            if let Some(o) = old.get(image).and_then(|o| o.iter().find(|o| o.q == p.q)) {
                if let (Some(p), Some(o)) = (p.enc_s, o.enc_s) {
                    enc = (enc.0 + p, enc.1 + o);
                }
                if let (Some(p), Some(o)) = (p.dec_s, o.dec_s) {
                    dec = (dec.0 + p, dec.1 + o);
                }
            }
        }
    }
    (enc.0 / enc.1, dec.0 / dec.1)
}
