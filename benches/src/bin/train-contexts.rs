//! Trains the initial states of the adaptive contexts: codes pictures, collects what every context
//! sees, and writes `codec/src/entropy/contexts.bin` with the states that would have cost least, on
//! photographs and on screens. `init.rs` beside it says from which pictures.
//!
//! `cargo run --release -p kvant-benches --bin train-contexts -- OUT.bin PICTURE...`

use std::path::Path;

use kvant::EncoderConfig;
use kvant::bench_api::{CONFIDENCES, CONTEXTS, LIMITS, adaptive_cost, bins, is_screen, start_odds, start_of};
use kvant_benches::{Picture, TRAINING_QUALITIES, weight};
use rayon::prelude::*;

/// Bins of one context in one stream that count: what comes later hardly depends on the start.
const MOST: usize = 1200;
/// A context of screens that saw fewer bins has the state of photographs.
const FEW: usize = 60;

/// Bins of a context in a stream, and what each counts for.
struct Run {
    bins: Vec<bool>,
    weight: f64,
}

/// What each context saw, stream by stream, in photographs and in screens.
type Seen = [Vec<Vec<Run>>; 2];

fn nothing() -> Seen {
    [(); 2].map(|()| (0..CONTEXTS).map(|_| Vec::new()).collect())
}

fn collect(path: &Path) -> Result<Seen, Box<dyn std::error::Error + Send + Sync>> {
    let picture = Picture::open(path)?;
    let view = picture.view();
    let mut seen = nothing();
    for quality in TRAINING_QUALITIES {
        let config = EncoderConfig::default().with_quality(quality);
        let stream = kvant::encode(&view, &config)?;
        let seen = &mut seen[usize::from(is_screen(&stream)?)];
        for (tile, _) in bins(&stream)? {
            let mut by_context = vec![Vec::new(); CONTEXTS];
            for (ctx, bin) in tile {
                if by_context[ctx as usize].len() < MOST {
                    by_context[ctx as usize].push(bin);
                }
            }
            for (all, bins) in seen.iter_mut().zip(by_context) {
                if !bins.is_empty() {
                    all.push(Run { bins, weight: weight(&stream) });
                }
            }
        }
    }
    Ok(seen)
}

/// A state as it is stored: the probability's log-odds, the numbers of the confidence and the limit.
type State = [u8; 2];

/// Share of ones among the first `most` bins of each run, as it is stored.
fn share(runs: &[Run], most: usize) -> u8 {
    let (mut ones, mut all) = (0.4, 0.8);
    for Run { bins, weight } in runs {
        ones += weight * bins.iter().take(most).filter(|&&b| b).count() as f64;
        all += weight * bins.len().min(most) as f64;
    }
    start_odds((ones / all).clamp(1.0 / 128.0, 127.0 / 128.0)).round() as u8
}

/// The state that would have cost least.
fn best_state(runs: &[Run]) -> State {
    let mut best = (f64::INFINITY, [128, 2]);
    if runs.is_empty() {
        return best.1;
    }
    for p in [4, 16, 64, MOST].map(|most| share(runs, most)) {
        for (l, limit) in (0..).zip(LIMITS) {
            for (c, n) in (0..).zip(CONFIDENCES).filter(|(_, n)| n >> limit == 0) {
                let cost = runs.iter().map(|run| run.weight * adaptive_cost(start_of(p), n, limit, &run.bins)).sum();
                if cost < best.0 {
                    best = (cost, [p, 4 * c + l]);
                }
            }
        }
    }
    best.1
}

fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let mut args = std::env::args().skip(1);
    let out = args.next().ok_or("usage: train-contexts OUT.bin PICTURE...")?;
    let pictures: Vec<String> = args.collect();
    let parts: Vec<Seen> = pictures.par_iter().map(|p| collect(Path::new(p))).collect::<Result<_, _>>()?;
    let mut seen = nothing();
    for part in parts {
        seen.iter_mut().flatten().zip(part.into_iter().flatten()).for_each(|(all, runs)| all.extend(runs));
    }
    let [photographs, screens] = seen;
    let photographs: Vec<_> = photographs.par_iter().map(|runs| best_state(runs)).collect();
    let of_screen = |(runs, &photograph): (&Vec<Run>, &State)| {
        let bins: usize = runs.iter().map(|run| run.bins.len()).sum();
        if bins < FEW { photograph } else { best_state(runs) }
    };
    let screens: Vec<_> = screens.par_iter().zip(&photographs).map(of_screen).collect();
    std::fs::write(&out, [photographs, screens].concat().as_flattened())?;
    println!("{out}: {CONTEXTS} contexts from {} pictures at qualities {TRAINING_QUALITIES:?}", pictures.len());
    Ok(())
}
