//! Trains the initial states of the adaptive contexts: codes pictures, collects what every context
//! sees, and writes `codec/src/entropy/contexts.bin` with the states that would have cost least.
//! `init.rs` beside it says from which pictures.
//!
//! `cargo run --release -p kvant-benches --bin train-contexts -- OUT.bin PICTURE...`

use std::path::Path;

use kvant::EncoderConfig;
use kvant::bench_api::{CONTEXTS, adaptive_cost, bins};
use kvant_benches::Picture;
use rayon::prelude::*;

/// Qualities that each picture is coded at.
const QUALITIES: [f32; 5] = [20.0, 40.0, 60.0, 75.0, 90.0];
/// Bins of one context in one stream that count: what comes later hardly depends on the start.
const MOST: usize = 1200;

/// What each context saw, stream by stream.
type Seen = Vec<Vec<Vec<bool>>>;

fn collect(path: &Path) -> Result<Seen, Box<dyn std::error::Error + Send + Sync>> {
    let picture = Picture::open(path)?;
    let view = picture.view();
    let mut seen: Seen = vec![Vec::new(); CONTEXTS];
    for quality in QUALITIES {
        let config = EncoderConfig::default().with_quality(quality);
        let stream = kvant::encode(&view, &config)?;
        for (tile, _) in bins(&stream)? {
            let mut by_context = vec![Vec::new(); CONTEXTS];
            for (ctx, bin) in tile {
                if by_context[ctx as usize].len() < MOST {
                    by_context[ctx as usize].push(bin);
                }
            }
            for (all, new) in seen.iter_mut().zip(by_context) {
                if !new.is_empty() {
                    all.push(new);
                }
            }
        }
    }
    Ok(seen)
}

/// Share of ones among the first `most` bins of each stream, in 1/65536, kept away from certainty.
fn share(streams: &[Vec<bool>], most: usize) -> u16 {
    let (mut ones, mut all) = (0.4, 0.8);
    for s in streams {
        ones += s.iter().take(most).filter(|&&b| b).count() as f64;
        all += s.len().min(most) as f64;
    }
    (ones / all * 65536.0).round().clamp(512.0, 65024.0) as u16
}

fn best_state(streams: &[Vec<bool>]) -> (u16, u8, u8) {
    if streams.is_empty() {
        return (32768, 0, 6);
    }
    let mut best = (f64::INFINITY, (32768, 0, 6));
    for p in [4, 16, 64, MOST].map(|most| share(streams, most)) {
        for n in [0, 1, 2, 4, 7, 12, 20, 40] {
            for limit in [4, 5, 6, 7] {
                let cost: f64 = streams.iter().map(|s| adaptive_cost(p, n, limit, s)).sum();
                if cost < best.0 {
                    best = (cost, (p, n, limit));
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
    let mut seen: Seen = vec![Vec::new(); CONTEXTS];
    for (all, part) in parts.into_iter().flat_map(|part| part.into_iter().enumerate()) {
        seen[all].extend(part);
    }
    let states: Vec<_> = seen.par_iter().map(|s| best_state(s)).collect();
    let bytes = states.iter().flat_map(|&(p, n, limit)| [p as u8, (p >> 8) as u8, n, limit]);
    std::fs::write(&out, bytes.collect::<Vec<u8>>())?;
    println!("{out}: {CONTEXTS} contexts from {} pictures at qualities {QUALITIES:?}", pictures.len());
    Ok(())
}
