//! The `kvant` command: encodes and decodes pictures, tells about streams, compares pictures, measures the codec.

mod args;
mod commands;
mod cpu;
mod error;
mod output;
mod pictures;
mod plan;
mod rd;
mod report;
mod values;

use std::process::ExitCode;

use clap::Parser as _;

use args::{Cli, Command};
use commands::{compare, decode, encode, info, manual};
use error::CliError;

fn main() -> ExitCode {
    // Wrong command lines end here, with code 2.
    let cli = Cli::parse();
    output::handle_interrupts();
    let result = match &cli.command {
        Command::Encode(args) => encode::execute(args),
        Command::Decode(args) => decode::execute(args),
        Command::Info(args) => info::execute(args),
        Command::Compare(args) => compare::execute(args),
        Command::Rd(command) => rd::execute(command),
        Command::Completions { shell } => manual::completions(*shell),
        Command::Man { folder } => manual::man(folder.as_deref()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(CliError::BrokenPipe) => ExitCode::from(&CliError::BrokenPipe),
        Err(e) => {
            report::print_error(&format!("kvant: {e}\n"));
            ExitCode::from(&e)
        }
    }
}
