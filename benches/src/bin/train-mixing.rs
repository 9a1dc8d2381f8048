//! Trains the start of the states of mixed bins: codes pictures, counts what every state sees, and writes
//! `codec/src/entropy/mixed_init.bin`.
//!
//! `cargo run --release -p kvant-benches --bin train-mixing -- OUT.bin [--trellis] PICTURE...`

use std::path::Path;

use kvant::bench_api::{MIXED_STATES, count_states};
use kvant::{EncoderConfig, ImageView, PixelFormat, Quantiser};
use rayon::prelude::*;

/// Qualities that each picture is coded at.
const QUALITIES: [f32; 5] = [20.0, 40.0, 60.0, 75.0, 90.0];
/// Bins that a state needs to get a start of its own.
const FEWEST: u32 = 12;

type Error = Box<dyn std::error::Error + Send + Sync>;

fn encode(path: &Path, quantiser: Option<Quantiser>) -> Result<Vec<Vec<u8>>, Error> {
    let picture = image::open(path)?.to_rgb8();
    let (w, h) = picture.dimensions();
    let view = ImageView::new(&picture, w, h, w as usize * 3, PixelFormat::Rgb8)?;
    let streams = QUALITIES.map(|quality| {
        let mut config = EncoderConfig::default();
        config.quality = quality;
        config.quantiser = quantiser;
        kvant::encode(&view, &config)
    });
    Ok(streams.into_iter().collect::<Result<_, _>>()?)
}

/// A state's start: log-odds in 1/8 octave plus 128, or 0 where too little was seen.
fn start([zeros, ones]: [u32; 2]) -> u8 {
    if zeros + ones < FEWEST {
        return 0;
    }
    let odds = ((ones as f64 + 0.4) / (zeros as f64 + 0.4)).log2();
    (odds * 8.0 + 128.0).round().clamp(48.0, 208.0) as u8
}

fn main() -> Result<(), Error> {
    let mut args = std::env::args().skip(1);
    let out = args.next().ok_or("usage: train-mixing OUT.bin [--trellis] PICTURE...")?;
    let mut pictures: Vec<String> = args.collect();
    let trellis = pictures.first().is_some_and(|p| p == "--trellis");
    let quantiser = trellis.then(|| (Quantiser::Trellis, pictures.remove(0)).0);
    let streams: Vec<Vec<Vec<u8>>> =
        pictures.par_iter().map(|p| encode(Path::new(p), quantiser)).collect::<Result<_, _>>()?;
    let mut counts = vec![[0; 2]; MIXED_STATES];
    for stream in streams.iter().flatten() {
        count_states(stream, &mut counts)?;
    }
    let states: Box<[u8; MIXED_STATES]> =
        counts.into_iter().map(start).collect::<Box<[u8]>>().try_into().map_err(|_| "number of states")?;
    std::fs::write(&out, &states[..])?;
    Ok(())
}
