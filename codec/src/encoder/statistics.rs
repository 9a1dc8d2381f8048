//! What the classified filter's bank is trained from: normal equations of least squares, class by
//! class.

use super::encode::Encoder;
use super::input::colour;
use super::pipeline;
use super::progress::Progress;
use crate::encoder::input::source::PlaneSource;
use crate::error::EncodeError;
use crate::filter::classified::{CLASSES, CLIPS, PAIRS, Strip, TAPS, bank, bounds, filter_of};
use crate::filter::{BlockMap, Unit};
use crate::image::plane::Plane;
use crate::image::view::ImageView;
use crate::recon::picture::PictureSamples;
use crate::simd::BASELINE;
use crate::syntax::header::PictureHeader;

/// The equations of a class.
#[derive(Debug, Clone)]
pub struct Equations {
    /// Weighed sums of products of two inputs.
    pub products: Vec<[f64; TAPS]>,
    /// Weighed sums of products of an input and the error.
    pub errors: [f64; TAPS],
}

/// A plane as coding leaves it, behind all filters, with what training of a further one needs.
#[derive(Debug, Clone)]
pub struct FilteredPlane {
    /// Samples in a row; it is a multiple of 4.
    pub width: usize,
    /// The samples as they should be.
    pub source: Vec<u16>,
    /// As the classified filter leaves them.
    pub filtered: Vec<u16>,
    /// The quantiser parameter of each unit of 4x4 samples.
    pub qp: Vec<u16>,
    /// The class of each unit.
    pub class: Vec<u8>,
}

/// Equations without a sample, one for each class.
pub fn no_equations() -> Vec<Equations> {
    vec![Equations { products: vec![[0.0; TAPS]; TAPS], errors: [0.0; TAPS] }; CLASSES]
}

impl Encoder<'_> {
    /// A picture as it is coded, before the filters that its header asks for, and its planes as they
    /// should be.
    fn coded(&self, image: &ImageView<'_>) -> Result<(PictureHeader, PictureSamples, Vec<Plane>), EncodeError> {
        let setup = &self.setup;
        let progress = Progress::new(None, image.spec(), false);
        let coded = pipeline::code(setup, PlaneSource::of(setup, image), &[], &progress, true)?;
        let source = colour::to_planes(setup.simd(), &setup.workers, image, setup.config.chroma, !setup.config.exact);
        Ok((coded.header, coded.picture.expect("it was to be kept"), source))
    }

    /// Adds a picture to the equations of the classified filter, of luma and of chroma.
    pub(crate) fn add_equations(&self, image: &ImageView<'_>, to: &mut [Vec<Equations>; 2]) -> Result<(), EncodeError> {
        let (header, picture, source) = self.coded(image)?;
        let simd = self.setup.simd();
        for (p, source) in source.iter().enumerate() {
            let deblocked = picture.deblocked(simd, &header, p, header.deblock[p.min(1)]);
            add(&mut to[p.min(1)], source, &deblocked, picture.map(p));
        }
        Ok(())
    }

    /// Encodes a picture; its planes behind the filters.
    pub(crate) fn filtered_planes(&self, image: &ImageView<'_>) -> Result<Vec<FilteredPlane>, EncodeError> {
        let (header, picture, source) = self.coded(image)?;
        let simd = self.setup.simd();
        let mut filtered = picture.clone();
        filtered.filter(simd, &header);
        let planes = source.iter().zip(&filtered.planes).enumerate().map(|(p, (source, filtered))| {
            let deblocked = picture.deblocked(simd, &header, p, header.deblock[p.min(1)]);
            let units = &picture.map(p).units;
            FilteredPlane {
                width: source.width(),
                class: classes(&deblocked, picture.map(p)),
                qp: units.iter().map(|unit| unit.qp).collect(),
                source: source.from(0, 0).to_vec(),
                filtered: filtered.from(0, 0).to_vec(),
            }
        });
        Ok(planes.collect())
    }
}

/// Hands over each unit of a deblocked plane with its column and row, the rows around it, and the
/// number of its filter.
fn filters(plane: &Plane, map: &BlockMap, mut each: impl FnMut(&Unit, (usize, usize), &Strip, usize)) {
    let mut strip = Strip::new(plane.width(), 0);
    for (i, unit) in map.units.iter().enumerate() {
        let (x4, y4) = (i % map.stride, i / map.stride);
        if x4 == 0 {
            strip.advance(BASELINE, plane, plane.height(), y4);
        }
        each(unit, (x4, y4), &strip, filter_of(&strip, x4, unit.qp));
    }
}

/// The class of each unit of a deblocked plane.
fn classes(plane: &Plane, map: &BlockMap) -> Vec<u8> {
    let mut classes = Vec::new();
    filters(plane, map, |_, _, _, filter| classes.push((filter / 4) as u8));
    classes
}

/// Adds the samples of a deblocked plane, each weighed by 1 over its squared step.
fn add(equations: &mut [Equations], source: &Plane, deblocked: &Plane, map: &BlockMap) {
    // A bank whose coefficients are their own places shows where each comes from in its
    // orientation.
    let bank = bank(&std::array::from_fn(|i| (i % TAPS) as u8));
    filters(deblocked, map, |unit, (x4, y4), strip, filter| {
        let weight = (-f64::from(unit.qp) / 16.0).exp2();
        let equations = &mut equations[filter / 4];
        for k in 0..16 {
            let (x, y) = (4 * x4 + k % 4, 4 * y4 + k / 4);
            let mut inputs = [0.0; TAPS];
            for (i, &place) in bank[filter][..PAIRS.len()].as_flattened().iter().enumerate() {
                inputs[place as usize] = f64::from(input(strip, (x, k / 4), unit.qp, i));
            }
            let error = f64::from(source.get(x, y)) - f64::from(deblocked.get(x, y));
            for (i, row) in equations.products.iter_mut().enumerate() {
                let a = weight * inputs[i];
                row.iter_mut().zip(&inputs).for_each(|(sum, b)| *sum += a * b);
                equations.errors[i] += a * error;
            }
        }
    });
}

/// The clipped differences of a pair of sample `x` of row `row` of units, at place `i` of a filter.
fn input(strip: &Strip, (x, row): (usize, usize), qp: u16, i: usize) -> i16 {
    let ((dy, dx), bound) = (PAIRS[i / CLIPS.len()], bounds(qp, 0)[i % CLIPS.len()]);
    let at = |step| strip.sample(x, row, step);
    [(-dy, -dx), (dy, dx)].map(|step| (at(step) - at((0, 0))).clamp(-bound, bound)).iter().sum()
}
