//! The signs of a block's levels: what continuity across the block's upper and left edge makes of them, and how they are
//! coded by that. After the sign prediction of ECM (JVET-D0031 and its successors), but one coefficient at a time and
//! with a probability in place of a hypothesis. BITSTREAM.md §6.4.

use super::TileSamples;
use crate::entropy::contexts as group;
use crate::entropy::{BinCoder, Ctx};
use crate::image::plane::Rect;
use crate::syntax::residual::coded_area;
use crate::syntax::scan;
use crate::syntax::tree::Node;
use crate::transform::{Kernel, MAX_TX, TxType, basis};

/// Longest side of a block.
const MAX_SIDE: usize = 64;
/// Variance of the samples beyond the edge around what is expected of them, at least: 150, in 1/256.
const LEAST_VARIANCE: i64 = 150 << 8;

/// What becomes of the signs of a block's levels before its coefficients are transformed.
pub(crate) trait Signs {
    /// For `block`, whose dequantised `coefficients` have the signs of `levels`, or are their magnitudes where signs are
    /// read; those that are read go into `coefficients`.
    fn code(&mut self, block: &Edge<'_>, levels: &[i32], coefficients: &mut [i32]);
}

/// They are known: nothing.
pub(crate) struct Known;

impl Signs for Known {
    fn code(&mut self, _block: &Edge<'_>, _levels: &[i32], _coefficients: &mut [i32]) {}
}

/// They pass through a coder.
pub(crate) struct Coded<'a, C>(pub(crate) &'a mut C);

impl<C: BinCoder> Signs for Coded<'_, C> {
    fn code(&mut self, block: &Edge<'_>, levels: &[i32], coefficients: &mut [i32]) {
        let (w, h) = coded_area(block.node);
        let scan = &scan::of(w, h)[..levels.len()];
        self.0.element("signs");
        if block.tx == TxType::IDENTITY {
            for (p, &level) in scan.iter().zip(levels).filter(|(_, level)| **level != 0) {
                let negative = self.0.bypass(1, u32::from(level < 0)) != 0;
                set(&mut coefficients[p.raster as usize], negative);
            }
            return;
        }
        let mut expected = Expected::of(block, levels, coefficients);
        for (p, &level) in scan.iter().zip(levels).filter(|(_, level)| **level != 0) {
            let c = &mut coefficients[p.raster as usize];
            let place = (p.u as usize, p.v as usize);
            let odds = expected.odds(place, c.abs());
            let negative = sign(self.0, odds, level < 0);
            set(c, negative);
            expected.take(place, *c);
        }
    }
}

/// Gives a coefficient its sign.
fn set(c: &mut i32, negative: bool) {
    *c = if negative { -c.abs() } else { c.abs() };
}

/// A sign of which `odds` says what is expected: positive where they are, the more surely the larger they are.
fn sign<C: BinCoder>(c: &mut C, odds: i64, negative: bool) -> bool {
    match context(odds) {
        None => c.bypass(1, u32::from(negative)) != 0,
        Some(ctx) => {
            let expected = odds < 0;
            c.bin(ctx, negative == expected) == expected
        }
    }
}

/// By octave of the odds, from 1/8 on; below it the sign is open.
fn context(odds: i64) -> Option<Ctx> {
    let octave = odds.unsigned_abs().checked_ilog2()?.checked_sub(3)?;
    Some(group::SIGN.at(octave.min(7) as usize))
}

/// A block about to be reconstructed, and the samples around it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Edge<'a> {
    pub(crate) samples: &'a TileSamples,
    pub(crate) plane: usize,
    pub(crate) node: &'a Node,
    pub(crate) tx: TxType,
    /// Row by row.
    pub(crate) prediction: &'a [u16],
}

/// One edge of a block, by frequency along it. Amplitudes are in 1/16 of an orthonormal one of samples of 10 bits.
#[derive(Debug)]
struct Side {
    /// Length of the edge; 0 where there is nothing beyond it.
    len: usize,
    /// What the residual is expected to be along the edge, less what the coefficients known so far give.
    wanted: [i64; MAX_TX],
    /// Energy of all of it.
    energy: i64,
    /// Energy that the coefficients of unknown sign give.
    unknown: [i64; MAX_TX],
    /// Mean squared slope across the samples beyond the edge, in 1/256.
    slope: i64,
}

impl Side {
    /// An edge along which `near` and `far` are the first two rows (or columns) beyond, and `inside` the first row
    /// predicted.
    fn new(sides: &[[i32; MAX_SIDE]; 3], len: usize, kernel: Kernel, count: usize) -> Self {
        let mut side = Self { len, wanted: [0; MAX_TX], energy: 0, unknown: [0; MAX_TX], slope: 0 };
        if len == 0 {
            return side;
        }
        let [near, far, inside] = sides;
        let mut twice = [0; MAX_SIDE];
        let (mut squares, mut slopes) = (0, 0);
        for i in 0..len {
            twice[i] = 3 * near[i] - far[i] - 2 * inside[i];
            squares += i64::from(twice[i] * twice[i]);
            slopes += i64::from((near[i] - far[i]) * (near[i] - far[i]));
        }
        side.energy = 64 * squares;
        side.slope = 256 * slopes / len as i64;
        for (k, wanted) in side.wanted[..count].iter_mut().enumerate() {
            let sum: i32 = basis(kernel, len, k).iter().zip(&twice).map(|(m, d)| m * d).sum();
            *wanted = i64::from(sum >> 8);
        }
        side
    }

    /// Amplitude of coefficient `c`, whose other basis begins with `first`, along the edge.
    fn amplitude(c: i32, first: i32) -> i64 {
        i64::from((c * first) >> 9)
    }

    /// Odds, in 1/64, that a coefficient of frequency `k` and this amplitude is positive.
    fn odds(&mut self, k: usize, amplitude: i64) -> i64 {
        if self.len == 0 {
            return 0;
        }
        self.unknown[k] -= amplitude * amplitude;
        let variance = LEAST_VARIANCE + self.slope + self.unknown[k] / 4 + self.energy / (4 * self.len as i64);
        64 * amplitude * self.wanted[k] / variance
    }

    /// Takes away what a coefficient gives.
    fn take(&mut self, k: usize, amplitude: i64) {
        let before = self.wanted[k];
        let after = before - amplitude;
        self.wanted[k] = after;
        self.energy = (self.energy + after * after - before * before).max(0);
    }
}

/// What the edges say of the coefficients to come.
#[derive(Debug)]
struct Expected {
    top: Side,
    left: Side,
    /// First samples of the vertical and of the horizontal basis, by frequency.
    first: [[i32; MAX_TX]; 2],
}

impl Expected {
    fn of(block: &Edge<'_>, levels: &[i32], coefficients: &[i32]) -> Self {
        let Edge { samples, plane, node, tx, prediction } = *block;
        let rect @ Rect { x, y, w, h } = node.rect();
        let available = samples.ready[plane.min(1)].around(rect);
        let extra = samples.depth - 10;
        let at = |x: usize, y: usize| i32::from(samples.planes[plane].get(x, y) >> extra);
        let inside = |i: usize| i32::from(prediction[i] >> extra);
        let (area_w, area_h) = coded_area(node);
        let mut sides = [[0; MAX_SIDE]; 3];
        let top = if available.top >= w { w } else { 0 };
        for i in 0..top {
            [sides[0][i], sides[1][i], sides[2][i]] = [at(x + i, y - 1), at(x + i, y - 2), inside(i)];
        }
        let mut top = Side::new(&sides, top, tx.horizontal, area_w);
        let left = if available.left >= h { h } else { 0 };
        for i in 0..left {
            [sides[0][i], sides[1][i], sides[2][i]] = [at(x - 1, y + i), at(x - 2, y + i), inside(i * w)];
        }
        let mut left = Side::new(&sides, left, tx.vertical, area_h);
        let mut first = [[0; MAX_TX]; 2];
        (0..area_h).for_each(|k| first[0][k] = basis(tx.vertical, h, k)[0]);
        (0..area_w).for_each(|k| first[1][k] = basis(tx.horizontal, w, k)[0]);
        for (p, _) in scan::of(area_w, area_h).iter().zip(levels).filter(|(_, level)| **level != 0) {
            let (u, v, c) = (p.u as usize, p.v as usize, coefficients[p.raster as usize].abs());
            let [a, b] = [Side::amplitude(c, first[0][v]), Side::amplitude(c, first[1][u])];
            top.unknown[u] += a * a;
            left.unknown[v] += b * b;
        }
        Self { top, left, first }
    }

    /// Odds, in 1/64, that the coefficient of magnitude `c` at frequencies (u, v) is positive.
    fn odds(&mut self, (u, v): (usize, usize), c: i32) -> i64 {
        let top = self.top.odds(u, Side::amplitude(c, self.first[0][v]));
        top + self.left.odds(v, Side::amplitude(c, self.first[1][u]))
    }

    /// Notes a coefficient that is known now.
    fn take(&mut self, (u, v): (usize, usize), c: i32) {
        self.top.take(u, Side::amplitude(c, self.first[0][v]));
        self.left.take(v, Side::amplitude(c, self.first[1][u]));
    }
}
