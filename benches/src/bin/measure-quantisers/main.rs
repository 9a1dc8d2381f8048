//! Compares quantisers on the coefficients that the encoder has before it: uniform, with a dead
//! zone and by rate, the lattices D4 and E8, codebooks trained for the purpose, and the trellis of
//! eight states. All of them code with ideal static entropy, by the same conditions. What they
//! learn, tables, codebooks and reconstruction points, comes from one half of the blocks, and
//! what is printed is of the other half.
//!
//! `cargo run --release -p kvant-benches --bin measure-quantisers -- PICTURE...`
//!
//! docs/QUANTISATION.md says what came out, and what is idealised.

mod codebook;
mod curve;
mod data;
mod granular;
mod lattice;
mod quantise;
mod rates;
mod trellis;

use kvant_benches::Random;

use self::codebook::Codebooks;
use self::curve::{Point, at_distortion, at_rate};
use self::data::{Block, Halves};
use self::lattice::Lattice;
use self::quantise::{Quantise, Scalar, measure};
use self::trellis::Trellis;

type Error = Box<dyn std::error::Error + Send + Sync>;

/// Qualities that the pictures are coded at: bands of rate. Far above, levels would be escapes, whose
/// code is none of what is compared.
const QUALITIES: [f32; 3] = [30.0, 60.0, 85.0];
/// Coefficients taken of all pictures at a quality, at most.
const MOST: usize = 1 << 20;
/// Prices of a bit in squared steps that are tried, where levels are chosen by rate.
const LAMBDAS: [f32; 3] = [0.07, 0.11, 0.17];
/// Roundings of the dead zone that are tried.
const ROUNDINGS: [f32; 5] = [0.2, 0.27, 0.33, 0.39, 0.45];
/// The scalar quantiser by rate at the encoder's own step has the rate that all are compared at.
const REFERENCE: f32 = 0.11;
/// Seed of the codebooks.
const SEED: u64 = 8;

/// Steps that are tried, in those of the encoder.
fn steps() -> impl Iterator<Item = f32> {
    (-3..=3).map(|i| (i as f32 / 4.0).exp2())
}

/// A curve for each setting of a quantiser.
fn curves(make: impl Fn(f32) -> Box<dyn Quantise>, settings: &[f32], halves: &Halves) -> Vec<Vec<Point>> {
    let curve = |&setting: &f32| {
        let quantiser = make(setting);
        steps().map(|step| measure(quantiser.as_ref(), step, halves)).collect()
    };
    settings.iter().map(curve).collect()
}

/// The curve of codebooks, which have a price of a bit in place of a step.
fn of_codebooks(dimension: usize, size: usize, halves: &Halves) -> Vec<Vec<Point>> {
    let point = |step: f32| {
        let mut random = Random::new(SEED);
        Codebooks::train(&halves.train, (dimension, size), (REFERENCE, step), &mut random).measure(&halves.test)
    };
    vec![steps().map(point).collect()]
}

/// Prints the comparison at the rate that the coefficients of a quality have.
fn compare(quality: f32, halves: &Halves) {
    let reference = measure(&Scalar::by_rate(REFERENCE), 1.0, halves);
    let rows: Vec<(&str, Vec<Vec<Point>>)> = vec![
        ("uniform", curves(|r| Box::new(Scalar::rounding(r)), &[0.5], halves)),
        ("dead zone", curves(|r| Box::new(Scalar::rounding(r)), &ROUNDINGS, halves)),
        ("scalar, by rate", curves(|l| Box::new(Scalar::by_rate(l)), &LAMBDAS, halves)),
        ("D4, nearest", curves(|_| Box::new(Lattice::d4(0.0)), &[0.0], halves)),
        ("D4, by rate", curves(|l| Box::new(Lattice::d4(l)), &LAMBDAS, halves)),
        ("E8, nearest", curves(|_| Box::new(Lattice::e8(0.0)), &[0.0], halves)),
        ("E8, by rate", curves(|l| Box::new(Lattice::e8(l)), &LAMBDAS, halves)),
        ("codebooks, 2", of_codebooks(2, 32, halves)),
        ("codebooks, 4", of_codebooks(4, 64, halves)),
        ("trellis, by rate", curves(|l| Box::new(Trellis::new(l)), &LAMBDAS, halves)),
    ];
    let coefficients: usize = halves.test.iter().map(|block| block.x.len()).sum();
    println!("\nquality {quality}: {coefficients} coefficients, {:.3} bits each", reference.rate);
    println!("| quantiser | dB at that rate | bits at that error |\n|---|---|---|");
    let uniform = at_rate(&rows[0].1, reference.rate);
    for (name, curves) in &rows {
        let gain = at_rate(curves, reference.rate).zip(uniform).map(|(d, u)| 10.0 * (u / d).log10());
        let bits = at_distortion(curves, reference.distortion).map(|r| 100.0 * (r / reference.rate - 1.0));
        let shown = |value: Option<f64>, digits| value.map_or("-".to_owned(), |v| format!("{v:+.digits$}"));
        println!("| {name} | {} | {} % |", shown(gain, 2), shown(bits, 1));
    }
}

fn main() -> Result<(), Error> {
    let pictures: Vec<String> = std::env::args().skip(1).collect();
    if pictures.is_empty() {
        return Err("usage: measure-quantisers PICTURE...".into());
    }
    granular::print();
    for quality in QUALITIES {
        let mut blocks: Vec<Block> = Vec::new();
        for picture in &pictures {
            blocks.extend(data::blocks(picture, quality, MOST / pictures.len())?);
        }
        compare(quality, &Halves::of(blocks));
    }
    Ok(())
}
