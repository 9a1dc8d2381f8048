//! What mixed bins look at besides their context: pure functions of what is already coded. BITSTREAM.md §7.5.

mod block;
mod level;
mod spectrum;

pub(crate) use self::block::BlockInputs;
pub(crate) use self::level::{LevelInputs, Seen};
pub(crate) use self::spectrum::{BANDS, Spectrum, spectrum};

/// Number of bits of `v`; 0 for 0.
fn bit_length(v: u32) -> u32 {
    u32::BITS - v.leading_zeros()
}
