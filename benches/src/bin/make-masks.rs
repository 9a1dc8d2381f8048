//! Draws masks of the kinds that alpha planes have and writes them as gray PNGs into a folder: what
//! docs/TUNING.md measures lossless planes on. Every run draws the same.
//!
//! `cargo run --release -p kvant-benches --bin make-masks -- FOLDER`

use std::path::Path;

use image::{GrayImage, Luma};
use kvant_benches::{Picture, Random};

type Error = Box<dyn std::error::Error + Send + Sync>;

/// Sides of a mask.
const WIDTH: usize = 768;
const HEIGHT: usize = 512;
/// Samples of a pixel's side, for smooth edges.
const SAMPLES: usize = 4;

/// A mask, 0 to 1.
#[derive(Clone)]
struct Mask(Vec<f64>);

impl Mask {
    /// By what `f` gives at a place, in pixels.
    fn of(f: impl Fn(f64, f64) -> f64) -> Self {
        let places = (0..WIDTH * HEIGHT).map(|i| ((i % WIDTH) as f64 + 0.5, (i / WIDTH) as f64 + 0.5));
        Self(places.map(|(x, y)| f(x, y)).collect())
    }

    /// Of a shape, with anti-aliased edges.
    fn shape(inside: impl Fn(f64, f64) -> bool) -> Self {
        let at = |i: usize| (i as f64 + 0.5) / SAMPLES as f64 - 0.5;
        Self::of(|x, y| {
            let hits = (0..SAMPLES * SAMPLES).filter(|i| inside(x + at(i % SAMPLES), y + at(i / SAMPLES)));
            hits.count() as f64 / (SAMPLES * SAMPLES) as f64
        })
    }

    /// Luma of a picture of `testdata/`, 0 to 1, drawn to the mask's size (nearest pixels, then
    /// blurred a little).
    fn picture(name: &str) -> Self {
        let picture = Picture::testdata(name);
        let (width, green) = (picture.width(), picture.channel(1));
        let height = green.len() / width;
        let at = |x: f64, y: f64| {
            let (x, y) = (x / WIDTH as f64 * width as f64, y / HEIGHT as f64 * height as f64);
            f64::from(green[y as usize * width + x as usize]) / 1020.0
        };
        Self::of(at).blurred(1)
    }

    /// Blurred three times by boxes of 2 * `radius` + 1.
    fn blurred(mut self, radius: usize) -> Self {
        for _ in 0..3 {
            self = self.boxed(radius, WIDTH, 1).boxed(radius, HEIGHT, WIDTH);
        }
        self
    }

    /// Mean along lines of `length` pixels that are `step` apart.
    fn boxed(&self, radius: usize, length: usize, step: usize) -> Self {
        let mean = |i: usize| {
            let at = i / step % length;
            let (from, to) = (at.saturating_sub(radius), (at + radius).min(length - 1));
            let sum: f64 = (from..=to).map(|j| self.0[i - at * step + j * step]).sum();
            sum / (to - from + 1) as f64
        };
        Self((0..self.0.len()).map(mean).collect())
    }

    fn map(self, f: impl Fn(f64) -> f64) -> Self {
        Self(self.0.into_iter().map(f).collect())
    }

    fn write(&self, folder: &Path, name: &str) -> Result<(), Error> {
        let value = |x, y| Luma([(self.0[y as usize * WIDTH + x as usize].clamp(0.0, 1.0) * 255.0).round() as u8]);
        GrayImage::from_fn(WIDTH as u32, HEIGHT as u32, value).save(folder.join(name).with_extension("png"))?;
        Ok(())
    }
}

/// Icons on a grid: rings, stars, crosses, rounded squares, arrows.
fn icon(x: f64, y: f64) -> bool {
    let (column, row) = ((x / 96.0).floor(), (y / 96.0).floor());
    let (u, v) = (x - column * 96.0 - 48.0, y - row * 96.0 - 48.0);
    let size = 18.0 + 4.0 * row;
    let (radius, angle) = (u.hypot(v), v.atan2(u));
    match (column as i32 + 2 * row as i32).rem_euclid(6) {
        0 => (radius - size).abs() < 5.0,
        1 => radius < size * (0.65 + 0.35 * (5.0 * angle).cos()),
        2 => (u.abs() < 5.0 || v.abs() < 5.0) && radius < size,
        3 => (u.abs() - size + 8.0).max(0.0).hypot((v.abs() - size + 8.0).max(0.0)) < 8.0,
        4 => v.abs() < (size - u) / 2.0 && u > -size && (u + v.abs() > -size / 2.0),
        _ => (radius < size) != ((u - 7.0).hypot(v - 7.0) < size * 0.8),
    }
}

/// A blob with a wavy outline.
fn blob(x: f64, y: f64) -> bool {
    let (u, v) = (x - 384.0, y - 256.0);
    let angle = v.atan2(u);
    u.hypot(v * 1.3) < 190.0 + 40.0 * (3.0 * angle).sin() + 15.0 * (7.0 * angle + 1.0).cos()
}

/// Strokes like hair, out of a head: coverage of thin, curved, tapering lines.
fn hair() -> Mask {
    let mut random = Random::new(7);
    let mut mask = Mask::shape(|x, y| ((x - 384.0) / 120.0).hypot((y - 330.0) / 160.0) < 1.0);
    for _ in 0..900 {
        let (angle, length) = (random.uniform() * std::f64::consts::TAU, 40.0 + 120.0 * random.uniform());
        let (bend, width) = (random.uniform() - 0.5, 0.5 + random.uniform());
        for step in 0..(length * 3.0) as usize {
            let t = step as f64 / (length * 3.0);
            let a = angle + bend * t * 2.0;
            let x = 384.0 + 115.0 * angle.cos() + t * length * a.cos();
            let y = 330.0 + 155.0 * angle.sin() + t * length * a.sin();
            for i in 0..9 {
                let (px, py) = ((x + (i % 3) as f64 - 1.0).floor(), (y + (i / 3) as f64 - 1.0).floor());
                if px < 0.0 || py < 0.0 || px >= WIDTH as f64 || py >= HEIGHT as f64 {
                    continue;
                }
                let distance = (px + 0.5 - x).hypot(py + 0.5 - y);
                let cover = (width * (1.0 - t) + 0.5 - distance).clamp(0.0, 1.0);
                let pixel = &mut mask.0[py as usize * WIDTH + px as usize];
                *pixel = pixel.max(cover);
            }
        }
    }
    mask
}

/// 8x8 ordered dither (B. Bayer, 1973).
fn ordered(mask: &Mask) -> Mask {
    let threshold = |x: usize, y: usize| {
        let spread = (0..3).fold(0, |t, bit| {
            let (a, b) = (((x ^ y) >> bit) & 1, (y >> bit) & 1);
            t | (a << (5 - 2 * bit)) | (b << (4 - 2 * bit))
        });
        (spread as f64 + 0.5) / 64.0
    };
    let level = |(i, &v): (usize, &f64)| f64::from(u8::from(v > threshold(i % WIDTH, i / WIDTH)));
    Mask(mask.0.iter().enumerate().map(level).collect())
}

/// Error diffusion (R. Floyd and L. Steinberg, 1976).
fn diffused(mut mask: Mask) -> Mask {
    for i in 0..mask.0.len() {
        let old = mask.0[i];
        mask.0[i] = old.round().clamp(0.0, 1.0);
        let error = (old - mask.0[i]) / 16.0;
        let x = i % WIDTH;
        let parts =
            [(1, 7.0, x + 1 < WIDTH), (WIDTH - 1, 3.0, x > 0), (WIDTH, 5.0, true), (WIDTH + 1, 1.0, x + 1 < WIDTH)];
        for (offset, part, inside) in parts {
            if inside && i + offset < mask.0.len() {
                mask.0[i + offset] += error * part;
            }
        }
    }
    mask
}

fn main() -> Result<(), Error> {
    let folder = std::env::args().nth(1).ok_or("usage: make-masks FOLDER")?;
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder)?;
    let ramp = |from: f64, to: f64| move |v: f64| (v - from) / (to - from);
    let head = Mask::picture("astronaut.png");
    let mut noise = Random::new(3);
    let noise = Mask((0..WIDTH * HEIGHT).map(|_| noise.uniform()).collect());
    let vignette = Mask::of(|x, y| 1.0 - (((x - 384.0) / 460.0).powi(2) + ((y - 256.0) / 320.0).powi(2)).powf(1.5));
    let masks = [
        ("01-opaque", Mask::of(|_, _| 1.0)),
        ("02-text", Mask::picture("text.png").map(ramp(0.4, 0.2))),
        ("03-icons", Mask::shape(icon)),
        ("04-cut-out-hard", Mask::of(|x, y| f64::from(u8::from(blob(x, y))))),
        ("05-cut-out-smooth", Mask::shape(blob)),
        ("06-cut-out-feathered", Mask::shape(blob).blurred(6)),
        (
            "07-soft-shadow",
            Mask::shape(|x, y| (200.0..560.0).contains(&x) && (120.0..380.0).contains(&y)).blurred(18).map(|v| 0.6 * v),
        ),
        ("08-portrait-hard", head.clone().map(|v| f64::from(u8::from(v > 0.35)))),
        ("09-portrait-matte", head.clone().map(ramp(0.25, 0.45))),
        ("10-portrait-feathered", head.map(|v| f64::from(u8::from(v > 0.35))).blurred(3)),
        ("11-fur-matte", Mask::picture("chelsea.png").map(ramp(0.3, 0.6))),
        ("12-hair", hair()),
        ("13-vignette", vignette.clone()),
        ("14-gradient", Mask::of(|x, _| (x - 100.0) / 500.0)),
        (
            "15-noisy-edge",
            Mask(
                Mask::shape(blob)
                    .blurred(10)
                    .0
                    .iter()
                    .zip(&noise.0)
                    .map(|(v, n)| v + (n - 0.5) * 0.4 * (4.0 * v * (1.0 - v)))
                    .collect(),
            ),
        ),
        ("16-ordered-dither", ordered(&vignette)),
        ("17-diffused", diffused(vignette)),
    ];
    for (name, mask) in masks {
        mask.write(folder, name)?;
    }
    Ok(())
}
