//! The conversion to pixels against real arithmetic.

use super::matrix::{BLUE_CB, GREEN_CB, GREEN_CR, RED_CR};
use super::{Chroma, Depths, Scratch, row_to_pixels};
use crate::image::format::PixelFormat;
use crate::image::plane::Plane;
use crate::random::SplitMix64;
use crate::simd::{CpuLevel, Simd};

pub(crate) fn levels() -> [Simd; 2] {
    [Simd::new(CpuLevel::Scalar), Simd::new(CpuLevel::detect())]
}

/// `size` pixels of the planes; alpha stays 0.
pub(crate) fn to_pixels(
    simd: Simd,
    depths: Depths,
    planes: &[Plane],
    chroma: Chroma,
    format: PixelFormat,
    (width, height): (usize, usize),
) -> Vec<u8> {
    let mut scratch = Scratch::new(depths, width, height);
    let stride = width * format.bytes_per_pixel();
    let mut pixels = vec![0; stride * height];
    for (y, row) in pixels.chunks_exact_mut(stride).enumerate() {
        row_to_pixels(simd, planes, chroma, format, y, &mut scratch, row);
    }
    pixels
}

/// The samples that bytes of `format` hold.
fn samples(format: PixelFormat, bytes: &[u8]) -> Vec<u16> {
    match format.is_wide() {
        true => bytes.as_chunks().0.iter().map(|&b| u16::from_ne_bytes(b)).collect(),
        false => bytes.iter().map(|&b| b.into()).collect(),
    }
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

fn random_planes(random: &mut SplitMix64, bits: u32, luma: (usize, usize), chroma: (usize, usize)) -> Vec<Plane> {
    [luma, chroma, chroma]
        .map(|(w, h)| {
            let mut plane = Plane::new(w, h);
            plane.data_mut().fill_with(|| random.range(0, (1 << bits) - 1) as u16);
            plane
        })
        .into()
}

/// Narrow samples have 8 bits, wide ones 9 to 16.
fn all_depths() -> impl Iterator<Item = (u8, bool)> {
    (8..=16).map(|depth| (depth, depth > 8))
}

#[test]
fn pixels_of_any_planes_are_the_rounded_real_conversion() {
    let mut random = SplitMix64::new(7);
    for ((depth, wide), alpha) in all_depths().flat_map(|d| [(d, false), (d, true)]) {
        let (depths, format) = (Depths::new(depth), PixelFormat::new(true, alpha, wide));
        let planes = random_planes(&mut random, depths.plane, (200, 50), (200, 50));
        // Of the largest sample of planes to the largest of pixels, above 14 bits.
        let top = |bits: u32| f64::from((1 << bits) - 1);
        let scale = if depth > 14 {
            top(depth.into()) / top(depths.plane)
        } else {
            f64::from(depth).exp2() / f64::from(depths.plane).exp2()
        };
        let zero = f64::from(depths.plane - 1).exp2();
        for simd in levels() {
            let pixels = to_pixels(simd, depths, &planes, Chroma::Yuv444, format, (197, 50));
            for (i, pixel) in samples(format, &pixels).chunks_exact(format.channels()).enumerate() {
                let [y, cb, cr] = [0, 1, 2].map(|p| f64::from(planes[p].get(i % 197, i / 197)));
                let (cb, cr) = (cb - zero, cr - zero);
                let exact = [y + 1.402 * cr, y - 0.344_136_286 * cb - 0.714_136_286 * cr, y + 1.772 * cb];
                for (found, exact) in pixel.iter().zip(exact.map(|e| (e * scale).clamp(0.0, top(depth.into())))) {
                    // Factors of 14 bits are off by up to 2^-15 of the chroma.
                    let bound = 0.51 + f64::from(depth).exp2() / 32768.0;
                    assert!((f64::from(*found) - exact).abs() < bound, "{depth}: {found} {exact}");
                }
            }
        }
    }
}

#[test]
fn gray_pixels_are_rounded_and_clamped() {
    for ((depth, wide), alpha) in all_depths().flat_map(|d| [(d, false), (d, true)]) {
        let (depths, format) = (Depths::new(depth), PixelFormat::new(false, alpha, wide));
        let n = 1 << depths.plane;
        let mut plane = Plane::new(n, 1);
        plane.data_mut().iter_mut().zip(0..).for_each(|(sample, value)| *sample = value);
        let max = (1u32 << depth) - 1;
        let expected = (0..n as u32).map(|v| match (depth, depths.plane) {
            // The scale from 2^14 - 1 to 2^15 - 1, and to 2^16 - 1.
            (15, _) => (2 * v + (v / 2 + 4096) / 8192) as u16,
            (16, _) => (4 * v + (v / 4 * 3 + 2048) / 4096) as u16,
            (14, _) => v as u16,
            (pixel, plane) => {
                ((f64::from(v) / f64::from(1 << (plane - u32::from(pixel))) + 0.5) as u32).min(max) as u16
            }
        });
        let expected: Vec<u16> = expected.flat_map(|v| if alpha { vec![v, 0] } else { vec![v] }).collect();
        for simd in levels() {
            let found = to_pixels(simd, depths, std::slice::from_ref(&plane), Chroma::Yuv444, format, (n, 1));
            assert!(samples(format, &found) == expected, "{depth}");
        }
    }
}

#[test]
fn upsampling_is_bilinear_from_the_visible_chroma() {
    let mut random = SplitMix64::new(8);
    for (width, height, depth) in
        [(1usize, 1usize, 8), (2, 2, 8), (5, 3, 12), (16, 16, 8), (35, 21, 8), (35, 21, 11), (64, 7, 8), (64, 7, 16)]
    {
        let (depths, format) = (Depths::new(depth), PixelFormat::new(true, false, depth > 8));
        let padded = (width.next_multiple_of(8), height.next_multiple_of(8));
        let (cw, ch) = (width.div_ceil(2), height.div_ceil(2));
        let small = random_planes(&mut random, depths.plane, padded, (padded.0 / 2, padded.1 / 2));
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
            let found = to_pixels(simd, depths, &small, Chroma::Yuv420, format, (width, height));
            let expected = to_pixels(simd, depths, &large, Chroma::Yuv444, format, (width, height));
            assert_eq!(found, expected, "{width}x{height} {depth}");
        }
    }
}
