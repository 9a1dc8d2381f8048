//! What the benchmarks share. They stand in `benches/benches/`: `pictures` times whole encodes and
//! decodes through the public interface, `stages` single kernels through `kvant::bench_api`.
//!
//! `cargo bench -p kvant-benches` runs all; `cargo bench -p kvant-benches --bench pictures --
//! decode` what is named so. Rates are in elements a second. An element of a picture is a pixel:
//! Melem/s are megapixels a second. Those of the stages are samples, coefficients, pixels or bins:
//! `benches/README.md` lists the groups.

pub mod codebook;
pub mod least_squares;
pub mod quantise;

use std::path::Path;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, SamplingMode, Throughput};
use kvant::bench_api::{Plane, SplitMix64};
use kvant::{Chroma, CpuLevel, EncoderConfig, ImageView, PixelFormat};

/// Qualities at which a picture is coded to train what the models of a tile start with.
pub const TRAINING_QUALITIES: [f32; 9] = [15.0, 25.0, 35.0, 45.0, 55.0, 65.0, 75.0, 85.0, 92.0];

/// What each bin of a stream counts for where such starts are trained. A percent of a small stream
/// is to count more than its few bytes do, since a long one learns without them.
pub fn weight(stream: &[u8]) -> f64 {
    (stream.len() as f64 / 16_000.0).powf(-0.4)
}

/// A picture, 8-bit RGB.
#[derive(Debug)]
pub struct Picture {
    pixels: Vec<u8>,
    width: u32,
    height: u32,
}

impl Picture {
    /// Reads the PNG `name` of `testdata/`.
    pub fn testdata(name: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata").join(name);
        Self::open(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
    }

    /// Reads a file of any format.
    ///
    /// # Errors
    /// Where it cannot be read as a picture.
    pub fn open(path: impl AsRef<Path>) -> image::ImageResult<Self> {
        let picture = image::open(path)?.into_rgb8();
        Ok(Self { width: picture.width(), height: picture.height(), pixels: picture.into_raw() })
    }

    /// The pixels as the encoder takes them.
    pub fn view(&self) -> ImageView<'_> {
        ImageView::new(&self.pixels, self.width, self.height, self.width as usize * 3, PixelFormat::Rgb8)
            .expect("a whole picture")
    }

    /// Width in pixels.
    pub fn width(&self) -> usize {
        self.width as usize
    }

    /// A channel (0 to 2: red, green, blue) as samples of 10 bits, row by row.
    pub fn channel(&self, channel: usize) -> Vec<u16> {
        self.pixels.chunks_exact(3).map(|pixel| u16::from(pixel[channel]) << 2).collect()
    }

    /// The same as a plane.
    pub fn plane(&self, channel: usize) -> Plane {
        Plane::new(self.width(), &self.channel(channel))
    }

    /// How many pixels there are.
    pub fn pixels(&self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }
}

/// Default settings but for these three; one thread.
pub fn config(quality: f32, effort: u8, chroma: Chroma) -> EncoderConfig {
    EncoderConfig::default().with_quality(quality).with_effort(effort).with_chroma(chroma)
}

/// A group of benchmarks that each work through `elements` samples, pixels, coefficients or bins.
pub fn group<'a>(criterion: &'a mut Criterion, name: &str, elements: u64) -> BenchmarkGroup<'a, WallTime> {
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Elements(elements));
    group
}

/// The throughput of a benchmark that works through `count` elements, where they differ within a
/// group.
pub fn elements(count: usize) -> Throughput {
    Throughput::Elements(count as u64)
}

/// As [`group`], for work that takes tenths of a second: few runs, each timed by itself.
pub fn slow_group<'a>(criterion: &'a mut Criterion, name: &str, elements: u64) -> BenchmarkGroup<'a, WallTime> {
    let mut group = group(criterion, name, elements);
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group
}

/// The CPU levels of this machine with their names.
pub fn cpu_levels() -> Vec<(String, CpuLevel)> {
    CpuLevel::available().map(|cpu| (cpu.name().to_owned(), cpu)).collect()
}

/// Random numbers of some distributions: the same in every run.
#[derive(Debug)]
pub struct Random(SplitMix64);

impl Random {
    /// Those of `seed`.
    pub fn new(seed: u64) -> Self {
        Self(SplitMix64::new(seed))
    }

    /// Uniform from 0 to below 1.
    pub fn uniform(&mut self) -> f64 {
        (self.0.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A number from 0 to below `n`.
    pub fn below(&mut self, n: u32) -> u32 {
        (self.uniform() * f64::from(n)) as u32
    }

    /// Of a Laplacian distribution around 0 with mean magnitude `scale`.
    pub fn laplacian(&mut self, scale: f64) -> f64 {
        let magnitude = -scale * (1.0 - self.uniform()).ln();
        if self.below(2) == 0 { magnitude } else { -magnitude }
    }
}
