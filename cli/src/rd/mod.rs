//! `kvant rd`: rate and distortion of the encoder, measured and set beside other codecs.
//!
//! [`run`] sends pictures through [`codecs`] and scores them with [`crate::metrics`]; [`points`]
//! holds what was measured; [`analysis`] turns sets of points into numbers and tables.

mod analysis;
mod appender;
mod args;
mod build;
mod check;
mod codecs;
mod corpus;
mod gallery;
mod kept;
mod laboratory;
mod launch;
mod list;
mod merge;
mod metric;
mod paper;
mod point_file;
mod points;
mod presence;
mod progress;
mod record;
mod report;
mod results;
mod run;
mod search;
mod shard;
mod votes;
mod workers;

pub(crate) use args::RdCommand;

use crate::base::error::Result;
use presence::Presence;

/// Runs an `rd` command.
pub(crate) fn execute(command: &RdCommand) -> Result<()> {
    match command {
        RdCommand::Run(args) => run::run(args),
        RdCommand::Bd(args) => analysis::bd::bd(args),
        RdCommand::Report(args) => {
            // Crops and generation loss run codecs.
            let _working = args.chart.is_none().then(Presence::enter);
            report::execute(args)
        }
        RdCommand::Table(args) => paper::table(args),
        RdCommand::Plot(args) => paper::plot::plot(args),
        RdCommand::Check(args) => check::check(args),
        RdCommand::Merge(args) => merge::merge(args),
        RdCommand::Gallery(args) => {
            let _working = Presence::enter();
            gallery::gallery(args)
        }
        RdCommand::Votes(args) => votes::votes(args),
        RdCommand::Launch(args) => launch::launch(args),
        RdCommand::Code(args) => launch::code(args),
        RdCommand::List(args) => list::execute(args, &build::identity()?),
    }
}
