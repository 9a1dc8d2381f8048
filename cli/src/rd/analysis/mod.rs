//! From measured points to figures: [`curve`] makes BD-rates of two curves, [`summary`] gathers
//! them over pictures, [`comparison`] has every figure of one codec against another, and
//! [`tables`], [`markdown`] and [`json`] show them.

pub(crate) mod bd;
mod bootstrap;
pub(crate) mod comparison;
pub(crate) mod curve;
pub(crate) mod equal;
#[cfg(test)]
pub(crate) mod fixtures;
pub(crate) mod grid;
pub(crate) mod hull;
mod interpolation;
pub(crate) mod json;
pub(crate) mod lossless;
pub(crate) mod markdown;
pub(crate) mod matrix;
pub(crate) mod means;
pub(crate) mod notes;
pub(crate) mod pairs;
pub(crate) mod summary;
pub(crate) mod tables;
mod time;
mod wilcoxon;
