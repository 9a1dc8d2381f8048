//! One pixel: YCbCr to RGB, in integers. BITSTREAM.md §11.

use super::depth::Depths;
use super::sample::Sample;

/// Fractional bits of the conversion's factors.
pub(super) const FRACTION: u32 = 14;

/// `round(1.402 * 2^14)`, red from Cr.
pub(crate) const RED_CR: i32 = 22970;

/// `round(1.772 * 2^14)`, blue from Cb.
pub(crate) const BLUE_CB: i32 = 29032;

/// `round(0.344136286 * 2^14)`, green from Cb, subtracted.
pub(crate) const GREEN_CB: i32 = 5638;

/// `round(0.714136286 * 2^14)`, green from Cr, subtracted.
pub(crate) const GREEN_CR: i32 = 11700;

/// The largest sample of pixels, in 1/2^14 of a sample of planes.
fn largest(depths: Depths) -> i64 {
    let bits = depths.source.min(depths.plane);
    ((1 << bits) - 1) << (FRACTION + depths.plane - bits)
}

/// `sum`, in 1/2^14 of a sample of planes, as one of pixels. Where those have more bits than planes
/// can have, it grows by a little, so that the largest becomes the largest.
#[inline(always)]
pub(super) fn settle<S: Sample>(depths: Depths, sum: i32) -> u16 {
    if S::BYTES == 2 && depths.pixel > depths.source {
        let (max, largest) = (i64::from(depths.max()), largest(depths));
        return ((i64::from(sum.max(0)) * max + largest / 2) / largest).min(max) as u16;
    }
    let more = depths.pixel.saturating_sub(depths.plane);
    let sum = sum + ((1 << more) - 1) * (sum >> (depths.plane + more));
    let shift = FRACTION + depths.plane - depths.pixel;
    ((sum + (1 << (shift - 1))) >> shift).clamp(0, depths.max()) as u16
}

#[inline(always)]
pub(super) fn rgb<S: Sample>(depths: Depths, luma: u16, cb: u16, cr: u16) -> [u16; 3] {
    let y = i32::from(luma) << FRACTION;
    let (cb, cr) = (i32::from(cb) - depths.chroma_zero(), i32::from(cr) - depths.chroma_zero());
    let sums = [y + RED_CR * cr, y - GREEN_CB * cb - GREEN_CR * cr, y + BLUE_CB * cb];
    // Not by `map`, which would not become vector code.
    let mut values = [0; 3];
    for (value, sum) in values.iter_mut().zip(sums) {
        *value = settle::<S>(depths, sum);
    }
    values
}
