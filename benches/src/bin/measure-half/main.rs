//! Codes pictures at half resolution and enlarges them by filters that are trained by least squares
//! on decoded pictures. It is a study: the codec has no such thing. docs/TUNING.md has
//! what comes out ("Half resolution").
//!
//! `cargo run --release -p kvant-benches --bin measure-half -- train DOWN BANK PICTURE...` trains a
//! bank. `encode DOWN QUALITY IN OUT` and `decode KIND BANK IN OUT` are a peer of `kvant rd run`.
//! DOWN is `box`, `catmull` or `lanczos`; KIND is `lanczos`, `linear` (one filter) or `classes`.

mod upsample;

use std::fs;

use image::imageops::{FilterType, crop_imm, resize};
use image::{ColorType, ImageBuffer, Rgb, Rgb32FImage};
use kvant::bench_api::SplitMix64;
use kvant::{Chroma, Encoder, ImageView, PixelFormat};
use kvant_benches::config;
use kvant_benches::least_squares::{add_ridge, solve};
use rayon::prelude::*;

use self::upsample::{CLASSES, FILTERS, Filter, LUMA, NEAREST, Planes, TAPS};

/// Qualities of half pictures that have a bank each; others take the nearest.
const QUALITIES: [f32; 6] = [8.0, 20.0, 35.0, 50.0, 65.0, 80.0];
const EFFORT: u8 = 5;
/// One sample in so many is trained on, on average.
const TRAINED: usize = 3;
const SEED: u64 = 1;
/// Added to the diagonal, as a share of its mean.
const RIDGE: f64 = 1e-4;

type Error = Box<dyn std::error::Error + Send + Sync>;

/// A picture without the last row or column of an odd number.
fn open(path: &str) -> Result<Rgb32FImage, Error> {
    let picture = image::open(path)?.to_rgb32f();
    Ok(crop_imm(&picture, 0, 0, picture.width() & !1, picture.height() & !1).to_image())
}

fn bytes(picture: &Rgb32FImage) -> Vec<u8> {
    picture.iter().map(|v| (v * 255.0).round() as u8).collect()
}

fn halved(picture: &Rgb32FImage, down: &str) -> Result<Rgb32FImage, Error> {
    let (w, h) = (picture.width() / 2, picture.height() / 2);
    let mean = |x, y, c: usize| {
        let of = |(dx, dy)| picture.get_pixel(2 * x + dx, 2 * y + dy)[c];
        [(0, 0), (1, 0), (0, 1), (1, 1)].into_iter().map(of).sum::<f32>() / 4.0
    };
    match down {
        "box" => Ok(ImageBuffer::from_fn(w, h, |x, y| Rgb([0, 1, 2].map(|c| mean(x, y, c))))),
        "catmull" => Ok(resize(picture, w, h, FilterType::CatmullRom)),
        "lanczos" => Ok(resize(picture, w, h, FilterType::Lanczos3)),
        _ => Err("a picture is halved by box, catmull or lanczos".into()),
    }
}

/// A stream of the picture at half resolution.
fn encode(picture: &Rgb32FImage, down: &str, quality: f32) -> Result<Vec<u8>, Error> {
    let half = halved(picture, down)?;
    let (pixels, w, h) = (bytes(&half), half.width(), half.height());
    let view = ImageView::packed(&pixels, w, h, PixelFormat::Rgb8)?;
    Ok(Encoder::new(config(quality, EFFORT, Chroma::Yuv444))?.encode(&view)?)
}

fn decode(stream: &[u8]) -> Result<Rgb32FImage, Error> {
    let image = kvant::decode(stream)?;
    let channels = image.format().channels();
    let value = |v: u8| f32::from(v) / 255.0;
    let pixel = |p: &[u8]| [0, channels / 2, channels - 1].map(|c| value(p[c]));
    let samples = image.data().chunks_exact(channels).flat_map(pixel).collect();
    Ok(ImageBuffer::from_raw(image.width(), image.height(), samples).ok_or("a picture of another size")?)
}

/// The equations of a filter.
#[derive(Clone)]
struct Equations {
    products: [[f64; TAPS]; TAPS],
    errors: [[f64; 1]; TAPS],
}

impl Equations {
    const NONE: Self = Self { products: [[0.0; TAPS]; TAPS], errors: [[0.0]; TAPS] };

    fn add(&mut self, inputs: &[f64; TAPS], error: f64) {
        for ((row, sum), a) in self.products.iter_mut().zip(&mut self.errors).zip(inputs) {
            row.iter_mut().zip(inputs).for_each(|(sum, b)| *sum += a * b);
            sum[0] += a * error;
        }
    }

    fn join(mut self, other: &Self) -> Self {
        self.products.as_flattened_mut().iter_mut().zip(other.products.as_flattened()).for_each(|(a, b)| *a += b);
        self.errors.as_flattened_mut().iter_mut().zip(other.errors.as_flattened()).for_each(|(a, b)| *a += b);
        self
    }

    fn solved(mut self) -> Filter {
        add_ridge(&mut self.products, RIDGE, 1e-3);
        solve(&mut self.products, &mut self.errors);
        self.errors.map(|[weight]| weight as f32)
    }
}

fn equations(path: &str, down: &str, quality: f32) -> Result<Vec<Equations>, Error> {
    let picture = open(path)?;
    let (source, half) = (Planes::of(&picture), Planes::of(&decode(&encode(&picture, down, quality)?)?));
    let (gradients, mut random) = (half.gradients(), SplitMix64::new(SEED));
    let mut all = vec![Equations::NONE; FILTERS];
    for i in (0..source.planes[0].len()).filter(|_| random.below(TRAINED) == 0) {
        for (p, plane) in source.planes.iter().enumerate() {
            let (window, class) = half.window(p, (i % source.width, i / source.width), &gradients);
            let difference = |v: f32| f64::from(v - window[NEAREST]);
            all[class].add(&window.map(difference), difference(plane[i]));
        }
    }
    Ok(all)
}

fn train(down: &str, quality: f32, pictures: &[String]) -> Result<Vec<Filter>, Error> {
    let join = |a: Vec<Equations>, b: Vec<Equations>| a.into_iter().zip(&b).map(|(a, b)| a.join(b)).collect();
    let all = pictures.par_iter().map(|path| equations(path, down, quality));
    let mut all = all.try_reduce(|| vec![Equations::NONE; FILTERS], |a, b| Ok(join(a, b)))?;
    all[LUMA] = all[..CLASSES].iter().fold(Equations::NONE, Equations::join);
    Ok(all.into_iter().map(Equations::solved).collect())
}

/// The filters of a file that suit `quality`.
fn bank(path: &str, quality: f32) -> Result<Vec<Filter>, Error> {
    let distance = |q: f32| (q - quality).abs();
    let nearest = (0..QUALITIES.len()).min_by(|&a, &b| distance(QUALITIES[a]).total_cmp(&distance(QUALITIES[b])));
    let weights: Vec<f32> = fs::read(path)?.as_chunks().0.iter().map(|b| f32::from_le_bytes(*b)).collect();
    let banks = weights.as_chunks().0.chunks_exact(FILTERS);
    Ok(banks.into_iter().nth(nearest.unwrap_or(0)).ok_or("no bank for this quality")?.to_vec())
}

fn main() -> Result<(), Error> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["train", down, to, ..] => {
            let banks: Result<Vec<_>, Error> = QUALITIES.into_iter().map(|q| train(down, q, &args[3..])).collect();
            let weights = banks?.into_iter().flatten().flatten();
            fs::write(to, weights.flat_map(f32::to_le_bytes).collect::<Vec<u8>>())?;
        }
        ["encode", down, quality, from, to] => {
            let mut stream = encode(&open(from)?, down, quality.parse()?)?;
            // The quality chooses the bank.
            stream.push(quality.parse::<f32>()? as u8);
            fs::write(to, stream)?;
        }
        ["decode", kind, filters, from, to] => {
            let stream = fs::read(from)?;
            let (&quality, stream) = stream.split_last().ok_or("an empty file")?;
            let half = decode(stream)?;
            let (w, h) = (2 * half.width(), 2 * half.height());
            let picture = match kind {
                "lanczos" => resize(&half, w, h, FilterType::Lanczos3),
                "linear" | "classes" => {
                    Planes::of(&half).doubled(&bank(filters, quality.into())?, kind == "classes").rgb()
                }
                _ => return Err("a picture is enlarged by lanczos, linear or classes".into()),
            };
            image::save_buffer(to, &bytes(&picture), w, h, ColorType::Rgb8)?;
        }
        _ => {
            return Err(
                "usage: train DOWN BANK PICTURE... or encode DOWN QUALITY IN OUT or decode KIND BANK IN OUT".into()
            );
        }
    }
    Ok(())
}
