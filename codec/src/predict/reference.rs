//! A slow, plain second implementation of prediction, sample by sample from the text of
//! BITSTREAM.md §9.3 and §9.4, and the tests that compare the two.

use crate::image::plane::{Block, Plane, Rect};
use crate::predict::edges::{Edges, LINES};
use crate::predict::{IntraMode, predict};
use crate::random::SplitMix64;
use crate::simd::{CpuLevel, Simd};

/// All CPU levels to test.
pub(crate) fn levels() -> [Simd; 2] {
    [Simd::new(CpuLevel::Scalar), Simd::new(CpuLevel::detect())]
}

struct Reference<'a> {
    edges: &'a Edges,
    w: i64,
    h: i64,
    depth: u32,
}

fn log2(n: i64) -> i64 {
    i64::from(n.ilog2())
}

/// Weight of the reference i away.
fn blend_weight(i: i64, scale: i64) -> i64 {
    let shift = (2 * i) >> scale;
    if shift > 5 { 0 } else { 32 >> shift }
}

/// Inverse displacements, written out.
const INVERSE: [i64; 33] = {
    let mut table = [0; 33];
    let known = [
        (1, 16384),
        (2, 8192),
        (3, 5461),
        (4, 4096),
        (6, 2731),
        (8, 2048),
        (10, 1638),
        (12, 1365),
        (14, 1170),
        (16, 1024),
        (18, 910),
        (20, 819),
        (23, 712),
        (26, 630),
        (29, 565),
        (32, 512),
    ];
    let mut i = 0;
    while i < known.len() {
        table[known[i].0] = known[i].1;
        i += 1;
    }
    table
};

impl Reference<'_> {
    fn top(&self, x: i64) -> i64 {
        i64::from(self.edges.top[x as usize])
    }

    fn left(&self, y: i64) -> i64 {
        i64::from(self.edges.left[y as usize])
    }

    fn corner(&self) -> i64 {
        i64::from(self.edges.corner)
    }

    fn clamp(&self, v: i64) -> i64 {
        v.clamp(0, (1 << self.depth) - 1)
    }

    fn size_scale(&self) -> i64 {
        (log2(self.w) + log2(self.h) - 2) / 4
    }

    fn blended(&self, v: i64, x: i64, y: i64) -> i64 {
        let (wl, wt) = (blend_weight(x, self.size_scale()), blend_weight(y, self.size_scale()));
        (self.left(y) * wl + self.top(x) * wt + (64 - wl - wt) * v + 32) >> 6
    }

    fn dc(&self) -> i64 {
        let (mut sum, mut n) = (0, 0);
        let both = self.edges.has_top == self.edges.has_left;
        if (both && self.w >= self.h) || (!both && self.edges.has_top) {
            sum += (0..self.w).map(|x| self.top(x)).sum::<i64>();
            n += self.w;
        }
        if (both && self.h >= self.w) || (!both && self.edges.has_left) {
            sum += (0..self.h).map(|y| self.left(y)).sum::<i64>();
            n += self.h;
        }
        (2 * sum + n) / (2 * n)
    }

    fn planar(&self, x: i64, y: i64) -> i64 {
        let (w, h) = (self.w, self.h);
        let vertical = w * ((h - 1 - y) * self.top(x) + (y + 1) * self.left(h));
        let horizontal = h * ((w - 1 - x) * self.left(y) + (x + 1) * self.top(w));
        (vertical + horizontal + w * h) / (2 * w * h)
    }

    fn paeth(&self, x: i64, y: i64) -> i64 {
        let base = self.top(x) + self.left(y) - self.corner();
        let candidates = [self.left(y), self.top(x), self.corner()];
        // min_by_key gives the first of equals.
        candidates.into_iter().min_by_key(|c| (base - c).abs()).unwrap()
    }

    fn smooth(&self, i: i64, n: i64, near: i64, far: i64) -> i64 {
        let (end, last) = (256 / n, (n - 1) * (n - 1));
        let weight = (2 * (end * last + (256 - end) * (n - 1 - i) * (n - 1 - i)) + last) / (2 * last);
        (weight * near + (256 - weight) * far + 128) >> 8
    }

    fn angular(&self, a: i64, x: i64, y: i64) -> i64 {
        let near = self.edges.distance == 0;
        if a == 16 && near {
            let wt = blend_weight(y, self.size_scale());
            return self.clamp(self.left(y) + ((wt * (self.top(x) - self.corner()) + 32) >> 6));
        }
        if a == 48 && near {
            let wl = blend_weight(x, self.size_scale());
            return self.clamp(self.top(x) + ((wl * (self.left(y) - self.corner()) + 32) >> 6));
        }
        if a < 32 {
            self.directed(a - 16, true, self.h, self.w, y, x)
        } else {
            self.directed(48 - a, false, self.w, self.h, x, y)
        }
    }

    /// `from_straight` below 0: towards the end of the main side.
    fn directed(&self, from_straight: i64, from_left: bool, w: i64, h: i64, u: i64, v: i64) -> i64 {
        let main = |k: i64| if from_left { self.left(k) } else { self.top(k) };
        let side = |k: i64| if from_left { self.top(k) } else { self.left(k) };
        let table = [0, 1, 2, 3, 4, 6, 8, 10, 12, 14, 16, 18, 20, 23, 26, 29, 32];
        let distance = from_straight.abs();
        let displacement = table[distance as usize] * -from_straight.signum();
        let inverse = INVERSE[displacement.unsigned_abs() as usize];
        let far = self.edges.distance as i64;
        let r = |k: i64| {
            if k > 0 {
                main(k.min(w + h + far) - 1)
            } else if k == 0 {
                self.corner()
            } else {
                side(((-k * inverse + 256) >> 9).min(h + far) - 1)
            }
        };
        let d = (v + far + 1) * displacement;
        let (whole, p) = (d.div_euclid(32), d.rem_euclid(32));
        let smooth = far == 0 && distance > [24, 14, 2, 0, 0][((log2(w) + log2(h)) / 2 - 2) as usize];
        let taps = if smooth {
            [32 - p, 64 - p, 32 + p, p]
        } else {
            let outer = |p: i64| (-p * p * p + 64 * p * p - 1024 * p + 256).div_euclid(512);
            let q = 32 - p;
            let inner = (3 * q * q * q - 160 * q * q + 65536 + 256).div_euclid(512);
            [outer(p), 128 - outer(p) - inner - outer(q), inner, outer(q)]
        };
        let sum: i64 = (0..4).map(|i| taps[i as usize] * r(u + far + whole + i)).sum();
        let sample = self.clamp((sum + 64) >> 7);
        if displacement < 0 || far > 0 {
            return sample;
        }
        let scale = (log2(h) - log2(3 * inverse - 2) + 8).min(2);
        if scale < 0 || u >= 3 << scale {
            return sample;
        }
        let wl = blend_weight(u, scale);
        let at = (v + (((u + 1) * inverse + 256) >> 9)).min(w + h - 1);
        (side(at) * wl + (64 - wl) * sample + 32) >> 6
    }

    /// Sample `i` of a side (0 top, 1 left), which is the other one for a mirrored mode.
    fn side(&self, side: usize, mirrored: bool, i: i64) -> i64 {
        if (side == 1) == mirrored { self.top(i) } else { self.left(i) }
    }

    /// A point of the grid of a learned mode: column `i`, row `j`.
    fn point(&self, number: i64, i: i64, j: i64) -> i64 {
        let mirrored = number % 2 == 1;
        let (w, h) = if mirrored { (self.h, self.w) } else { (self.w, self.h) };
        let mean = |side, first: i64, n: i64| {
            (2 * (first..first + n).map(|k| self.side(side, mirrored, k)).sum::<i64>() + n) / (2 * n)
        };
        let mut features: Vec<i64> = (0..4).map(|k| mean(0, k * w / 4, w / 4)).collect();
        features.extend((0..4).map(|k| mean(1, k * h / 4, h / 4)));
        let middle = (2 * features.iter().sum::<i64>() + 8) / 16;
        features.extend([self.corner(), mean(0, w, (w / 4).max(2)), mean(1, h, (h / 4).max(2))]);
        let first = number / 2 * 704 + 8 * j + i;
        let table = include_bytes!("learned.bin");
        let terms = features.iter().enumerate().map(|(k, f)| {
            let byte = i64::from(table[first as usize + 64 * k]);
            (f - middle) * if byte < 128 { byte } else { byte - 256 }
        });
        self.clamp(middle + (terms.sum::<i64>() + 32).div_euclid(64))
    }

    fn learned(&self, number: i64, x: i64, y: i64) -> i64 {
        let mirrored = number % 2 == 1;
        let (w, h, x, y) = if mirrored { (self.h, self.w, y, x) } else { (self.w, self.h, x, y) };
        // The samples that a point stands for are the last ones of its cell of `step` samples.
        let step = |n: i64| (n / 8).max(1);
        let (step_x, step_y) = (step(w), step(h));
        let point = |cx: i64, cy: i64| self.point(number, (cx + 1) * 8 * step_x / w - 1, (cy + 1) * 8 * step_y / h - 1);
        let between = |a: i64, b: i64, part: i64, of: i64| (2 * (a * (of - part) + b * part) + of).div_euclid(2 * of);
        // A sample of a row through points.
        let through = |cy: i64| {
            let cx = x / step_x;
            let before = if cx == 0 { self.side(1, mirrored, (cy + 1) * step_y - 1) } else { point(cx - 1, cy) };
            between(before, point(cx, cy), x % step_x + 1, step_x)
        };
        let cy = y / step_y;
        let above = if cy == 0 { self.side(0, mirrored, x) } else { through(cy - 1) };
        between(above, through(cy), y % step_y + 1, step_y)
    }

    fn sample(&self, mode: IntraMode, x: i64, y: i64) -> i64 {
        match mode {
            IntraMode::Dc => self.blended(self.dc(), x, y),
            IntraMode::Planar => self.blended(self.planar(x, y), x, y),
            IntraMode::Paeth => self.paeth(x, y),
            IntraMode::SmoothH => self.smooth(x, self.w, self.left(y), self.top(self.w - 1)),
            IntraMode::SmoothV => self.smooth(y, self.h, self.top(x), self.left(self.h - 1)),
            IntraMode::Angular(angle) => self.angular(angle.into(), x, y),
            IntraMode::Learned(index) => self.learned(index.into(), x, y),
        }
    }
}

/// Edges of noise, some of extremes only.
fn random_edges(random: &mut SplitMix64, depth: u32, distance: usize) -> Edges {
    let mut edges = Edges::new();
    edges.distance = distance;
    let max = (1usize << depth) - 1;
    let extremes = random.below(3) == 0;
    let mut sample = || if extremes { random.below(2) * max } else { random.below(max + 1) } as u16;
    edges.corner = sample();
    edges.top.iter_mut().chain(&mut edges.left).for_each(|s| *s = sample());
    (edges.has_top, edges.has_left) = (random.below(4) > 0, random.below(4) > 0);
    edges
}

fn sizes() -> impl Iterator<Item = (usize, usize)> {
    let sides = [4, 8, 16, 32, 64];
    sides
        .into_iter()
        .flat_map(move |w| sides.into_iter().map(move |h| (w, h)))
        .filter(|&(w, h)| w <= 4 * h && h <= 4 * w)
}

#[test]
fn every_mode_and_size_equals_the_plain_implementation_at_every_level() {
    let mut random = SplitMix64::new(1);
    for (w, h) in sizes() {
        for mode in IntraMode::all() {
            let lines = if mode.is_angular() { &LINES[..] } else { &[0] };
            for (depth, &distance) in [10, 10, 14].into_iter().flat_map(|d| lines.iter().map(move |l| (d, l))) {
                let edges = random_edges(&mut random, depth, distance);
                let block = Reference { edges: &edges, w: w as i64, h: h as i64, depth };
                for simd in levels() {
                    let mut plane = Plane::new(w + 8, h + 1);
                    plane.data_mut().fill(u16::MAX);
                    predict(simd, mode, &edges, depth, &mut plane.block(Rect { x: 3, y: 0, w, h }));
                    for (x, y) in (0..h).flat_map(|y| (0..w).map(move |x| (x, y))) {
                        let expected = block.sample(mode, x as i64, y as i64);
                        let found = i64::from(plane.get(x + 3, y));
                        assert_eq!(found, expected, "{mode:?} {w}x{h} distance {distance} ({x}, {y})");
                        plane.row_mut(y)[x + 3] = u16::MAX;
                    }
                    assert!(plane.data_mut().iter().all(|&s| s == u16::MAX));
                }
            }
        }
    }
}

#[test]
fn flat_references_give_flat_blocks() {
    let mut edges = Edges::new();
    edges.corner = 700;
    edges.top.fill(700);
    edges.left.fill(700);
    for (w, h) in sizes() {
        for mode in IntraMode::all() {
            let mut out = vec![0; w * h];
            predict(levels()[1], mode, &edges, 10, &mut Block::packed(&mut out, w, h));
            assert!(out.iter().all(|&s| s == 700), "{mode:?} {w}x{h}");
        }
    }
}

/// A mirrored learned mode is the one before it, with the block turned over at the diagonal.
#[test]
fn mirrored_modes_are_mirrored() {
    let mut random = SplitMix64::new(3);
    for (w, h) in sizes() {
        let edges = random_edges(&mut random, 10, 0);
        let mut turned = edges.clone();
        (turned.top, turned.left) = (edges.left, edges.top);
        for number in (0..IntraMode::LEARNED as u8).step_by(2) {
            let (mut out, mut mirrored) = (vec![0; w * h], vec![0; w * h]);
            let [mode, other] = [0, 1].map(|i| IntraMode::Learned(number + i));
            predict(levels()[1], mode, &edges, 10, &mut Block::packed(&mut out, w, h));
            predict(levels()[1], other, &turned, 10, &mut Block::packed(&mut mirrored, h, w));
            assert!((0..w * h).all(|i| out[i] == mirrored[i % w * h + i / w]), "{number} {w}x{h}");
        }
    }
}

/// Structure that a direction fits continues along it: the angles point where their order says.
#[test]
fn an_edge_along_an_angle_is_continued() {
    let (w, h) = (16, 16);
    // A dark half plane right of the line through (7.5, -1) with a slope of 45 degrees to the lower
    // left.
    let inside = |x: i64, y: i64| x + y >= 7;
    let mut edges = Edges::new();
    let sample = |x: i64, y: i64| if inside(x, y) { 200 } else { 800 };
    edges.corner = sample(-1, -1);
    for i in 0..32 {
        edges.top[i as usize] = sample(i, -1);
        edges.left[i as usize] = sample(-1, i);
    }
    let truth: Vec<u16> = (0..256).map(|i| sample(i % 16, i / 16)).collect();
    let error = |mode| {
        let mut out = vec![0; w * h];
        predict(levels()[0], mode, &edges, 10, &mut Block::packed(&mut out, w, h));
        out.iter().zip(&truth).map(|(a, b)| u64::from(a.abs_diff(*b))).sum::<u64>()
    };
    let best = IntraMode::all().take(IntraMode::COUNT - IntraMode::LEARNED).min_by_key(|&m| error(m)).unwrap();
    assert!([IntraMode::Angular(0), IntraMode::Angular(63)].contains(&best), "{best:?}");
}
