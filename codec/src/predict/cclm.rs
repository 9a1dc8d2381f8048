//! Cross-component linear model: chroma as a linear function of luma, fitted to the neighbouring
//! samples by integer least squares, with nothing in the stream. (VVC fits two points instead;
//! least squares is the tool's older form.) BITSTREAM.md §9.6.

use crate::image::plane::Block;
use crate::predict::by_side::by_side;
use crate::predict::edges::{Available, Edges};
use crate::predict::luma::LumaSamples;
use crate::simd::Simd;
use crate::simd::arrays::clip;

/// Pairs taken from each side, at most.
const PAIRS_PER_SIDE: usize = 16;
/// The slope counts in 1 / 2^10: a step of it moves the prediction by less than one sample of 10
/// bits.
const SHIFT: u32 = 10;
/// The slope stays within +-4: steeper fits come from noise.
const MAX_SLOPE: i64 = 4 << SHIFT;

/// chroma = (slope * luma + offset) / 2^10, rounded.
#[derive(Debug, Copy, Clone, PartialEq, Eq)]
pub(crate) struct LinearModel {
    slope: i32,
    offset: i32,
}

/// Sums over the pairs of samples.
#[derive(Default)]
struct Sums {
    n: i64,
    luma: i64,
    chroma: i64,
    luma_luma: i64,
    luma_chroma: i64,
}

impl Sums {
    /// Adds pairs from `count` samples of a side, evenly spread.
    #[inline(always)]
    fn add(&mut self, luma: &[u16], chroma: &[u16], count: usize) {
        let pairs = count.min(PAIRS_PER_SIDE);
        for i in 0..pairs {
            let at = ((2 * i + 1) * count) / (2 * pairs);
            let (l, c) = (i64::from(luma[at]), i64::from(chroma[at]));
            self.n += 1;
            self.luma += l;
            self.chroma += c;
            self.luma_luma += l * l;
            self.luma_chroma += l * c;
        }
    }
}

impl LinearModel {
    /// Fits the model to the neighbours that `available` names, of those only the first `w` above
    /// and `h` at the left. `available` must be the one that `luma` and `chroma` were gathered
    /// with, or less: with one side at 0 the model is fitted to the other alone.
    pub(crate) fn fit(luma: &LumaSamples, chroma: &Edges, available: Available, depth: u32) -> Self {
        let mut sums = Sums::default();
        sums.add(&luma.top, &chroma.top, available.top.min(luma.w));
        sums.add(&luma.left, &chroma.left, available.left.min(luma.h));
        if sums.n == 0 {
            return Self { slope: 0, offset: 1 << (depth - 1 + SHIFT) };
        }
        // Both are n^2 times the statistic. Below 2^38 at 14 bits.
        let covariance = sums.n * sums.luma_chroma - sums.luma * sums.chroma;
        let variance = sums.n * sums.luma_luma - sums.luma * sums.luma;
        let slope = if variance == 0 {
            0
        } else {
            ((covariance << (SHIFT + 1)) + variance).div_euclid(2 * variance).clamp(-MAX_SLOPE, MAX_SLOPE)
        };
        let offset = (2 * ((sums.chroma << SHIFT) - slope * sums.luma) + sums.n).div_euclid(2 * sums.n);
        Self { slope: slope as i32, offset: offset as i32 }
    }
}

#[inline(always)]
fn apply<const W: usize>(model: LinearModel, luma: &[u16], depth: u32, out: &mut Block<'_>) {
    let max = (1 << depth) - 1;
    for (row, luma) in out.rows().zip(luma.as_chunks::<W>().0) {
        let mut line = [0; W];
        for (s, &l) in line.iter_mut().zip(luma) {
            let v = (model.slope * i32::from(l) + model.offset + (1 << (SHIFT - 1))) >> SHIFT;
            *s = clip(v, max);
        }
        *row = line;
    }
}

/// Predicts a chroma block into `out` from the `chroma` edges of its plane and the luma over it,
/// gathered with the same `available`.
pub(crate) fn predict_cclm(
    simd: Simd,
    luma: &LumaSamples,
    chroma: &Edges,
    available: Available,
    depth: u32,
    out: &mut Block<'_>,
) {
    let model = LinearModel::fit(luma, chroma, available, depth);
    by_side!(simd, luma.w, apply(model, luma.block(), depth, out));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::plane::{Plane, Rect};
    use crate::predict::reference::levels;
    use crate::random::SplitMix64;

    const RECT: Rect = Rect { x: 16, y: 16, w: 16, h: 8 };
    const ALL: Available = Available { top: 16, left: 8, corner: true };

    fn planes(law: impl Fn(i64) -> i64) -> (Plane, Plane) {
        let mut random = SplitMix64::new(7);
        let (mut luma, mut chroma) = (Plane::new(32, 32), Plane::new(32, 32));
        for (l, c) in luma.data_mut().iter_mut().zip(chroma.data_mut()) {
            *l = random.below(1024) as u16;
            *c = law(i64::from(*l)) as u16;
        }
        (luma, chroma)
    }

    fn predicted(luma: &Plane, chroma: &Plane, available: Available, simd: Simd) -> Vec<u16> {
        let mut samples = LumaSamples::new();
        samples.gather(luma, RECT, 0, available);
        let edges = Edges::gather(chroma, RECT, available, 10);
        let mut out = vec![0; RECT.w * RECT.h];
        predict_cclm(simd, &samples, &edges, available, 10, &mut Block::packed(&mut out, RECT.w, RECT.h));
        out
    }

    #[test]
    fn a_linear_relation_is_found_exactly() {
        let (luma, chroma) = planes(|l| 900 - l * 3 / 4);
        for simd in levels() {
            let out = predicted(&luma, &chroma, ALL, simd);
            for (i, &s) in out.iter().enumerate() {
                let truth = chroma.get(RECT.x + i % RECT.w, RECT.y + i / RECT.w);
                assert!(s.abs_diff(truth) <= 1, "{s} for {truth}");
            }
        }
    }

    #[test]
    fn flat_luma_gives_the_mean_and_no_neighbours_mid_grey() {
        let (mut luma, chroma) = planes(|_| 0);
        luma.data_mut().fill(300);
        let (_, varied) = planes(|l| l);
        let out = predicted(&luma, &varied, ALL, levels()[0]);
        let top = (0..16).map(|i| u32::from(varied.get(16 + i, 15)));
        let sum = top.chain((0..8).map(|i| u32::from(varied.get(15, 16 + i)))).sum::<u32>();
        assert!(out.iter().all(|&s| u32::from(s) == (2 * sum + 24) / 48));
        let none = Available { top: 0, left: 0, corner: false };
        assert!(predicted(&luma, &chroma, none, levels()[0]).iter().all(|&s| s == 512));
    }

    #[test]
    fn steep_relations_are_bounded_and_extreme_samples_stay_in_range() {
        let (luma, chroma) = planes(|l| if l > 512 { 1023 } else { 0 });
        let out = predicted(&luma, &chroma, ALL, levels()[0]);
        assert!(out.iter().all(|&s| s < 1024));
        let mut samples = LumaSamples::new();
        samples.gather(&luma, RECT, 0, ALL);
        (samples.top, samples.left) = ([16382; 64], [16383; 64]);
        let mut edges = Edges::new();
        edges.top.fill(0);
        edges.left.fill(16383);
        let model = LinearModel::fit(&samples, &edges, ALL, 14);
        assert_eq!(i64::from(model.slope), MAX_SLOPE);
    }
}
