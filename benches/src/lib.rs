//! What the benchmarks share. They stand in `benches/benches/`: `pictures` times whole encodes and decodes through the
//! public interface, `stages` single kernels through `kvant::bench_api`.
//!
//! `cargo bench -p kvant-benches` runs all; `cargo bench -p kvant-benches --bench pictures -- decode` what is named so.
//! Rates of pictures are in elements (pixels) a second: Melem/s are megapixels a second.

use std::path::Path;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, SamplingMode, Throughput};
use kvant::{Chroma, EncoderConfig, ImageView, PixelFormat};

/// A picture of `testdata/`, 8-bit RGB.
#[derive(Debug)]
pub struct Picture {
    pixels: Vec<u8>,
    width: u32,
    height: u32,
}

impl Picture {
    /// Reads the PNG `name`.
    pub fn testdata(name: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata").join(name);
        let picture = image::open(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display())).into_rgb8();
        Self { width: picture.width(), height: picture.height(), pixels: picture.into_raw() }
    }

    /// The pixels as the encoder takes them.
    pub fn view(&self) -> ImageView<'_> {
        ImageView::new(&self.pixels, self.width, self.height, self.width as usize * 3, PixelFormat::Rgb8)
            .expect("a whole picture")
    }

    /// How many pixels there are.
    pub fn pixels(&self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }
}

/// Default settings but for these three; one thread.
pub fn config(quality: f32, effort: u8, chroma: Chroma) -> EncoderConfig {
    let mut config = EncoderConfig::default();
    (config.quality, config.effort, config.chroma) = (quality, effort, chroma);
    config
}

/// A group of benchmarks that each work through `elements` samples, pixels, coefficients or bins.
pub fn group<'a>(criterion: &'a mut Criterion, name: &str, elements: u64) -> BenchmarkGroup<'a, WallTime> {
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Elements(elements));
    group
}

/// As [`group`], for work that takes tenths of a second: few runs, each timed by itself.
pub fn slow_group<'a>(criterion: &'a mut Criterion, name: &str, elements: u64) -> BenchmarkGroup<'a, WallTime> {
    let mut group = group(criterion, name, elements);
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group
}
