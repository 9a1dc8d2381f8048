//! Trains the banks of the classified filter: codes pictures, solves for each class the least
//! squares of what their deblocked planes lack, and writes `luma.bin` and `chroma.bin` into a
//! folder, which is `codec/src/filter/classified`.
//!
//! `cargo run --release -p kvant-benches --bin train-filter -- FOLDER PICTURE...`

use std::path::Path;

use kvant::EncoderConfig;
use kvant::bench_api::{Equations, add_equations, no_equations};
use kvant_benches::Picture;
use kvant_benches::least_squares::{add_ridge, solve};
use rayon::prelude::*;

/// Qualities that each picture is coded at.
const QUALITIES: [f32; 4] = [25.0, 45.0, 75.0, 90.0];
/// What a coefficient of 1 is in the table.
const ONE: f64 = 256.0;
/// Added to the diagonal, as a share of its mean: classes that were seen little stay tame.
const RIDGE: f64 = 1e-3;

type Error = Box<dyn std::error::Error + Send + Sync>;
type Channels = [Vec<Equations>; 2];

fn picture(path: &str) -> Result<Channels, Error> {
    let picture = Picture::open(path)?;
    let view = picture.view();
    let mut channels = [no_equations(), no_equations()];
    for quality in QUALITIES {
        let config = EncoderConfig::default().with_quality(quality);
        add_equations(&view, &config, &mut channels)?;
    }
    Ok(channels)
}

fn join(mut a: Channels, b: Channels) -> Channels {
    for (a, b) in a.iter_mut().flatten().zip(b.iter().flatten()) {
        a.errors.iter_mut().zip(&b.errors).for_each(|(a, b)| *a += b);
        a.products.iter_mut().flatten().zip(b.products.iter().flatten()).for_each(|(a, b)| *a += b);
    }
    a
}

/// The coefficients that leave the least squared error.
fn solved(equations: &Equations) -> impl Iterator<Item = f64> + use<> {
    let mut products = equations.products.as_slice().try_into().expect("a row for each input");
    let mut taps = equations.errors.map(|error| [error]);
    add_ridge(&mut products, RIDGE, 1e-6);
    solve(&mut products, &mut taps);
    taps.into_iter().flatten()
}

fn main() -> Result<(), Error> {
    let mut args = std::env::args().skip(1);
    let folder = args.next().ok_or("usage: train-filter FOLDER PICTURE...")?;
    let pictures: Vec<String> = args.collect();
    let empty = || [no_equations(), no_equations()];
    let channels = pictures.par_iter().map(|p| picture(p)).try_reduce(empty, |a, b| Ok(join(a, b)))?;
    for (name, classes) in ["luma.bin", "chroma.bin"].into_iter().zip(&channels) {
        let taps = classes.iter().flat_map(solved);
        let table: Vec<u8> = taps.map(|c| (c * ONE).round().clamp(-128.0, 127.0) as i8 as u8).collect();
        std::fs::write(Path::new(&folder).join(name), table)?;
    }
    Ok(())
}
