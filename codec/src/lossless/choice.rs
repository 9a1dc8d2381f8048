//! What a writer chooses: transform or palette, and how each plane is modelled. A reader does not
//! need it.

use std::collections::BTreeSet;

use super::channel::{Header, Model, Values, channel};
use super::coder::Coder;
use super::colour::{Colours, Transform};
use super::plane::{CodedPlane, Shape};
use super::values::{COLOURS, palette};
use crate::entropy::interval::{Interval, WriteInterval};

/// Pixels that a palette needs for each of its colours.
const PIXELS_A_COLOUR: usize = 16;
/// Strips of rows that transforms are tried on, and the part of the picture that each has.
const STRIPS: usize = 2;
const PART: usize = 24;
/// Rows that a strip has at least.
const STRIP_ROWS: usize = 16;

/// The colours of a picture in order, if they are few.
fn few_colours(pixels: &[[i32; 3]]) -> Option<Vec<[i32; 3]>> {
    let most = COLOURS.min(pixels.len() / PIXELS_A_COLOUR);
    let mut colours = BTreeSet::new();
    for pixel in pixels {
        if colours.insert(*pixel) && colours.len() > most {
            return None;
        }
    }
    Some(colours.into_iter().collect())
}

/// The rows that are tried: strips spread over the picture, or all.
fn strips(height: usize) -> Vec<usize> {
    let rows = (height / PART).max(STRIP_ROWS);
    if height <= STRIPS * rows {
        return (0..height).collect();
    }
    let strip = |k: usize| {
        let start = height * k / (STRIPS + 1) - rows / 2;
        start..start + rows
    };
    (1..=STRIPS).flat_map(strip).collect()
}

/// The transform or palette that takes the fewest bytes, by what strips of the picture take.
pub(super) fn colours(coder: &Coder<'_, WriteInterval>, shape: &Shape, pixels: &[[i32; 3]]) -> Colours {
    let rows = strips(shape.height);
    let strip: Vec<[i32; 3]> =
        rows.iter().flat_map(|y| &pixels[y * shape.width..(y + 1) * shape.width]).copied().collect();
    let strip_shape = Shape { height: rows.len(), ..*shape };
    // Of the whole picture, from what planes of the strips take.
    let go_on = |_| (coder.watch)(0);
    let bytes = |channels: Vec<Vec<i32>>| {
        let mut coder = Coder::new(WriteInterval::new(), coder.simd, &go_on);
        let mut before = Vec::new();
        for values in channels {
            before.push(written(&mut coder, &strip_shape, &before, values));
        }
        coder.interval.bytes() * shape.height / rows.len()
    };
    let transformed = |transform| Colours::Transform(transform).forward(&strip);
    let (least, best) = Transform::ALL
        .into_iter()
        .map(|transform| (bytes(transformed(transform)), transform))
        .min_by_key(|&(bytes, _)| bytes)
        .unwrap_or((0, Transform::Reorder));
    if let Some(mut few) = few_colours(pixels) {
        let mut coder = Coder::new(WriteInterval::new(), coder.simd, &go_on);
        palette(&mut coder, shape.depth, &mut few);
        let few = Colours::Palette(few);
        if coder.interval.bytes() + bytes(few.forward(&strip)) < least {
            return few;
        }
    }
    Colours::Transform(best)
}

/// Writes a plane, modelled in the way that takes fewer bytes; nothing of use where there is no
/// room for either.
pub(super) fn written(
    coder: &mut Coder<'_, WriteInterval>,
    shape: &Shape,
    before: &[CodedPlane],
    values: Vec<i32>,
) -> CodedPlane {
    let mut header = Header::of(&values);
    let repeats = values.windows(2).filter(|pair| pair[0] == pair[1]).count();
    // Only where many values repeat can they matter one by one.
    if repeats * 2 > values.len() {
        let [natural, exact] = [Model::Mixed, Model::Drawing].map(|model| {
            let go_on = |_| (coder.watch)(0);
            let mut trial = Coder::new(WriteInterval::within(coder.interval.room()), coder.simd, &go_on);
            header.model = model;
            channel(&mut trial, shape, before, Values::Write(&header, &values));
            (trial.interval.is_past_end(), trial.interval.bytes())
        });
        header.model = if exact < natural { Model::Drawing } else { Model::Mixed };
        if exact.0 && natural.0 {
            coder.interval.close();
        }
    }
    channel(coder, shape, before, Values::Write(&header, &values))
}
