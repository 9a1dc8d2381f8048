//! Scores of `kvant compare` against those of other programs, for distorted versions of the
//! pictures of `testdata`.
//!
//! `data/metrics.json` holds the scores and says where they come from. The pictures are made here
//! by integer arithmetic, so that they are the same everywhere; after a run they lie in the
//! session's folder under `target/tmp`, as input for those programs.

use std::collections::BTreeSet;
use std::path::Path;

use image::{RgbImage, imageops};

use crate::world::Folder;

/// A sample of the source by x, y and channel, coordinates clamped to the picture; and how one is
/// distorted.
type Sample<'a> = &'a dyn Fn(i64, i64, usize) -> i64;
type Change<'a> = &'a dyn Fn(Sample, i64, i64, usize) -> i64;

/// Deviations from the mean of each 8x8 block, rounded to multiples of `step`: what coarse
/// quantisation does.
fn blocky(step: i64) -> impl Fn(Sample, i64, i64, usize) -> i64 {
    move |a, x, y, c| {
        let (x0, y0) = (x / 8 * 8, y / 8 * 8);
        let sum: i64 = (0..64).map(|i| a(x0 + i % 8, y0 + i / 8, c)).sum();
        let mean = sum / 64;
        mean + (a(x, y, c) - mean + 255 * step + step / 2) / step * step - 255 * step
    }
}

/// The mean of a square of `2 * radius + 1` samples.
fn blurred(radius: i64) -> impl Fn(Sample, i64, i64, usize) -> i64 {
    move |a, x, y, c| {
        let side = 2 * radius + 1;
        let sum: i64 = (0..side * side).map(|i| a(x + i % side - radius, y + i / side - radius, c)).sum();
        (sum + side * side / 2) / (side * side)
    }
}

/// Noise of `-amplitude..=amplitude`, from a linear congruential generator (Knuth's MMIX) over
/// position and channel.
fn noisy(amplitude: i64) -> impl Fn(Sample, i64, i64, usize) -> i64 {
    move |a, x, y, c| {
        let seed = ((y * 4096 + x) * 3) as u64 + c as u64;
        let step = |s: u64| s.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let random = step(step(seed) ^ (seed << 32)) >> 33;
        a(x, y, c) + (random % (2 * amplitude as u64 + 1)) as i64 - amplitude
    }
}

/// `shift` added to each channel.
fn shifted(shift: [i64; 3]) -> impl Fn(Sample, i64, i64, usize) -> i64 {
    move |a, x, y, c| a(x, y, c) + shift[c]
}

/// Red and blue taken relative to green from every second pixel of every second row: chroma at a
/// quarter of the samples.
fn subsampled(a: Sample, x: i64, y: i64, c: usize) -> i64 {
    let (x0, y0) = (x / 2 * 2, y / 2 * 2);
    a(x, y, 1) + a(x0, y0, c) - a(x0, y0, 1)
}

/// A source of `testdata`, or a part of it from its corner.
fn source(name: &str, size: Option<(u32, u32)>) -> RgbImage {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata").join(name).with_extension("png");
    let picture = image::open(&path).unwrap_or_else(|e| panic!("{}: {e}", path.to_string_lossy())).into_rgb8();
    match size {
        Some((width, height)) => imageops::crop_imm(&picture, 60, 40, width, height).to_image(),
        None => picture,
    }
}

fn distorted(source: &RgbImage, change: Change) -> RgbImage {
    let (right, bottom) = (i64::from(source.width()) - 1, i64::from(source.height()) - 1);
    let sample =
        |x: i64, y: i64, c: usize| i64::from(source.get_pixel(x.clamp(0, right) as u32, y.clamp(0, bottom) as u32)[c]);
    RgbImage::from_fn(source.width(), source.height(), |x, y| {
        image::Rgb([0, 1, 2].map(|c| change(&sample, x.into(), y.into(), c).clamp(0, 255) as u8))
    })
}

fn ppm(picture: &RgbImage) -> Vec<u8> {
    [format!("P6\n{} {}\n255\n", picture.width(), picture.height()).as_bytes(), picture.as_raw()].concat()
}

#[test]
fn scores_agree_with_those_of_other_programs() {
    let f = Folder::new("metrics");
    let fixture: serde_json::Value = serde_json::from_str(include_str!("../data/metrics.json")).unwrap();
    let pairs: [(&str, RgbImage, Change); 10] = [
        ("astronaut-blocky", source("astronaut", None), &blocky(24)),
        ("astronaut-subsampled", source("astronaut", None), &subsampled),
        ("chelsea-noise", source("chelsea", None), &noisy(12)),
        ("chelsea-shifted", source("chelsea", None), &shifted([7, 0, -9])),
        ("coffee-faint-noise", source("coffee", None), &noisy(2)),
        ("coffee-blurred", source("coffee", None), &blurred(2)),
        ("camera-blocky", source("camera", None), &blocky(56)),
        ("brick-blurred", source("brick", None), &blurred(1)),
        ("text-noise", source("text", Some((176, 99))), &noisy(40)),
        ("chelsea-part-blocky", source("chelsea", Some((177, 179))), &blocky(40)),
    ];
    let files = |name: &str| [0, 1].map(|i| format!("{name}-{i}.ppm"));
    for (name, source, change) in &pairs {
        let [reference, other] = files(name);
        f.write(&reference, &ppm(source));
        f.write(&other, &ppm(&distorted(source, change)));
    }
    for (name, ..) in pairs {
        let [reference, other] = files(name);
        let json = f.kvant(&["compare", &reference, &other, "--json"]).ok().json();
        let scores = json["results"][0]["metrics"].as_object().unwrap();
        let expected = fixture["pairs"][name].as_object().unwrap_or_else(|| panic!("no fixture for {name}: {json}"));
        let names = |m: &serde_json::Map<_, _>| m.keys().cloned().collect::<BTreeSet<_>>();
        assert_eq!(names(scores), names(expected), "{name}");
        for (metric, score) in scores {
            let tolerance = fixture["tolerances"][metric].as_f64().unwrap();
            let (score, expected) = (score.as_f64().unwrap(), expected[metric].as_f64().unwrap());
            assert!((score - expected).abs() <= tolerance, "{name}, {metric}: {score} is not {expected}");
        }
    }
}
