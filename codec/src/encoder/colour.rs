//! Pixels to coding planes: what `colour` turns back into pixels.

use crate::colour::{CHROMA_ZERO, Chroma, EXTRA_BITS};
use crate::image::plane::Plane;
use crate::image::view::{ImageView, PixelFormat};
use crate::simd::Simd;
use crate::transform::run;

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

/// Planes of a picture, 10 bits a sample: one for gray, three for RGB. Their sides are the picture's (half of them for
/// chroma at 4:2:0) rounded up to 8 luma samples, the last column and row repeated.
pub(crate) fn to_planes(simd: Simd, view: &ImageView<'_>, chroma: Chroma) -> Vec<Plane> {
    let (width, height) = (view.width() as usize, view.height() as usize);
    let (padded_width, padded_height) = (width.next_multiple_of(PADDING), height.next_multiple_of(PADDING));
    let mut luma = Plane::new(padded_width, padded_height);
    let visible = |y: usize| view.row(y.min(height - 1) as u32);
    if view.format() == PixelFormat::Gray8 {
        for y in 0..padded_height {
            let to = luma.row_mut(y);
            run!(simd, gray_row(visible(y), &mut to[..width]));
            pad(to, width);
        }
        return vec![luma];
    }
    if chroma == Chroma::Yuv444 {
        let (mut cb, mut cr) = (luma.clone(), luma.clone());
        for y in 0..padded_height {
            let mut rows = [luma.row_mut(y), cb.row_mut(y), cr.row_mut(y)];
            run!(simd, rgb_row(visible(y), &mut rows));
            rows.into_iter().for_each(|row| pad(row, width));
        }
        return vec![luma, cb, cr];
    }
    let mut cb = Plane::new(padded_width / 2, padded_height / 2);
    let mut cr = cb.clone();
    let mut full = [[vec![0; padded_width], vec![0; padded_width]], [vec![0; padded_width], vec![0; padded_width]]];
    for y in 0..padded_height {
        let [full_cb, full_cr] = &mut full;
        let mut rows = [luma.row_mut(y), &mut full_cb[y % 2], &mut full_cr[y % 2]];
        run!(simd, rgb_row(visible(y), &mut rows));
        rows.into_iter().for_each(|row| pad(row, width));
        if y % 2 == 1 {
            run!(simd, halve(&full[0], cb.row_mut(y / 2)));
            run!(simd, halve(&full[1], cr.row_mut(y / 2)));
        }
    }
    vec![luma, cb, cr]
}

/// Repeats the last of `width` samples to the end of the row.
fn pad(row: &mut [u16], width: usize) {
    let last = row[width - 1];
    row[width..].fill(last);
}

#[inline(always)]
fn gray_row(pixels: &[u8], out: &mut [u16]) {
    for (to, &pixel) in out.iter_mut().zip(pixels) {
        *to = u16::from(pixel) << EXTRA_BITS;
    }
}

/// Means of 2x2 samples.
#[inline(always)]
fn halve(rows: &[Vec<u16>; 2], out: &mut [u16]) {
    let pairs = rows[0].chunks_exact(2).zip(rows[1].chunks_exact(2));
    for (to, (upper, lower)) in out.iter_mut().zip(pairs) {
        *to = (upper[0] + upper[1] + lower[0] + lower[1] + 2) >> 2;
    }
}

#[inline(always)]
fn rgb_row(pixels: &[u8], out: &mut [&mut [u16]; 3]) {
    let width = pixels.len() / 3;
    let whole = width / CHUNK * CHUNK;
    for (at, pixels) in (0..whole).step_by(CHUNK).zip(pixels.chunks_exact(3 * CHUNK)) {
        let mut channels = [[0; CHUNK]; 3];
        for i in 0..CHUNK {
            channels[0][i] = pixels[3 * i];
            channels[1][i] = pixels[3 * i + 1];
            channels[2][i] = pixels[3 * i + 2];
        }
        let [luma, cb, cr] = out.each_mut().map(|row| &mut row[at..at + CHUNK]);
        for i in 0..CHUNK {
            [luma[i], cb[i], cr[i]] = ycbcr([channels[0][i], channels[1][i], channels[2][i]]);
        }
    }
    for (i, pixel) in (whole..width).zip(pixels[3 * whole..].chunks_exact(3)) {
        [out[0][i], out[1][i], out[2][i]] = ycbcr([pixel[0], pixel[1], pixel[2]]);
    }
}

/// No clamp is needed: the extremes of all three are within 0 to 1023.
#[inline(always)]
fn ycbcr(rgb: [u8; 3]) -> [u16; 3] {
    const SHIFT: u32 = FRACTION - EXTRA_BITS;
    let [r, g, b] = rgb.map(i32::from);
    let sample = |[fr, fg, fb]: [i32; 3], zero: i32| {
        ((fr * r + fg * g + fb * b + (zero << SHIFT) + (1 << (SHIFT - 1))) >> SHIFT) as u16
    };
    [sample(LUMA, 0), sample(CB, CHROMA_ZERO), sample(CR, CHROMA_ZERO)]
}

#[cfg(test)]
mod tests {
    use super::to_planes;
    use crate::colour::Chroma;
    use crate::colour::tests::{levels, to_pixels};
    use crate::image::view::{ImageView, PixelFormat};
    use crate::transform::tests::Random;

    fn round_trip(pixels: &[u8], width: usize, chroma: Chroma, format: PixelFormat) -> Vec<u8> {
        let stride = width * format.channels();
        let height = pixels.len() / stride;
        let view = ImageView::new(pixels, width as u32, height as u32, stride, format).unwrap();
        let [a, b] = levels().map(|simd| {
            let planes = to_planes(simd, &view, chroma);
            let back = to_pixels(simd, &planes, chroma, format, width, height);
            (planes, back)
        });
        assert!(a == b, "levels differ at {width}x{height}");
        let sides: Vec<_> = a.0.iter().map(|plane| (plane.width(), plane.height())).collect();
        let luma = (width.next_multiple_of(8), height.next_multiple_of(8));
        let expected = if chroma == Chroma::Yuv444 { luma } else { (luma.0 / 2, luma.1 / 2) };
        assert_eq!(sides, [luma, expected, expected][..format.channels()]);
        a.1
    }

    #[test]
    fn every_rgb_colour_survives_444_exactly() {
        // All pairs of red and green with every blue: 2^24 colours, a picture for each blue.
        for blue in 0..=255 {
            let pixels: Vec<u8> = (0..=65535u32).flat_map(|i| [(i >> 8) as u8, i as u8, blue]).collect();
            assert!(round_trip(&pixels, 256, Chroma::Yuv444, PixelFormat::Rgb8) == pixels, "blue {blue}");
        }
    }

    #[test]
    fn gray_stays_exact() {
        let levels: Vec<u8> = (0..=255).collect();
        assert_eq!(round_trip(&levels, 64, Chroma::Yuv444, PixelFormat::Gray8), levels);
        let rgb: Vec<u8> = levels.iter().flat_map(|&v| [v; 3]).collect();
        for chroma in [Chroma::Yuv444, Chroma::Yuv420] {
            assert_eq!(round_trip(&rgb, 32, chroma, PixelFormat::Rgb8), rgb);
        }
    }

    #[test]
    fn flat_colours_survive_420_exactly_at_any_size() {
        let mut random = Random(6);
        for (width, height) in [(1, 1), (2, 1), (1, 3), (7, 5), (8, 8), (33, 17), (65, 2), (130, 9)] {
            let colour = [0; 3].map(|_: u8| random.range(0, 255) as u8);
            let pixels = colour.repeat(width * height);
            assert_eq!(round_trip(&pixels, width, Chroma::Yuv420, PixelFormat::Rgb8), pixels);
        }
    }
}
