//! Chroma from luma with an explicit slope (as in AV1): the chroma block's DC plus a share of
//! luma's deviation from its mean. BITSTREAM.md §9.7.

use crate::image::plane::Block;
use crate::predict::by_side::by_side;
use crate::predict::dc;
use crate::predict::edges::Edges;
use crate::predict::luma::LumaSamples;
use crate::simd::Simd;
use crate::simd::arrays::clip;

/// Largest slope, in 1/8.
pub(crate) const MAX_ALPHA: i32 = 16;

/// Predicts a chroma block into `out`, over which `luma` lies: DC of the `chroma` edges plus
/// `alpha` / 8 (-16 to 16) of the luma's deviation from its mean, rounded half away from zero.
pub(crate) fn predict_cfl(simd: Simd, luma: &LumaSamples, chroma: &Edges, alpha: i32, depth: u32, out: &mut Block<'_>) {
    debug_assert!(alpha.abs() <= MAX_ALPHA);
    let dc = i32::from(dc::mean(chroma, luma.w, luma.h));
    by_side!(simd, luma.w, apply(luma.block(), dc, alpha, (1 << depth) - 1, out));
}

#[inline(always)]
fn apply<const W: usize>(luma: &[u16], dc: i32, alpha: i32, max: u16, out: &mut Block<'_>) {
    let count = luma.len() as u32;
    let sum = luma.iter().map(|&l| u32::from(l)).sum::<u32>();
    let mean = ((sum + (count >> 1)) >> count.ilog2()) as i32;
    for (row, luma) in out.rows().zip(luma.as_chunks::<W>().0) {
        let mut line = [0; W];
        for (s, &l) in line.iter_mut().zip(luma) {
            let share = alpha * (i32::from(l) - mean);
            // One less for negative shares makes the rounding of halves symmetric.
            let share = (share + 4 + (share >> 31)) >> 3;
            *s = clip(dc + share, max);
        }
        *row = line;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::plane::{Plane, Rect};
    use crate::predict::edges::Available;
    use crate::predict::reference::levels;
    use crate::random::SplitMix64;

    #[test]
    fn prediction_is_dc_plus_the_rounded_share() {
        let mut random = SplitMix64::new(3);
        let mut plane = Plane::new(64, 64);
        plane.data_mut().iter_mut().for_each(|s| *s = random.below(1024) as u16);
        let rect = Rect { x: 8, y: 32, w: 8, h: 16 };
        let available = Available { top: 24, left: 16, corner: true };
        let edges = Edges::gather(&plane, rect, available, 10);
        let mut luma = LumaSamples::new();
        luma.gather(&plane, rect, 0, available);
        let mean = (luma.block().iter().map(|&l| u32::from(l)).sum::<u32>() as f64 / 128.0 + 0.5).floor();
        let dc = (edges.left[..16].iter().map(|&l| u32::from(l)).sum::<u32>() as f64 / 16.0 + 0.5).floor();
        for alpha in -MAX_ALPHA..=MAX_ALPHA {
            for simd in levels() {
                let mut out = [0; 128];
                predict_cfl(simd, &luma, &edges, alpha, 10, &mut Block::packed(&mut out, 8, 16));
                for (&s, &l) in out.iter().zip(luma.block()) {
                    // f64::round rounds halves away from zero.
                    let share = (f64::from(alpha) * (f64::from(l) - mean) / 8.0).round();
                    assert_eq!(f64::from(s), (dc + share).clamp(0.0, 1023.0));
                }
            }
        }
    }
}
