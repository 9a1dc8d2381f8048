//! From measured points to figures: curves, BD-rates, tables.

pub(crate) mod curve;
pub(crate) mod tables;
