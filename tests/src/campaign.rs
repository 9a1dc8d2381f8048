//! How much of a long test a run takes: a part of its cases day by day, all of them where the
//! environment has `KVANT_CAMPAIGN` (CONTRIBUTING.md).

use std::env;

/// Every how many-th case is run: each `daily`-th one, or each one in a campaign.
pub fn every(daily: usize) -> usize {
    if env::var_os("KVANT_CAMPAIGN").is_some() { 1 } else { daily }
}
