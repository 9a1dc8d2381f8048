//! Rows of planes to rows of pixels. BITSTREAM.md §11.

// An index runs over several arrays at once.
#![allow(clippy::needless_range_loop)]

use std::ops::Range;

use super::bytes;
use super::depth::{Chroma, Depths, LEAST_DEPTH};
use super::matrix::{FRACTION, rgb, settle};
use super::sample::{Narrow, Sample, Wide};
use crate::image::format::PixelFormat;
use crate::image::plane::Plane;
use crate::simd::{Simd, run};

/// Pixels converted at a time.
const CHUNK: usize = 32;

/// What [`row_to_pixels`] needs to know and to write to: the visible size, and rows of upsampled
/// chroma.
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

/// Converts row `y` of the picture: `planes` are Y, Cb, Cr (or Y alone, for gray) of the visible
/// size at least, and `out` takes the pixels of the row, but for their alpha.
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
    if planes.len() == 1 {
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

#[inline(always)]
fn gray_row<S: Sample>(depths: Depths, luma: &[u16], channels: usize, out: &mut [u8]) {
    for (x, &sample) in luma.iter().enumerate() {
        S::write(out, channels * x, settle::<S>(depths, i32::from(sample) << FRACTION));
    }
}

/// A row of chroma at twice the resolution: weights 9, 3, 3, 1 of the four nearest samples, edges
/// repeated.
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
