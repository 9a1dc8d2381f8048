//! Trains the banks of the classified filter: codes pictures, solves for each class the least
//! squares of what their deblocked planes lack, and writes `luma.bin` and `chroma.bin` into a
//! folder, which is `codec/src/filter/classified`.
//!
//! `cargo run --release -p kvant-benches --bin train-filter -- FOLDER PICTURE...`

use std::path::Path;

use kvant::bench_api::{Equations, add_equations, no_equations};
use kvant::{EncoderConfig, ImageView, PixelFormat};
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
    let picture = image::open(path)?.to_rgb8();
    let (w, h) = picture.dimensions();
    let view = ImageView::new(&picture, w, h, w as usize * 3, PixelFormat::Rgb8)?;
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

/// Solves the equations by elimination; they are positive definite, with the ridge.
fn solve(equations: &Equations) -> Vec<f64> {
    let n = equations.errors.len();
    let mut m: Vec<Vec<f64>> = equations.products.iter().map(|row| row.to_vec()).collect();
    let ridge = RIDGE * (0..n).map(|i| m[i][i]).sum::<f64>() / n as f64 + 1e-6;
    let mut x = equations.errors.to_vec();
    m.iter_mut().enumerate().for_each(|(i, row)| row[i] += ridge);
    for i in 0..n {
        for j in i + 1..n {
            let f = m[j][i] / m[i][i];
            let (above, below) = m.split_at_mut(j);
            above[i].iter().zip(&mut below[0]).skip(i).for_each(|(a, b)| *b -= f * a);
            x[j] -= f * x[i];
        }
    }
    for i in (0..n).rev() {
        let known: f64 = (i + 1..n).map(|j| m[i][j] * x[j]).sum();
        x[i] = (x[i] - known) / m[i][i];
    }
    x
}

fn main() -> Result<(), Error> {
    let mut args = std::env::args().skip(1);
    let folder = args.next().ok_or("usage: train-filter FOLDER PICTURE...")?;
    let pictures: Vec<String> = args.collect();
    let empty = || [no_equations(), no_equations()];
    let channels = pictures.par_iter().map(|p| picture(p)).try_reduce(empty, |a, b| Ok(join(a, b)))?;
    for (name, classes) in ["luma.bin", "chroma.bin"].into_iter().zip(&channels) {
        let taps = classes.iter().flat_map(solve);
        let table: Vec<u8> = taps.map(|c| (c * ONE).round().clamp(-128.0, 127.0) as i8 as u8).collect();
        std::fs::write(Path::new(&folder).join(name), table)?;
    }
    Ok(())
}
