//! Binary arithmetic coding: the interface that the syntax is written against (`BinCoder`) and its
//! implementations that write, read, count and trace. BITSTREAM.md §7.

#![cfg_attr(not(test), deny(clippy::disallowed_types, clippy::float_arithmetic))]

mod coder;
pub(crate) mod contexts;
pub(crate) mod cost;
pub(crate) mod init;
pub(crate) mod interval;
pub(crate) mod learnt;
pub(crate) mod levels;
pub(crate) mod logistic;
pub(crate) mod model;
pub(crate) mod notes;
pub(crate) mod range;
pub(crate) mod raw;
#[cfg(feature = "bench-api")]
pub(crate) mod trace;

pub use self::coder::Profile;
pub(crate) use self::coder::{BinCoder, Ctx, LevelPlace, exp_golomb, tree};
pub(crate) use self::logistic::log2;
