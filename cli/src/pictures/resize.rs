//! Pictures made smaller and larger.

use std::borrow::Cow;

use image::imageops::{FilterType, resize};
use image::{ImageBuffer, Luma, LumaA, Pixel, Rgb, Rgba};
use kvant::{Image, PixelFormat};

use super::picture::Picture;

/// The largest size of the shape of `(w, h)` within `(max_w, max_h)` that enlarges nothing.
pub(crate) fn fit((w, h): (u32, u32), (max_w, max_h): (u32, u32)) -> (u32, u32) {
    let scale = (f64::from(max_w) / f64::from(w)).min(f64::from(max_h) / f64::from(h)).min(1.0);
    let side = |v: u32| ((f64::from(v) * scale).round() as u32).max(1);
    (side(w), side(h))
}

/// The most bytes of memory that [`resized`] takes for a picture of `format` and the first size,
/// beside the picture: its samples in floating point, and four of them for each pixel that has its
/// new height and its old width.
pub(crate) fn resizing_bytes(format: PixelFormat, from: [u32; 2], to: [u32; 2]) -> u64 {
    let [width, height, new_width, new_height] = [from[0], from[1], to[0], to[1]].map(u64::from);
    let channels = format.channels() as u64;
    4 * (channels * width * height + 4 * width * new_height + channels * new_width * new_height)
}

/// The picture in another size by Lanczos' filter of three lobes, of its samples as they are. What
/// does not show has no part in its neighbours: colours are weighed with their alpha.
pub(crate) fn resized(picture: &Picture, [width, height]: [u32; 2]) -> Cow<'_, Picture> {
    if [picture.width(), picture.height()] == [width, height] {
        return Cow::Borrowed(picture);
    }
    let (format, max) = (picture.format(), f32::from(picture.max()));
    let channels = format.channels();
    let mut samples: Vec<f32> = picture.samples().into_iter().map(|v| f32::from(v) / max).collect();
    if format.has_alpha() {
        weigh(&mut samples, channels, |colour, alpha| colour * alpha);
    }
    let sizes = [[picture.width(), picture.height()], [width, height]];
    let mut samples = match channels {
        1 => lanczos::<Luma<f32>>(samples, sizes),
        2 => lanczos::<LumaA<f32>>(samples, sizes),
        3 => lanczos::<Rgb<f32>>(samples, sizes),
        _ => lanczos::<Rgba<f32>>(samples, sizes),
    };
    if format.has_alpha() {
        weigh(&mut samples, channels, |colour, alpha| if alpha > 0.0 { (colour / alpha).min(1.0) } else { 0.0 });
    }
    let values = samples.into_iter().map(|v| (v * max).round() as u16);
    let data = match format.is_wide() {
        true => values.flat_map(u16::to_ne_bytes).collect(),
        false => values.map(|v| v as u8).collect(),
    };
    let image = Image::from_data(data, width, height, format, picture.depth());
    Cow::Owned(Picture::from(image.expect("the data is that of the size")).with_cicp(picture.cicp()))
}

/// Samples from 0 to 1 of a picture of the first of two sizes, in the second.
fn lanczos<P: Pixel<Subpixel = f32> + 'static>(samples: Vec<f32>, [from, [width, height]]: [[u32; 2]; 2]) -> Vec<f32> {
    let image = ImageBuffer::<P, _>::from_raw(from[0], from[1], samples).expect("as many samples as pixels have");
    resize(&image, width, height, FilterType::Lanczos3).into_raw()
}

/// Changes the colours of each pixel by its alpha, which comes last.
fn weigh(samples: &mut [f32], channels: usize, change: impl Fn(f32, f32) -> f32) {
    for pixel in samples.chunks_exact_mut(channels) {
        if let Some((alpha, colours)) = pixel.split_last_mut() {
            colours.iter_mut().for_each(|colour| *colour = change(*colour, *alpha));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_fits_into_its_bounds_and_is_not_enlarged() {
        assert_eq!(fit((400, 300), (80, 44)), (59, 44));
        assert_eq!(fit((4000, 30), (80, 44)), (80, 1));
        assert_eq!(fit((4000, 1), (80, 44)), (80, 1));
        assert_eq!(fit((7, 5), (80, 44)), (7, 5));
    }

    #[test]
    fn sizes_are_those_of_the_scale_and_a_flat_picture_stays_flat() {
        let wide: Vec<u8> = [40_000u16; 3 * 63].into_iter().flat_map(u16::to_ne_bytes).collect();
        for (format, data, value) in [
            (PixelFormat::Gray8, vec![77; 63], 77),
            (PixelFormat::Rgb8, vec![200; 3 * 63], 200),
            (PixelFormat::Rgb16, wide, 40_000),
        ] {
            let picture = Picture::new(9, 7, format, data);
            let half = resized(&picture, [5, 4]);
            assert_eq!(([half.width(), half.height()], half.format(), half.depth()), ([5, 4], format, picture.depth()));
            assert!(half.samples().iter().all(|v| *v == value), "{:?}", half.samples());
            assert_eq!(*resized(&half, [9, 7]), picture);
            assert!(matches!(resized(&picture, [9, 7]), Cow::Borrowed(_)));
        }
    }

    #[test]
    fn colours_that_do_not_show_stay_out() {
        // The left half is red, the right half green that does not show.
        let pixels = (0..64).flat_map(|i| if i % 8 < 4 { [200, 0, 0, 255] } else { [0, 255, 0, 0] });
        let picture = Picture::new(8, 8, PixelFormat::Rgba8, pixels.collect());
        let half = resized(&picture, [4, 4]);
        for pixel in half.data().chunks_exact(4).filter(|p| p[3] > 0) {
            assert_eq!((pixel[1], pixel[2]), (0, 0), "{pixel:?}");
            // Up to the ringing of the filter at the edge.
            assert!(pixel[0].abs_diff(200) <= 4 || pixel[3] < 20, "{pixel:?}");
        }
    }

    #[test]
    fn a_smooth_picture_survives_the_way_there_and_back() {
        let pixels = (0..64 * 64).map(|i| (2 * (i % 64) + (i / 64)) as u8 + 20);
        let picture = Picture::new(64, 64, PixelFormat::Gray8, pixels.collect());
        let back = resized(&resized(&picture, [32, 32]), [64, 64]).into_owned();
        let inner = |i: &usize| (4..60).contains(&(i % 64)) && (4..60).contains(&(i / 64));
        let worst = (0..64 * 64).filter(inner).map(|i| picture.data()[i].abs_diff(back.data()[i])).max();
        assert!(worst <= Some(1), "{worst:?}");
    }
}
