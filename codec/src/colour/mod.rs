//! Coding planes to pixels, in integers (BITSTREAM.md §11): full-range BT.601 YCbCr at 10 bits to 8-bit RGB, or gray.
//!
//! Normative. The conversion the other way is no part of the format.

use crate::image::plane::Plane;
use crate::image::view::PixelFormat;
use crate::simd::Simd;
use crate::transform::run;

#[cfg(test)]
pub(crate) mod tests;

/// Chroma sampling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Chroma {
    /// Chroma at every pixel.
    Yuv444,
    /// Chroma at every second pixel of every second row, sited at the centre of its four pixels.
    Yuv420,
}

/// Bits that a plane's samples have more than the pixels' channels.
pub(crate) const EXTRA_BITS: u32 = 2;
/// Chroma of gray.
pub(crate) const CHROMA_ZERO: i32 = 512;
/// Fractional bits of the conversion's factors.
const FRACTION: u32 = 14;

/// `round(1.402 * 2^14)`, red from Cr.
pub(crate) const RED_CR: i32 = 22970;
/// `round(1.772 * 2^14)`, blue from Cb.
pub(crate) const BLUE_CB: i32 = 29032;
/// `round(0.344136286 * 2^14)`, green from Cb, subtracted.
pub(crate) const GREEN_CB: i32 = 5638;
/// `round(0.714136286 * 2^14)`, green from Cr, subtracted.
pub(crate) const GREEN_CR: i32 = 11700;

/// Pixels converted at a time.
const CHUNK: usize = 32;

/// What [`row_to_pixels`] needs to know and to write to: the visible size, and rows of upsampled chroma.
#[derive(Debug, Clone)]
pub(crate) struct Scratch {
    width: usize,
    height: usize,
    /// The vertical step of upsampling, one sample more on either side.
    blend: Vec<u16>,
    chroma: [Vec<u16>; 2],
}

impl Scratch {
    /// For a picture of `width` x `height` visible pixels.
    pub(crate) fn new(width: usize, height: usize) -> Self {
        let half = width.div_ceil(2);
        Self { width, height, blend: vec![0; half + 2], chroma: [vec![0; 2 * half], vec![0; 2 * half]] }
    }
}

/// Converts row `y` of the picture: `planes` are Y, Cb, Cr (or Y alone, for gray) of the visible size at least, and
/// `out` takes the visible pixels of the row.
pub(crate) fn row_to_pixels(
    simd: Simd,
    planes: &[Plane],
    chroma: Chroma,
    format: PixelFormat,
    y: usize,
    scratch: &mut Scratch,
    out: &mut [u8],
) {
    let width = scratch.width;
    let luma = &planes[0].row(y)[..width];
    let out = &mut out[..width * format.channels()];
    match (format, chroma) {
        (PixelFormat::Gray8, _) => run!(simd, gray_row(luma, out)),
        (PixelFormat::Rgb8, Chroma::Yuv444) => {
            let (cb, cr) = (&planes[1].row(y)[..width], &planes[2].row(y)[..width]);
            run!(simd, rgb_row(luma, cb, cr, out));
        }
        (PixelFormat::Rgb8, Chroma::Yuv420) => {
            let (half_width, half_height) = (width.div_ceil(2), scratch.height.div_ceil(2));
            let near = y / 2;
            let far = if y.is_multiple_of(2) { near.saturating_sub(1) } else { (near + 1).min(half_height - 1) };
            let Scratch { blend, chroma: rows, .. } = scratch;
            for (plane, to) in planes[1..].iter().zip(rows.iter_mut()) {
                let (near, far) = (&plane.row(near)[..half_width], &plane.row(far)[..half_width]);
                run!(simd, upsample_row(near, far, blend, to));
            }
            run!(simd, rgb_row(luma, &rows[0][..width], &rows[1][..width], out));
        }
    }
}

#[inline(always)]
fn gray_row(luma: &[u16], out: &mut [u8]) {
    for (to, &sample) in out.iter_mut().zip(luma) {
        *to = ((sample + 2).min(1023) >> EXTRA_BITS) as u8;
    }
}

/// A row of chroma at twice the resolution: weights 9, 3, 3, 1 of the four nearest samples, edges repeated.
#[inline(always)]
fn upsample_row(near: &[u16], far: &[u16], blend: &mut [u16], out: &mut [u16]) {
    let n = near.len();
    for ((to, &a), &b) in blend[1..=n].iter_mut().zip(near).zip(far) {
        *to = 3 * a + b;
    }
    (blend[0], blend[n + 1]) = (blend[1], blend[n]);
    let neighbours = blend[..n].iter().zip(&blend[1..=n]).zip(&blend[2..n + 2]);
    for (to, ((&left, &middle), &right)) in out.chunks_exact_mut(2).zip(neighbours) {
        to[0] = (3 * middle + left + 8) >> 4;
        to[1] = (3 * middle + right + 8) >> 4;
    }
}

#[inline(always)]
fn rgb_row(luma: &[u16], cb: &[u16], cr: &[u16], out: &mut [u8]) {
    let whole = luma.len() / CHUNK * CHUNK;
    let chunks = luma.chunks_exact(CHUNK).zip(cb.chunks_exact(CHUNK)).zip(cr.chunks_exact(CHUNK));
    for (((luma, cb), cr), out) in chunks.zip(out.chunks_exact_mut(3 * CHUNK)) {
        let mut channels = [[0; CHUNK]; 3];
        for i in 0..CHUNK {
            [channels[0][i], channels[1][i], channels[2][i]] = rgb(luma[i], cb[i], cr[i]);
        }
        for i in 0..CHUNK {
            out[3 * i] = channels[0][i];
            out[3 * i + 1] = channels[1][i];
            out[3 * i + 2] = channels[2][i];
        }
    }
    for (i, to) in (whole..luma.len()).zip(out[3 * whole..].chunks_exact_mut(3)) {
        to.copy_from_slice(&rgb(luma[i], cb[i], cr[i]));
    }
}

#[inline(always)]
fn rgb(luma: u16, cb: u16, cr: u16) -> [u8; 3] {
    const SHIFT: u32 = FRACTION + EXTRA_BITS;
    let y = (i32::from(luma) << FRACTION) + (1 << (SHIFT - 1));
    let (cb, cr) = (i32::from(cb) - CHROMA_ZERO, i32::from(cr) - CHROMA_ZERO);
    let sums = [y + RED_CR * cr, y - GREEN_CB * cb - GREEN_CR * cr, y + BLUE_CB * cb];
    sums.map(|sum| (sum >> SHIFT).clamp(0, 255) as u8)
}
