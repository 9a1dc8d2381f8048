//! `kvant completions` and `kvant man`.

use std::path::Path;

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::args::Cli;
use crate::base::error::{CliError, Result};
use crate::base::print::print_bytes;

/// Prints a completion script.
pub(crate) fn completions(shell: Shell) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "kvant", &mut script);
    print_bytes(&script)
}

/// Prints the main page, or writes every page into `folder`.
pub(crate) fn man(folder: Option<&Path>) -> Result<()> {
    let Some(folder) = folder else {
        let mut page = Vec::new();
        let rendered = clap_mangen::Man::new(Cli::command()).render(&mut page);
        rendered.map_err(|e| CliError::Run(format!("cannot render the manual page: {e}")))?;
        return print_bytes(&page);
    };
    clap_mangen::generate_to(Cli::command(), folder).map_err(|e| CliError::writing(folder, &e))
}
