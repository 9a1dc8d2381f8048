//! How to decode, as keywords say it.

use std::num::NonZero;
use std::thread;

use kvant::{Decoder, DecoderOptions, Limits};
use pyo3::prelude::*;

use crate::errors::of_decode;

/// Limits; what is not given is as the crate has it.
pub(crate) struct LimitArgs {
    pub(crate) max_pixels: Option<u64>,
    pub(crate) max_dimension: Option<u32>,
    pub(crate) max_memory: Option<u64>,
    pub(crate) max_metadata: Option<u64>,
}

impl LimitArgs {
    /// As the crate takes them.
    pub(crate) fn limits(&self) -> Limits {
        let default = Limits::default();
        Limits {
            max_pixels: self.max_pixels.unwrap_or(default.max_pixels),
            max_dimension: self.max_dimension.unwrap_or(default.max_dimension),
            max_memory: self.max_memory.unwrap_or(default.max_memory),
            max_metadata: self.max_metadata.unwrap_or(default.max_metadata),
        }
    }

    /// The options of a decoder.
    pub(crate) fn decoder(&self, threads: usize, full_depth: bool) -> DecoderOptions {
        DecoderOptions::default().with_limits(self.limits()).with_threads(counted(threads)).with_full_depth(full_depth)
    }
}

/// How many `threads` are, of which 0 stands for one a core. The crate would take rayon's pool for
/// that, whose threads a process that forks leaves behind: its child would wait for them for ever.
pub(crate) fn counted(threads: usize) -> usize {
    if threads == 0 { thread::available_parallelism().map_or(1, NonZero::get) } else { threads }
}

/// A decoder of `data`.
pub(crate) fn open(data: &[u8], options: DecoderOptions) -> PyResult<Decoder<'_>> {
    Decoder::with_options(data, options).map_err(of_decode)
}
