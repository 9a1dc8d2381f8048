//! Magnitudes to a few classes. BITSTREAM.md §13.7.

/// Logarithmic class of `v`: 0 to 3 for themselves, then four an octave.
#[inline(always)]
pub(super) fn level(v: u32) -> u32 {
    if v < 4 {
        return v;
    }
    let top = v.ilog2();
    (top - 1) * 4 + ((v >> (top - 2)) & 3)
}

/// Class of a signed difference: two an octave, at most `cap` to either side; from 0 to 2 * `cap`.
#[inline(always)]
pub(super) fn signed_level(v: i32, cap: u32) -> u32 {
    let class = (level(v.unsigned_abs()) >> 1).min(cap);
    if v < 0 { cap - class } else { cap + class }
}

/// Mixes `value` into `hash`.
#[inline(always)]
pub(super) fn hash(hash: u32, value: i32) -> u32 {
    (hash ^ value as u32).wrapping_mul(0x9E37_79B1).rotate_left(15)
}
