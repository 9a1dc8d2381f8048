//! Pixels as the writers of other formats take them.

use std::borrow::Cow;

use image::ExtendedColorType;
use kvant::PixelFormat;

use super::convert;
use super::format::OutputFormat;
use super::picture::Picture;

/// The samples that `format` takes, interleaved, and what they are.
pub(super) fn samples(picture: &Picture, format: OutputFormat) -> (Cow<'_, [u8]>, ExtendedColorType) {
    let pixel = picture.format();
    let wide = pixel.is_wide() && format.has_wide_samples();
    // The WebP writer makes colour of gray by itself.
    let colour = pixel.has_colour() || (format.stores_colour(pixel) && format != OutputFormat::WebP);
    let data = if !pixel.is_wide() && colour == pixel.has_colour() {
        Cow::Borrowed(picture.data())
    } else {
        let values = if wide { convert::wide_samples(picture) } else { picture.narrowed().samples() };
        let values = if colour && !pixel.has_colour() { tripled(&values, pixel.channels()) } else { values };
        Cow::Owned(convert::stored(values, wide))
    };
    let colour_type = match PixelFormat::new(colour, pixel.has_alpha(), wide) {
        PixelFormat::Gray8 => ExtendedColorType::L8,
        PixelFormat::GrayAlpha8 => ExtendedColorType::La8,
        PixelFormat::Rgb8 => ExtendedColorType::Rgb8,
        PixelFormat::Rgba8 => ExtendedColorType::Rgba8,
        PixelFormat::Gray16 => ExtendedColorType::L16,
        PixelFormat::GrayAlpha16 => ExtendedColorType::La16,
        PixelFormat::Rgb16 => ExtendedColorType::Rgb16,
        _ => ExtendedColorType::Rgba16,
    };
    (data, colour_type)
}

/// Gray pixels of `channels` channels with their gray as red, green and blue.
fn tripled(values: &[u16], channels: usize) -> Vec<u16> {
    values.chunks_exact(channels).flat_map(|p| [&[p[0], p[0]], p].concat()).collect()
}
