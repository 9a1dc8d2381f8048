//! Which build of the program this is: results of another one are not its own.

use std::env;
use std::fs;

use sha2::{Digest as _, Sha256};

use crate::base::error::{CliError, Result};
use crate::base::hex::hex;

/// The commit that the program was built from, as far as the build could tell.
pub(crate) const COMMIT: &str = env!("KVANT_COMMIT");

/// The commit, and a digest of the program's file: any change of the sources, committed or not,
/// changes it.
///
/// # Errors
/// [`CliError::Run`] where the system does not let the program read itself.
pub(crate) fn identity() -> Result<String> {
    let program = env::current_exe().and_then(fs::read);
    let program = program.map_err(|e| CliError::Run(format!("cannot read this program's own file: {e}")))?;
    Ok(format!("{COMMIT} build {}", hex(&Sha256::digest(program)[..6])))
}
