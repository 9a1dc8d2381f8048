//! Trains the start of the probabilities of levels: codes pictures, with either quantiser, lets
//! every probability follow what it would have to predict, and writes
//! `codec/src/entropy/levels.bin`.
//!
//! `cargo run --release -p kvant-benches --bin train-levels -- OUT.bin PICTURE...`

use std::path::Path;

use kvant::bench_api::{LEVEL_GROUPS, LEVEL_PROBABILITIES, level_bins, start_byte};
use kvant::{EncoderConfig, Quantiser};
use kvant_benches::Picture;
use rayon::prelude::*;

/// Qualities that each picture is coded at.
const QUALITIES: [f32; 5] = [20.0, 40.0, 60.0, 75.0, 90.0];
/// Bins that a probability remembers, about.
const MEMORY: f64 = 1023.0;
/// Bins that what is known of a probability's neighbours counts for.
const PRIOR: f64 = 4.0;

type Error = Box<dyn std::error::Error + Send + Sync>;

/// A picture at all qualities with a quantiser, `None` for that of the default effort.
fn encode(path: &Path, quantiser: Option<Quantiser>) -> Result<Vec<Vec<u8>>, Error> {
    let picture = Picture::open(path)?;
    let view = picture.view();
    let streams = QUALITIES.map(|quality| {
        let config = EncoderConfig::default().with_quality(quality).with_quantiser(quantiser);
        kvant::encode(&view, &config)
    });
    Ok(streams.into_iter().collect::<Result<_, _>>()?)
}

/// A probability of a 1 that learns, and how many bins it saw.
#[derive(Debug, Clone, Copy)]
struct Probability {
    p: f64,
    seen: f64,
}

impl Probability {
    fn learn(&mut self, bin: bool) {
        self.p += (f64::from(u8::from(bin)) - self.p) / (self.seen.min(MEMORY) + 1.5);
        self.seen += 1.0;
    }
}

/// Mean of what a group knows, by bin of a level; `above` counts as [`PRIOR`] bins.
fn mean(group: &[Probability], above: [f64; 4]) -> [f64; 4] {
    std::array::from_fn(|bin| {
        let own = group.iter().skip(bin).step_by(4);
        let (sum, seen) = own.fold((0.0, 0.0), |(sum, seen), one| (sum + one.p * one.seen, seen + one.seen));
        (sum + above[bin] * PRIOR) / (seen + PRIOR)
    })
}

fn main() -> Result<(), Error> {
    let mut args = std::env::args().skip(1);
    let out = args.next().ok_or("usage: train-levels OUT.bin PICTURE...")?;
    let pictures: Vec<String> = args.collect();
    let mut all = vec![Probability { p: 0.5, seen: 0.0 }; LEVEL_PROBABILITIES];
    for quantiser in [None, Some(Quantiser::Trellis)] {
        let streams: Vec<Vec<Vec<u8>>> =
            pictures.par_iter().map(|p| encode(Path::new(p), quantiser)).collect::<Result<_, _>>()?;
        for stream in streams.iter().flatten() {
            level_bins(stream, quantiser.is_some(), |(probabilities, bin)| {
                probabilities.into_iter().for_each(|i| all[i].learn(bin));
            })?;
        }
    }
    let mut start = vec![0; LEVEL_PROBABILITIES];
    for (first, whole, part) in LEVEL_GROUPS
        .iter()
        .flat_map(|(range, whole, part)| range.clone().step_by(*whole).map(|first| (first, *whole, *part)))
    {
        let class = mean(&all[first..first + whole], [0.5; 4]);
        for first in (first..first + whole).step_by(part) {
            let group = mean(&all[first..first + part], class);
            for i in first..first + part {
                let Probability { p, seen } = all[i];
                let seen = seen.min(MEMORY);
                start[i] = start_byte((p * seen + group[i % 4] * PRIOR) / (seen + PRIOR));
            }
        }
    }
    std::fs::write(&out, &start)?;
    Ok(())
}
