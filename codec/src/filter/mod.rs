//! Filters over the reconstructed picture, after all prediction. BITSTREAM.md §10.

#![cfg_attr(not(test), deny(clippy::disallowed_types, clippy::float_arithmetic))]

pub(crate) mod classified;
pub(crate) mod deblock;

pub(crate) use classified::{Classified, classified};
pub(crate) use deblock::{BlockMap, Deblock, Deblocking, Unit, deblock};

/// Of a plane that has come down to row `rows`, which is not its end, how many rows of units the
/// classified filter can go: it reads six rows below the first of a unit, as they are after
/// deblocking.
pub(crate) fn within_reach(rows: usize, subsampled: bool) -> usize {
    rows.saturating_sub(Deblocking::reach(subsampled) + 3) / 4
}
