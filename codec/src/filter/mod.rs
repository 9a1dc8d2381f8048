//! Filters over the reconstructed picture, after all prediction.

#![allow(dead_code)]

pub(crate) mod deblock;
mod segment;
