//! The `kvant` command.

mod cpu;
mod error;
mod output;
mod pictures;
mod rd;

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use error::CliError;

#[derive(Debug, Parser)]
#[command(name = "kvant", version, about = "Kvant, a lossy still-image codec", arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Measure rate and distortion
    #[command(subcommand)]
    Rd(rd::RdCommand),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match &cli.command {
        Command::Rd(command) => rd::execute(command),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(CliError::BrokenPipe) => ExitCode::from(&CliError::BrokenPipe),
        Err(e) => {
            // Standard error may be closed; that must not become a panic.
            let _ = writeln!(std::io::stderr(), "kvant: {e}");
            ExitCode::from(&e)
        }
    }
}
