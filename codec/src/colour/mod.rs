//! Coding planes to pixels, in integers (BITSTREAM.md §11): full-range BT.601 YCbCr of 10 to 14 bits to RGB of 8 to 16,
//! or gray.
//!
//! Normative. The conversion the other way is no part of the format.
// An index runs over several arrays at once.
#![allow(clippy::needless_range_loop)]

use std::ops::Range;

use crate::image::plane::Plane;
use crate::image::view::PixelFormat;
use crate::simd::Simd;
use crate::transform::run;

mod bytes;
mod reduce;
#[cfg(test)]
pub(crate) mod tests;

pub use self::reduce::Scale;
pub(crate) use self::reduce::{enlarge, gray, reduce};

/// Chroma sampling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Chroma {
    /// Chroma at every pixel.
    Yuv444,
    /// Chroma at every second pixel of every second row, sited at the centre of its four pixels.
    Yuv420,
}

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

/// How the samples of a plane relate to those of pixels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Depths {
    /// Bits of a source pixel's sample, 8 to 16.
    source: u32,
    /// Bits of a pixel's sample: as many, or 16.
    pub(crate) pixel: u32,
    /// Bits of a plane's sample, 10 to 14.
    pub(crate) plane: u32,
}

/// Fewest bits of a plane's sample. Matrices, thresholds and coefficients are those of this depth.
pub(crate) const LEAST_DEPTH: u32 = 10;
/// Most bits of a plane's sample.
const MOST_DEPTH: u32 = 14;

impl Depths {
    /// For pixels of `depth` bits a sample: planes have two more, which win back rounding, where there is room.
    pub(crate) fn new(depth: u8) -> Self {
        let source = u32::from(depth);
        Self { source, pixel: source, plane: (source + 2).clamp(LEAST_DEPTH, MOST_DEPTH) }
    }

    /// The same where pixels get 16 bits a sample.
    pub(crate) fn full(self) -> Self {
        Self { pixel: 16, ..self }
    }

    /// The largest sample of pixels, in 1/2^14 of a sample of planes.
    fn largest(self) -> i64 {
        let bits = self.source.min(self.plane);
        ((1 << bits) - 1) << (FRACTION + self.plane - bits)
    }

    /// Bits of a plane's sample above the fewest.
    pub(crate) fn extra(self) -> u32 {
        self.plane - LEAST_DEPTH
    }

    /// Chroma of gray.
    pub(crate) fn chroma_zero(self) -> i32 {
        1 << (self.plane - 1)
    }

    fn max(self) -> i32 {
        (1 << self.pixel) - 1
    }
}

/// A sample of a pixel as its bytes hold it.
pub(crate) trait Sample {
    const BYTES: usize;
    fn read(bytes: &[u8], at: usize) -> u16;
    fn write(bytes: &mut [u8], at: usize, value: u16);
}

/// Of one byte.
pub(crate) struct Narrow;
/// Of two bytes, in the machine's order.
pub(crate) struct Wide;

impl Sample for Narrow {
    const BYTES: usize = 1;

    #[inline(always)]
    fn read(bytes: &[u8], at: usize) -> u16 {
        bytes[at].into()
    }

    #[inline(always)]
    fn write(bytes: &mut [u8], at: usize, value: u16) {
        bytes[at] = value as u8;
    }
}

impl Sample for Wide {
    const BYTES: usize = 2;

    #[inline(always)]
    fn read(bytes: &[u8], at: usize) -> u16 {
        u16::from_ne_bytes([bytes[2 * at], bytes[2 * at + 1]])
    }

    #[inline(always)]
    fn write(bytes: &mut [u8], at: usize, value: u16) {
        bytes[2 * at..2 * at + 2].copy_from_slice(&value.to_ne_bytes());
    }
}

/// What [`row_to_pixels`] needs to know and to write to: the visible size, and rows of upsampled chroma.
#[derive(Debug, Clone)]
pub(crate) struct Scratch {
    depths: Depths,
    width: usize,
    height: usize,
    /// The columns that are converted.
    columns: Range<usize>,
    /// The vertical step of upsampling, one sample more on either side.
    blend: Vec<u16>,
    chroma: [Vec<u16>; 2],
}

impl Scratch {
    /// For a picture of `width` x `height` visible pixels.
    pub(crate) fn new(depths: Depths, width: usize, height: usize) -> Self {
        let half = width.div_ceil(2);
        let chroma = [vec![0; 2 * half], vec![0; 2 * half]];
        Self { depths, width, height, columns: 0..width, blend: vec![0; half + 2], chroma }
    }

    /// For some of its columns.
    pub(crate) fn within(self, columns: Range<usize>) -> Self {
        Self { columns, ..self }
    }
}

/// Converts row `y` of the picture: `planes` are Y, Cb, Cr (or Y alone, for gray) of the visible size at least, and
/// `out` takes the pixels of the row, but for their alpha.
pub(crate) fn row_to_pixels(
    simd: Simd,
    planes: &[Plane],
    chroma: Chroma,
    format: PixelFormat,
    y: usize,
    scratch: &mut Scratch,
    out: &mut [u8],
) {
    let (width, depths, columns) = (scratch.width, scratch.depths, scratch.columns.clone());
    let luma = &planes[0].row(y)[columns.clone()];
    let out = &mut out[..luma.len() * format.bytes_per_pixel()];
    if !format.has_colour() {
        return match format.is_wide() {
            false => run!(simd, gray_row::<Narrow>(depths, luma, format.channels(), out)),
            true => run!(simd, gray_row::<Wide>(depths, luma, format.channels(), out)),
        };
    }
    let (cb, cr) = match chroma {
        Chroma::Yuv444 => (planes[1].row(y), planes[2].row(y)),
        Chroma::Yuv420 => {
            let (half_width, half_height) = (width.div_ceil(2), scratch.height.div_ceil(2));
            let near = y / 2;
            let far = if y.is_multiple_of(2) { near.saturating_sub(1) } else { (near + 1).min(half_height - 1) };
            let Scratch { blend, chroma: rows, .. } = scratch;
            for (plane, to) in planes[1..].iter().zip(rows.iter_mut()) {
                let (near, far) = (&plane.row(near)[..half_width], &plane.row(far)[..half_width]);
                run!(simd, upsample_row(near, far, blend, to));
            }
            (rows[0].as_slice(), rows[1].as_slice())
        }
    };
    let rows = [luma, &cb[columns.clone()], &cr[columns]];
    if depths.plane == LEAST_DEPTH && format == PixelFormat::Rgb8 {
        return bytes::write(simd, rows, out);
    }
    match (format.is_wide(), format.has_alpha()) {
        (false, false) => run!(simd, rgb_row::<Narrow, 3>(depths, rows, out)),
        (false, true) => run!(simd, rgb_row::<Narrow, 4>(depths, rows, out)),
        (true, false) => run!(simd, rgb_row::<Wide, 3>(depths, rows, out)),
        (true, true) => run!(simd, rgb_row::<Wide, 4>(depths, rows, out)),
    }
}

/// `sum`, in 1/2^14 of a sample of planes, as one of pixels. Where those have more bits than planes can have, it grows by
/// a little, so that the largest becomes the largest.
#[inline(always)]
fn settle<S: Sample>(depths: Depths, sum: i32) -> u16 {
    if S::BYTES == 2 && depths.pixel > depths.source {
        let (max, largest) = (i64::from(depths.max()), depths.largest());
        return ((i64::from(sum.max(0)) * max + largest / 2) / largest).min(max) as u16;
    }
    let more = depths.pixel.saturating_sub(depths.plane);
    let sum = sum + ((1 << more) - 1) * (sum >> (depths.plane + more));
    let shift = FRACTION + depths.plane - depths.pixel;
    ((sum + (1 << (shift - 1))) >> shift).clamp(0, depths.max()) as u16
}

#[inline(always)]
fn gray_row<S: Sample>(depths: Depths, luma: &[u16], channels: usize, out: &mut [u8]) {
    for (x, &sample) in luma.iter().enumerate() {
        S::write(out, channels * x, settle::<S>(depths, i32::from(sample) << FRACTION));
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
        let [left, middle, right] = [left, middle, right].map(u32::from);
        to[0] = ((3 * middle + left + 8) >> 4) as u16;
        to[1] = ((3 * middle + right + 8) >> 4) as u16;
    }
}

/// Pixels of `N` channels, of which the fourth stays as it is.
#[inline(always)]
fn rgb_row<S: Sample, const N: usize>(depths: Depths, [luma, cb, cr]: [&[u16]; 3], out: &mut [u8]) {
    let whole = luma.len() / CHUNK * CHUNK;
    let chunks = luma.chunks_exact(CHUNK).zip(cb.chunks_exact(CHUNK)).zip(cr.chunks_exact(CHUNK));
    for (((luma, cb), cr), out) in chunks.zip(out.chunks_exact_mut(N * S::BYTES * CHUNK)) {
        let mut channels = [[0; CHUNK]; 3];
        for i in 0..CHUNK {
            [channels[0][i], channels[1][i], channels[2][i]] = rgb::<S>(depths, luma[i], cb[i], cr[i]);
        }
        for i in 0..CHUNK {
            S::write(out, N * i, channels[0][i]);
            S::write(out, N * i + 1, channels[1][i]);
            S::write(out, N * i + 2, channels[2][i]);
        }
    }
    for i in whole..luma.len() {
        for (c, value) in rgb::<S>(depths, luma[i], cb[i], cr[i]).into_iter().enumerate() {
            S::write(out, N * i + c, value);
        }
    }
}

#[inline(always)]
fn rgb<S: Sample>(depths: Depths, luma: u16, cb: u16, cr: u16) -> [u16; 3] {
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

/// Reads a channel of a row of pixels of `format`; values above `max` count as that.
pub(crate) fn read_channel(format: PixelFormat, channel: usize, max: u16, row: &[u8], out: &mut [u16]) {
    let n = format.channels();
    for (x, to) in out.iter_mut().enumerate() {
        let at = n * x + channel;
        *to = if format.is_wide() { Wide::read(row, at) } else { Narrow::read(row, at) }.min(max);
    }
}

/// `value` of 0 to `max` as one of 0 to 65535.
pub(crate) fn widened(value: u16, max: u32) -> u16 {
    ((u32::from(value) * 65535 + max / 2) / max) as u16
}

/// Writes a channel of a row of pixels of `format`.
pub(crate) fn write_channel(format: PixelFormat, channel: usize, values: &[u16], row: &mut [u8]) {
    let n = format.channels();
    for (x, &value) in values.iter().enumerate() {
        let at = n * x + channel;
        if format.is_wide() { Wide::write(row, at, value) } else { Narrow::write(row, at, value) }
    }
}
