//! What papers print of results. `kvant rd table`: [`contents`] computes it, [`mod@table`] holds
//! it, and [`latex`] is one of its forms. `kvant rd plot`: [`plot`] has it drawn as for reports,
//! and [`render`] makes PDF and PNG of that.

mod contents;
mod latex;
mod options;
pub(crate) mod plot;
mod render;
mod table;

use std::path::{Path, PathBuf};

use crate::base::error::{CliError, Result};
use crate::base::print::{print_error, print_text};
use crate::rd::analysis::curve::Interpolation;
use crate::rd::analysis::means::Means;
use crate::rd::args::TableArgs;
use crate::rd::metric::Panel;
use crate::rd::points::{ByImage, by_codec};
use crate::rd::report::Input;
use contents::{Codec, Curves, Measure};

pub(crate) use options::PlotArgs;

/// Runs `kvant rd table`.
pub(crate) fn table(args: &TableArgs) -> Result<()> {
    let input = read(&args.results, args.metric_file.as_deref())?;
    let measured = by_codec(&input.points);
    let panel = |wanted: &[String]| Panel::new(&input.metrics, wanted, &input.points);
    let interpolation = if args.akima { Interpolation::Akima } else { Interpolation::Pchip };
    let curves = Curves { means: Means::of(&measured, &input.metrics), interpolation };
    let measure = if args.quality { Measure::Quality } else { Measure::Rate };
    let named: Vec<Codec<'_>> = args.codec.iter().map(|name| find(&measured, name)).collect::<Result<_>>()?;
    let all = || measured.iter().map(|(name, images)| (*name, images));
    let table = match (&args.matrix, &args.anchor) {
        (Some(name), _) => {
            let codecs = if named.is_empty() { all().collect() } else { named };
            contents::matrix(&codecs, panel(std::slice::from_ref(name))?.first(), &curves, measure)?
        }
        (None, anchor) => {
            let anchor = find(&measured, anchor.as_deref().unwrap_or_default())?;
            let mut tests = if named.is_empty() { all().collect() } else { named };
            tests.retain(|codec| codec.0 != anchor.0);
            let mut panel = panel(&args.metrics)?;
            if !args.metrics.is_empty() {
                panel.watched.clear();
            }
            contents::against(&tests, anchor, &panel, &curves, measure)?
        }
    };
    print_text(&match () {
        () if args.latex => latex::latex(&table),
        () if args.md => table.markdown(),
        () if args.csv => table.csv(),
        () => table.text(),
    })?;
    end(&input.problems)
}

/// The points of codecs with qualities: the others have no curves.
fn read(results: &[PathBuf], metric_file: Option<&Path>) -> Result<Input> {
    let input = Input::read(results, metric_file)?;
    match input.points.is_empty() {
        true => Err(CliError::Input("there are only points of lossless codecs: they have no curves".to_owned())),
        false => Ok(input),
    }
}

/// What was made is there, and what was left out is told.
fn end(problems: &[String]) -> Result<()> {
    let Some((last, others)) = problems.split_last() else {
        return Ok(());
    };
    others.iter().for_each(|problem| print_error(&format!("kvant: {problem}\n")));
    Err(CliError::Run(last.clone()))
}

fn find<'a>(measured: &'a [(&'a str, ByImage<'a>)], name: &str) -> Result<Codec<'a>> {
    measured.iter().find(|(n, _)| *n == name).map(|(name, images)| (*name, images)).ok_or_else(|| {
        let known: Vec<_> = measured.iter().map(|(name, _)| *name).collect();
        CliError::Usage(format!("no codec {name:?} in these results; there are {}", known.join(", ")))
    })
}
