//! Pictures at a half, a quarter or an eighth of their size: the means of squares of pixels; and
//! what such a picture says of pixels that are missing. No part of the format.

use super::sample::{Narrow, Sample, Wide, write_channel};
use crate::image::plane::Rect;
use crate::image::view::{ImageView, ImageViewMut};
use crate::names::names;

/// What a picture is reduced to, each way. Sides are rounded up: the last squares of a row or
/// column may be cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scale {
    /// 1:2
    Half,
    /// 1:4
    Quarter,
    /// 1:8, the scale of previews.
    Eighth,
}

names! {
    Scale, "scale";
    Half = "1/2",
    Quarter = "1/4",
    Eighth = "1/8",
}

impl Scale {
    /// Pixels that become one, each way.
    pub fn factor(self) -> u32 {
        match self {
            Self::Half => 2,
            Self::Quarter => 4,
            Self::Eighth => 8,
        }
    }

    /// A side of the reduced picture.
    pub fn of(self, side: u32) -> u32 {
        side.div_ceil(self.factor())
    }
}

/// Writes `from`, reduced, to `out` from (`x`, `y`) on; `out` has its format, and room there.
///
/// Means are of the values as they are stored, not of the light that they stand for, and rounded to
/// nearest. Colours count as much as they are opaque; where nothing is, they are 0.
pub(crate) fn reduce(from: &ImageView<'_>, scale: Scale, out: &mut ImageViewMut<'_>, (x, y): (u32, u32)) {
    match from.format().is_wide() {
        false => reduce_samples::<Narrow>(from, scale, out, (x, y)),
        true => reduce_samples::<Wide>(from, scale, out, (x, y)),
    }
}

fn reduce_samples<S: Sample>(from: &ImageView<'_>, scale: Scale, out: &mut ImageViewMut<'_>, (x, y): (u32, u32)) {
    let (channels, alpha) = (from.format().channels(), from.format().has_alpha());
    let factor = scale.factor() as usize;
    let mut sums = vec![0u64; from.width() as usize * channels];
    for line in 0..scale.of(from.height()) {
        let rows = line * scale.factor()..from.height().min((line + 1) * scale.factor());
        let count = rows.len() as u64;
        sums.fill(0);
        for row in rows.map(|y| from.row(y)) {
            if alpha { add_weighted::<S>(row, channels, &mut sums) } else { add::<S>(row, &mut sums) }
        }
        let to = &mut out.row_mut(y + line)[x as usize * channels * S::BYTES..];
        for (i, square) in sums.chunks(factor * channels).enumerate() {
            let pixels = count * (square.len() / channels) as u64;
            let sum = |channel| square[channel..].iter().step_by(channels).sum::<u64>();
            let shown = if alpha { sum(channels - 1) } else { pixels };
            for channel in 0..channels {
                let weight = if alpha && channel + 1 == channels { pixels } else { shown };
                let mean = (sum(channel) + weight / 2).checked_div(weight).unwrap_or(0);
                S::write(to, i * channels + channel, mean as u16);
            }
        }
    }
}

/// Fills `rect` of `out` with what `small`, the picture at an eighth of its size, shows there,
/// interpolated linearly.
pub(crate) fn enlarge(small: &ImageView<'_>, out: &mut ImageViewMut<'_>, rect: Rect) {
    match small.format().is_wide() {
        false => enlarge_samples::<Narrow>(small, out, rect),
        true => enlarge_samples::<Wide>(small, out, rect),
    }
}

/// The two pixels nearest to the middle of pixel `at` along a side of `len` pixels that stand for 8
/// each, and the second one's weight in sixteenths.
fn between(at: usize, len: usize) -> (usize, usize, u32) {
    let place = (2 * at + 1).saturating_sub(8);
    let first = (place / 16).min(len - 1);
    (first, (first + 1).min(len - 1), (place % 16) as u32)
}

fn enlarge_samples<S: Sample>(small: &ImageView<'_>, out: &mut ImageViewMut<'_>, rect: Rect) {
    let channels = small.format().channels();
    for y in rect.y..rect.y + rect.h {
        let (upper, lower, down) = between(y, small.height() as usize);
        let (upper, lower) = (small.row(upper as u32), small.row(lower as u32));
        let to = out.row_mut(y as u32);
        for x in rect.x..rect.x + rect.w {
            let (left, right, across) = between(x, small.width() as usize);
            for c in 0..channels {
                let mix = |row: &[u8]| {
                    let [left, right] = [left, right].map(|x| u32::from(S::read(row, x * channels + c)));
                    (16 - across) * left + across * right
                };
                let value = ((16 - down) * mix(upper) + down * mix(lower) + 128) >> 8;
                S::write(to, x * channels + c, value as u16);
            }
        }
    }
}

/// Fills `rect` of `out`, whose samples have `depth` bits, with opaque gray of half the range.
pub(crate) fn gray(out: &mut ImageViewMut<'_>, rect: Rect, depth: u8) {
    let format = out.format();
    let colours = format.channels() - usize::from(format.has_alpha());
    let (half, full) = (1 << (depth - 1), ((1u32 << depth) - 1) as u16);
    for y in rect.y..rect.y + rect.h {
        let row = &mut out.row_mut(y as u32)[rect.x * format.bytes_per_pixel()..][..rect.w * format.bytes_per_pixel()];
        for channel in 0..format.channels() {
            let value = if channel < colours { half } else { full };
            write_channel(format, channel, &vec![value; rect.w], row);
        }
    }
}

/// Adds the samples of a row to `sums`.
fn add<S: Sample>(row: &[u8], sums: &mut [u64]) {
    for (sum, sample) in sums.iter_mut().zip(row.chunks_exact(S::BYTES)) {
        *sum += u64::from(S::read(sample, 0));
    }
}

/// Adds the samples of a row to `sums`, the colours times their alpha, which is the last channel.
fn add_weighted<S: Sample>(row: &[u8], channels: usize, sums: &mut [u64]) {
    for (sums, pixel) in sums.chunks_exact_mut(channels).zip(row.chunks_exact(channels * S::BYTES)) {
        let alpha = u64::from(S::read(pixel, channels - 1));
        for (c, sum) in sums.iter_mut().enumerate() {
            let weight = if c + 1 == channels { 1 } else { alpha };
            *sum += weight * u64::from(S::read(pixel, c));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::format::PixelFormat;
    use crate::image::view::Image;

    fn reduced(pixels: &[u8], (width, height): (u32, u32), format: PixelFormat, scale: Scale) -> Image {
        let view = ImageView::new(pixels, width, height, width as usize * format.bytes_per_pixel(), format).unwrap();
        let mut out = Image::new(scale.of(width), scale.of(height), format).unwrap();
        reduce(&view, scale, &mut out.view_mut(), (0, 0));
        out
    }

    #[test]
    fn squares_become_their_means_and_so_do_what_is_left_of_them_at_the_edges() {
        let gray = reduced(&[1, 2, 9, 3, 5, 9, 7, 8, 100], (3, 3), PixelFormat::Gray8, Scale::Half);
        // 11/4 rounds up, as halves do: 15/2.
        assert_eq!(gray.data(), [3, 9, 8, 100]);
        let rgb = reduced(&[0, 10, 255, 2, 20, 255], (2, 1), PixelFormat::Rgb8, Scale::Eighth);
        assert_eq!(rgb.data(), [1, 15, 255]);
        let wide = [65535u16, 65535, 1, 65535].map(u16::to_ne_bytes).concat();
        let wide = reduced(&wide, (4, 1), PixelFormat::Gray16, Scale::Quarter);
        assert_eq!(wide.data(), 49152u16.to_ne_bytes());
    }

    #[test]
    fn colours_count_as_much_as_they_are_opaque() {
        let pixels = [200, 255, 100, 85, 9, 0, 77, 0];
        let out = reduced(&pixels, (4, 1), PixelFormat::GrayAlpha8, Scale::Half);
        assert_eq!(out.data(), [175, 170, 0, 0]);
    }

    #[test]
    fn enlarging_meets_the_small_pixels_in_the_middle_and_keeps_to_the_edges() {
        let small = Image::from_data(vec![0, 160], 2, 1, PixelFormat::Gray8, 8).unwrap();
        let mut out = Image::new(16, 1, PixelFormat::Gray8).unwrap();
        enlarge(&small.view(), &mut out.view_mut(), Rect { x: 1, y: 0, w: 15, h: 1 });
        // From the middle of the first eight to that of the second, in steps of 1/8 and from half a
        // step on.
        let expected = [0, 0, 0, 0, 10, 30, 50, 70, 90, 110, 130, 150, 160, 160, 160, 160];
        assert_eq!(out.data(), expected);
    }
}
