//! Lossless coding of up to three planes: prediction by least squares blended with simple
//! predictors, what is left binarised and coded with mixed probabilities. One walk encodes and
//! decodes; a call codes one rectangle, which depends on nothing outside of it. BITSTREAM.md §13.

#![cfg_attr(not(test), deny(clippy::disallowed_types, clippy::float_arithmetic))]

mod canvas;
mod channel;
mod choice;
#[cfg(feature = "bench-api")]
pub(crate) mod chosen;
mod coder;
mod colour;
mod distribution;
mod exact;
mod least_squares;
mod level;
mod mixer;
mod modeller;
mod natural;
mod neighbours;
mod plane;
#[cfg(feature = "bench-api")]
pub(crate) mod reached;
mod residual;
mod runs;
mod values;
mod walk;

use std::ops::Range;

use self::canvas::Canvas;
use self::channel::{Values, channel};
use self::coder::Coder;
pub(crate) use self::coder::Watch;
use self::colour::{Colours, Transform};
use self::natural::Natural;
use self::plane::CodedPlane;
pub(crate) use self::plane::Shape;
use self::residual::Residuals;
use crate::entropy::interval::{Damage, Interval, ReadInterval, WriteInterval};
use crate::image::plane::Plane;
use crate::simd::Simd;

/// Codes `planes` (1 to 3 of equal size), whose samples have `depth` bits (1 to 16). Three are
/// taken as red, green and blue, but may be anything. `None`, soon, where they take more than
/// `most` bytes, or where `watch` said to stop.
pub(crate) fn encode(simd: Simd, planes: &[Plane], depth: u32, most: usize, watch: &Watch<'_>) -> Option<Vec<u8>> {
    let (width, height) = (planes[0].width(), planes[0].height());
    let shape = Shape { width, height, planes: planes.len(), depth };
    debug_assert!((1..=3).contains(&shape.planes) && (1..=16).contains(&depth) && width > 0 && height > 0, "{shape:?}");
    let mut coder = Coder::new(WriteInterval::within(most), simd, watch);
    let samples = |plane: &Plane| plane.from(0, 0).iter().map(|&s| i32::from(s)).collect();
    let channels: Vec<Vec<i32>> = match planes {
        [r, g, b] => {
            let pixels = g.from(0, 0).iter().zip(r.from(0, 0)).zip(b.from(0, 0));
            let pixels: Vec<[i32; 3]> = pixels.map(|((&g, &r), &b)| [g, r, b].map(i32::from)).collect();
            let mut colours = choice::colours(&coder, &shape, &pixels);
            colours.code(&mut coder, shape.depth);
            colours.forward(&pixels)
        }
        _ => planes.iter().map(samples).collect(),
    };
    let mut before = Vec::new();
    for values in channels {
        before.push(choice::written(&mut coder, &shape, &before, values));
    }
    let of_use = !coder.stopped && !coder.interval.is_past_end();
    of_use.then(|| coder.interval.finish()).filter(|data| data.len() <= most)
}

/// Planes as far as they could be decoded.
#[derive(Debug)]
pub(crate) struct Decoded {
    pub(crate) planes: Vec<Plane>,
    /// Rows from the top on that came out of data that was there.
    pub(crate) rows: usize,
    /// Those at least whose first channel did: they have their shades, but not all colours.
    pub(crate) shades: usize,
    pub(crate) damage: Option<Damage>,
}

/// Decodes what [`encode`] made of planes of this shape, no more than `wanted` rows where the data
/// allows.
pub(crate) fn decode(simd: Simd, data: &[u8], shape: &Shape, wanted: usize) -> Decoded {
    let mut coder = Coder::new(ReadInterval::new(data), simd, &|_| true);
    let mut colours = Colours::Transform(Transform::Reorder);
    if shape.planes == 3 {
        colours.code(&mut coder, shape.depth);
    }
    let count = shape.planes.min(colours.planes());
    let mut channels: Vec<CodedPlane> = Vec::new();
    let mut rows = shape.height;
    for k in 0..count {
        // Later planes look at all of the earlier ones.
        let wanted = if k + 1 == count { wanted.min(shape.height) } else { shape.height };
        let coded = channel(&mut coder, shape, &channels, Values::Read { rows: wanted });
        rows = rows.min(coded.rows);
        channels.push(coded);
        coder.damage = coder.damage.or_else(|| coder.interval.overrun());
        if coder.damage.is_some() {
            break;
        }
    }
    if channels.len() < count {
        rows = 0;
    } else if wanted >= shape.height {
        coder.damage = coder.damage.or_else(|| coder.interval.unread());
    }
    // Up to four bytes beyond the data are no damage.
    let whole = if coder.damage.is_none() { wanted.min(shape.height) } else { rows };
    let (mut planes, right, damage) = samples(shape, &channels, whole, &colours);
    let (rows, damage) = (rows.min(right), coder.damage.or(damage));
    let first = channels.first().map_or(0, |c| c.rows);
    let shades = if damage.is_some() && count == 3 { rows.max(first) } else { rows };
    fill(shape, &channels, rows..shades, &colours, &mut planes);
    Decoded { planes, rows, shades, damage }
}

/// The planes of a picture from those that were coded, by way of `colours` where there are three:
/// `rows` rows, fewer where one has values that no sample can have.
fn samples(
    shape: &Shape,
    channels: &[CodedPlane],
    rows: usize,
    colours: &Colours,
) -> (Vec<Plane>, usize, Option<Damage>) {
    let mut planes = vec![Plane::new(shape.width, shape.height); shape.planes];
    let top = (1 << shape.depth) - 1;
    for y in 0..rows {
        for x in 0..shape.width {
            let mut values = [0; 3];
            for (value, channel) in values.iter_mut().zip(channels) {
                *value = channel.values.data[channel.values.at(x, y)];
            }
            if shape.planes == 3 {
                let [g, r, b] = colours.inverse(values);
                values = [r, g, b];
            }
            for (plane, value) in planes.iter_mut().zip(values) {
                if !(0..=top).contains(&value) {
                    return (planes, y, Some(("sample", u64::from(value.unsigned_abs()), top as u64)));
                }
                plane.row_mut(y)[x] = value as u16;
            }
        }
    }
    (planes, rows, None)
}

/// Gives `rows` of three planes their shades, and the colours that are there.
fn fill(shape: &Shape, channels: &[CodedPlane], rows: Range<usize>, colours: &Colours, planes: &mut [Plane]) {
    let (top, Colours::Transform(transform)) = ((1 << shape.depth) - 1, colours) else { return };
    let [red, green, blue] = planes else { return };
    for y in rows {
        for x in 0..shape.width {
            let value = |k: usize| channels.get(k).filter(|c| y < c.rows).map(|c| c.values.data[c.values.at(x, y)]);
            let shade = value(0).unwrap_or_default();
            let gray = if *transform == Transform::Reorder { shade } else { 0 };
            let [g, r, b] = transform.inverse([shade, value(1).unwrap_or(gray), value(2).unwrap_or(gray)]);
            for (plane, value) in [(&mut *red, r), (&mut *green, g), (&mut *blue, b)] {
                plane.row_mut(y)[x] = value.clamp(0, top) as u16;
            }
        }
    }
}

/// Bytes that decoding takes beside the planes that it gives: values and errors of each, models,
/// and lists of values.
pub(crate) fn memory(shape: &Shape) -> u64 {
    let canvases = shape.planes as u64 * 2 * Canvas::memory(shape.width, shape.height);
    let lists = (size_of::<i32>() as u64 + 1) << (shape.depth + 1);
    canvases + Natural::<true>::memory(shape.width) + Residuals::<true>::MEMORY + lists
}

#[cfg(test)]
mod tests;
