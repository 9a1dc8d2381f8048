//! The CPU level of the environment: the library takes it as a parameter and has no global state of its own.

use std::env;

use kvant::CpuLevel;

use crate::error::{CliError, Result};

/// The environment variable that lowers the level.
const VARIABLE: &str = "KVANT_CPU";

/// The level that `KVANT_CPU` asks for (`scalar` or `avx2`), else the machine's best.
///
/// # Errors
/// [`CliError::Usage`] where the variable holds anything else: a test of a level must not quietly run another.
pub(crate) fn level() -> Result<CpuLevel> {
    match env::var(VARIABLE) {
        Err(env::VarError::NotPresent) => Ok(CpuLevel::detect()),
        Ok(v) if v.is_empty() => Ok(CpuLevel::detect()),
        Ok(v) if v == "scalar" => Ok(CpuLevel::Scalar),
        Ok(v) if v == "avx2" => Ok(CpuLevel::Avx2),
        Ok(v) => Err(CliError::Usage(format!("{VARIABLE}={v}: the levels are scalar and avx2"))),
        Err(env::VarError::NotUnicode(_)) => Err(CliError::Usage(format!("{VARIABLE}: not a level"))),
    }
}
