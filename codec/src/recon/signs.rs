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

/// A block about to be reconstructed, where its prediction stands, and the samples around it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Edge<'a> {
    pub(crate) samples: &'a TileSamples,
    pub(crate) plane: usize,
    pub(crate) node: &'a Node,
    pub(crate) tx: TxType,
    /// How many columns and rows hold coefficients.
    pub(crate) extent: (usize, usize),
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
    /// An edge where `across` holds, for each sample along it, the first two samples beyond it, near and far, and the first
    /// one predicted; coefficients have the lowest `count` frequencies of `kernel` along it.
    fn new(across: &[[i32; 3]], kernel: Kernel, count: usize) -> Self {
        let len = across.len();
        let mut side = Self { len, wanted: [0; MAX_TX], energy: 0, unknown: [0; MAX_TX], slope: 0 };
        if len == 0 {
            return side;
        }
        let mut twice = [0; MAX_SIDE];
        let (mut squares, mut slopes) = (0, 0);
        for (twice, [near, far, inside]) in twice.iter_mut().zip(across) {
            *twice = 3 * near - far - 2 * inside;
            squares += i64::from(*twice * *twice);
            slopes += i64::from((near - far) * (near - far));
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
        let Edge { samples, plane, node, tx, extent: (cols, rows) } = *block;
        let rect @ Rect { x, y, w, h } = node.rect();
        let available = samples.ready[plane.min(1)].around(rect);
        let extra = samples.depth - 10;
        let at = |x: usize, y: usize| i32::from(samples.planes[plane].get(x, y) >> extra);
        let mut across = [[0; 3]; MAX_SIDE];
        let len = if available.top >= w { w } else { 0 };
        for (i, samples) in across[..len].iter_mut().enumerate() {
            *samples = [at(x + i, y - 1), at(x + i, y - 2), at(x + i, y)];
        }
        let mut top = Side::new(&across[..len], tx.horizontal, cols);
        let len = if available.left >= h { h } else { 0 };
        for (i, samples) in across[..len].iter_mut().enumerate() {
            *samples = [at(x - 1, y + i), at(x - 2, y + i), at(x, y + i)];
        }
        let mut left = Side::new(&across[..len], tx.vertical, rows);
        let mut first = [[0; MAX_TX]; 2];
        (0..rows).for_each(|k| first[0][k] = basis(tx.vertical, h, k)[0]);
        (0..cols).for_each(|k| first[1][k] = basis(tx.horizontal, w, k)[0]);
        let (area_w, area_h) = coded_area(node);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::model::Models;
    use crate::entropy::range::{RangeDecoder, RangeEncoder};
    use crate::image::plane::Plane;
    use crate::recon::ready::Ready;

    /// A tile of 64x64 samples of one plane whose first 16 rows are ready, stripes of 700 and 300, with a prediction below.
    fn samples(prediction: impl Fn(usize) -> u16) -> TileSamples {
        let mut plane = Plane::new(64, 64);
        for y in 0..64 {
            plane.row_mut(y).iter_mut().enumerate().for_each(|(x, s)| *s = if x / 8 % 2 == 0 { 700 } else { 300 });
        }
        for (y, row) in plane.block(NODE.rect()).rows::<16>().enumerate() {
            row.iter_mut().enumerate().for_each(|(x, s)| *s = prediction(16 * y + x));
        }
        let mut ready = Ready::new(64, 64);
        ready.add(Rect { x: 0, y: 0, w: 64, h: 16 });
        TileSamples { planes: vec![plane], ready: vec![ready], depth: 10 }
    }

    const NODE: Node = Node { x: 16, y: 16, log2_w: 4, log2_h: 3 };

    fn edge(samples: &TileSamples, tx: TxType) -> Edge<'_> {
        Edge { samples, plane: 0, node: &NODE, tx, extent: (16, 8) }
    }

    #[test]
    fn what_continues_the_samples_above_is_expected() {
        let samples = samples(|_| 500);
        let block = edge(&samples, TxType::DCT);
        // A half-wave along the top: positive where the stripe above is light, in its left half.
        let mut levels = vec![0; 128];
        let mut coefficients = vec![0; 128];
        let p = scan::of(16, 8).iter().position(|p| (p.u, p.v) == (1, 0)).unwrap();
        (levels[p], coefficients[1]) = (1, 4000);
        assert!(Expected::of(&block, &levels, &coefficients).odds((1, 0), 4000) > 64 * 4);
        // Once another coefficient gives twice as much there, the opposite is.
        let mut expected = Expected::of(&block, &levels, &coefficients);
        expected.take((1, 0), 40_000);
        assert!(expected.odds((1, 0), 4000) < -64);
        // The mean is right already, and nothing lies to the left.
        assert_eq!(Expected::of(&block, &levels, &coefficients).odds((0, 0), 4000), 0);
    }

    #[test]
    fn signs_come_back() {
        let samples = samples(|i| (400 + i * 37 % 200) as u16);
        for tx in [TxType::DCT, TxType { vertical: Kernel::Dst7, horizontal: Kernel::Dct2 }, TxType::IDENTITY] {
            let block = edge(&samples, tx);
            let levels: Vec<i32> = (0..100i32).map(|i| (i * i * 7919 % 11) - 5).collect();
            let mut coefficients = vec![0; 128];
            for (p, level) in scan::of(16, 8).iter().zip(&levels) {
                coefficients[p.raster as usize] = level * 900;
            }
            let sent = coefficients.clone();
            let mut writer = RangeEncoder::new(Models::new());
            Coded(&mut writer).code(&block, &levels, &mut coefficients);
            assert_eq!(coefficients, sent, "writing changes nothing");
            let data = writer.finish();
            let mut reader = RangeDecoder::new(Models::new(), &data);
            let magnitudes: Vec<i32> = levels.iter().map(|l| l.abs()).collect();
            coefficients.iter_mut().for_each(|c| *c = c.abs());
            Coded(&mut reader).code(&block, &magnitudes, &mut coefficients);
            assert_eq!((coefficients, reader.finish()), (sent, None));
        }
    }
}
