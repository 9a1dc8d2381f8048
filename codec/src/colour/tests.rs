//! The conversion to pixels against real arithmetic.

use super::{BLUE_CB, Chroma, GREEN_CB, GREEN_CR, RED_CR, Scratch, row_to_pixels};
use crate::image::plane::Plane;
use crate::image::view::PixelFormat;
use crate::simd::{CpuLevel, Simd};
use crate::transform::tests::Random;

pub(crate) fn levels() -> [Simd; 2] {
    [Simd::new(CpuLevel::Scalar), Simd::new(CpuLevel::detect())]
}

pub(crate) fn to_pixels(
    simd: Simd,
    planes: &[Plane],
    chroma: Chroma,
    format: PixelFormat,
    width: usize,
    height: usize,
) -> Vec<u8> {
    let mut scratch = Scratch::new(width, height);
    let mut pixels = vec![0; width * height * format.channels()];
    for (y, row) in pixels.chunks_exact_mut(width * format.channels()).enumerate() {
        row_to_pixels(simd, planes, chroma, format, y, &mut scratch, row);
    }
    pixels
}

#[test]
fn factors_are_those_of_bt601() {
    let factor = |value: f64| (value * 16384.0).round() as i32;
    let (red, blue) = (0.299, 0.114);
    let green = 1.0 - red - blue;
    assert_eq!(RED_CR, factor(2.0 * (1.0 - red)));
    assert_eq!(BLUE_CB, factor(2.0 * (1.0 - blue)));
    assert_eq!(GREEN_CB, factor(2.0 * (1.0 - blue) * blue / green));
    assert_eq!(GREEN_CR, factor(2.0 * (1.0 - red) * red / green));
}

fn random_planes(random: &mut Random, width: usize, height: usize, chroma: (usize, usize)) -> Vec<Plane> {
    [(width, height), chroma, chroma]
        .map(|(w, h)| {
            let mut plane = Plane::new(w, h);
            plane.data_mut().fill_with(|| random.range(0, 1023) as u16);
            plane
        })
        .into()
}

#[test]
fn pixels_of_any_planes_are_the_rounded_real_conversion() {
    let mut random = Random(7);
    let planes = random_planes(&mut random, 200, 50, (200, 50));
    for simd in levels() {
        let pixels = to_pixels(simd, &planes, Chroma::Yuv444, PixelFormat::Rgb8, 197, 50);
        for (i, pixel) in pixels.chunks_exact(3).enumerate() {
            let [y, cb, cr] = [0, 1, 2].map(|p| f64::from(planes[p].get(i % 197, i / 197)) / 4.0);
            let (cb, cr) = (cb - 128.0, cr - 128.0);
            let exact = [y + 1.402 * cr, y - 0.344_136_286 * cb - 0.714_136_286 * cr, y + 1.772 * cb];
            for (found, exact) in pixel.iter().zip(exact) {
                assert!((f64::from(*found) - exact.clamp(0.0, 255.0)).abs() < 0.51, "{found} {exact}");
            }
        }
    }
}

#[test]
fn gray_pixels_are_rounded_and_clamped() {
    let mut plane = Plane::new(1024, 1);
    plane.data_mut().iter_mut().zip(0..).for_each(|(sample, value)| *sample = value);
    for simd in levels() {
        let found = to_pixels(simd, std::slice::from_ref(&plane), Chroma::Yuv444, PixelFormat::Gray8, 1024, 1);
        let expected: Vec<u8> = (0..1024).map(|v| (f64::from(v) / 4.0 + 0.5).floor().min(255.0) as u8).collect();
        assert_eq!(found, expected);
    }
}

#[test]
fn upsampling_is_bilinear_from_the_visible_chroma() {
    let mut random = Random(8);
    for (width, height) in [(1usize, 1usize), (2, 2), (5, 3), (16, 16), (35, 21), (64, 7)] {
        let padded = (width.next_multiple_of(8), height.next_multiple_of(8));
        let (cw, ch) = (width.div_ceil(2), height.div_ceil(2));
        let small = random_planes(&mut random, padded.0, padded.1, (padded.0 / 2, padded.1 / 2));
        let mut large = vec![small[0].clone()];
        for plane in &small[1..] {
            let mut full = Plane::new(padded.0, padded.1);
            for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
                // The nearest sample, and the next on the other side of the pixel.
                let pair =
                    |i: usize, n: usize| (i / 2, if i % 2 == 1 { (i / 2 + 1).min(n - 1) } else { (i / 2).max(1) - 1 });
                let ((x0, x1), (y0, y1)) = (pair(x, cw), pair(y, ch));
                let at = |x, y| u32::from(plane.get(x, y));
                let sum = 9 * at(x0, y0) + 3 * at(x1, y0) + 3 * at(x0, y1) + at(x1, y1);
                full.row_mut(y)[x] = ((sum + 8) / 16) as u16;
            }
            large.push(full);
        }
        for simd in levels() {
            let found = to_pixels(simd, &small, Chroma::Yuv420, PixelFormat::Rgb8, width, height);
            let expected = to_pixels(simd, &large, Chroma::Yuv444, PixelFormat::Rgb8, width, height);
            assert_eq!(found, expected, "{width}x{height}");
        }
    }
}
