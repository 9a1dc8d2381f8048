//! `kvant rd`: rate and distortion of the encoder, measured and set beside other codecs.
//!
//! [`run`] sends the pictures of a [`corpus`] through [`codecs`] and scores them by [`metric`]s;
//! [`programs`] is what codecs and metrics outside have in common. [`points`] are what was
//! measured, [`point_file`] reads and writes them, and [`results`] is the folder that they lie in.
//! [`analysis`] turns sets of points into numbers and tables. [`report`], [`paper`] and [`gallery`]
//! show them; the [`laboratory`] codes again what those show besides.

mod analysis;
mod args;
mod build;
mod check;
mod codecs;
mod corpus;
mod gallery;
mod laboratory;
mod list;
mod merge;
mod metric;
mod paper;
mod point_file;
mod points;
mod programs;
mod progress;
mod report;
mod results;
mod run;
mod scale;

pub(crate) use args::RdCommand;

use crate::base::error::Result;
use run::presence::Presence;

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
        RdCommand::Votes(args) => gallery::votes(args),
        RdCommand::Launch(args) => codecs::launch(args),
        RdCommand::Code(args) => codecs::code(args),
        RdCommand::List(args) => list::execute(args, &build::identity()?),
    }
}
