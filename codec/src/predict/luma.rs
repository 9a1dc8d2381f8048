//! Finished luma at the resolution of a chroma block, for the cross-component tools. BITSTREAM.md
//! §9.5.

use crate::image::plane::{Plane, Rect};
use crate::predict::edges::Available;
use crate::predict::edges::MAX_SIDE;

/// Luma samples over a chroma block, row by row without gaps, and along the row above and the
/// column to the left of it.
#[derive(Debug, Clone)]
pub(crate) struct LumaSamples {
    block: [u16; MAX_SIDE * MAX_SIDE],
    pub(crate) top: [u16; MAX_SIDE],
    pub(crate) left: [u16; MAX_SIDE],
    pub(crate) w: usize,
    pub(crate) h: usize,
}

impl LumaSamples {
    /// Samples to be gathered: all zero.
    pub(crate) fn new() -> Self {
        Self { block: [0; MAX_SIDE * MAX_SIDE], top: [0; MAX_SIDE], left: [0; MAX_SIDE], w: 0, h: 0 }
    }

    /// The samples over the block.
    #[inline(always)]
    pub(crate) fn block(&self) -> &[u16] {
        &self.block[..self.w * self.h]
    }

    /// Reads the luma over the chroma block at `rect` (in chroma samples). `subsampling` is 0 for
    /// 4:4:4 and 1 for 4:2:0; of the neighbours, as many as `available` says and no more than
    /// `rect.w` and `rect.h`.
    pub(crate) fn gather(&mut self, luma: &Plane, rect: Rect, subsampling: u32, available: Available) {
        (self.w, self.h) = (rect.w, rect.h);
        luma_at_chroma(luma, rect, subsampling, &mut self.block);
        let (top, left) = (available.top.min(rect.w), available.left.min(rect.h));
        if top > 0 {
            let row = Rect { x: rect.x, y: rect.y - 1, w: top, h: 1 };
            luma_at_chroma(luma, row, subsampling, &mut self.top);
        }
        if left > 0 {
            let column = Rect { x: rect.x - 1, y: rect.y, w: 1, h: left };
            luma_at_chroma(luma, column, subsampling, &mut self.left);
        }
    }
}

/// Luma at the chroma samples of `rect` into `out`, row by row without gaps: the collocated sample
/// where `subsampling` is 0 (4:4:4), the rounded mean of the four luma samples where it is 1
/// (4:2:0).
pub(crate) fn luma_at_chroma(luma: &Plane, rect: Rect, subsampling: u32, out: &mut [u16]) {
    for (y, row) in (rect.y..).zip(out.chunks_exact_mut(rect.w).take(rect.h)) {
        if subsampling == 0 {
            row.copy_from_slice(&luma.row(y)[rect.x..rect.x + rect.w]);
            continue;
        }
        let columns = 2 * rect.x..2 * (rect.x + rect.w);
        let upper = luma.row(2 * y)[columns.clone()].as_chunks::<2>().0;
        let lower = luma.row(2 * y + 1)[columns].as_chunks::<2>().0;
        for (s, (&[a, b], &[c, d])) in row.iter_mut().zip(upper.iter().zip(lower)) {
            *s = ((u32::from(a) + u32::from(b) + u32::from(c) + u32::from(d) + 2) >> 2) as u16;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subsampled_luma_is_the_rounded_mean_of_four() {
        let mut luma = Plane::new(16, 16);
        for (i, s) in luma.data_mut().iter_mut().enumerate() {
            *s = (i * 37 % 1024) as u16;
        }
        let rect = Rect { x: 2, y: 3, w: 4, h: 4 };
        let mut out = [0; 16];
        luma_at_chroma(&luma, rect, 1, &mut out);
        let sum: u32 = [(4, 6), (5, 6), (4, 7), (5, 7)].iter().map(|&(x, y)| u32::from(luma.get(x, y))).sum();
        assert_eq!(u32::from(out[0]), (sum + 2) / 4);
        luma_at_chroma(&luma, rect, 0, &mut out);
        assert_eq!(out[5], luma.get(3, 4));
    }
}
