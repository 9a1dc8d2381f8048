//! Quadratic cross-component model: chroma as a quadratic function of luma, fitted to several rows
//! and columns of neighbouring samples by integer least squares, with nothing in the stream. (Of
//! the terms of ECM's convolutional model, CCCM, these are the two that pay.) BITSTREAM.md §9.6.1.

use crate::image::plane::{Block, Plane, Rect};
use crate::predict::ModelSides;
use crate::predict::by_side::by_side;
use crate::predict::edges::MAX_SIDE;
use crate::predict::luma::{LumaSamples, luma_at_chroma};
use crate::simd::Simd;
use crate::simd::arrays::clip;

/// Rows above and columns at the left that a model is fitted to: no more than a superblock may look
/// at above itself, at 4:2:0 too.
const LINES: usize = 2;
/// Samples of each that a model is fitted to, at most, besides the corner.
const MOST: usize = 16;
/// Room for all of them, a multiple of the longest vector.
const ROOM: usize = (LINES * (LINES + 2 * MOST)).next_multiple_of(16);
/// Weights count in 1 / 2^12.
const SHIFT: u32 = 12;
/// They stay within ±4: larger ones come from noise.
const MAX_WEIGHT: i64 = 4 << SHIFT;
/// Added to the sums of squares: damps what hardly varies, and outweighs all rounding.
const RIDGE: i64 = 64;

/// chroma = (weights · terms(luma) + base) / 2^12, rounded down.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct QuadraticModel {
    weights: [i32; 2],
    base: i32,
    /// What luma counts from.
    mean: i32,
}

/// The deviation of luma from `mean` and its square, below 2^depth and 2^(depth + 1).
#[inline(always)]
fn terms(luma: u16, mean: i32, depth: u32) -> [i32; 2] {
    let deviation = i32::from(luma) - mean;
    [deviation, (deviation * deviation) >> (depth - 1)]
}

/// The samples that models of a block are fitted to. Zeros follow them.
struct Samples {
    count: usize,
    luma: [u16; ROOM],
    chroma: [[u16; ROOM]; 2],
}

impl Samples {
    /// The samples beside the chroma block at `rect`, at `sides`: all of the corner between the rows
    /// above and the columns at the left, and of each, evenly spread, no more than [`MOST`].
    #[inline(always)]
    fn gather(luma: &Plane, chroma: &[Plane], rect: Rect, subsampling: u32, sides: ModelSides) -> Self {
        let above = if rect.y == 0 || sides == ModelSides::Left { 0 } else { LINES };
        let left = if rect.x == 0 || sides == ModelSides::Above { 0 } else { LINES };
        let x = rect.x - left;
        let mut samples = Self { count: 0, luma: [0; ROOM], chroma: [[0; ROOM]; 2] };
        let mut line = [0; LINES + MAX_SIDE];
        for y in rect.y - above..rect.y {
            let part = Rect { x, y, w: left + rect.w, h: 1 };
            luma_at_chroma(luma, part, subsampling, &mut line);
            samples.add(&line, chroma, part, (0..left).chain(spread(rect.w).map(|at| left + at)));
        }
        for y in spread(rect.h).map(|at| rect.y + at) {
            let part = Rect { x, y, w: left, h: 1 };
            if left > 0 {
                luma_at_chroma(luma, part, subsampling, &mut line);
                samples.add(&line, chroma, part, 0..left);
            }
        }
        samples
    }

    /// Adds those of row `part` at the places of `at`; `luma` is all of the row.
    #[inline(always)]
    fn add(&mut self, luma: &[u16], chroma: &[Plane], part: Rect, at: impl Iterator<Item = usize>) {
        let rows = [&chroma[0], &chroma[1]].map(|plane| &plane.row(part.y)[part.x..part.x + part.w]);
        for at in at {
            self.luma[self.count] = luma[at];
            for (to, row) in self.chroma.iter_mut().zip(rows) {
                to[self.count] = row[at];
            }
            self.count += 1;
        }
    }
}

/// At most [`MOST`] places along a side.
#[inline(always)]
fn spread(side: usize) -> impl Iterator<Item = usize> {
    let step = side.div_ceil(MOST);
    (step / 2..side).step_by(step)
}

#[inline(always)]
fn dot(a: &[i16; ROOM], b: &[i16; ROOM]) -> i64 {
    i64::from(a.iter().zip(b).map(|(&a, &b)| i32::from(a) * i32::from(b)).sum::<i32>())
}

#[inline(always)]
fn sum(a: &[i16; ROOM]) -> i64 {
    i64::from(a.iter().map(|&a| i32::from(a)).sum::<i32>())
}

/// Fits models of Cb and Cr, the planes of `chroma`, to what lies at `sides` of the chroma block at
/// `rect`. `subsampling` is 0 for 4:4:4 and 1 for 4:2:0.
pub(crate) fn fit(
    simd: Simd,
    (luma, chroma): (&Plane, &[Plane]),
    rect: Rect,
    subsampling: u32,
    sides: ModelSides,
    depth: u32,
) -> [QuadraticModel; 2] {
    simd.run(
        #[inline(always)]
        || models(&Samples::gather(luma, chroma, rect, subsampling, sides), depth),
    )
}

#[inline(always)]
fn models(samples: &Samples, depth: u32) -> [QuadraticModel; 2] {
    let count = samples.count as i64;
    if count == 0 {
        let base = (1 << (depth - 1 + SHIFT)) + (1 << (SHIFT - 1));
        return [QuadraticModel { base, ..QuadraticModel::default() }; 2];
    }
    let total = i64::from(samples.luma.iter().map(|&l| u32::from(l)).sum::<u32>());
    let mean = ((2 * total + count) / (2 * count)) as i32;
    let mut values = [[0; ROOM]; 2];
    let [deviations, squares] = &mut values;
    let places = deviations.iter_mut().zip(squares);
    for (&luma, (deviation, square)) in samples.luma[..samples.count].iter().zip(places) {
        [*deviation, *square] = terms(luma, mean, depth).map(|term| term as i16);
    }
    let equations = Equations::new(count, &values, depth);
    let mut models = [QuadraticModel::default(); 2];
    for (model, samples) in models.iter_mut().zip(&samples.chroma) {
        let mut chroma = [0; ROOM];
        for (to, &sample) in chroma.iter_mut().zip(samples) {
            *to = sample as i16;
        }
        let weights = equations.weights(&chroma);
        let explained = weights[0] * sum(&values[0]) + weights[1] * sum(&values[1]);
        let offset = 2 * ((sum(&chroma) << SHIFT) - explained) + count;
        // Below 2^30: the mean of the deviations is at most 1, and that of the squares below 2^15.
        // With both terms of a sample, below 2^28 and 2^29, predictions are below 2^31.
        let base = offset.div_euclid(2 * count) + (1 << (SHIFT - 1));
        *model = QuadraticModel { weights: [weights[0] as i32, weights[1] as i32], base: base as i32, mean };
    }
    models
}

/// Samples of `extra` bits more than 10 as those of 10.
#[inline(always)]
fn reduced(line: &[i16; ROOM], extra: u32) -> [i16; ROOM] {
    let mut out = [0; ROOM];
    for (to, &sample) in out.iter_mut().zip(line) {
        *to = sample >> extra;
    }
    out
}

/// Normal equations, which both planes have in common: covariances of the terms, times about half
/// the number of samples, at 10 bits.
struct Equations {
    count: i64,
    shift: u32,
    /// By how much samples are reduced.
    extra: u32,
    terms: [[i16; ROOM]; 2],
    sums: [i64; 2],
    /// Of the first term, of both, and of the second.
    matrix: [i64; 3],
}

impl Equations {
    #[inline(always)]
    fn new(count: i64, terms: &[[i16; ROOM]; 2], depth: u32) -> Self {
        let (extra, shift) = (depth - 10, i64::BITS - count.leading_zeros());
        let terms = [reduced(&terms[0], extra), reduced(&terms[1], extra)];
        let [a, b] = &terms;
        let sums = [sum(a), sum(b)];
        let covariance = |dot: i64, sums: i64| (count * dot - sums) >> shift;
        let matrix = [
            covariance(dot(a, a), sums[0] * sums[0]) + RIDGE,
            covariance(dot(a, b), sums[0] * sums[1]),
            covariance(dot(b, b), sums[1] * sums[1]) + RIDGE,
        ];
        Self { count, shift, extra, terms, sums, matrix }
    }

    /// The weights for `chroma`. Products of up to 68 pairs below 2^11 each have a sum below 2^29,
    /// entries are below 2^30, and their products below 2^60.
    ///
    /// The covariances (a, b; b, c) before they were rounded down are those of real samples: b^2 is
    /// at most a * c. Rounding makes (|b| + 1)^2 of b^2 at most, which is at most
    /// (a + 1) * (c + 1). So what is left of the last entry is above the ridge less 3.
    #[inline(always)]
    fn weights(&self, chroma: &[i16; ROOM]) -> [i64; 2] {
        let chroma = reduced(chroma, self.extra);
        let sums = sum(&chroma);
        let mut right = [0; 2];
        for (right, (terms, own)) in right.iter_mut().zip(self.terms.iter().zip(self.sums)) {
            *right = (self.count * dot(terms, &chroma) - own * sums) >> self.shift;
        }
        let [first, both, second] = self.matrix;
        let left = second - both * both / first;
        let rest = right[1] - (both * right[0]).div_euclid(first);
        let square = (rest << SHIFT).div_euclid(left).clamp(-MAX_WEIGHT, MAX_WEIGHT);
        let linear = ((right[0] << SHIFT) - both * square).div_euclid(first).clamp(-MAX_WEIGHT, MAX_WEIGHT);
        [linear, square]
    }
}

#[inline(always)]
fn apply<const W: usize>(model: QuadraticModel, luma: &[u16], depth: u32, out: &mut Block<'_>) {
    let max = ((1u32 << depth) - 1) as u16;
    for (row, luma) in out.rows().zip(luma.as_chunks::<W>().0) {
        let mut line = [0; W];
        for (s, &l) in line.iter_mut().zip(luma) {
            let [deviation, square] = terms(l, model.mean, depth);
            let v = model.weights[0] * deviation + model.weights[1] * square + model.base;
            *s = clip(v >> SHIFT, max);
        }
        *row = line;
    }
}

/// Predicts a chroma block into `out` by `model`, from the luma over it.
pub(crate) fn predict_quadratic(
    simd: Simd,
    model: QuadraticModel,
    luma: &LumaSamples,
    depth: u32,
    out: &mut Block<'_>,
) {
    by_side!(simd, luma.w, apply(model, luma.block(), depth, out));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::predict::edges::Available;
    use crate::predict::reference::levels;
    use crate::random::SplitMix64;
    use crate::transform::tests::sizes;

    const ALL_SIDES: [ModelSides; 3] = [ModelSides::Both, ModelSides::Above, ModelSides::Left];

    /// A tile and a block of it.
    struct Case {
        luma: Plane,
        chroma: [Plane; 2],
        subsampling: u32,
        rect: Rect,
        sides: ModelSides,
        depth: u32,
    }

    impl Case {
        /// Noise, noise of extremes, or little variation, each plane by itself.
        fn random(random: &mut SplitMix64, (w, h): (usize, usize), subsampling: u32) -> Self {
            let depth = 10 + random.below(5) as u32;
            let rect = Rect { x: 4 * random.below(3), y: 4 * random.below(3), w, h };
            let (width, height) = (rect.x + w, rect.y + h);
            let mut luma = Plane::new(width << subsampling, height << subsampling);
            let mut chroma = [Plane::new(width, height), Plane::new(width, height)];
            let max = (1usize << depth) - 1;
            for plane in chroma.iter_mut().chain([&mut luma]) {
                let kind = random.below(3);
                let mut sample = || match kind {
                    0 => random.below(max + 1),
                    1 => random.below(2) * max,
                    _ => max / 3 + random.below(9),
                };
                plane.data_mut().iter_mut().for_each(|s| *s = sample() as u16);
            }
            Self { luma, chroma, subsampling, rect, sides: ALL_SIDES[random.below(3)], depth }
        }

        fn predicted(&self, simd: Simd) -> [Vec<u16>; 2] {
            let rect = self.rect;
            let mut luma = LumaSamples::new();
            let alone = Available { top: 0, left: 0, corner: false };
            luma.gather(&self.luma, rect, self.subsampling, alone);
            let planes = (&self.luma, &self.chroma[..]);
            fit(simd, planes, rect, self.subsampling, self.sides, self.depth).map(|model| {
                let mut out = vec![0; rect.w * rect.h];
                let block = &mut Block::packed(&mut out, rect.w, rect.h);
                predict_quadratic(simd, model, &luma, self.depth, block);
                out
            })
        }

        fn luma_at(&self, (x, y): (i128, i128)) -> i128 {
            let (x, y) = ((self.rect.x as i128 + x) as usize, (self.rect.y as i128 + y) as usize);
            let at = |x, y| i128::from(self.luma.get(x, y));
            if self.subsampling == 0 {
                return at(x, y);
            }
            let (x, y) = (2 * x, 2 * y);
            (at(x, y) + at(x + 1, y) + at(x, y + 1) + at(x + 1, y + 1) + 2) >> 2
        }

        fn references(&self) -> Vec<(i128, i128)> {
            let Rect { x, y, w, h } = self.rect;
            let a = if y > 0 && self.sides != ModelSides::Left { 2 } else { 0 };
            let b = if x > 0 && self.sides != ModelSides::Above { 2 } else { 0 };
            let is_in_spread = |at: i128, side: usize| {
                let step = (side as i128 + 15) / 16;
                at % step == step / 2
            };
            let all = (-a..h as i128).flat_map(|y| (-b..w as i128).map(move |x| (x, y)));
            let is_one = |&(x, y): &(i128, i128)| match (x < 0, y < 0) {
                (true, true) => true,
                (false, true) => is_in_spread(x, w),
                (true, false) => is_in_spread(y, h),
                (false, false) => false,
            };
            all.filter(is_one).collect()
        }

        /// A plane's block, sample by sample from the text of BITSTREAM.md §9.6.1.
        fn plain(&self, plane: usize) -> Vec<u16> {
            let Rect { x, y, w, h } = self.rect;
            let references = self.references();
            let n = references.len() as i128;
            if n == 0 {
                return vec![1 << (self.depth - 1); w * h];
            }
            let luma: Vec<i128> = references.iter().map(|&at| self.luma_at(at)).collect();
            let mean = (2 * luma.iter().sum::<i128>() + n) / (2 * n);
            let terms = |l: i128| [l - mean, ((l - mean) * (l - mean)) >> (self.depth - 1)];
            let t = [0, 1].map(|i: usize| luma.iter().map(|&l| terms(l)[i]).collect::<Vec<_>>());
            let at = |&(dx, dy): &(i128, i128)| ((x as i128 + dx) as usize, (y as i128 + dy) as usize);
            let chroma = |at: (usize, usize)| i128::from(self.chroma[plane].get(at.0, at.1));
            let c: Vec<i128> = references.iter().map(|place| chroma(at(place))).collect();
            let reduced = |values: &[i128]| values.iter().map(|v| v >> (self.depth - 10)).collect::<Vec<_>>();
            let (u0, u1, v) = (reduced(&t[0]), reduced(&t[1]), reduced(&c));
            let of = |a: &[i128], b: &[i128]| {
                let products = a.iter().zip(b).map(|(a, b)| a * b).sum::<i128>();
                (n * products - a.iter().sum::<i128>() * b.iter().sum::<i128>()) >> (n.ilog2() + 1)
            };
            let (a, b, d) = (of(&u0, &u0) + 64, of(&u0, &u1), of(&u1, &u1) + 64);
            let (p, q) = (of(&u0, &v), of(&u1, &v));
            let divisor = d - (b * b).div_euclid(a);
            assert!(a > 0 && divisor > 0);
            let w1 = (4096 * (q - (b * p).div_euclid(a))).div_euclid(divisor).clamp(-16384, 16384);
            let w0 = (4096 * p - b * w1).div_euclid(a).clamp(-16384, 16384);
            let [c, t0, t1] = [&c, &t[0], &t[1]].map(|values| values.iter().sum::<i128>());
            let base = (2 * (4096 * c - w0 * t0 - w1 * t1) + n).div_euclid(2 * n) + 2048;
            let sample = |i: usize| {
                let [t0, t1] = terms(self.luma_at(((i % w) as i128, (i / w) as i128)));
                let sum = w0 * t0 + w1 * t1 + base;
                assert!(i32::try_from(sum).is_ok());
                (sum >> 12).clamp(0, (1 << self.depth) - 1) as u16
            };
            (0..w * h).map(sample).collect()
        }
    }

    #[test]
    fn every_size_equals_the_plain_implementation_at_every_level() {
        let mut random = SplitMix64::new(5);
        for (size, subsampling) in sizes().flat_map(|size| [(size, 0), (size, 1)]) {
            for _ in 0..40 {
                let case = Case::random(&mut random, size, subsampling);
                let plain = [0, 1].map(|plane| case.plain(plane));
                for simd in levels() {
                    assert_eq!(case.predicted(simd), plain, "{:?} {:?} {}", case.rect, case.sides, case.depth);
                }
            }
        }
    }

    #[test]
    fn a_quadratic_relation_is_found_at_each_side_and_nothing_beside_gives_mid_grey() {
        let mut random = SplitMix64::new(9);
        let (mut luma, mut chroma) = (Plane::new(64, 64), [Plane::new(64, 64), Plane::new(64, 64)]);
        for (i, l) in luma.data_mut().iter_mut().enumerate() {
            *l = random.below(1024) as u16;
            let x = i32::from(*l) - 500;
            chroma[0].data_mut()[i] = (200 + x * x / 512) as u16;
            chroma[1].data_mut()[i] = (600 - x / 2 - x * x / 2048) as u16;
        }
        let rect = Rect { x: 16, y: 16, w: 16, h: 16 };
        for sides in ALL_SIDES {
            let case = Case { luma: luma.clone(), chroma: chroma.clone(), subsampling: 0, rect, sides, depth: 10 };
            for (samples, plane) in case.predicted(levels()[1]).iter().zip(&case.chroma) {
                for (i, s) in samples.iter().enumerate() {
                    let truth = plane.get(rect.x + i % rect.w, rect.y + i / rect.w);
                    assert!(s.abs_diff(truth) <= 2, "{s} for {truth}, {sides:?}");
                }
            }
            let case = Case { rect: Rect { x: 0, y: 0, ..rect }, ..case };
            assert!(case.predicted(levels()[1]).iter().flatten().all(|&s| s == 512));
        }
    }

    /// Steep relations are limited; a flat luma gives the mean of chroma.
    #[test]
    fn weights_are_limited_and_flat_luma_gives_the_mean() {
        let rect = Rect { x: 8, y: 8, w: 8, h: 8 };
        let (mut luma, mut chroma) = (Plane::new(16, 16), [Plane::new(16, 16), Plane::new(16, 16)]);
        luma.data_mut().iter_mut().enumerate().for_each(|(i, l)| *l = 8000 + 16 * (i % 3) as u16);
        for plane in &mut chroma {
            plane.data_mut().iter_mut().enumerate().for_each(|(i, c)| *c = 8191 * (i % 3) as u16);
        }
        let steep = fit(levels()[0], (&luma, &chroma), rect, 0, ModelSides::Both, 14);
        assert!(steep.iter().all(|model| i64::from(model.weights[0]) == MAX_WEIGHT));
        luma.data_mut().fill(300);
        chroma.iter_mut().for_each(|plane| plane.data_mut().fill(700));
        let case = Case { luma, chroma, subsampling: 0, rect, sides: ModelSides::Both, depth: 10 };
        assert!(case.predicted(levels()[1]).iter().flatten().all(|&s| s == 700));
    }
}
