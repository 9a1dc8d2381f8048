//! Trains a joint filter behind the classified one, which draws each plane to what the others say:
//! differences to the samples around count where luma (for chroma), or chroma (for luma), does not
//! differ much. Codes pictures, solves for each class the least squares of what their filtered
//! planes lack, in floating point, and quantises the weights after training and in it. Prints what
//! each gives on other pictures. It is a study: the codec has no such filter. docs/QUANTISATION.md.
//!
//! `cargo run --release -p kvant-benches --bin train-joint-filter -- PICTURE... -- OTHER...`

mod features;

use std::collections::BTreeMap;

use kvant::bench_api::{FilteredPlane, SplitMix64, filtered_planes};
use kvant::{EncoderConfig, ImageView, PixelFormat};
use kvant_benches::least_squares::{add_ridge, solve};
use kvant_benches::quantise::Quantiser;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use self::features::{CLASSES, Features, MARGIN, MOST, Place, SHAPES, Shape};

/// Qualities that each picture is coded at.
const QUALITIES: [u8; 4] = [30, 50, 70, 88];
/// Largest side of what is coded of a picture, its middle.
const SIDE: u32 = 320;
/// Bits of a weight.
const WIDTHS: [u32; 3] = [8, 6, 4];
/// One sample in so many is trained on, on average; and one of other pictures is looked at.
const TRAINED: usize = 37;
const TESTED: usize = 11;
const SEED: u64 = 1;
/// Added to the diagonal, as a share of its mean.
const RIDGE: f64 = 1e-3;

type Error = Box<dyn std::error::Error + Send + Sync>;
/// By class.
type Filters = [[f64; MOST]; CLASSES];

/// A picture, coded at a quality.
struct Coded {
    quality: u8,
    planes: Vec<FilteredPlane>,
}

impl Coded {
    fn place(&self, p: usize) -> Place<'_> {
        Place { planes: &self.planes, p }
    }

    /// Some samples, one of `every`.
    fn samples(&self, every: usize) -> impl Iterator<Item = (usize, usize)> {
        let (width, height) = (self.planes[0].width, self.planes[0].source.len() / self.planes[0].width);
        let mut random = SplitMix64::new(SEED);
        let all = (MARGIN..height - MARGIN).flat_map(move |y| (MARGIN..width - MARGIN).map(move |x| (x, y)));
        all.filter(move |_| random.below(every) == 0)
    }
}

/// The picture in a file at each quality. Its name is told by its hash.
fn code(path: &str) -> Result<Vec<Coded>, Error> {
    let file = std::fs::read(path)?;
    let name: String = Sha256::digest(&file).iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    let picture = image::load_from_memory(&file)?.to_rgb8();
    let (w, h) = (picture.width().min(SIDE), picture.height().min(SIDE));
    let (x, y) = ((picture.width() - w) / 2, (picture.height() - h) / 2);
    let picture = image::imageops::crop_imm(&picture, x, y, w, h).to_image();
    let view = ImageView::new(&picture, w, h, w as usize * 3, PixelFormat::Rgb8)?;
    let coded = |quality: u8| {
        let planes = filtered_planes(&view, &EncoderConfig::default().with_quality(quality.into()))?;
        Ok(Coded { quality, planes })
    };
    let all: Result<Vec<_>, Error> = QUALITIES.into_iter().map(coded).collect();
    println!("coded {name}");
    // Gray has nothing to guide it.
    all.map(|coded| coded.into_iter().filter(|c| c.planes.len() == 3).collect())
}

/// The equations of a class.
#[derive(Clone)]
struct Equations {
    products: [[f64; MOST]; MOST],
    errors: [f64; MOST],
}

impl Equations {
    const NONE: Self = Self { products: [[0.0; MOST]; MOST], errors: [0.0; MOST] };

    fn add(&mut self, features: &Features, error: f32, weight: f32) {
        for (i, row) in self.products.iter_mut().enumerate().filter(|&(i, _)| features[i] != 0.0) {
            let a = weight * features[i];
            row.iter_mut().zip(features).for_each(|(sum, b)| *sum += f64::from(a * b));
            self.errors[i] += f64::from(a * error);
        }
    }

    fn join(mut self, other: &Self) -> Self {
        self.products.as_flattened_mut().iter_mut().zip(other.products.as_flattened()).for_each(|(a, b)| *a += b);
        self.errors.iter_mut().zip(&other.errors).for_each(|(a, b)| *a += b);
        self
    }

    fn with_ridge(mut self) -> Self {
        add_ridge(&mut self.products, RIDGE, 1e-6);
        self
    }

    fn solved(&self) -> [f64; MOST] {
        let (mut products, mut weights) = (self.products, self.errors.map(|error| [error]));
        solve(&mut products, &mut weights);
        weights.map(|[weight]| weight)
    }
}

/// The equations of plane `p`, class by class, each sample weighed by 1 over its squared step.
fn equations(coded: &[Coded], shape: &Shape, p: usize) -> Vec<Equations> {
    let of = |coded: &Coded| {
        let (place, mut classes) = (coded.place(p), vec![Equations::NONE; CLASSES]);
        for at in coded.samples(TRAINED) {
            let weight = place.step(at).powi(-2);
            classes[place.class(at)].add(&place.features(shape, at), place.error(at), weight);
        }
        classes
    };
    let join = |a: Vec<Equations>, b: Vec<Equations>| a.into_iter().zip(&b).map(|(a, b)| a.join(b)).collect();
    let all = coded.par_iter().map(of).reduce(|| vec![Equations::NONE; CLASSES], join);
    all.into_iter().map(Equations::with_ridge).collect()
}

/// Filters in floating point, then quantised in each way; with their names.
fn variants(equations: &[Equations]) -> Vec<(String, Filters)> {
    let float: Filters = std::array::from_fn(|c| equations[c].solved());
    let mut all = vec![("floating point".to_string(), float)];
    for bits in WIDTHS {
        let quantiser = |c: usize| Quantiser::of(float[c].iter().copied(), bits);
        let after = std::array::from_fn(|c| float[c].map(|w| quantiser(c).value(quantiser(c).nearest(w))));
        let through = std::array::from_fn(|c| {
            quantiser(c).solved(&equations[c].products, &float[c]).map(|i| quantiser(c).value(i))
        });
        all.push((format!("{bits} bits, after training"), after));
        all.push((format!("{bits} bits, in training"), through));
    }
    all
}

/// Decibels that `filters` give a plane, at the best strength.
fn gain(coded: &Coded, shape: &Shape, p: usize, filters: &[Filters]) -> Vec<f64> {
    let place = coded.place(p);
    let mut errors = 0.0;
    let mut sums = vec![(0.0, 0.0); filters.len()];
    for at in coded.samples(TESTED) {
        let (features, error, class) = (place.features(shape, at), f64::from(place.error(at)), place.class(at));
        errors += error * error;
        for (filters, (cross, square)) in filters.iter().zip(&mut sums) {
            let change: f64 = filters[class].iter().zip(&features).map(|(w, &f)| w * f64::from(f)).sum();
            *cross += change * error;
            *square += change * change;
        }
    }
    let gain = |(cross, square): (f64, f64)| {
        let strength = if square > 0.0 { (cross / square).clamp(0.0, 1.0) } else { 0.0 };
        let left: f64 = errors - 2.0 * strength * cross + strength * strength * square;
        if errors > 0.0 { -10.0 * (left / errors).log10() } else { 0.0 }
    };
    sums.into_iter().map(gain).collect()
}

fn main() -> Result<(), Error> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let mut lists = args.split(|arg| arg == "--");
    let (Some(trained), Some(tested), None) = (lists.next(), lists.next(), lists.next()) else {
        return Err("usage: train-joint-filter PICTURE... -- OTHER...".into());
    };
    let all = |paths: &[String]| -> Result<Vec<Coded>, Error> {
        let coded: Vec<Vec<Coded>> = paths.par_iter().map(|path| code(path)).collect::<Result<_, _>>()?;
        Ok(coded.into_iter().flatten().collect())
    };
    let (trained, tested) = (all(trained)?, all(tested)?);
    for shape in &SHAPES {
        println!("{}, {} weights: dB at qualities {QUALITIES:?}", shape.name, shape.weights());
        for (p, plane) in ["Y", "Cb", "Cr"].into_iter().enumerate() {
            let (names, filters): (Vec<_>, Vec<_>) = variants(&equations(&trained, shape, p)).into_iter().unzip();
            let gains: Vec<_> = tested.par_iter().map(|c| (c.quality, gain(c, shape, p, &filters))).collect();
            for (v, name) in names.iter().enumerate() {
                let mut by_quality: BTreeMap<u8, Vec<f64>> = BTreeMap::new();
                gains.iter().for_each(|(quality, gains)| by_quality.entry(*quality).or_default().push(gains[v]));
                let mean = |gains: &Vec<f64>| format!("{:+.4}", gains.iter().sum::<f64>() / gains.len() as f64);
                println!("{plane} {name}: {}", by_quality.values().map(mean).collect::<Vec<_>>().join(" "));
            }
        }
    }
    Ok(())
}
