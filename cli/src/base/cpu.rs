//! The CPU level of the environment: the library takes it as a parameter and has no global state of
//! its own.

use std::env;

use kvant::CpuLevel;

use crate::base::error::{CliError, Result};

/// The environment variable that lowers the level.
const VARIABLE: &str = "KVANT_CPU";

/// The level that `KVANT_CPU` asks for by its name, else the machine's best.
///
/// # Errors
/// [`CliError::Usage`] where the variable holds anything else, or a level that the machine does not
/// have: a test of a level must not quietly run another.
pub(crate) fn level() -> Result<CpuLevel> {
    let name = match env::var(VARIABLE) {
        Err(env::VarError::NotPresent) => return Ok(CpuLevel::detect()),
        Err(env::VarError::NotUnicode(_)) => return Err(CliError::Usage(format!("{VARIABLE}: not a level"))),
        Ok(name) if name.is_empty() => return Ok(CpuLevel::detect()),
        Ok(name) => name,
    };
    CpuLevel::available().find(|level| level.name() == name).ok_or_else(|| {
        let names: Vec<&str> = CpuLevel::available().map(CpuLevel::name).collect();
        CliError::Usage(format!("{VARIABLE}={name}: the levels of this machine are {}", names.join(", ")))
    })
}
