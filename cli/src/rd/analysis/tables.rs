//! Tables of BD-rates for the terminal.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::comparison::Comparison;
use super::curve::Interpolation;
use super::equal::Sizes;
use super::grid::Grid;
use super::notes::notes;
use super::summary::{ImageRate, NOISE, Quality, Summary};
use super::wilcoxon::Wilcoxon;
use crate::rd::metric::Panel;
use crate::rd::points::ByImage;

/// Characters of a picture's name in a table.
const LABEL: usize = 12;

/// A percentage to print: no minus on what is nothing.
pub(crate) fn plain(percent: f64) -> f64 {
    if percent.abs() < NOISE { 0.0 } else { percent }
}

/// A percentage with its sign.
pub(super) fn percent(value: f64) -> String {
    format!("{:+.2}", plain(value))
}

/// What `cell` makes of a figure that may not be there.
pub(super) fn or_dash<T>(value: Option<T>, cell: impl FnOnce(T) -> String) -> String {
    value.map_or_else(|| "-".to_owned(), cell)
}

/// How many times as long something takes.
pub(super) fn times(ratio: f64) -> String {
    format!("x{ratio:.2}")
}

/// How probable a difference as clear is by chance.
pub(crate) fn p_value(test: &Wilcoxon) -> String {
    if test.p < 0.0001 { "<0.0001".to_owned() } else { format!("{:.4}", test.p) }
}

/// The 95 % interval of the mean.
pub(super) fn interval(summary: &Summary) -> String {
    let (lo, hi) = summary.interval();
    format!("{}..{}", percent(lo), percent(hi))
}

/// Everything about comparisons with one anchor.
pub(crate) fn codecs_table(comparisons: &[Comparison], anchor: &str, panel: &Panel) -> String {
    let (rates, first) = (rates_grid("<codec", comparisons, panel, |c| &c.codec), &panel.first().name);
    let mut text = format!("BD-rate against {anchor} in % (negative: fewer bytes)\n{}", rates.render());
    let mut part = |title: &str, grid: Option<Grid>| {
        if let Some(grid) = grid {
            let _ = write!(text, "\n{title}\n{}", grid.render());
        }
    };
    part(
        "95 % interval of the mean, pictures with fewer / more bytes, and p by Wilcoxon's signed-rank test",
        Some(spread_grid(comparisons, panel)),
    );
    part("BD-quality: mean difference at equal bytes, and its 95 % interval", quality_grid(comparisons, panel));
    part(&format!("{first} by band: mean (pictures)"), bands_grid(comparisons, panel));
    part(
        &format!("Bytes at equal {first}: % (kB / kB of {anchor}, geometric means over pictures)"),
        equal_grid(comparisons, panel),
    );
    part("Watched: means; and times as multiples of the anchor's", watched_grid(comparisons, panel));
    let notes = notes(comparisons);
    if !notes.is_empty() {
        let _ = write!(text, "\n{}\n", notes.join("\n"));
    }
    text
}

/// A row a comparison: mean, median and worst picture by each metric that decides.
fn rates_grid(first: &str, comparisons: &[Comparison], panel: &Panel, name: impl Fn(&Comparison) -> &String) -> Grid {
    let mut grid = Grid { heading: vec![first.to_owned(), "n".to_owned()], ..Grid::default() };
    for metric in &panel.deciding {
        grid.groups.push((grid.heading.len(), metric.name.clone()));
        grid.heading.extend(["mean", "median", "worst", "<picture"].map(str::to_owned));
    }
    for c in comparisons {
        let mut row = vec![name(c).clone(), c.images().to_string()];
        for metric in &panel.deciding {
            row.extend(match c.summary(metric) {
                None => ["-", "-", "-", "-"].map(str::to_owned),
                Some(s) => {
                    let worst = s.worst();
                    // Where a score is missing on some pictures, the mean is over fewer than the
                    // row says.
                    let n = s.images.len();
                    let fewer = if n < c.images() { format!(" ({n})") } else { String::new() };
                    let label: String = worst.image.chars().take(LABEL).collect();
                    [percent(s.mean()), percent(s.median()), percent(worst.percent), label + &fewer]
                }
            });
        }
        grid.rows.push(row);
    }
    grid
}

fn spread_grid(comparisons: &[Comparison], panel: &Panel) -> Grid {
    let mut grid = Grid { heading: vec!["<codec".to_owned()], ..Grid::default() };
    for metric in &panel.deciding {
        grid.groups.push((grid.heading.len(), metric.name.clone()));
        grid.heading.extend(["interval", "fewer/more", "p"].map(str::to_owned));
    }
    for c in comparisons {
        let mut row = vec![c.codec.clone()];
        for metric in &panel.deciding {
            let summary = c.summary(metric);
            row.push(or_dash(summary, interval));
            row.push(or_dash(summary, |s| format!("{}/{}", s.wins(), s.losses())));
            row.push(or_dash(summary.and_then(Summary::wilcoxon), |test| p_value(&test)));
        }
        grid.rows.push(row);
    }
    grid
}

/// How much better each codec is at equal bytes, by each metric in the unit of its axis.
fn quality_grid(comparisons: &[Comparison], panel: &Panel) -> Option<Grid> {
    let heading = ["<codec"].into_iter().chain(panel.deciding.iter().map(|m| m.name.as_str()));
    let mut grid = Grid { heading: heading.map(str::to_owned).collect(), ..Grid::default() };
    let cell = |q: Quality| {
        let (lo, hi) = q.interval;
        format!("{:+.3} ({lo:+.3}..{hi:+.3})", q.mean)
    };
    for c in comparisons {
        let qualities = panel.deciding.iter().map(|metric| c.summary(metric).and_then(Summary::quality));
        let cells: Vec<_> = qualities.map(|q| or_dash(q, cell)).collect();
        if cells.iter().any(|cell| cell != "-") {
            grid.rows.push([c.codec.clone()].into_iter().chain(cells).collect());
        }
    }
    (!grid.rows.is_empty()).then_some(grid)
}

/// How a band is called.
pub(super) fn band_name((low, high): &(f64, f64)) -> String {
    format!("{low}-{high}")
}

fn bands_grid(comparisons: &[Comparison], panel: &Panel) -> Option<Grid> {
    let bands = &panel.first().bands;
    let heading = bands.iter().map(band_name);
    let mut grid = Grid { heading: [String::from("<codec")].into_iter().chain(heading).collect(), ..Grid::default() };
    for c in comparisons.iter().filter(|c| !c.bands.is_empty()) {
        let cell = |s: &Summary| format!("{} ({})", percent(s.mean()), s.images.len());
        let cells = bands.iter().map(|band| or_dash(c.band(*band), cell));
        grid.rows.push([c.codec.clone()].into_iter().chain(cells).collect());
    }
    (!grid.rows.is_empty()).then_some(grid)
}

fn equal_grid(comparisons: &[Comparison], panel: &Panel) -> Option<Grid> {
    let heading = panel.first().levels.iter().map(f64::to_string);
    let mut grid = Grid { heading: [String::from("<codec")].into_iter().chain(heading).collect(), ..Grid::default() };
    for c in comparisons.iter().filter(|c| c.equal.iter().any(|e| e.sizes.is_some())) {
        let cell = |s: &Sizes| {
            let [test, anchor] = [s.test, s.anchor].map(|bytes| or_dash(bytes, |b| format!("{:.1}", b / 1000.0)));
            format!("{} ({test}/{anchor}, {})", percent(s.percent), s.images)
        };
        let cells = c.equal.iter().map(|e| or_dash(e.sizes.as_ref(), cell));
        grid.rows.push([c.codec.clone()].into_iter().chain(cells).collect());
    }
    (!grid.rows.is_empty()).then_some(grid)
}

/// The metrics that do not decide, above all MS-SSIM as a guard, and the times.
fn watched_grid(comparisons: &[Comparison], panel: &Panel) -> Option<Grid> {
    let watched = panel.watched.iter().map(|m| m.name.as_str());
    let heading = ["<codec"].into_iter().chain(watched).chain(["encode", "decode"]);
    let mut grid = Grid { heading: heading.map(str::to_owned).collect(), ..Grid::default() };
    for c in comparisons {
        let mut row = vec![c.codec.clone()];
        row.extend(panel.watched.iter().map(|m| or_dash(c.summary(m), |s| percent(s.mean()))));
        row.extend([c.enc_ratio, c.dec_ratio].map(|ratio| or_dash(ratio, times)));
        if row.iter().skip(1).any(|cell| cell != "-") {
            grid.rows.push(row);
        }
    }
    (!grid.rows.is_empty()).then_some(grid)
}

/// The rates on each picture that compares by a metric that decides, by name of picture, with a
/// cell a metric.
pub(super) fn rates_by_image(comparison: &Comparison, panel: &Panel) -> Vec<(String, Vec<String>)> {
    let summaries: Vec<_> = panel.deciding.iter().map(|metric| comparison.summary(metric)).collect();
    let images: BTreeSet<&str> = summaries.iter().flatten().flat_map(|s| &s.images).map(|i| i.image.as_str()).collect();
    let rate = |s: &Summary, image: &str| s.images.iter().find(|i| i.image == image).map(|i| i.percent);
    let cells = |image: &str| summaries.iter().map(|s| or_dash(s.and_then(|s| rate(s, image)), percent)).collect();
    images.into_iter().map(|image| (image.to_owned(), cells(image))).collect()
}

/// A row a picture.
pub(crate) fn images_table(comparison: &Comparison, panel: &Panel) -> String {
    let heading = ["<picture"].into_iter().chain(panel.deciding.iter().map(|m| m.name.as_str()));
    let rows =
        rates_by_image(comparison, panel).into_iter().map(|(image, cells)| [image].into_iter().chain(cells).collect());
    let grid = Grid { heading: heading.map(str::to_owned).collect(), rows: rows.collect(), ..Grid::default() };
    format!("BD-rate of {} against {} in % by picture\n{}", comparison.codec, comparison.anchor, grid.render())
}

/// A table of `test` against each of `anchors` that has a picture in common with it; `None` where
/// none has.
pub(crate) fn anchors_table(
    test: (&str, &ByImage<'_>),
    anchors: &[(&str, ByImage<'_>)],
    panel: &Panel,
) -> Option<String> {
    let (test_name, _) = test;
    let compare = |(name, anchor): &(&str, _)| Comparison::new(test, (name, anchor), panel, Interpolation::default());
    let comparisons: Vec<_> = anchors.iter().filter_map(compare).collect();
    (!comparisons.is_empty()).then(|| {
        let grid = rates_grid("<anchor", &comparisons, panel, |c| &c.anchor);
        format!("BD-rate of {test_name} in % (negative: fewer bytes than the anchor)\n{}", grid.render())
    })
}

/// `test` against one earlier run: the metrics that decide, with the best and the worst pictures by
/// name, and the change of time. `None` where no picture compares.
pub(crate) fn against_table(test: &ByImage<'_>, old_name: &str, old: &ByImage<'_>, panel: &Panel) -> Option<String> {
    const SHOWN: usize = 3;
    let comparison = Comparison::new(("", test), (old_name, old), panel, Interpolation::default())?;
    let mut out = format!("BD-rate in % against {old_name}\n");
    for s in panel.deciding.iter().filter_map(|metric| comparison.summary(metric)) {
        let _ = writeln!(
            out,
            "  {:14} mean {:+.3} ({})  median {:+.3}  ({} of {} smaller)",
            s.metric.name,
            plain(s.mean()),
            interval(s),
            plain(s.median()),
            s.wins(),
            s.images.len()
        );
        let list = |items: &mut dyn Iterator<Item = &ImageRate>| -> String {
            items.map(|i| format!("{} {}", i.image, percent(i.percent))).collect::<Vec<_>>().join(", ")
        };
        let _ = writeln!(out, "    best:  {}", list(&mut s.images.iter().take(SHOWN)));
        let _ = writeln!(out, "    worst: {}", list(&mut s.images.iter().rev().take(SHOWN)));
    }
    if let (Some(enc), Some(dec)) = (comparison.enc_ratio, comparison.dec_ratio) {
        let _ = writeln!(out, "  time: encode x{enc:.3}, decode x{dec:.3}");
    }
    Some(out)
}
