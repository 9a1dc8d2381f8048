//! What mixed bins look at besides their context: pure functions of what is already coded. BITSTREAM.md §7.5.

mod block;
mod level;
mod node;
mod spectrum;

pub(crate) use self::block::{BlockInputs, Setting};
pub(crate) use self::level::{LevelInputs, Seen};
pub(crate) use self::node::NodeInputs;
pub(crate) use self::spectrum::{BANDS, Spectrum, spectrum};

use super::state::Unit;
use super::tree::Node;

/// Number of bits of `v`; 0 for 0.
fn bit_length(v: u32) -> u32 {
    u32::BITS - v.leading_zeros()
}

/// Class of a quantiser parameter, 0 to 7: an octave each, from 128.
fn qp_class(qp: u16) -> u32 {
    (qp.saturating_sub(128) / 32).min(7) as u32
}

/// Class of a block's size and shape, 0 to 24.
fn shape(node: &Node) -> u32 {
    (node.log2_w - 2) * 5 + node.log2_h - 2
}

/// Magnitude class of a neighbour, cut at `most`; 0 where there is none.
fn magnitude(unit: Option<&Unit>, slot: usize, most: u8) -> u32 {
    unit.map_or(0, |u| u.magnitude[slot].min(most) as u32)
}
