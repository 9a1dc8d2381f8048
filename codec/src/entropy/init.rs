//! Initial states of all contexts: (probability of a 1 in 1/65536, confidence, limit).

use super::contexts::COUNT;

/// By context number.
pub(crate) static INITIAL: [(u16, u8, u8); COUNT as usize] = [(32768, 0, 6); COUNT as usize];
