//! Samples of 10 bits to red, green and blue in a byte each: what most pictures are.

use super::depth::Depths;
use super::matrix::{BLUE_CB, FRACTION, GREEN_CB, GREEN_CR, RED_CR, rgb};
use super::sample::Narrow;
use crate::simd::{Kernel, LANES, Lanes, Simd};

/// Writes the pixels that rows of Y, Cb and Cr give.
pub(super) fn write(simd: Simd, rows: [&[u16]; 3], out: &mut [u8]) {
    simd.launch(ToBytes { rows, out });
}

struct ToBytes<'a> {
    rows: [&'a [u16]; 3],
    out: &'a mut [u8],
}

/// Half of what chroma can be.
const ZERO: i16 = 512;
/// From 2^-14 of a sample of planes to one of pixels.
const SHIFT: u32 = FRACTION + 2;

impl Kernel for ToBytes<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let Self { rows: [luma, cb, cr], out } = self;
        let red = lanes.weights([[1 << FRACTION, RED_CR as i16]; 4]);
        let green = lanes.weights([[1 << FRACTION, -GREEN_CB as i16]; 4]);
        let blue = lanes.weights([[1 << FRACTION, BLUE_CB as i16]; 4]);
        let green_cr = lanes.weights([[-GREEN_CR as i16, 0]; 4]);
        let (zero, most, none) = (lanes.splat(ZERO), lanes.splat(255), lanes.splat(0));
        let (luma, luma_rest) = luma.as_chunks::<LANES>();
        let (cb, cb_rest) = cb.as_chunks::<LANES>();
        let (cr, cr_rest) = cr.as_chunks::<LANES>();
        let (pixels, pixels_rest) = out.as_chunks_mut::<{ 3 * LANES }>();
        for (((luma, cb), cr), out) in luma.iter().zip(cb).zip(cr).zip(pixels) {
            let luma = lanes.samples(luma);
            let (cb, cr) = (lanes.sub(lanes.samples(cb), zero), lanes.sub(lanes.samples(cr), zero));
            // One by one: then none is in memory where it is compiled.
            let red = lanes.weigh(lanes.nothing(), luma, cr, &red);
            let green = lanes.weigh(lanes.weigh(lanes.nothing(), luma, cb, &green), cr, none, &green_cr);
            let blue = lanes.weigh(lanes.nothing(), luma, cb, &blue);
            let red = lanes.clamp(lanes.shifted(red, SHIFT), none, most);
            let green = lanes.clamp(lanes.shifted(green, SHIFT), none, most);
            let blue = lanes.clamp(lanes.shifted(blue, SHIFT), none, most);
            *out = lanes.interleave([red, green, blue]);
        }
        let depths = Depths::new(8);
        let rest = luma_rest.iter().zip(cb_rest).zip(cr_rest);
        for (((&luma, &cb), &cr), out) in rest.zip(pixels_rest.chunks_exact_mut(3)) {
            for (to, value) in out.iter_mut().zip(rgb::<Narrow>(depths, luma, cb, cr)) {
                *to = value as u8;
            }
        }
    }
}
