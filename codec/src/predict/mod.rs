//! Intra prediction: a block of samples from the reconstructed samples above it and to its left.
//!
//! One tool a file; `edges` gathers the reference samples, [`predict`] chooses the tool by mode.
//! Chroma has three tools more, from finished luma: `cclm` (a fitted linear model),
//! `quadratic` (a fitted quadratic one) and `cfl` (an explicit linear one), over `luma`. Everything
//! is integer arithmetic, for sample depths of 10 to 14 bits. BITSTREAM.md §9.2 to §9.7.

#![cfg_attr(not(test), deny(clippy::disallowed_types, clippy::float_arithmetic))]

pub(crate) mod angular;
mod by_side;
pub(crate) mod cclm;
pub(crate) mod cfl;
mod dc;
pub(crate) mod edges;
pub(crate) mod learned;
pub(crate) mod luma;
pub(crate) mod mode;
mod paeth;
mod pdpc;
mod planar;
pub(crate) mod quadratic;
#[cfg(test)]
pub(crate) mod reference;
mod smooth;
mod straight;

use self::by_side::by_side;
use self::edges::{Edges, MAX_SIDE};
pub(crate) use self::mode::{ChromaFamily, ChromaMode, IntraMode, ModelSides};
use crate::image::plane::Block;
use crate::simd::Simd;

/// Predicts a block of samples of `depth` bits (its sides 4, 8, 16, 32 or 64, at most 4:1) into
/// `out`.
pub(crate) fn predict(simd: Simd, mode: IntraMode, edges: &Edges, depth: u32, out: &mut Block<'_>) {
    let (w, h) = (out.w, out.h);
    debug_assert!(mode.number() < IntraMode::COUNT && w <= 4 * h && h <= 4 * w);
    debug_assert!(w.is_power_of_two() && h.is_power_of_two() && w.min(h) >= 4 && w.max(h) <= MAX_SIDE);
    let straight = edges.distance == 0;
    match mode {
        IntraMode::HORIZONTAL if straight => by_side!(simd, w, straight::horizontal(edges, depth, out)),
        IntraMode::VERTICAL if straight => by_side!(simd, w, straight::vertical(edges, depth, out)),
        IntraMode::Angular(angle) => angular::predict(simd, angle.into(), edges, depth, out),
        IntraMode::Learned(index) => learned::predict(simd, index.into(), edges, depth, out),
        IntraMode::Dc => by_side!(simd, w, dc::predict(edges, out)),
        IntraMode::Planar => by_side!(simd, w, planar::predict(edges, out)),
        IntraMode::Paeth => by_side!(simd, w, paeth::predict(edges, out)),
        IntraMode::SmoothH => by_side!(simd, w, smooth::horizontal(edges, out)),
        IntraMode::SmoothV => by_side!(simd, w, smooth::vertical(edges, out)),
    }
}
