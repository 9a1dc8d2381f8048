//! From levels to coefficients. BITSTREAM.md §8.3.

use crate::quant::family::{Family, State};
use crate::quant::matrix::{FLAT_WEIGHTS, Matrices, WEIGHT_BITS};
use crate::quant::step::{STEP_BITS, step};
use crate::syntax::header::PictureHeader;
use crate::syntax::scan;
use crate::syntax::tree::Node;
use crate::transform::{MAX_CODED, TxType};

/// Largest magnitude of a coefficient: internal depth plus eight bits, signed.
pub(crate) const MAX_COEFFICIENT: i32 = (1 << 17) - 1;

/// Fractional bits of [`Steps::at`].
pub(crate) const PRODUCT_BITS: u32 = STEP_BITS + WEIGHT_BITS;

/// Points of a quantiser in a step.
const POINTS: u64 = 32;

/// Finds the levels of a block that are not zero.
#[derive(Debug)]
pub(crate) struct Coded(Box<[u16; MAX_CODED]>);

impl Coded {
    pub(crate) fn new() -> Self {
        Self(Box::new([0; MAX_CODED]))
    }

    /// Their indices. Without a branch on each, which would be mispredicted too often.
    pub(crate) fn of(&mut self, levels: &[i32]) -> &[u16] {
        let mut count = 0;
        for (i, &level) in levels.iter().enumerate() {
            self.0[count] = i as u16;
            count += usize::from(level != 0);
        }
        &self.0[..count]
    }
}

/// The steps of one plane of one block.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Steps<'a> {
    /// In 2^-[`STEP_BITS`] of a coefficient unit.
    base: u32,
    /// In 2^-[`WEIGHT_BITS`], for each coefficient.
    weights: &'a [u16],
    family: Family,
    /// By the number of the point, in 1/32 step.
    shrink: [i8; 4],
}

impl Steps<'_> {
    /// The step of the coefficient at raster position `at`, in 2^-[`PRODUCT_BITS`] of a coefficient
    /// unit: below 2^37, since steps are below 2^26 and weights below 2^11.
    #[inline(always)]
    pub(crate) fn at(&self, at: usize) -> u64 {
        u64::from(self.base) * u64::from(self.weights[at])
    }

    /// Turns levels, in scan order, of which those at `coded` are not zero, into coefficients;
    /// returns how many columns and rows hold any. `out`, row by row, holds zeros.
    pub(crate) fn dequantise(&self, node: &Node, levels: &[i32], coded: &[u16], out: &mut [i32]) -> (usize, usize) {
        let (w, h) = node.coded_area();
        let scan = &scan::of(w, h)[..levels.len()];
        // A bit for each.
        let (mut cols, mut rows) = (0, 0);
        let (mut state, mut next) = (State::START, levels.len());
        for &i in coded.iter().rev() {
            let i = usize::from(i);
            let (level, p) = (levels[i], &scan[i]);
            if self.family == Family::Trellis {
                // Zeros lead to other states too.
                state = (i + 1..next).fold(state, |state, _| state.next(0));
                next = i;
            }
            let at = usize::from(p.raster);
            out[at] = self.coefficient(at, level, state);
            cols |= 1 << p.u;
            rows |= 1 << p.v;
            state = state.next(level.unsigned_abs());
        }
        let count = |bits: u32| (u32::BITS - bits.leading_zeros()) as usize;
        (count(cols), count(rows))
    }

    /// The coefficient that `level`, met in `state`, at raster position `at` stands for.
    #[inline(always)]
    pub(crate) fn coefficient(&self, at: usize, level: i32, state: State) -> i32 {
        let magnitude = level.unsigned_abs() as u64;
        // Which of the points of both quantisers it is, and how far they are apart in 1/32 step.
        let (index, spacing) = match self.family {
            Family::Scalar => (magnitude, POINTS),
            Family::Trellis => ((2 * magnitude).saturating_sub(state.quantiser() as u64), POINTS / 2),
        };
        let shrink = self.shrink[index.min(3) as usize];
        // A magnitude is at most 2^18: below 2^24, and the product below 2^61.
        let points = (index * spacing).wrapping_add_signed(-i64::from(shrink));
        const SHIFT: u32 = PRODUCT_BITS + POINTS.ilog2();
        let value = ((points * self.at(at) + (1 << (SHIFT - 1))) >> SHIFT).min(MAX_COEFFICIENT as u64) as i32;
        if level < 0 { -value } else { value }
    }
}

/// What dequantisation needs of a picture.
#[derive(Debug, Clone)]
pub(crate) struct Dequantiser {
    family: Family,
    matrices: [Matrices; 2],
    shrink: [i8; 4],
}

impl Dequantiser {
    pub(crate) fn new(header: &PictureHeader) -> Self {
        let [one, two, more] = header.shrink;
        Self { family: header.quantiser, matrices: header.matrices.map(Matrices::new), shrink: [0, one, two, more] }
    }

    /// Steps of plane `plane` (0 to 2) of a block of sides 2^`log2_w`, 2^`log2_h` at the plane's
    /// parameter `qp`; without a transform they are all alike.
    #[inline(always)]
    pub(crate) fn steps(&self, plane: usize, (log2_w, log2_h): (u32, u32), qp: u16, tx: TxType) -> Steps<'_> {
        let transformed = self.matrices[plane.min(1)].of(log2_w, log2_h);
        let weights = if tx == TxType::IDENTITY { &FLAT_WEIGHTS } else { transformed };
        Steps { base: step(qp), weights, family: self.family.of_block(tx), shrink: self.shrink }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quant::matrix::MatrixShape;
    use crate::quant::step::MAX_QP;
    use crate::random::SplitMix64;
    use crate::transform::tests::sizes;

    /// The rounded quotient of exact products: what every level of every step stands for.
    #[test]
    fn levels_stand_for_exact_multiples_of_step_and_weight() {
        let mut header = PictureHeader::blank();
        header.shrink = [1, -8, 7];
        header.matrices[0] = MatrixShape { dc: 7, slope: 63, curve: 7 };
        for family in [Family::Scalar, Family::Trellis] {
            header.quantiser = family;
            let dequantiser = Dequantiser::new(&header);
            for qp in 0..=MAX_QP {
                let steps = dequantiser.steps(0, (3, 3), qp, TxType::DCT);
                for (at, level) in
                    [0, 1, 9, 27, 63].into_iter().flat_map(|at| [0, 1, 2, 3, 17, 1 << 18].map(|l| (at, l)))
                {
                    for state in [State::START, State::START.next(1).next(0)] {
                        let half = if family == Family::Trellis && level > 0 { state.quantiser() as i128 } else { 0 };
                        let index = if family == Family::Trellis { 2 * i128::from(level) - half } else { level.into() };
                        let points = 32 * i128::from(level) - 16 * half - [0, 1, -8, 7][index.min(3) as usize];
                        let exact = points * i128::from(step(qp)) * i128::from(steps.weights[at]);
                        let rounded = ((exact + (1 << 22)) / (1 << 23)).min(MAX_COEFFICIENT.into());
                        for sign in [1, -1] {
                            let found = steps.coefficient(at, sign * level, state);
                            assert_eq!(i128::from(sign * found), rounded, "{family:?} {qp} {at} {level}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_block_is_dequantised_as_its_levels_are_one_by_one() {
        let mut random = SplitMix64::new(5);
        let mut header = PictureHeader::blank();
        (header.shrink, header.matrices[0]) = ([1, -8, 7], MatrixShape { dc: 7, slope: 63, curve: 7 });
        for (family, (w, h)) in [Family::Scalar, Family::Trellis].into_iter().flat_map(|f| sizes().map(move |s| (f, s)))
        {
            header.quantiser = family;
            let dequantiser = Dequantiser::new(&header);
            let node = Node { x: 0, y: 0, log2_w: w.ilog2(), log2_h: h.ilog2() };
            let (w, h) = node.coded_area();
            let steps = dequantiser.steps(0, (node.log2_w, node.log2_h), 200, TxType::DCT);
            for _ in 0..20 {
                let (end, share) = (random.range(1, (w * h) as i32), random.range(1, 9));
                let mut level = || if random.range(0, share) == 0 { random.range(-9, 9) } else { 0 };
                let levels: Vec<i32> = (0..end).map(|_| level()).collect();
                let (mut expected, mut extent, mut state) = (vec![0; w * h], (0, 0), State::START);
                for (p, &level) in scan::of(w, h).iter().zip(&levels).rev() {
                    expected[usize::from(p.raster)] = steps.coefficient(p.raster.into(), level, state);
                    state = state.next(level.unsigned_abs());
                    if level != 0 {
                        extent = (extent.0.max(usize::from(p.u) + 1), extent.1.max(usize::from(p.v) + 1));
                    }
                }
                let mut found = vec![0; w * h];
                assert_eq!(steps.dequantise(&node, &levels, Coded::new().of(&levels), &mut found), extent);
                assert_eq!(found, expected, "{family:?} {node:?}");
            }
        }
    }
}
