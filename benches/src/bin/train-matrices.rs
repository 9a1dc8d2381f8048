//! Trains the matrices of the learned modes: codes pictures, takes the blocks of their streams with
//! what surrounds them, and by turns gives each block to the matrix that predicts it best and
//! solves for each matrix the least squares of its blocks. A block counts by how near it is to
//! being predicted better than by any other mode. Writes `learned.bin` into a folder, which is
//! `codec/src/predict`.
//!
//! `cargo run --release -p kvant-benches --bin train-matrices -- FOLDER PICTURE...`
//!
//! With `--widths` before the folder it writes no table of the codec, but what weights of fewer bits
//! cost: docs/QUANTISATION.md.

use std::collections::HashMap;
use std::path::Path;

use kvant::bench_api::{Kernels, Plane, Rect, References};
use kvant::{Block, BlockTree, CpuLevel, Decoder, EncoderConfig, ImageView, PixelFormat};
use kvant_benches::least_squares::{add_ridge, solve};
use kvant_benches::quantise::Quantiser;
use rayon::prelude::*;

/// Qualities that each picture is coded at.
const QUALITIES: [f32; 3] = [40.0, 60.0, 80.0];
const MATRICES: usize = 8;
const FEATURES: usize = 11;
const GRID: usize = 8;
const POINTS: usize = GRID * GRID;
/// Modes that are not learned, the simple ones first.
const OTHERS: usize = 69;
const SIMPLE: usize = 5;
/// Largest side of blocks that are learned from.
const LARGEST: usize = 32;
/// Rounds of training.
const ROUNDS: usize = 40;
/// Price of a bit against a transformed difference of one step, as in the encoder's ranking of
/// modes.
const LAMBDA: f32 = 0.45;
/// Bits that a simple mode, an angle and a learned mode are taken to cost.
const BITS: [f32; 3] = [3.3, 5.8, 6.0];
/// What a coefficient of 1 is in the table.
const ONE: f64 = 64.0;
/// Bits of a coefficient where the study of the quantiser is asked for, and rounds of training
/// through it.
const WIDTHS: [u32; 3] = [8, 6, 4];
const QUANTISED_ROUNDS: usize = 10;
/// Added to the diagonal, as a share of its mean.
const RIDGE: f64 = 1e-3;

type Error = Box<dyn std::error::Error + Send + Sync>;
type Size = (usize, usize);
type Features = [f32; FEATURES];
/// By point, row by row.
type Matrix = [Features; POINTS];

/// A block seen the one way or the other: as it is, or mirrored at the diagonal.
struct View {
    size: Size,
    /// What the matrix sees.
    features: Features,
    /// What the interpolation lacks without the matrix, Hadamard-transformed.
    lack: Vec<f32>,
    /// The grid that would fit best, less the mean of the sides.
    grid: [f32; POINTS],
}

/// A block of a stream.
struct Sample {
    /// Steps in a difference of 1.
    scale: f32,
    /// The best of the other modes, and its cost.
    mode: usize,
    cost: f32,
    views: [View; 2],
}

/// What the interpolation of a block of one size makes of the grid.
struct Shape {
    /// By sample, Hadamard-transformed: of each point.
    transformed: Vec<[f32; POINTS]>,
    /// By sample: for the point, by least squares.
    inverse: Vec<[f32; POINTS]>,
    /// Points that the block takes.
    used: [bool; POINTS],
}

/// The place of sample `i` along a side of `n`: index of the point before and of the point after,
/// where 0 is the reference and 1 the first point; and the part of the way.
fn place(i: usize, n: usize) -> (usize, usize, f32) {
    let (every, step) = ((GRID / n).max(1), (n / GRID).max(1));
    (i / step * every, (i / step + 1) * every, (i % step + 1) as f32 / step as f32)
}

/// The block between `grid` and the two sides, row by row.
fn interpolate(grid: &[f32; POINTS], top: &[f32], left: &[f32], (w, h): Size) -> Vec<f32> {
    let through = |j: usize, x: usize| {
        let (a, b, part) = place(x, w);
        let point = |i: usize| if i == 0 { left[(j * h).div_ceil(GRID) - 1] } else { grid[(j - 1) * GRID + i - 1] };
        point(a) + (point(b) - point(a)) * part
    };
    let sample = |i: usize| {
        let (x, y) = (i % w, i / w);
        let (a, b, part) = place(y, h);
        let above = if a == 0 { top[x] } else { through(a, x) };
        above + (through(b, x) - above) * part
    };
    (0..w * h).map(sample).collect()
}

/// The orthonormal Hadamard transform in tiles of 8x8, or 4x4 where a side is 4.
fn hadamard(block: &mut [f32], (w, h): Size) {
    let tile = if w.min(h) == 4 { 4 } else { 8 };
    for step in [1, 2, 4].into_iter().filter(|&s| s < tile) {
        for (stride, across) in [(step, true), (step * w, false)] {
            let place = |i: usize| if across { i % w } else { i / w };
            for i in (0..block.len()).filter(|&i| place(i) & step == 0) {
                let (a, b) = (block[i], block[i + stride]);
                (block[i], block[i + stride]) = (a + b, a - b);
            }
        }
    }
    block.iter_mut().for_each(|v| *v /= tile as f32);
}

impl Shape {
    fn of(size: Size) -> Self {
        let n = size.0 * size.1;
        let zero = [0.0; LARGEST];
        let mut plain = vec![[0.0f32; POINTS]; n];
        let mut transformed = plain.clone();
        for p in 0..POINTS {
            let mut grid = [0.0; POINTS];
            grid[p] = 1.0;
            let mut block = interpolate(&grid, &zero, &zero, size);
            plain.iter_mut().zip(&block).for_each(|(to, &v)| to[p] = v);
            hadamard(&mut block, size);
            transformed.iter_mut().zip(&block).for_each(|(to, &v)| to[p] = v);
        }
        let mut products = [[0.0; POINTS]; POINTS];
        for row in &plain {
            for (i, j) in (0..POINTS).flat_map(|i| (0..POINTS).map(move |j| (i, j))) {
                products[i][j] += f64::from(row[i] * row[j]);
            }
        }
        let used = std::array::from_fn(|p| products[p][p] > 0.0);
        let mut identity = [[0.0; POINTS]; POINTS];
        for p in 0..POINTS {
            products[p][p] += 1e-4;
            identity[p][p] = 1.0;
        }
        solve(&mut products, &mut identity);
        let inverse = plain.iter().map(|row| {
            std::array::from_fn(|p| (0..POINTS).map(|k| identity[p][k] * f64::from(row[k])).sum::<f64>() as f32)
        });
        Self { inverse: inverse.collect(), transformed, used }
    }

    /// By sample: what each feature adds by `matrix`.
    fn product(&self, matrix: &Matrix) -> Vec<Features> {
        let row = |row: &[f32; POINTS]| {
            std::array::from_fn(|f| row.iter().zip(matrix).map(|(&a, point)| a * point[f]).sum::<f32>())
        };
        self.transformed.iter().map(row).collect()
    }
}

impl View {
    /// Of `block` between its sides.
    fn new(shape: &Shape, block: &[f32], [top, left]: [&[f32]; 2], corner: f32, size: Size) -> Self {
        let (w, h) = size;
        let mean = |side: &[f32], first: usize, n: usize| side[first..first + n].iter().sum::<f32>() / n as f32;
        let mut features = [0.0; FEATURES];
        for i in 0..4 {
            features[i] = mean(top, i * w / 4, w / 4);
            features[i + 4] = mean(left, i * h / 4, h / 4);
        }
        features[8..].copy_from_slice(&[corner, mean(top, w, (w / 4).max(2)), mean(left, h, (h / 4).max(2))]);
        let middle = mean(&features, 0, 8);
        let mut lack = interpolate(&[middle; POINTS], top, left, size);
        lack.iter_mut().zip(block).for_each(|(l, b)| *l = b - *l);
        let mut grid = [0.0; POINTS];
        for (&l, inverse) in lack.iter().zip(&shape.inverse) {
            grid.iter_mut().zip(inverse).for_each(|(g, i)| *g += l * i);
        }
        hadamard(&mut lack, size);
        Self { size, features: features.map(|f| f - middle), lack, grid }
    }

    /// Transformed difference where a matrix has `product` for blocks of this size.
    fn difference(&self, product: &[Features]) -> f32 {
        let rest = |(lack, row): (&f32, &Features)| {
            (lack - row.iter().zip(&self.features).map(|(a, b)| a * b).sum::<f32>()).abs()
        };
        self.lack.iter().zip(product).map(rest).sum()
    }
}

/// A picture that is being decoded block by block.
struct Coded<'a> {
    width: usize,
    height: usize,
    source: &'a [u8],
    decoded: &'a [u8],
    /// By 4x4 samples: decoded already.
    ready: Vec<bool>,
}

impl Coded<'_> {
    /// The references of a block along a side of `n` samples from `at` on by `step`: what is not
    /// decoded repeats the last.
    fn side(&self, (x, y): Size, (dx, dy): Size, n: usize) -> Vec<u16> {
        let known = |i: usize| {
            let (x, y) = (x + i * dx, y + i * dy);
            x < self.width && y < self.height && self.ready[y / 4 * self.width.div_ceil(4) + x / 4]
        };
        let known = (0..n).take_while(|&i| known(i)).count().max(1);
        (0..n).map(|i| i.min(known - 1)).map(|i| self.decoded_at(x + i * dx, y + i * dy)).collect()
    }

    fn decoded_at(&self, x: usize, y: usize) -> u16 {
        u16::from(self.decoded[y * self.width + x]) << 2
    }

    /// The sample that block `b` is.
    fn sample(&self, kernels: &Kernels, shapes: &HashMap<Size, Shape>, b: &Block) -> Option<Sample> {
        let (x, y, w, h) = (b.x as usize, b.y as usize, b.width as usize, b.height as usize);
        if x == 0 || y == 0 || x + w > self.width || y + h > self.height || w.max(h) > LARGEST {
            return None;
        }
        let n = w + h;
        let (top, left) = (self.side((x, y - 1), (1, 0), n), self.side((x - 1, y), (0, 1), n));
        let corner = self.decoded_at(x - 1, y - 1);
        let mut around = vec![0; (n + 1) * (n + 1)];
        around[0] = corner;
        around[1..=n].copy_from_slice(&top);
        left.iter().enumerate().for_each(|(i, &s)| around[(i + 1) * (n + 1)] = s);
        let references = References::gather(&Plane::new(n + 1, &around), Rect { x: 1, y: 1, size: (w, h) });
        let block: Vec<u16> =
            (0..w * h).map(|i| u16::from(self.source[(y + i / w) * self.width + x + i % w]) << 2).collect();
        let scale = 4.0 * (-f32::from(b.qp) / 32.0).exp2();
        let mut out = vec![0; w * h];
        let cost = |mode: usize| {
            kernels.predict(mode as u8, &references, (w, h), &mut out);
            let bits = BITS[usize::from(mode >= SIMPLE)];
            (mode, kernels.satd(&block, &out, (w, h)) as f32 * scale + LAMBDA * bits)
        };
        let (mode, cost) = (0..OTHERS).map(cost).min_by(|a, b| a.1.total_cmp(&b.1))?;
        let [top, left] = [top, left].map(|side| side.iter().map(|&s| f32::from(s)).collect::<Vec<_>>());
        let block: Vec<f32> = block.iter().map(|&s| f32::from(s)).collect();
        let mirrored: Vec<f32> = (0..w * h).map(|i| block[i % h * w + i / h]).collect();
        let views = [
            View::new(&shapes[&(w, h)], &block, [&top, &left], f32::from(corner), (w, h)),
            View::new(&shapes[&(h, w)], &mirrored, [&left, &top], f32::from(corner), (h, w)),
        ];
        Some(Sample { scale, mode, cost, views })
    }
}

/// The blocks of the picture in a file.
fn collect(path: &str, shapes: &HashMap<Size, Shape>) -> Result<Vec<Sample>, Error> {
    let picture = image::open(path)?.to_luma8();
    let (w, h) = picture.dimensions();
    let view = ImageView::new(&picture, w, h, w as usize, PixelFormat::Gray8)?;
    let kernels = Kernels::new(CpuLevel::detect());
    let mut samples = Vec::new();
    for quality in QUALITIES {
        // Prediction sees samples before the filters.
        let config = EncoderConfig::default()
            .with_quality(quality)
            .with_parameter("deblock", 0.0)
            .with_parameter("classified", 0.0)
            .with_parameter("classified_chroma", 0.0);
        let stream = kvant::encode(&view, &config)?;
        let decoder = Decoder::new(&stream)?;
        let decoded = decoder.decode()?;
        let (width, height) = (w as usize, h as usize);
        let (columns, rows) = (width.div_ceil(4), height.div_ceil(4));
        let ready = vec![false; columns * rows];
        let mut coded = Coded { width, height, source: &picture, decoded: decoded.data(), ready };
        decoder.blocks(|b| {
            if b.tree == BlockTree::Luma {
                samples.extend(coded.sample(&kernels, shapes, b));
                let (x, y) = (b.x as usize / 4, b.y as usize / 4);
                for y in y..(y + b.height as usize / 4).min(rows) {
                    coded.ready[y * columns + x..y * columns + (x + b.width as usize / 4).min(columns)].fill(true);
                }
            }
        })?;
    }
    Ok(samples)
}

/// The equations of a matrix.
#[derive(Clone)]
struct Equations {
    products: [[f64; FEATURES]; FEATURES],
    values: [[f64; POINTS]; FEATURES],
}

impl Equations {
    const NONE: Self = Self { products: [[0.0; FEATURES]; FEATURES], values: [[0.0; POINTS]; FEATURES] };

    fn add(&mut self, view: &View, used: &[bool; POINTS], matrix: &Matrix, weight: f64) {
        // Points that the block does not take are to stay what they are.
        let value = |p: usize| {
            let now = || matrix[p].iter().zip(&view.features).map(|(a, b)| a * b).sum();
            if used[p] { view.grid[p] } else { now() }
        };
        let grid: [f32; POINTS] = std::array::from_fn(value);
        for (f, &feature) in view.features.iter().enumerate() {
            let feature = weight * f64::from(feature);
            self.products[f].iter_mut().zip(&view.features).for_each(|(a, &b)| *a += feature * f64::from(b));
            self.values[f].iter_mut().zip(&grid).for_each(|(a, &b)| *a += feature * f64::from(b));
        }
    }

    fn join(mut self, other: &Self) -> Self {
        self.products.as_flattened_mut().iter_mut().zip(other.products.as_flattened()).for_each(|(a, b)| *a += b);
        self.values.as_flattened_mut().iter_mut().zip(other.values.as_flattened()).for_each(|(a, b)| *a += b);
        self
    }

    fn with_ridge(mut self) -> Self {
        add_ridge(&mut self.products, RIDGE, 1e-9);
        self
    }

    /// In integers of `bits`.
    fn solved_in(self, bits: u32) -> Matrix {
        let with_ridge = self.with_ridge();
        let products = with_ridge.products;
        let matrix = with_ridge.eliminated();
        let quantiser = quantiser(&matrix, bits);
        let point = |point: &Features| {
            let integers = quantiser.solved(&products, &point.map(f64::from));
            integers.map(|i| quantiser.value(i) as f32)
        };
        std::array::from_fn(|p| point(&matrix[p]))
    }

    fn solved(self) -> Matrix {
        self.with_ridge().eliminated()
    }

    fn eliminated(mut self) -> Matrix {
        solve(&mut self.products, &mut self.values);
        std::array::from_fn(|p| std::array::from_fn(|f| self.values[f][p] as f32))
    }
}

/// What a round found: the equations of the next one's matrices, and the costs without and with
/// these.
struct Round {
    equations: Vec<Equations>,
    without: f64,
    with: f64,
}

impl Round {
    fn new() -> Self {
        Self { equations: vec![Equations::NONE; MATRICES], without: 0.0, with: 0.0 }
    }

    fn join(mut self, other: Self) -> Self {
        self.equations = self.equations.into_iter().zip(&other.equations).map(|(a, b)| a.join(b)).collect();
        Self { without: self.without + other.without, with: self.with + other.with, ..self }
    }

    /// Gives `sample` to the learned mode `number`, with the cost it has there.
    fn give(&mut self, sample: &Sample, (number, cost): (usize, f32), shapes: &HashMap<Size, Shape>, now: &[Matrix]) {
        let view = &sample.views[number % 2];
        // One by one at first; then by how near it is to a gain, robust against those that nothing
        // predicts.
        let loss = (cost - sample.cost) / (0.04 * sample.cost + 0.3);
        let near = 1.0 / (1.0 + loss.clamp(-30.0, 30.0).exp());
        let area = (view.size.0 * view.size.1) as f32 / POINTS as f32;
        let weight = near * sample.scale * sample.scale / (cost + 1.0) * area;
        let matrix = number / 2;
        self.equations[matrix].add(view, &shapes[&view.size].used, &now[matrix], weight.into());
        self.without += f64::from(sample.cost);
        self.with += f64::from(cost.min(sample.cost));
    }
}

/// A round over all samples with the matrices `now`; the first one, without any, by the modes that
/// are best now.
fn round(samples: &[Sample], shapes: &HashMap<Size, Shape>, now: &[Matrix], first: bool) -> Round {
    let products: HashMap<Size, Vec<Vec<Features>>> =
        shapes.iter().map(|(&size, shape)| (size, now.iter().map(|m| shape.product(m)).collect())).collect();
    let visit = |mut round: Round, sample: &Sample| {
        let cost = |number: usize| {
            let view = &sample.views[number % 2];
            let difference = view.difference(&products[&view.size][number / 2]);
            (number, difference * sample.scale + LAMBDA * BITS[2])
        };
        let best = if first {
            (sample.mode * 2 * MATRICES / OTHERS, sample.cost)
        } else {
            (0..2 * MATRICES).map(cost).min_by(|a, b| a.1.total_cmp(&b.1)).expect("modes")
        };
        round.give(sample, best, shapes, now);
        round
    };
    samples.par_iter().fold(Round::new, visit).reduce(Round::new, Round::join)
}

/// A matrix's own quantiser of `bits`.
fn quantiser(matrix: &Matrix, bits: u32) -> Quantiser {
    Quantiser::of(matrix.iter().flatten().map(|&v| f64::from(v)), bits)
}

/// `matrices`, rounded to integers of `bits`.
fn rounded(matrices: &[Matrix], bits: u32) -> Vec<Matrix> {
    let matrix = |m: &Matrix| {
        let q = quantiser(m, bits);
        m.map(|point| point.map(|v| q.value(q.nearest(v.into())) as f32))
    };
    matrices.iter().map(matrix).collect()
}

/// What weights of fewer bits cost: for each width in `WIDTHS`, matrices quantised after training
/// and trained through the quantiser, from those in floating point on. Writes each to `folder` in
/// 2^-12.
fn study(folder: &Path, samples: &[Sample], shapes: &HashMap<Size, Shape>, float: &[Matrix]) -> Result<(), Error> {
    let next = |matrices: &[Matrix]| round(samples, shapes, matrices, false).equations;
    // Trained on as long as those that are trained through the quantiser.
    let longer = (0..QUANTISED_ROUNDS)
        .fold(float.to_vec(), |matrices, _| next(&matrices).into_iter().map(Equations::solved).collect());
    let mut all = vec![("float".to_string(), float.to_vec()), ("float-longer".to_string(), longer)];
    for bits in WIDTHS {
        let mut trained = rounded(float, bits);
        all.push((format!("after-{bits}"), trained.clone()));
        for _ in 0..QUANTISED_ROUNDS {
            trained = next(&trained).into_iter().map(|e| e.solved_in(bits)).collect();
        }
        all.push((format!("through-{bits}"), trained));
    }
    for (name, matrices) in all {
        let Round { without, with, .. } = round(samples, shapes, &matrices, false);
        println!("{name}: {:.4} % less cost", 100.0 * (1.0 - with / without));
        let fine = entries(&matrices, |v| ((v * 4096.0).round() as i16).to_le_bytes());
        std::fs::write(folder.join(format!("learned-{name}.bin")), fine.as_flattened())?;
    }
    Ok(())
}

/// By matrix and feature: the points.
fn entries<T>(matrices: &[Matrix], entry: impl Fn(f32) -> T) -> Vec<T> {
    let of =
        |m: &Matrix| (0..FEATURES).flat_map(|f| m.iter().map(|p| entry(p[f])).collect::<Vec<_>>()).collect::<Vec<_>>();
    matrices.iter().flat_map(of).collect()
}

/// By matrix and feature: the points.
fn table_of(matrices: &[Matrix]) -> Vec<u8> {
    entries(matrices, |v| (f64::from(v) * ONE).round().clamp(-128.0, 127.0) as i8 as u8)
}

fn matrices_of(table: &[u8]) -> Vec<Matrix> {
    let value = |at: usize| table.get(at).map_or(0.0, |&b| f32::from(b as i8) / ONE as f32);
    let point = |m: usize, p: usize| std::array::from_fn(|f| value((m * FEATURES + f) * POINTS + p));
    (0..MATRICES).map(|m| std::array::from_fn(|p| point(m, p))).collect()
}

fn main() -> Result<(), Error> {
    let mut args = std::env::args().skip(1).peekable();
    let widths = args.next_if_eq("--widths").is_some();
    let folder = args.next().ok_or("usage: train-matrices [--widths] FOLDER PICTURE...")?;
    let pictures: Vec<String> = args.collect();
    let sides = [4, 8, 16, LARGEST];
    let sizes = sides.into_iter().flat_map(|w| sides.map(|h| (w, h))).filter(|&(w, h)| w <= 4 * h && h <= 4 * w);
    let shapes: HashMap<Size, Shape> = sizes.map(|size| (size, Shape::of(size))).collect();
    let samples: Vec<Sample> = pictures
        .par_iter()
        .map(|p| collect(p, &shapes))
        .collect::<Result<Vec<_>, _>>()?
        .into_iter()
        .flatten()
        .collect();
    println!("{} blocks", samples.len());
    let file = Path::new(&folder).join("learned.bin");
    if let Ok(table) = std::fs::read(&file) {
        let Round { without, with, .. } = round(&samples, &shapes, &matrices_of(&table), false);
        println!("the table that was there: {:.3} % less cost", 100.0 * (1.0 - with / without));
    }
    let mut matrices = vec![[[0.0; FEATURES]; POINTS]; MATRICES];
    for i in 0..ROUNDS {
        let Round { equations, without, with } = round(&samples, &shapes, &matrices, i == 0);
        println!("round {i}: {:.3} % less cost", 100.0 * (1.0 - with / without));
        matrices = equations.into_iter().map(Equations::solved).collect();
    }
    if widths {
        return study(Path::new(&folder), &samples, &shapes, &matrices);
    }
    let table = table_of(&matrices);
    let Round { without, with, .. } = round(&samples, &shapes, &matrices_of(&table), false);
    println!("the table: {:.3} % less cost", 100.0 * (1.0 - with / without));
    std::fs::write(file, table)?;
    Ok(())
}
