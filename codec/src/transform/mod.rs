//! Transforms: the kernels' integer matrices and the inverse two-dimensional transform (BITSTREAM.md §9.8).
//!
//! Normative and integer only. The forward transform is no part of the format and stands elsewhere.

#![cfg_attr(not(test), deny(clippy::disallowed_types, clippy::float_arithmetic))]

mod inverse;
mod kernel;
pub(crate) mod tables;
#[cfg(test)]
pub(crate) mod tests;

pub(crate) use self::inverse::{ROOM, Room, inverse};
pub(crate) use self::kernel::{COEF_MAX, COEF_MIN, Kernel, MAX_CODED, MAX_TX, TxShape, TxType};
