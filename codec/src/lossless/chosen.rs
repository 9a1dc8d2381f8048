//! Planes coded without loss by choices that are given rather than found: every way to code them
//! that the format has, not only those that a writer takes. For tests. BITSTREAM.md §13.2, §13.3.

use std::collections::BTreeSet;

use super::channel::{Header, Model, Values, channel};
use super::coder::Coder;
use super::colour::{Colours, Transform};
use super::plane::{CodedPlane, Shape};
use super::values::COLOURS;
use crate::entropy::interval::WriteInterval;
use crate::image::plane::Plane;
use crate::simd::Simd;

/// How a plane is coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PlaneChoice {
    /// Number of the model, 0 to 2.
    pub(crate) model: u32,
    /// The values that occur are listed.
    pub(crate) listed: bool,
    /// How far the range that is stated reaches below the least value and above the greatest, where
    /// none are listed.
    pub(crate) margins: [u32; 2],
    /// What stands for values outside the plane: the largest number modulo this is the first.
    pub(crate) first: u32,
}

/// Codes `planes` (one, or red, green and blue) with transform `transform` (0 to 2), or 3 for a
/// palette, where there are three, and each as `choice` says of the one of this number.
///
/// Where a palette has no room for all colours, it becomes transform 2.
pub(crate) fn encode(
    simd: Simd,
    planes: &[Plane],
    depth: u32,
    transform: u32,
    mut choice: impl FnMut(usize) -> PlaneChoice,
) -> Vec<u8> {
    let shape = Shape { width: planes[0].width(), height: planes[0].height(), planes: planes.len(), depth };
    let mut coder = Coder::new(WriteInterval::new(), simd, &|_| true);
    let values = |plane: &Plane| plane.from(0, 0).iter().map(|&s| i32::from(s)).collect();
    let coded = match planes {
        [r, g, b] => colours(&mut coder, depth, transform, [g, r, b].map(values)),
        _ => planes.iter().map(values).collect(),
    };
    let mut before: Vec<CodedPlane> = Vec::new();
    for (k, values) in coded.iter().enumerate() {
        let header = header(values, choice(k));
        before.push(channel(&mut coder, &shape, &before, Values::Write(&header, values)));
    }
    coder.interval.finish()
}

/// States how the planes of green, red and blue are coded, and makes them so.
fn colours(coder: &mut Coder<'_, WriteInterval>, depth: u32, transform: u32, planes: [Vec<i32>; 3]) -> Vec<Vec<i32>> {
    let [g, r, b] = &planes;
    let pixels: Vec<[i32; 3]> = g.iter().zip(r).zip(b).map(|((&g, &r), &b)| [g, r, b]).collect();
    let mut colours = match Transform::ALL.get(transform as usize) {
        Some(&transform) => Colours::Transform(transform),
        None => match BTreeSet::from_iter(pixels.iter().copied()) {
            distinct if distinct.len() > COLOURS => Colours::Transform(Transform::YCoCg),
            distinct => Colours::Palette(distinct.into_iter().collect()),
        },
    };
    colours.code(coder, depth);
    colours.forward(&pixels)
}

fn header(values: &[i32], choice: PlaneChoice) -> Header {
    let mut header = Header::of(values);
    header.model = [Model::Photograph, Model::Mixed, Model::Drawing][choice.model as usize];
    if choice.listed {
        header.occurs = (1..=header.span as i32).map(|v| values.contains(&(header.low + v))).collect();
    } else {
        let [below, above] = choice.margins;
        header.occurs.clear();
        header.low -= below as i32;
        header.span += below + above;
    }
    header.first = choice.first % (header.top() as u32 + 1);
    header
}
