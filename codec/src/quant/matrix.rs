//! Quantisation matrices from three numbers: weight of a step by frequency. BITSTREAM.md §8.2.

use std::sync::OnceLock;

use crate::entropy::BinCoder;

/// Shape of the matrices of a channel. A frequency is counted in cycles of an 8x8 block, horizontal
/// plus vertical.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MatrixShape {
    /// Weight at frequency 0: (dc + 1) / 32, 0 to 31. Linear from there to 1 at frequency 1.
    pub(crate) dc: u8,
    /// Rise per unit of frequency above 1, in 1/64: 0 to 63.
    pub(crate) slope: u8,
    /// Rise by the square of the same, in 1/512: -8 to 7.
    pub(crate) curve: i8,
}

/// Fractional bits of a weight.
pub(crate) const WEIGHT_BITS: u32 = 6;

impl MatrixShape {
    /// Every weight 1.
    pub(crate) const FLAT: Self = Self { dc: 31, slope: 0, curve: 0 };

    /// Codes the shape.
    pub(crate) fn walk<C: BinCoder>(&mut self, c: &mut C) {
        self.dc = c.bypass(5, self.dc as u32) as u8;
        self.slope = c.bypass(6, self.slope as u32) as u8;
        self.curve = (c.bypass(4, self.curve as u32 & 15) as i8) << 4 >> 4;
    }

    /// Weight, in 1/64, of frequency (u, v) in a block of sides 2^`log2_w` and 2^`log2_h`: 16 to
    /// 2047.
    fn weight(self, u: usize, v: usize, log2_w: u32, log2_h: u32) -> u16 {
        // In 1/16 of a unit.
        let f = (((u * 128) >> log2_w) + ((v * 128) >> log2_h)) as i32;
        let dc = 2 * (self.dc as i32 + 1);
        let weight = if f < 16 {
            dc + (((64 - dc) * f) >> 4)
        } else {
            let g = f - 16;
            64 + ((self.slope as i32 * g) >> 4) + ((self.curve as i32 * g * g) >> 11)
        };
        weight.clamp(16, 2047) as u16
    }
}

/// The weights of a block without a transform.
pub(crate) static FLAT_WEIGHTS: [u16; 32 * 32] = [1 << WEIGHT_BITS; 32 * 32];

/// The matrices of a channel for all block sizes, each made when it is first asked for: a small
/// picture needs few.
#[derive(Debug, Clone)]
pub(crate) struct Matrices {
    shape: MatrixShape,
    by_size: [OnceLock<Box<[u16]>>; 25],
}

impl Matrices {
    pub(crate) fn new(shape: MatrixShape) -> Self {
        Self { shape, by_size: Default::default() }
    }

    /// Weights in 1/64 of the coded area of a block, row by row.
    #[inline(always)]
    pub(crate) fn of(&self, log2_w: u32, log2_h: u32) -> &[u16] {
        let size = &self.by_size[((log2_h - 2) * 5 + log2_w - 2) as usize];
        size.get_or_init(|| self.make(log2_w, log2_h))
    }

    #[cold]
    fn make(&self, log2_w: u32, log2_h: u32) -> Box<[u16]> {
        let (w, h) = (1usize << log2_w.min(5), 1usize << log2_h.min(5));
        (0..w * h).map(|p| self.shape.weight(p % w, p / w, log2_w, log2_h)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transform::tests::sizes;

    #[test]
    fn flat_shape_is_one_everywhere() {
        let m = Matrices::new(MatrixShape::FLAT);
        for (w, h) in [(2, 2), (6, 6), (5, 3), (4, 6)] {
            assert!(m.of(w, h).iter().all(|&x| x == 64));
        }
    }

    #[test]
    fn same_frequency_has_the_same_weight_in_every_size() {
        let m = Matrices::new(MatrixShape { dc: 12, slope: 20, curve: -2 });
        // Frequency 2 horizontally: u = 2 of 8, 4 of 16, 8 of 32.
        assert_eq!(m.of(3, 3)[2], m.of(4, 4)[4]);
        assert_eq!(m.of(3, 3)[2], m.of(5, 5)[8]);
        assert_eq!(m.of(3, 3)[0], 26);
    }

    #[test]
    fn weights_stay_in_range_for_every_shape() {
        for dc in [0, 31] {
            for slope in [0, 63] {
                for curve in [-8, 7] {
                    let m = Matrices::new(MatrixShape { dc, slope, curve });
                    let all = sizes().flat_map(|(w, h)| m.of(w.ilog2(), h.ilog2()));
                    assert!(all.into_iter().all(|w| (16..=2047).contains(w)));
                }
            }
        }
    }
}
