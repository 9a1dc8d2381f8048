//! Lossless coding of up to three planes: prediction by least squares blended with simple predictors, what is left
//! binarised and coded with mixed probabilities. One walk encodes and decodes; a call codes one rectangle, which
//! depends on nothing outside of it. BITSTREAM.md §13.

mod canvas;
mod channel;
mod choice;
mod colour;
mod exact;
mod least_squares;
mod level;
mod mixer;
mod natural;
mod residual;
mod runs;
mod values;
mod walk;

use self::canvas::Canvas;
use self::channel::channel;
use self::choice::Colours;
use self::colour::Transform;
use self::exact::Exact;
use self::mixer::Mixer;
use self::natural::Natural;
use self::values::palette;
use self::walk::{Coded, Coder};
use crate::entropy::range::{Damage, Interval, ReadInterval, WriteInterval};
use crate::error::DecodeError;
use crate::image::plane::Plane;
use crate::simd::Simd;

/// Size and number of the planes that a stream holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Columns, from 1.
    pub(crate) width: usize,
    /// Rows, from 1.
    pub(crate) height: usize,
    /// 1 to 3.
    pub(crate) planes: usize,
    /// Bits of a sample, 1 to 16.
    pub(crate) depth: u32,
}

/// Number of a palette among the transforms.
const PALETTE: u32 = 3;

/// Codes `planes` (1 to 3 of equal size), whose samples have `depth` bits (1 to 16). Three are taken as red, green and
/// blue, but may be anything.
pub(crate) fn encode(simd: Simd, planes: &[Plane], depth: u32) -> Vec<u8> {
    coded(Coder::new(WriteInterval::new(), simd), planes, depth).interval.finish()
}

/// The same in no more than `most` bytes; `None`, soon, where that cannot be.
pub(crate) fn encode_within(simd: Simd, planes: &[Plane], depth: u32, most: usize) -> Option<Vec<u8>> {
    let coder = coded(Coder::new(WriteInterval::within(most), simd), planes, depth);
    let data = (!coder.interval.is_past_end()).then(|| coder.interval.finish());
    data.filter(|data| data.len() <= most)
}

/// `coder` after `planes`.
fn coded(mut coder: Coder<WriteInterval>, planes: &[Plane], depth: u32) -> Coder<WriteInterval> {
    let (width, height) = (planes[0].width(), planes[0].height());
    let shape = Shape { width, height, planes: planes.len(), depth };
    debug_assert!((1..=3).contains(&shape.planes) && (1..=16).contains(&depth) && width > 0 && height > 0, "{shape:?}");
    let samples = |plane: &Plane| plane.from(0, 0).iter().map(|&s| i32::from(s)).collect();
    let channels: Vec<Vec<i32>> = match planes {
        [r, g, b] => {
            let pixels = g.from(0, 0).iter().zip(r.from(0, 0)).zip(b.from(0, 0));
            let pixels: Vec<[i32; 3]> = pixels.map(|((&g, &r), &b)| [g, r, b].map(i32::from)).collect();
            colours(&mut coder, &shape, &pixels)
        }
        _ => planes.iter().map(samples).collect(),
    };
    let mut before = Vec::new();
    for values in channels {
        before.push(choice::written(&mut coder, &shape, &before, values));
    }
    coder
}

/// States how the three planes of `pixels` (green, red, blue) are coded, and makes them so.
fn colours(coder: &mut Coder<WriteInterval>, shape: &Shape, pixels: &[[i32; 3]]) -> Vec<Vec<i32>> {
    match choice::colours(coder.simd, shape, pixels) {
        Colours::Palette(mut colours) => {
            coder.interval.bypass(2, PALETTE);
            palette(coder, shape.depth, &mut colours);
            vec![choice::numbers(&colours, pixels)]
        }
        Colours::Transform(transform) => {
            coder.interval.bypass(2, transform as u32);
            (0..3).map(|k| pixels.iter().map(|&pixel| transform.forward(pixel)[k]).collect()).collect()
        }
    }
}

/// Decodes what [`encode`] made of planes of this shape.
///
/// # Errors
/// `Corrupt` for damage that shows.
pub(crate) fn decode(simd: Simd, data: &[u8], shape: &Shape) -> Result<Vec<Plane>, DecodeError> {
    let mut coder = Coder::new(ReadInterval::new(data), simd);
    let transform = if shape.planes == 3 { coder.interval.bypass(2, 0) } else { 0 };
    let mut colours = Vec::new();
    if transform == PALETTE {
        palette(&mut coder, shape.depth, &mut colours);
    }
    let mut channels: Vec<Coded> = Vec::new();
    for _ in 0..if transform == PALETTE { 1 } else { shape.planes } {
        channels.push(channel(&mut coder, shape, &channels, None));
        if let Some(damage) = coder.damage.or_else(|| coder.interval.overrun()) {
            return Err(corrupt(damage));
        }
    }
    if let Some(damage) = coder.interval.unread() {
        return Err(corrupt(damage));
    }
    let pixel = |[a, b, c]: [i32; 3]| match Transform::ALL.get(transform as usize) {
        Some(transform) => transform.inverse([a, b, c]),
        None => colours.get(a as usize).copied().unwrap_or([-1; 3]),
    };
    samples(shape, &channels, pixel).map_err(corrupt)
}

fn corrupt((what, value, limit): Damage) -> DecodeError {
    DecodeError::Corrupt { what, value, limit }
}

/// The planes of a picture from those that were coded, by way of `pixel` (which gives green, red and blue) where there
/// are three.
fn samples(shape: &Shape, channels: &[Coded], pixel: impl Fn([i32; 3]) -> [i32; 3]) -> Result<Vec<Plane>, Damage> {
    let mut planes = vec![Plane::new(shape.width, shape.height); shape.planes];
    let top = (1 << shape.depth) - 1;
    for y in 0..shape.height {
        for x in 0..shape.width {
            let mut values = [0; 3];
            for (value, channel) in values.iter_mut().zip(channels) {
                *value = channel.values.data[channel.values.at(x, y)];
            }
            if shape.planes == 3 {
                let [g, r, b] = pixel(values);
                values = [r, g, b];
            }
            for (plane, value) in planes.iter_mut().zip(values) {
                if !(0..=top).contains(&value) {
                    return Err(("sample", u64::from(value.unsigned_abs()), top as u64));
                }
                plane.row_mut(y)[x] = value as u16;
            }
        }
    }
    Ok(planes)
}

/// Bytes of working memory and result.
pub(crate) fn memory(shape: &Shape) -> u64 {
    let (w, h) = (shape.width, shape.height);
    let planes = shape.planes as u64 * 2 * (Canvas::memory(w, h) + w as u64 * h as u64);
    planes + Natural::memory(w, h).max(Exact::memory(w, h)) + Mixer::MEMORY
}

#[cfg(test)]
mod tests;
