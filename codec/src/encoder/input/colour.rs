//! Pixels to coding planes: what `colour` turns back into pixels.
// An index runs over several arrays at once.
#![allow(clippy::needless_range_loop)]

use std::borrow::Cow;

use crate::colour::{Chroma, Depths, Narrow, Sample, Wide, read_channel};
use crate::image::plane::Plane;
use crate::image::view::{ImageSpec, ImageView};
use crate::simd::{Simd, run};
use crate::threads::Workers;

/// Fractional bits of the factors.
const FRACTION: u32 = 16;
/// `round(2^16 * ...)` of the rows of BT.601's matrix; the first row adds up to 1, the others to 0.
const LUMA: [i32; 3] = [19595, 38470, 7471];
const CB: [i32; 3] = [-11059, -21709, 32768];
const CR: [i32; 3] = [32768, -27439, -5329];

/// Sides of planes are multiples of this many luma samples.
const PADDING: usize = 8;
/// Pixels converted at a time.
const CHUNK: usize = 32;

/// Luma rows converted by one thread.
const BAND: usize = 64;

/// Planes of a picture: one for gray, three for RGB; alpha is left out. Their sides are the
/// picture's (half of them for chroma at 4:2:0) rounded up to 8 luma samples, the last column and
/// row repeated. At 4:2:0 a sample of chroma is the mean of four pixels; `by_alpha` they count as
/// much as they are opaque, so that none takes its colour from one that is hidden.
pub(crate) fn to_planes(
    simd: Simd,
    workers: &Workers,
    view: &ImageView<'_>,
    chroma: Chroma,
    by_alpha: bool,
) -> Vec<Plane> {
    let mut planes = room(view, chroma, Vec::new());
    fill(simd, workers, view, by_alpha, &mut planes);
    planes
}

/// Width and height of the luma plane of a picture.
pub(in crate::encoder) fn luma_sides(image: &ImageSpec<'_>) -> [usize; 2] {
    [image.width(), image.height()].map(|side| (side as usize).next_multiple_of(PADDING))
}

/// Planes of the size that those of `view` have, in the memory of `spare` ones, where there are
/// any.
pub(in crate::encoder) fn room(view: &ImageView<'_>, chroma: Chroma, spare: Vec<Plane>) -> Vec<Plane> {
    let sides = luma_sides(view.spec());
    let shift = u32::from(chroma == Chroma::Yuv420);
    let shifts = [0, shift, shift].into_iter().take(if view.format().has_colour() { 3 } else { 1 });
    let mut spare = spare.into_iter();
    let plane = |shift| {
        let [width, height] = sides.map(|side| side >> shift);
        spare.next().map_or_else(|| Plane::new(width, height), |plane| plane.resized(width, height))
    };
    shifts.map(plane).collect()
}

/// Puts what [`to_planes`] gives into `planes`, which have its size.
pub(in crate::encoder) fn fill(
    simd: Simd,
    workers: &Workers,
    view: &ImageView<'_>,
    by_alpha: bool,
    planes: &mut [Plane],
) {
    let by_alpha = by_alpha && view.format().has_alpha();
    let pixels = Pixels { simd, view, depths: Depths::new(view.depth()), by_alpha };
    let width = planes[0].width();
    let [luma, cb, cr] = planes else {
        let bands = planes[0].data_mut().chunks_mut(BAND * width);
        return workers.each(bands.enumerate(), |(i, band)| pixels.gray(i * BAND, band, width));
    };
    let subsampled = cb.width() < width;
    let size = (BAND >> u32::from(subsampled)) * cb.width();
    let chromas = cb.data_mut().chunks_mut(size).zip(cr.data_mut().chunks_mut(size));
    let bands = luma.data_mut().chunks_mut(BAND * width).zip(chromas);
    workers.each(bands.enumerate(), |(i, (luma, (cb, cr)))| match subsampled {
        false => pixels.colours(i * BAND, [luma, cb, cr], width),
        true => pixels.halved(i * BAND, [luma, cb, cr], width),
    });
}

/// Pixels to be converted.
struct Pixels<'a> {
    simd: Simd,
    view: &'a ImageView<'a>,
    depths: Depths,
    by_alpha: bool,
}

impl Pixels<'_> {
    /// Row `y`, or the last one.
    fn row(&self, y: usize) -> &[u8] {
        self.view.row((y as u32).min(self.view.height() - 1))
    }

    /// Those from row `top` on to rows of `width` samples.
    fn gray(&self, top: usize, rows: &mut [u16], width: usize) {
        let Self { simd, view, depths, .. } = *self;
        let (visible, channels) = (view.width() as usize, view.format().channels());
        for (y, to) in (top..).zip(rows.chunks_exact_mut(width)) {
            match view.format().is_wide() {
                false => run!(simd, gray_row::<Narrow>(depths, self.row(y), channels, &mut to[..visible])),
                true => run!(simd, gray_row::<Wide>(depths, self.row(y), channels, &mut to[..visible])),
            }
            pad(to, visible);
        }
    }

    /// The same with colours.
    fn colours(&self, top: usize, [luma, cb, cr]: [&mut [u16]; 3], width: usize) {
        let rows = luma.chunks_exact_mut(width).zip(cb.chunks_exact_mut(width)).zip(cr.chunks_exact_mut(width));
        for (y, ((luma, cb), cr)) in (top..).zip(rows) {
            self.convert(y, &mut [luma, cb, cr]);
        }
    }

    /// The same with half as many samples of chroma either way.
    fn halved(&self, top: usize, [luma, cb, cr]: [&mut [u16]; 3], width: usize) {
        let rows = || [vec![0; width], vec![0; width]];
        let (mut full, mut alpha) = ([rows(), rows()], self.by_alpha.then(rows));
        let chromas = cb.chunks_exact_mut(width / 2).zip(cr.chunks_exact_mut(width / 2));
        for ((y, luma), (cb, cr)) in (top..).step_by(2).zip(luma.chunks_exact_mut(2 * width)).zip(chromas) {
            for (i, luma) in luma.chunks_exact_mut(width).enumerate() {
                let [full_cb, full_cr] = &mut full;
                self.convert(y + i, &mut [luma, &mut full_cb[i], &mut full_cr[i]]);
                if let Some(alpha) = &mut alpha {
                    self.read_alpha(y + i, &mut alpha[i]);
                }
            }
            for (full, row) in full.iter().zip([cb, cr]) {
                match &alpha {
                    Some(alpha) => halve_weighted(full, alpha, row),
                    None => run!(self.simd, halve(full, row)),
                }
            }
        }
    }

    /// Row `y` to one of each plane.
    fn convert(&self, y: usize, rows: &mut [&mut [u16]; 3]) {
        let Self { simd, view, depths, .. } = *self;
        match (view.format().is_wide(), view.format().has_alpha()) {
            (false, false) => run!(simd, rgb_row::<Narrow, 3>(depths, self.row(y), rows)),
            (false, true) => run!(simd, rgb_row::<Narrow, 4>(depths, self.row(y), rows)),
            (true, false) => run!(simd, rgb_row::<Wide, 3>(depths, self.row(y), rows)),
            (true, true) => run!(simd, rgb_row::<Wide, 4>(depths, self.row(y), rows)),
        }
        rows.iter_mut().for_each(|row| pad(row, view.width() as usize));
    }

    fn read_alpha(&self, y: usize, to: &mut [u16]) {
        let (format, width) = (self.view.format(), self.view.width() as usize);
        let max = ((1u32 << self.depths.pixel) - 1) as u16;
        read_channel(format, format.channels() - 1, max, self.row(y), &mut to[..width]);
        pad(to, width);
    }
}

/// `planes` with samples of 10 bits, for what only looks at them; they have `extra` bits more.
pub(crate) fn reduced(planes: &[Plane], extra: u32) -> Cow<'_, [Plane]> {
    if extra == 0 {
        return Cow::Borrowed(planes);
    }
    let mut out = planes.to_vec();
    out.iter_mut().for_each(|plane| plane.data_mut().iter_mut().for_each(|s| *s >>= extra));
    Cow::Owned(out)
}

/// Repeats the last of `width` samples to the end of the row.
fn pad(row: &mut [u16], width: usize) {
    let last = row[width - 1];
    row[width..].fill(last);
}

#[inline(always)]
fn gray_row<S: Sample>(depths: Depths, pixels: &[u8], channels: usize, out: &mut [u16]) {
    for (x, to) in out.iter_mut().enumerate() {
        let value = i64::from(S::read(pixels, channels * x)) << FRACTION;
        *to = settle::<S>(depths, value, 0);
    }
}

/// Means of 2x2 samples.
#[inline(always)]
fn halve(rows: &[Vec<u16>; 2], out: &mut [u16]) {
    let pairs = rows[0].chunks_exact(2).zip(rows[1].chunks_exact(2));
    for (to, (upper, lower)) in out.iter_mut().zip(pairs) {
        let four = [upper[0], upper[1], lower[0], lower[1]].map(u32::from);
        *to = ((four[0] + four[1] + four[2] + four[3] + 2) >> 2) as u16;
    }
}

/// The same of samples that count as much as their weights say; 0 where none counts.
fn halve_weighted(rows: &[Vec<u16>; 2], weights: &[Vec<u16>; 2], out: &mut [u16]) {
    for (x, to) in out.iter_mut().enumerate() {
        let four = [(0, 2 * x), (0, 2 * x + 1), (1, 2 * x), (1, 2 * x + 1)];
        let weight = |(y, x): (usize, usize)| u64::from(weights[y][x]);
        let sum: u64 = four.iter().map(|&(y, x)| weight((y, x)) * u64::from(rows[y][x])).sum();
        let all: u64 = four.into_iter().map(weight).sum();
        *to = (sum + all / 2).checked_div(all).unwrap_or(0) as u16;
    }
}

/// Pixels of `N` channels, of which the fourth does not count.
#[inline(always)]
fn rgb_row<S: Sample, const N: usize>(depths: Depths, pixels: &[u8], out: &mut [&mut [u16]; 3]) {
    let width = pixels.len() / (N * S::BYTES);
    let whole = width / CHUNK * CHUNK;
    for (at, pixels) in (0..whole).step_by(CHUNK).zip(pixels.chunks_exact(N * S::BYTES * CHUNK)) {
        let mut channels = [[0; CHUNK]; 3];
        for i in 0..CHUNK {
            channels[0][i] = S::read(pixels, N * i);
            channels[1][i] = S::read(pixels, N * i + 1);
            channels[2][i] = S::read(pixels, N * i + 2);
        }
        let [luma, cb, cr] = out.each_mut().map(|row| &mut row[at..at + CHUNK]);
        for i in 0..CHUNK {
            [luma[i], cb[i], cr[i]] = ycbcr::<S>(depths, [channels[0][i], channels[1][i], channels[2][i]]);
        }
    }
    for i in whole..width {
        let pixel = [0, 1, 2].map(|c| S::read(pixels, N * i + c));
        [out[0][i], out[1][i], out[2][i]] = ycbcr::<S>(depths, pixel);
    }
}

#[inline(always)]
fn ycbcr<S: Sample>(depths: Depths, rgb: [u16; 3]) -> [u16; 3] {
    if S::BYTES == 1 {
        // All of it fits 32 bits: the fast way for what pictures are as a rule.
        const SHIFT: u32 = FRACTION - 2;
        let [r, g, b] = rgb.map(i32::from);
        let sample = |[fr, fg, fb]: [i32; 3], zero: i32| {
            ((fr * r + fg * g + fb * b + (zero << SHIFT) + (1 << (SHIFT - 1))) >> SHIFT) as u16
        };
        let zero = depths.chroma_zero();
        return [sample(LUMA, 0), sample(CB, zero), sample(CR, zero)];
    }
    let max = (1 << depths.pixel) - 1;
    let [r, g, b] = rgb.map(|c| i64::from(i32::from(c).min(max)));
    let sample = |[fr, fg, fb]: [i32; 3], zero: i32| {
        let sum = i64::from(fr) * r + i64::from(fg) * g + i64::from(fb) * b;
        settle::<S>(depths, sum, zero)
    };
    let zero = depths.chroma_zero();
    [sample(LUMA, 0), sample(CB, zero), sample(CR, zero)]
}

/// `sum`, a sample of pixels in 1/2^16, as one of planes above `zero`. Where pixels have more bits
/// than planes can have, the largest becomes the largest.
#[inline(always)]
fn settle<S: Sample>(depths: Depths, sum: i64, zero: i32) -> u16 {
    let max = (1i64 << depths.plane) - 1;
    if S::BYTES == 2 && depths.pixel > depths.plane {
        let sum = sum * max / ((1 << depths.pixel) - 1);
        return (i64::from(zero) + ((sum + (1 << (FRACTION - 1))) >> FRACTION)).clamp(0, max) as u16;
    }
    let shift = FRACTION + depths.pixel - depths.plane;
    (i64::from(zero) + ((sum + (1 << (shift - 1))) >> shift)).clamp(0, max) as u16
}

#[cfg(test)]
mod tests {
    use super::to_planes;
    use crate::colour::tests::{levels, to_pixels};
    use crate::colour::{Chroma, Depths};
    use crate::image::format::PixelFormat;
    use crate::image::view::ImageView;
    use crate::random::SplitMix64;
    use crate::threads::Workers;

    /// What comes back, of pixels with `depth` bits a sample; both CPU levels agree.
    fn round_trip(pixels: &[u8], width: usize, chroma: Chroma, format: PixelFormat, depth: u8) -> Vec<u8> {
        let stride = width * format.bytes_per_pixel();
        let height = pixels.len() / stride;
        let view = ImageView::new(pixels, width as u32, height as u32, stride, format).unwrap();
        let view = view.with_depth(depth).unwrap();
        let [a, b] = levels().map(|simd| {
            let planes = to_planes(simd, &Workers::new(1), &view, chroma, false);
            let back = to_pixels(simd, Depths::new(depth), &planes, chroma, format, (width, height));
            (planes, back)
        });
        assert!(a == b, "levels differ at {width}x{height}");
        let sides: Vec<_> = a.0.iter().map(|plane| (plane.width(), plane.height())).collect();
        let luma = (width.next_multiple_of(8), height.next_multiple_of(8));
        let expected = if chroma == Chroma::Yuv444 { luma } else { (luma.0 / 2, luma.1 / 2) };
        assert_eq!(sides, [luma, expected, expected][..if format.has_colour() { 3 } else { 1 }]);
        a.1
    }

    #[test]
    fn every_rgb_colour_survives_444_exactly() {
        // All pairs of red and green with every blue: 2^24 colours, a picture for each blue.
        for blue in 0..=255 {
            let pixels: Vec<u8> = (0..=65535u32).flat_map(|i| [(i >> 8) as u8, i as u8, blue]).collect();
            assert!(round_trip(&pixels, 256, Chroma::Yuv444, PixelFormat::Rgb8, 8) == pixels, "blue {blue}");
        }
    }

    #[test]
    fn colours_of_9_to_12_bits_survive_444_exactly_and_deeper_ones_within_their_last_bits() {
        let mut random = SplitMix64::new(9);
        for (depth, bound) in [(9, 0), (10, 0), (11, 0), (12, 0), (13, 1), (14, 2), (15, 4), (16, 8)] {
            let top = (1 << depth) - 1;
            let mut values: Vec<u16> = (0..3 * 4096).map(|_| random.range(0, top) as u16).collect();
            values[..6].copy_from_slice(&[0, 0, 0, top as u16, top as u16, top as u16]);
            let pixels: Vec<u8> = values.iter().flat_map(|v| v.to_ne_bytes()).collect();
            let back = round_trip(&pixels, 64, Chroma::Yuv444, PixelFormat::Rgb16, depth);
            let back: Vec<u16> = back.as_chunks().0.iter().map(|&b| u16::from_ne_bytes(b)).collect();
            assert_eq!(back[..6], values[..6], "black and white at {depth} bits");
            let worst = values.iter().zip(&back).map(|(a, b)| a.abs_diff(*b)).max().unwrap();
            assert!(worst <= bound, "{depth} bits: {worst}");
        }
    }

    #[test]
    fn gray_stays_exact() {
        let values: Vec<u8> = (0..=255).collect();
        assert_eq!(round_trip(&values, 64, Chroma::Yuv444, PixelFormat::Gray8, 8), values);
        let rgb: Vec<u8> = values.iter().flat_map(|&v| [v; 3]).collect();
        for chroma in [Chroma::Yuv444, Chroma::Yuv420] {
            assert_eq!(round_trip(&rgb, 32, chroma, PixelFormat::Rgb8, 8), rgb);
        }
        let wide: Vec<u8> = (0..1024u16).flat_map(|v| (16 * v).to_ne_bytes()).collect();
        assert_eq!(round_trip(&wide, 128, Chroma::Yuv444, PixelFormat::Gray16, 14), wide);
    }

    #[test]
    fn values_beyond_the_depth_count_as_the_largest() {
        let pixels: Vec<u8> = [1023u16, 4000, 65535].iter().flat_map(|v| v.to_ne_bytes()).collect();
        let white: Vec<u8> = [1023u16; 3].iter().flat_map(|v| v.to_ne_bytes()).collect();
        assert_eq!(round_trip(&pixels, 1, Chroma::Yuv444, PixelFormat::Rgb16, 10), white);
        assert_eq!(round_trip(&pixels, 3, Chroma::Yuv444, PixelFormat::Gray16, 10), white);
    }

    #[test]
    fn flat_colours_survive_420_exactly_at_any_size() {
        let mut random = SplitMix64::new(6);
        for (width, height) in [(1, 1), (2, 1), (1, 3), (7, 5), (8, 8), (33, 17), (65, 2), (130, 9)] {
            let colour = [0; 3].map(|_: u8| random.range(0, 255) as u8);
            let pixels = colour.repeat(width * height);
            assert_eq!(round_trip(&pixels, width, Chroma::Yuv420, PixelFormat::Rgb8, 8), pixels);
        }
    }
}
