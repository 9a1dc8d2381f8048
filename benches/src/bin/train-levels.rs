//! Trains the start of the probabilities of levels: codes pictures, with either quantiser, and
//! writes `codec/src/entropy/levels.bin` with the start that leaves the least squared error of what
//! every probability would have predicted, by a codebook for each set of slots.
//!
//! `cargo run --release -p kvant-benches --bin train-levels -- OUT.bin PICTURE...`

use std::path::Path;

use kvant::bench_api::{
    LEVEL_CODEBOOK, LEVEL_GROUPS, LEVEL_PROBABILITIES, LEVEL_RATE, LEVEL_SETS, level_bins, start_odds,
};
use kvant::{EncoderConfig, Quantiser, Tune};
use kvant_benches::codebook::{Weighted, codebook};
use kvant_benches::{Picture, TRAINING_QUALITIES, weight};
use rayon::prelude::*;

/// Bins that what is known of a probability's neighbours counts for.
const PRIOR: f64 = 8.0;

type Error = Box<dyn std::error::Error + Send + Sync>;

/// The equation of the start s of a probability: squares * s = products. After n bins s has the
/// part (1 - 2^-rate)^n in the probability, and what it learnt from these bins is the rest.
#[derive(Debug, Clone, Copy, Default)]
struct Equation {
    products: f64,
    squares: f64,
}

impl Equation {
    fn add(&mut self, other: Self, weight: f64) {
        self.products += weight * other.products;
        self.squares += weight * other.squares;
    }

    /// The start, where `prior` counts for some bins.
    fn solved(self, prior: f64) -> f64 {
        (self.products + PRIOR * prior) / (self.squares + PRIOR)
    }
}

/// The equation of a probability in a stream, as its bins come.
#[derive(Debug, Clone, Copy)]
struct Follower {
    equation: Equation,
    part: f64,
    learnt: f64,
}

impl Follower {
    const NEW: Self = Self { equation: Equation { products: 0.0, squares: 0.0 }, part: 1.0, learnt: 0.0 };

    fn follow(&mut self, bin: bool) {
        let (bin, rate) = (f64::from(u8::from(bin)), f64::from(1 << LEVEL_RATE).recip());
        self.equation.add(Equation { products: bin - self.learnt, squares: self.part }, self.part);
        self.part -= self.part * rate;
        self.learnt += (bin - self.learnt) * rate;
    }
}

/// The equations of a picture, coded at all qualities with a quantiser.
fn equations(path: &Path, trellis: bool) -> Result<Vec<Equation>, Error> {
    let picture = Picture::open(path)?;
    let view = picture.view();
    let mut all = vec![Equation::default(); LEVEL_PROBABILITIES];
    for quality in TRAINING_QUALITIES {
        let config = EncoderConfig::default().with_quality(quality);
        let config =
            if trellis { config.with_tune(Tune::Psnr).with_quantiser(Some(Quantiser::Trellis)) } else { config };
        let stream = kvant::encode(&view, &config)?;
        let mut followers = vec![Follower::NEW; LEVEL_PROBABILITIES];
        level_bins(&stream, trellis, |(probabilities, bin)| {
            probabilities.into_iter().for_each(|i| followers[i].follow(bin));
        })?;
        let weight = weight(&stream);
        all.iter_mut().zip(&followers).for_each(|(all, one)| all.add(one.equation, weight));
    }
    Ok(all)
}

fn joined(mut a: Vec<Equation>, b: Vec<Equation>) -> Vec<Equation> {
    a.iter_mut().zip(b).for_each(|(a, b)| a.add(b, 1.0));
    a
}

/// What an error of a start costs, in bits but for a factor: that of the probability, squared, over
/// p(1 - p), where the probability moves with its log-odds by p(1 - p). What no picture has seen
/// counts for a little.
fn cost(equation: Equation, p: f64) -> f64 {
    (equation.squares + 1e-2 * PRIOR) * p * (1.0 - p)
}

/// The start of a set of slots as it is stored: the codebook, then the entry of each slot.
fn stored(slots: &[Weighted]) -> Vec<u8> {
    let mut codebook = codebook(slots, LEVEL_CODEBOOK);
    codebook.iter_mut().flatten().for_each(|odds| *odds = odds.round());
    codebook.sort_by(|a, b| a.partial_cmp(b).expect("odds are numbers"));
    let bytes = codebook.iter().flatten().map(|&odds| odds as u8);
    bytes.chain(slots.iter().map(|slot| slot.nearest(&codebook).0 as u8)).collect()
}

/// Starts of a group, by bin of a level, as if all had the same; `above` is that of a larger group.
fn shared(group: &[Equation], above: [f64; 4]) -> [f64; 4] {
    std::array::from_fn(|bin| {
        let mut sum = Equation::default();
        group.iter().skip(bin).step_by(4).for_each(|one| sum.add(*one, 1.0));
        sum.solved(above[bin])
    })
}

fn main() -> Result<(), Error> {
    let mut args = std::env::args().skip(1);
    let out = args.next().ok_or("usage: train-levels OUT.bin PICTURE...")?;
    let pictures: Vec<String> = args.collect();
    let runs: Vec<_> = pictures.iter().flat_map(|picture| [false, true].map(|trellis| (picture, trellis))).collect();
    let none = || vec![Equation::default(); LEVEL_PROBABILITIES];
    let all = runs
        .into_par_iter()
        .map(|(picture, trellis)| equations(Path::new(picture), trellis))
        .try_reduce(none, |a, b| Ok(joined(a, b)))?;
    let mut start = vec![0.0; LEVEL_PROBABILITIES];
    for (first, whole, part) in LEVEL_GROUPS
        .iter()
        .flat_map(|(range, whole, part)| range.clone().step_by(*whole).map(|first| (first, *whole, *part)))
    {
        let class = shared(&all[first..first + whole], [0.5; 4]);
        for first in (first..first + whole).step_by(part) {
            let group = shared(&all[first..first + part], class);
            for i in first..first + part {
                start[i] = all[i].solved(group[i % 4]);
            }
        }
    }
    let slots: Vec<Weighted> = start
        .chunks_exact(4)
        .zip(all.chunks_exact(4))
        .map(|(start, all)| Weighted {
            values: std::array::from_fn(|bin| start_odds(start[bin])),
            weights: std::array::from_fn(|bin| cost(all[bin], start[bin])),
        })
        .collect();
    std::fs::write(&out, slots.chunks_exact(slots.len() / LEVEL_SETS).flat_map(stored).collect::<Vec<u8>>())?;
    Ok(())
}
