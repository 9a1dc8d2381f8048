//! `kvant rd`: rate and distortion of the encoder, measured and set beside other codecs.
//!
//! [`run`] sends pictures through [`codecs`] and scores them with [`metrics`]; [`points`] holds what was measured;
//! [`analysis`] turns sets of points into numbers and tables.

mod analysis;
mod args;
mod build;
mod check;
mod codecs;
mod corpus;
mod merge;
pub(crate) mod metrics;
mod points;
mod record;
mod run;

pub(crate) use args::RdCommand;

use args::BdArgs;

use crate::error::{CliError, Result};
use crate::output::print_text;

/// Runs an `rd` command.
pub(crate) fn execute(command: &RdCommand) -> Result<()> {
    match command {
        RdCommand::Run(args) => run::run(args),
        RdCommand::Bd(args) => bd_tables(args),
        RdCommand::Check(args) => check::check(args),
        RdCommand::Merge(args) => merge::merge(args),
        RdCommand::List(args) => codecs::list::execute(args, &build::identity()?),
    }
}

/// `kvant rd bd`: tables from files alone.
fn bd_tables(args: &BdArgs) -> Result<()> {
    let mut points = Vec::new();
    for path in &args.results {
        points.extend(points::read_csv(path)?);
    }
    let codecs = points::by_codec(&points);
    let find = |name: &str| {
        codecs.iter().find(|(n, _)| *n == name).ok_or_else(|| {
            let known: Vec<_> = codecs.iter().map(|(n, _)| *n).collect();
            CliError::Usage(format!("no codec {name:?} in these files; there are {}", known.join(", ")))
        })
    };
    let (anchor_name, anchor) = find(&args.anchor)?;
    let tests: Vec<_> = match &args.codec {
        Some(name) => vec![find(name)?.clone()],
        None => codecs.iter().filter(|(n, _)| n != anchor_name).cloned().collect(),
    };
    let text = analysis::tables::codecs_table(&tests, anchor_name, anchor)
        .ok_or_else(|| CliError::Run(format!("nothing to compare with {anchor_name}: no picture in common")))?;
    print_text(&text)
}

#[cfg(test)]
mod tests {
    use std::env;
    use std::path::PathBuf;

    use super::analysis::curve::Axis;
    use super::analysis::tables::Summary;
    use super::points::{by_codec, read_csv};

    /// The measured points of other codecs, which are not part of the repository: `$KVANT_SHARED`, or `shared` beside it.
    fn shared(file: &str) -> Option<PathBuf> {
        let folder = env::var_os("KVANT_SHARED")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared"), PathBuf::from);
        let path = folder.join(file);
        if !path.is_file() {
            eprintln!("SKIPPED: {} is not there (set KVANT_SHARED)", path.display());
            return None;
        }
        Some(path)
    }

    /// The published BD-rates of these files, computed by another program with SciPy's interpolator.
    #[test]
    fn published_bd_rates_are_reproduced() {
        let Some(path) = shared("rd/kodak.csv") else {
            return;
        };
        let points = read_csv(&path).unwrap();
        let codecs = by_codec(&points);
        let find = |name: &str| &codecs.iter().find(|(n, _)| *n == name).unwrap().1;
        for (codec, published) in [("jxl_e7", [16.23, 15.35, 25.31]), ("webp_m6", [29.30, 19.68, 12.64])] {
            for (axis, expected) in Axis::ALL.into_iter().zip(published) {
                let s = Summary::new(find(codec), find("avif_iq_s6"), axis).unwrap();
                assert_eq!(s.images.len(), 24);
                assert!((s.mean() - expected).abs() < 0.05, "{codec} {}: {} is not {expected}", axis.name(), s.mean());
            }
        }
    }
}
