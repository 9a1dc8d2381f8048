//! From samples as they are stored to a picture, gray or RGB, of 8 or 16 bits.

use image::{DynamicImage, ImageBuffer};

use super::super::super::convert::widened;
use super::super::{Inventory, cmyk};
use super::chunks::Samples;
use super::layout::{Colours, SampleLayout};

/// The picture that samples are.
///
/// # Errors
/// What in them cannot be.
pub(super) fn picture(
    layout: &SampleLayout,
    mut samples: Samples,
    found: &mut Inventory,
) -> Result<DynamicImage, String> {
    match &layout.colours {
        Colours::Palette(map) => return looked_up(layout, samples, map, found),
        // Divided as red, green and blue.
        Colours::YCbCr { .. } => {}
        _ if premultiplied(layout) => divide(&mut samples, layout),
        _ => {}
    }
    match samples {
        Samples::Bytes(data) if layout.bits == 8 => coloured(layout, data, found),
        Samples::Bytes(data) => {
            let scale = |v: u8| (u32::from(v) * 255 + max(layout) / 2) / max(layout);
            coloured(layout, data.into_iter().map(|v| scale(v) as u8).collect(), found)
        }
        Samples::Words(data) if layout.bits == 16 => coloured(layout, data, found),
        Samples::Words(data) => coloured(layout, data.into_iter().map(|v| widened(v, max(layout))).collect(), found),
        Samples::Longs(data) => {
            let bits = layout.bits;
            found.warn("depth-reduced", format!("samples of {bits} bits are reduced to 16 bits"));
            let shift = bits.min(32) - 16;
            coloured(layout, data.into_iter().map(|v| (v >> shift) as u16).collect(), found)
        }
        Samples::Floats(data) => {
            found.warn("depth-reduced", "samples in floating point are reduced to 16 bits");
            warn_of_clipping(&data, found);
            let whole = |v: f32| (f64::from(v).clamp(0.0, 1.0) * 65535.0).round() as u16;
            coloured(layout, data.into_iter().map(whole).collect(), found)
        }
    }
}

/// The largest value of a sample of no more than 16 bits.
fn max(layout: &SampleLayout) -> u32 {
    (1 << layout.bits) - 1
}

/// Says which share of floating point numbers is not within 0 to 1.
fn warn_of_clipping(data: &[f32], found: &mut Inventory) {
    let outside = data.iter().filter(|v| !(0.0..=1.0).contains(*v)).count();
    if outside == 0 {
        return;
    }
    let share = 100.0 * outside as f64 / data.len() as f64;
    let share = if share < 0.1 { "less than 0.1".to_owned() } else { format!("{share:.1}") };
    let (least, most) = data.iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(a, b), &v| (a.min(v), b.max(v)));
    let reach = match least <= most {
        true => format!("they reach from {least} to {most}"),
        false => "they are no numbers".to_owned(),
    };
    let all = if 2 * outside > data.len() { "; most of the picture becomes black or white" } else { "" };
    let text = format!("{share} % of the samples lie outside 0 to 1 and are clipped: {reach}{all}");
    found.warn("samples-clipped", text);
}

/// Whether the colours are multiplied by alpha.
fn premultiplied(layout: &SampleLayout) -> bool {
    layout.alpha.is_some_and(|alpha| alpha.premultiplied)
}

/// Undoes multiplication of the colours by alpha, rounded; what does not show becomes 0.
fn divide(samples: &mut Samples, layout: &SampleLayout) {
    let channels = layout.kept().len();
    match samples {
        Samples::Bytes(data) => divide_whole(data, channels, max(layout)),
        Samples::Words(data) => divide_whole(data, channels, max(layout)),
        Samples::Longs(data) => divide_whole(data, channels, u32::MAX >> (32 - layout.bits.min(32))),
        Samples::Floats(data) => {
            for pixel in data.chunks_exact_mut(channels) {
                let alpha = pixel[channels - 1];
                let divide = |v: &mut f32| *v = if alpha == 0.0 { 0.0 } else { *v / alpha };
                pixel[..channels - 1].iter_mut().for_each(divide);
            }
        }
    }
}

fn divide_whole<T: Copy + Into<u32> + TryFrom<u32> + Default>(data: &mut [T], channels: usize, max: u32) {
    for pixel in data.chunks_exact_mut(channels) {
        let alpha: u64 = pixel[channels - 1].into().into();
        for sample in &mut pixel[..channels - 1] {
            let product = u64::from((*sample).into()) * u64::from(max) + alpha / 2;
            let whole = product.checked_div(alpha).map_or(0, |v| v.min(max.into()));
            *sample = T::try_from(whole as u32).unwrap_or_default();
        }
    }
}

/// Colours from a table of 16 bits, of which 8 count; tables of small numbers are meant to be of 8.
fn looked_up(
    layout: &SampleLayout,
    samples: Samples,
    map: &[u16],
    found: &mut Inventory,
) -> Result<DynamicImage, String> {
    let entries = 1 << layout.bits;
    let map = &map[..3 * entries];
    let shift = if map.iter().all(|&v| v < 256) { 0 } else { 8 };
    // Of 8 bits are those that end in zeros, and those that are the same twice.
    if shift == 8 && map.iter().any(|&v| v & 255 != 0 && v & 255 != v >> 8) {
        found.warn("depth-reduced", "the palette's colours of 16 bits are reduced to 8 bits");
    }
    let colour = |place: usize| [0, 1, 2].map(|channel| (map[channel * entries + place] >> shift) as u8);
    let places: Vec<usize> = match samples {
        Samples::Bytes(data) => data.into_iter().map(usize::from).collect(),
        Samples::Words(data) => data.into_iter().map(usize::from).collect(),
        _ => return Err("damaged: a palette of that many entries".to_owned()),
    };
    let most = entries - 1;
    let mut data: Vec<u8> = match layout.alpha {
        None => places.into_iter().flat_map(colour).collect(),
        Some(_) => places
            .as_chunks()
            .0
            .iter()
            .flat_map(|&[place, alpha]| {
                let [r, g, b] = colour(place);
                [r, g, b, ((alpha * 255 + most / 2) / most) as u8]
            })
            .collect(),
    };
    if premultiplied(layout) {
        divide_whole(&mut data, 4, u8::MAX.into());
    }
    wrapped(layout, data, true)
}

/// A sample of a finished picture.
pub(super) trait Sample: cmyk::Ink {
    /// The picture of samples in 1 to 4 channels.
    fn image(width: u32, height: u32, channels: usize, data: Vec<Self>) -> Option<DynamicImage>;
}

macro_rules! sample {
    ($type:ty, $gray:ident, $gray_alpha:ident, $rgb:ident, $rgba:ident) => {
        impl Sample for $type {
            fn image(width: u32, height: u32, channels: usize, data: Vec<Self>) -> Option<DynamicImage> {
                Some(match channels {
                    1 => DynamicImage::$gray(ImageBuffer::from_raw(width, height, data)?),
                    2 => DynamicImage::$gray_alpha(ImageBuffer::from_raw(width, height, data)?),
                    3 => DynamicImage::$rgb(ImageBuffer::from_raw(width, height, data)?),
                    _ => DynamicImage::$rgba(ImageBuffer::from_raw(width, height, data)?),
                })
            }
        }
    };
}

sample!(u8, ImageLuma8, ImageLumaA8, ImageRgb8, ImageRgba8);
sample!(u16, ImageLuma16, ImageLumaA16, ImageRgb16, ImageRgba16);

fn wrapped<T: Sample>(layout: &SampleLayout, data: Vec<T>, colour: bool) -> Result<DynamicImage, String> {
    let channels = if colour { 3 } else { 1 } + usize::from(layout.alpha.is_some());
    T::image(layout.width, layout.height, channels, data).ok_or_else(|| "damaged: samples are missing".to_owned())
}

fn sample<T: Sample>(value: u32) -> T {
    T::try_from(value).unwrap_or_default()
}

/// The picture of scaled samples.
fn coloured<T: Sample>(layout: &SampleLayout, mut data: Vec<T>, found: &mut Inventory) -> Result<DynamicImage, String> {
    let channels = layout.kept().len();
    match &layout.colours {
        Colours::Gray { inverted } => {
            if *inverted {
                data.chunks_exact_mut(channels).for_each(|pixel| pixel[0] = sample(T::FULL - pixel[0].into()));
            }
            wrapped(layout, data, false)
        }
        Colours::Cmyk => wrapped(layout, cmyk::to_rgb(&data, layout.alpha.is_some(), found), true),
        Colours::YCbCr { weights, range } => {
            let rgb = data.chunks_exact(channels).flat_map(|pixel| {
                let [r, g, b] = rgb([0, 1, 2].map(|i| pixel[i].into().into()), weights, range);
                [r, g, b].into_iter().map(|v| sample(v as u32)).chain(pixel.get(3).copied())
            });
            let mut rgb: Vec<T> = rgb.collect();
            if premultiplied(layout) {
                divide_whole(&mut rgb, 4, T::FULL);
            }
            wrapped(layout, rgb, true)
        }
        _ => wrapped(layout, data, true),
    }
}

/// Red, green and blue of a pixel of 8 bits, rounded (TIFF 6.0 §21).
fn rgb(ycbcr: [f64; 3], weights: &[f64; 3], range: &[f64; 6]) -> [f64; 3] {
    let scaled = |i: usize, full: f64| (ycbcr[i] - range[2 * i]) * full / (range[2 * i + 1] - range[2 * i]);
    let (y, cb, cr) = (scaled(0, 255.0), scaled(1, 127.0), scaled(2, 127.0));
    let [wr, wg, wb] = *weights;
    let r = y + cr * (2.0 - 2.0 * wr);
    let b = y + cb * (2.0 - 2.0 * wb);
    let g = (y - wb * b - wr * r) / wg;
    [r, g, b].map(|v| v.round().clamp(0.0, 255.0))
}
