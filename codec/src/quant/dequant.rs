//! From levels to coefficients. BITSTREAM.md §8.3.

use super::family::{Family, State};
use super::matrix::{FLAT_WEIGHTS, Matrices, WEIGHT_BITS};
use super::step::step;
use crate::syntax::header::PictureHeader;
use crate::transform::TxType;

/// Largest magnitude of a coefficient: internal depth plus eight bits, signed.
pub(crate) const MAX_COEFFICIENT: i32 = (1 << 17) - 1;

/// The steps of one plane of one block.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Steps<'a> {
    /// In 1/4096 of a coefficient unit.
    pub(crate) base: u32,
    /// In 1/64, for each coefficient.
    pub(crate) weights: &'a [u16],
    pub(crate) family: Family,
    shrink: [i8; 3],
}

impl Steps<'_> {
    /// The coefficient that `level`, met in `state`, at raster position `at` stands for.
    #[inline(always)]
    pub(crate) fn coefficient(&self, at: usize, level: i32, state: State) -> i32 {
        let magnitude = level.unsigned_abs() as u64;
        if magnitude == 0 {
            return 0;
        }
        // Which of the points of both quantisers it is, and how far they are apart in 1/32 step.
        let (index, spacing) = match self.family {
            Family::Scalar => (magnitude, 32),
            Family::Trellis => (2 * magnitude - state.quantiser() as u64, 16),
        };
        let shrink = self.shrink[index.min(3) as usize - 1];
        // 1/32 step times 1/64 of a coefficient unit.
        let points = (index as i64 * spacing - shrink as i64) as u64;
        let delta = (self.base as u64 * self.weights[at] as u64) >> (12 + WEIGHT_BITS - 6);
        let value = ((points * delta + (1 << 10)) >> 11).min(MAX_COEFFICIENT as u64) as i32;
        if level < 0 { -value } else { value }
    }
}

/// What dequantisation needs of a picture.
#[derive(Debug, Clone)]
pub(crate) struct Dequantiser {
    family: Family,
    matrices: [Matrices; 2],
    shrink: [i8; 3],
}

impl Dequantiser {
    pub(crate) fn new(header: &PictureHeader) -> Self {
        Self { family: header.quantiser, matrices: header.matrices.map(Matrices::new), shrink: header.shrink }
    }

    /// Steps of plane `plane` (0 to 2) of a block of sides 2^`log2_w`, 2^`log2_h` at the plane's parameter `qp`;
    /// without a transform they are all alike.
    #[inline(always)]
    pub(crate) fn steps(&self, plane: usize, (log2_w, log2_h): (u32, u32), qp: u16, tx: TxType) -> Steps<'_> {
        let transformed = self.matrices[plane.min(1)].of(log2_w, log2_h);
        let weights = if tx == TxType::IDENTITY { &FLAT_WEIGHTS } else { transformed };
        Steps { base: step(qp), weights, family: self.family.of_block(tx), shrink: self.shrink }
    }
}
