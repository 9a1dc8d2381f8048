//! The class of a unit by its second differences. BITSTREAM.md §10.8.

/// Second differences around a unit, summed over 8x8 samples: vertical, horizontal, along the
/// falling and along the rising diagonal.
type Gradients = [u32; 4];

/// What the proportions of second differences make of a class: 4 * direction + orientation.
#[inline(always)]
pub(super) fn shape([v, h, falling, rising]: Gradients) -> u32 {
    let (straight, diagonal) = ((v.max(h), v.min(h)), (falling.max(rising), falling.min(rising)));
    let product = |a: u32, b: u32| u64::from(a) * u64::from(b);
    let is_diagonal = product(diagonal.0, straight.1) > product(straight.0, diagonal.1);
    let (most, least) = if is_diagonal { diagonal } else { straight };
    let strength = u32::from(most > 2 * least) + u32::from(2 * most > 9 * least);
    let direction = if strength == 0 { 0 } else { strength + 2 * u32::from(is_diagonal) };
    4 * direction + u32::from(h < v) + 2 * u32::from(falling < rising)
}
