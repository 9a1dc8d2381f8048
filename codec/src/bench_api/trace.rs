//! Bins: those that a stream is made of, what they cost, and the range coder by itself.

use super::walk::walk;
use crate::container;
use crate::entropy::cost::{COST_BITS, Counter, bin_cost};
use crate::entropy::init;
use crate::entropy::learnt::{Learnt, Start};
use crate::entropy::model::Model;
use crate::entropy::range::{RangeDecoder, RangeEncoder};
use crate::entropy::trace::{Event, Trace};
use crate::entropy::{BinCoder, Ctx, Profile};
use crate::error::DecodeError;
use crate::limits::Limits;

/// Number of adaptive contexts.
pub const CONTEXTS: usize = crate::entropy::contexts::COUNT as usize;
/// Confidences in bins that an initial state can have.
pub const CONFIDENCES: [u8; 9] = init::CONFIDENCES;
/// Log2 of the slowest rates that it can have.
pub const LIMITS: [u8; 4] = init::LIMITS;

/// Context groups: name, first context, number of contexts.
pub fn context_groups() -> Vec<(&'static str, u16, u16)> {
    crate::entropy::contexts::GROUPS.iter().map(|(name, g)| (*name, g.at(0).0, g.len())).collect()
}

/// What a tile is made of but for its levels: the adaptive bins with their contexts in coding
/// order, and the number of bypass bits.
pub type TileBins = (Vec<(u16, bool)>, u64);

/// What a stream is made of, tile by tile.
///
/// # Errors
/// As decoding.
pub fn bins(data: &[u8]) -> Result<Vec<TileBins>, DecodeError> {
    events(data)?
        .into_iter()
        .map(|events| {
            let mut bypass = 0;
            let mut bins = Vec::new();
            for event in events {
                match event {
                    Event::Bin(ctx, bin) => bins.push((ctx, bin)),
                    Event::Bypass(bits, _) => bypass += bits as u64,
                    Event::Element(_) | Event::Level { .. } => {}
                }
            }
            Ok((bins, bypass))
        })
        .collect()
}

/// Every event of the parse of a stream as text, a line each: to find where encoder and decoder
/// part.
///
/// # Errors
/// As decoding.
pub fn trace(data: &[u8]) -> Result<Vec<String>, DecodeError> {
    Ok(events(data)?.into_iter().flatten().map(|e| format!("{e:?}")).collect())
}

/// Whether a stream is one of a screen, whose contexts have initial states of their own.
///
/// # Errors
/// As decoding.
pub fn is_screen(data: &[u8]) -> Result<bool, DecodeError> {
    Ok(container::parse(data, &Limits::default())?.header.screen)
}

fn events(data: &[u8]) -> Result<Vec<Vec<Event>>, DecodeError> {
    let mut out = Vec::new();
    walk(data, Trace::new, |c| &c.inner, |_, _| {}, |c| out.push(c.events))?;
    Ok(out)
}

/// Cost in bits of coding `bins` by one context that starts at probability `p`/65536 of a 1,
/// confidence `n` and slowest rate 2^-`limit` (4 to 7).
pub fn adaptive_cost(p: u16, n: u8, limit: u8, bins: &[bool]) -> f64 {
    let mut model = Model::new(p, n, limit);
    let mut cost = 0u64;
    for &bin in bins {
        cost += bin_cost(model.p(), bin) as u64;
        model.update(bin);
    }
    cost as f64 / (1u64 << COST_BITS) as f64
}

/// Bytes of `bins` (context, value) from the range coder.
pub fn range_encode(bins: &[(u16, bool)]) -> Vec<u8> {
    let mut coder = RangeEncoder::<false>::new(Start::default());
    for &(ctx, bin) in bins {
        coder.bin(Ctx(ctx), bin);
    }
    coder.finish()
}

/// Reads bins with the given contexts back; the number of ones.
pub fn range_decode(data: &[u8], contexts: impl Iterator<Item = u16>) -> usize {
    let mut coder = RangeDecoder::<false>::new(Start::default(), data);
    contexts.filter(|&ctx| coder.bin(Ctx(ctx), false)).count()
}

/// Cost in bits of `bins` (context, value) with the initial models, which stand still.
pub fn count_bins(bins: &[(u16, bool)]) -> f64 {
    let mut counter = Counter::new(Profile::Mixed, Learnt::new(Profile::Mixed, Start::default()));
    for &(ctx, bin) in bins {
        counter.bin(Ctx(ctx), bin);
    }
    counter.take() as f64 / (1u64 << COST_BITS) as f64
}

/// Bytes of `values` as `bits` (0 to 24) bypass bits each, from the range coder.
pub fn range_encode_bypass(values: &[u32], bits: u32) -> Vec<u8> {
    let mut coder = RangeEncoder::<false>::new(Start::default());
    for &value in values {
        coder.bypass(bits, value);
    }
    coder.finish()
}

/// Reads `count` values of `bits` (0 to 24) bypass bits back; their sum, modulo 2^32.
pub fn range_decode_bypass(data: &[u8], bits: u32, count: usize) -> u32 {
    let mut coder = RangeDecoder::<false>::new(Start::default(), data);
    (0..count).fold(0, |sum: u32, _| sum.wrapping_add(coder.bypass(bits, 0)))
}
