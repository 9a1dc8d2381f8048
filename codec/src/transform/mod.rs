//! Transforms: the integer matrices of the bases and the inverse two-dimensional transform
//! (BITSTREAM.md §9.8).
//!
//! Normative and integer only. The forward transform is no part of the format and stands elsewhere.

#![cfg_attr(not(test), deny(clippy::disallowed_types, clippy::float_arithmetic))]

mod basis;
mod inverse;
pub(crate) mod tables;
#[cfg(test)]
pub(crate) mod tests;

pub(crate) use self::basis::{Basis, COEF_MAX, COEF_MIN, MAX_CODED, MAX_TX, TxShape, TxType};
pub(crate) use self::inverse::{ROOM, Room, inverse};
