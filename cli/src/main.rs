//! The `kvant` command: encodes and decodes pictures, tells about streams, compares pictures,
//! measures the codec.
//!
//! Folders form a chain, and each names only those behind it: [`commands`], [`args`], [`rd`],
//! [`metrics`], [`pictures`], [`base`].

mod args;
mod base;
mod commands;
mod metrics;
mod pictures;
mod rd;

use std::env;
use std::process::ExitCode;

use clap::Parser as _;

use args::{Cli, Command, shorthand};
use base::error::CliError;
use base::{output, print};
use commands::{compare, decode, encode, info, manual, view};

fn main() -> ExitCode {
    let args = match shorthand::complete(env::args_os().collect()) {
        Ok(args) => args,
        Err(e) => return failed(&e),
    };
    // Wrong command lines end here, with code 2.
    let cli = Cli::try_parse_from(&args).unwrap_or_else(|e| shorthand::explained(e, &args).exit());
    output::handle_interrupts();
    let result = match &cli.command {
        Command::Encode(args) => encode::execute(args),
        Command::Decode(args) => decode::execute(args),
        Command::Info(args) => info::execute(args),
        Command::Compare(args) => compare::execute(args),
        Command::View(args) => view::execute(args),
        Command::Rd(command) => rd::execute(command),
        Command::Completions { shell } => manual::completions(*shell),
        Command::Man { folder } => manual::man(folder.as_deref()),
    };
    result.map_or_else(|e| failed(&e), |()| ExitCode::SUCCESS)
}

/// Says why the program ends.
fn failed(error: &CliError) -> ExitCode {
    if *error != CliError::BrokenPipe {
        print::print_fault(error);
    }
    ExitCode::from(error)
}
