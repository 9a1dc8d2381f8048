//! What all other folders stand on: errors and exit codes, names of files, outputs, printing.

pub(crate) mod attributes;
pub(crate) mod children;
pub(crate) mod cicp;
pub(crate) mod cpu;
pub(crate) mod error;
pub(crate) mod hex;
pub(crate) mod identity;
pub(crate) mod leftovers;
pub(crate) mod names;
pub(crate) mod output;
pub(crate) mod print;
pub(crate) mod warning;
