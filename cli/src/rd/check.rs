//! `kvant rd check`: has anything grown since a baseline was measured?

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::analysis::comparison::Comparison;
use super::analysis::curve::Interpolation;
use super::analysis::tables::plain;
use super::args::CheckArgs;
use super::build;
use super::codecs::{self, Resolved};
use super::corpus::{self, CorpusPicture};
use super::metric::{Metrics, Panel};
use super::points::{ByImage, Point, by_codec};
use super::progress::Progress;
use super::results::read_results;
use super::run::PlanRunner;
use super::run::plan::{CodecSeries, Measurement, RunPlan};
use super::run::presence::Presence;
use super::run::workers::workers;
use super::scale::Scale;
use crate::base::error::{CliError, Result};
use crate::base::print::print_text;
use crate::metrics::Selection;

/// Runs the command. [`CliError::Threshold`] where the mean BD-rate of a codec by one of the
/// deciding metrics is above the limit, or the bytes of one without loss have grown by more than
/// that.
pub(crate) fn check(args: &CheckArgs) -> Result<()> {
    let mut metrics = Metrics::shipped();
    let panel = Panel::usual(&metrics, &[]);
    let baseline = read_results(&args.baseline, &mut metrics)?;
    let now = match &args.results {
        Some(path) => read_results(path, &mut metrics)?,
        None => measure(args, &baseline)?,
    };
    let now = by_codec(&now);
    let (mut text, mut regressions) = (String::new(), Vec::new());
    for (codec, old) in by_codec(&baseline) {
        let new = now.iter().find(|(name, _)| *name == codec).map(|(_, images)| images);
        let new = new.ok_or_else(|| CliError::Run(format!("{codec} of the baseline was not measured")))?;
        covers(codec, new, &old)?;
        if let Some(percent) = growth(new, &old) {
            let _ = writeln!(text, "{codec} against the baseline, lossless: bytes {:+.3} %", plain(percent));
            if percent > args.max_regress {
                regressions.push(format!("{codec}: bytes {percent:+.3} %"));
            }
            continue;
        }
        let _ = writeln!(text, "{codec} against the baseline, BD-rate in %");
        let comparison = Comparison::new((codec, new), (codec, &old), &panel, Interpolation::Pchip);
        for metric in &panel.deciding {
            let summary = comparison.as_ref().and_then(|c| c.summary(metric));
            let summary =
                summary.ok_or_else(|| CliError::Run(format!("{codec}: {} cannot be compared", metric.name)))?;
            let (mean, worst) = (plain(summary.mean()), summary.worst());
            let _ = writeln!(
                text,
                "  {:14} mean {mean:+.3}  worst {:+.3} ({})",
                metric.name,
                plain(worst.percent),
                worst.image
            );
            if mean > args.max_regress {
                regressions.push(format!("{codec}: {} {mean:+.3} %", metric.name));
            }
        }
    }
    print_text(&text)?;
    if regressions.is_empty() {
        return Ok(());
    }
    Err(CliError::Threshold(format!(
        "larger files than the baseline's, limit {} %: {}",
        args.max_regress,
        regressions.join("; ")
    )))
}

/// How many percent more bytes the pictures of `old` take in `new`, where all are lossless; each
/// has one point.
fn growth(new: &ByImage<'_>, old: &ByImage<'_>) -> Option<f64> {
    let all_lossless = old.values().flatten().all(|p| p.is_lossless());
    let bytes = |images: &ByImage<'_>| {
        let points = images.iter().filter(|(image, _)| old.contains_key(*image)).flat_map(|(_, points)| points);
        points.filter_map(|p| p.bytes).sum::<u64>() as f64
    };
    all_lossless.then(|| 100.0 * (bytes(new) / bytes(old) - 1.0))
}

/// Whether `new` has every point of `old`: a comparison of what is left would hide what has failed.
fn covers(codec: &str, new: &ByImage<'_>, old: &ByImage<'_>) -> Result<()> {
    for (image, points) in old {
        for p in points {
            if !new.get(image).is_some_and(|n| n.iter().any(|n| (n.q, n.scale()) == (p.q, p.scale()))) {
                return Err(CliError::Run(format!(
                    "{codec}, {image}: no point at quality {}, which the baseline has",
                    p.quality()
                )));
            }
        }
    }
    Ok(())
}

/// The points of the baseline, measured by this build.
fn measure(args: &CheckArgs, baseline: &[Point]) -> Result<Vec<Point>> {
    let sources: Vec<CorpusPicture> = match args.input.is_empty() {
        true => corpus::embedded(),
        false => corpus::pictures(&args.input, false)?.into_iter().flatten().collect(),
    };
    let images: BTreeSet<_> = baseline.iter().map(|p| p.image.as_str()).collect();
    let known: BTreeSet<_> = sources.iter().map(|s| s.name.as_str()).collect();
    if let Some(missing) = images.difference(&known).next() {
        return Err(CliError::Usage(format!(
            "picture {missing} of the baseline is not among the inputs; -i names its folder"
        )));
    }
    let sources = sources.iter().filter(|s| images.contains(s.name.as_str())).cloned().collect();

    let mut qualities: BTreeMap<&str, (Vec<f64>, Vec<Scale>)> = BTreeMap::new();
    for p in baseline {
        let (qualities, scales) = qualities.entry(&p.codec).or_default();
        qualities.push(p.q);
        scales.push(p.scale());
    }
    let peers = codecs::Peers::default();
    let build = build::identity()?;
    let series = qualities.iter().map(|(spec, (qualities, scales))| match codecs::resolve(spec, &peers, &build)? {
        Resolved::Ready(codec) => Ok(CodecSeries::new(codec, Some(qualities)).at(scales)),
        Resolved::Missing { name, reason } => Err(CliError::Run(format!("{name}: {reason}"))),
    });
    let scoring = Selection { ms_ssim: false, ..Selection::ALL }.into();
    let (plan, mut problems) = RunPlan::new(series.collect::<Result<_>>()?, sources, scoring, None);
    // Qualities may differ between pictures: only what the baseline has is measured.
    let wanted: BTreeSet<_> = baseline.iter().map(Point::identity).collect();
    let is_wanted = |m: &Measurement| wanted.contains(&plan.identity(m));
    let measurements: Vec<_> = plan.measurements.iter().filter(|m| is_wanted(m)).copied().collect();

    let found = std::sync::Mutex::new(Vec::new());
    let progress = Progress::new(measurements.len(), false, false);
    let presence = Presence::enter();
    let (workers, progress) = (workers(args.jobs), &progress);
    let runner = PlanRunner { plan: &plan, workers, clock: None, progress, scored: true };
    problems.extend(runner.execute(&measurements, &|_, measured| {
        found.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(measured.point);
        Ok(())
    })?);
    progress.finish();
    drop(presence);
    match problems.len() {
        0 => Ok(found.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)),
        n => Err(CliError::Run(format!("{n} measurements failed, the first: {}", problems[0]))),
    }
}
