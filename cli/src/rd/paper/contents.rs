//! What stands in tables for papers.

use std::sync::Arc;

use super::table::{Column, Figure, Kind, Table};
use crate::base::error::{CliError, Result};
use crate::base::print::print_error;
use crate::rd::analysis::comparison::Comparison;
use crate::rd::analysis::curve::Interpolation;
use crate::rd::analysis::matrix::matrix as all_against_all;
use crate::rd::analysis::means::{Means, has_means_alone};
use crate::rd::analysis::summary::Summary;
use crate::rd::metric::{Metric, Panel};
use crate::rd::points::ByImage;

/// A codec with its points.
pub(super) type Codec<'a> = (&'a str, &'a ByImage<'a>);

/// A time as a multiple of the anchor's.
type Ratio = fn(&Comparison) -> Option<f64>;

/// How codecs come to curves: over pictures, or over the means of a set where one of two has no
/// more.
pub(super) struct Curves {
    pub(super) means: Means,
    pub(super) interpolation: Interpolation,
}

/// Whether tables have BD-rates or BD-qualities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Measure {
    Rate,
    Quality,
}

impl Measure {
    fn kind(self) -> Kind {
        match self {
            Self::Rate => Kind::Rate,
            Self::Quality => Kind::Quality,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Rate => "BD-rate in % (negative: fewer bytes)",
            Self::Quality => "BD-quality, the difference at equal bytes (positive: better)",
        }
    }

    fn of(self, summary: &Summary) -> Option<Figure> {
        let p = summary.wilcoxon().map(|test| test.p);
        let figure =
            |value, pictures, interval| Figure { value, pictures, interval: (pictures > 1).then_some(interval), p };
        match self {
            Self::Rate => Some(figure(summary.mean(), summary.images.len(), summary.interval())),
            Self::Quality => summary.quality().map(|q| figure(q.mean, q.n, q.interval)),
        }
    }

    /// The heading of a metric's column: differences have a unit.
    fn heading(self, metric: &Metric) -> String {
        let unit = metric.axis_unit();
        match self {
            Self::Quality if !unit.is_empty() => format!("{} ({unit})", metric.name),
            _ => metric.name.clone(),
        }
    }
}

/// Each of `tests` against `anchor`: a column a metric, and times.
///
/// # Errors
/// [`CliError::Run`] where none of them has a picture and a score in common with the anchor.
pub(super) fn against(
    tests: &[Codec<'_>],
    anchor: Codec<'_>,
    panel: &Panel,
    curves: &Curves,
    measure: Measure,
) -> Result<Table> {
    let (mut comparisons, mut others, mut notes) = (Vec::new(), Vec::new(), Vec::new());
    for test in tests {
        let (of_test, of_anchor, note) = curves.means.pair(*test, anchor);
        match Comparison::new((test.0, &of_test), (anchor.0, &of_anchor), panel, curves.interpolation) {
            Some(comparison) => {
                comparisons.push(comparison);
                notes.extend(note);
            }
            None => others.push(test.0),
        }
    }
    if comparisons.is_empty() {
        let anchor = anchor.0;
        return Err(CliError::Run(format!("nothing to compare with {anchor}: no picture and score in common")));
    }
    if !others.is_empty() {
        print_error(&format!("kvant: no picture and score in common with {}: {}\n", anchor.0, others.join(", ")));
    }
    notes.iter().for_each(|note| print_error(&format!("kvant: {note}\n")));
    let column = |key: &str, name: &str, kind| Column { key: key.to_owned(), name: name.to_owned(), kind };
    let metrics: Vec<_> = panel.iter().filter(|m| comparisons.iter().any(|c| c.summary(m).is_some())).collect();
    let mut columns = vec![column("n", "n", Kind::Count)];
    columns.extend(metrics.iter().map(|m| column(&m.key, &measure.heading(m), measure.kind())));
    let times: [(&str, Ratio); 2] = [("encode", |c| c.enc_ratio), ("decode", |c| c.dec_ratio)];
    let times: Vec<_> = times.into_iter().filter(|(_, ratio)| comparisons.iter().any(|c| ratio(c).is_some())).collect();
    columns.extend(times.iter().map(|(name, _)| column(name, name, Kind::Times)));
    let row = |c: &Comparison| {
        let mut figures = vec![Some(Figure::plain(c.images() as f64, c.images()))];
        figures.extend(metrics.iter().map(|m| c.summary(m).and_then(|s| measure.of(s))));
        figures.extend(times.iter().map(|(_, ratio)| ratio(c).map(|ratio| Figure::plain(ratio, c.images()))));
        (c.codec.clone(), figures)
    };
    let behind = if times.is_empty() { "" } else { "; times as multiples of the anchor's" };
    let (what, anchor) = (measure.name(), anchor.0);
    let of_set = if notes.is_empty() { "" } else { "; n is 1 where means of the set alone compare" };
    let caption = format!("{what} against {anchor}: mean over n pictures and its 95 % interval{of_set}{behind}");
    Ok(Table { caption, columns, rows: comparisons.iter().map(row).collect() })
}

/// Each of `codecs` against each by one metric: a row a codec, a column an anchor.
///
/// # Errors
/// [`CliError::Run`] where no two of them compare.
pub(super) fn matrix(codecs: &[Codec<'_>], metric: &Arc<Metric>, curves: &Curves, measure: Measure) -> Result<Table> {
    let figure = |summary: &Summary| measure.of(summary).map(|f| Figure::plain(f.value, f.pictures));
    let figures = all_against_all(codecs, &curves.means, metric, curves.interpolation, figure);
    let rows: Vec<(String, Vec<Option<Figure>>)> =
        codecs.iter().map(|(name, _)| (*name).to_owned()).zip(figures).collect();
    if rows.iter().all(|(_, figures)| figures.iter().all(Option::is_none)) {
        return Err(CliError::Run(format!("no two codecs have a picture and {} in common", metric.name)));
    }
    let by_means: Vec<_> = codecs.iter().filter(|(_, images)| has_means_alone(images)).map(|(name, _)| *name).collect();
    if !by_means.is_empty() {
        let names = by_means.join(", ");
        print_error(&format!("kvant: compared by means of the set alone: {names}; all must be of one set\n"));
    }
    let column = |codec: &Codec<'_>| Column { key: codec.0.to_owned(), name: codec.0.to_owned(), kind: measure.kind() };
    let caption =
        format!("{} by {}: mean of each row's codec against each column's", measure.name(), measure.heading(metric));
    Ok(Table { caption, columns: codecs.iter().map(column).collect(), rows })
}
