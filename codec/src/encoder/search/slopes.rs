//! The slopes of explicit models, which predict chroma from luma: by least squares against the
//! source.

use crate::encoder::kernels::satd::Pair;
use crate::image::plane::{Plane, Rect};
use crate::simd::arrays::one_by_one;
use crate::simd::{Simd, run};

/// Largest slope of an explicit model, in 1/8.
const MAX_SLOPE: f64 = 16.0;

/// Slopes of Cb and Cr, the planes of `chroma`, in `rect` over reconstructed `luma`, in 1/8.
pub(super) fn slopes(simd: Simd, chroma: &[Plane], luma: &[u16], rect: Rect) -> [i8; 2] {
    let n = (rect.w * rect.h) as i64;
    let sums = |a, a_stride| {
        let pair = Pair { a, a_stride, b: luma, b_stride: rect.w };
        if rect.w == 4 { run!(simd, sums::<4>(pair, rect)) } else { run!(simd, sums::<8>(pair, rect)) }
    };
    let (sum, squares) = sums(luma, rect.w);
    let variance = n * squares - sum * sum;
    if variance == 0 {
        return [0; 2];
    }
    [0, 1].map(|plane: usize| {
        let plane = &chroma[plane];
        let (chroma_sum, products) = sums(plane.from(rect.x, rect.y), plane.width());
        let covariance = n * products - sum * chroma_sum;
        (8.0 * covariance as f64 / variance as f64).round().clamp(-MAX_SLOPE, MAX_SLOPE) as i8
    })
}

/// The sums of `a` and of `a * b`.
#[inline(always)]
fn sums<const L: usize>(pair: Pair<'_>, rect: Rect) -> (i64, i64) {
    let (mut sums, mut products) = ([0u32; L], [0u64; L]);
    for y in 0..rect.h {
        for x in (0..rect.w).step_by(L) {
            one_by_one();
            let (a, b) = pair.get::<L>(x, y);
            for l in 0..L {
                sums[l] += u32::from(a[l]);
            }
            for l in 0..L {
                products[l] += u64::from(u32::from(a[l]) * u32::from(b[l]));
            }
        }
    }
    (i64::from(sums.iter().sum::<u32>()), products.iter().sum::<u64>() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SplitMix64;
    use crate::simd::CpuLevel;
    use crate::transform::tests::sizes;

    #[test]
    fn slopes_are_those_of_least_squares_at_every_level() {
        let mut random = SplitMix64::new(3);
        for (w, h) in sizes() {
            let rect = Rect { x: 4, y: 8, w, h };
            let luma: Vec<u16> = (0..w * h).map(|_| random.range(0, 16383) as u16).collect();
            let chroma = [(1, 0), (-1, 16383)].map(|(sign, base)| {
                let mut plane = Plane::new(rect.x + w, rect.y + h);
                for (i, &l) in luma.iter().enumerate() {
                    plane.row_mut(rect.y + i / w)[rect.x + i % w] = (base + sign * i32::from(l)) as u16;
                }
                plane
            });
            for simd in [CpuLevel::Scalar, CpuLevel::detect()].map(Simd::new) {
                assert_eq!(slopes(simd, &chroma, &luma, rect), [8, -8], "{w}x{h} {simd:?}");
                assert_eq!(slopes(simd, &chroma, &vec![9; w * h], rect), [0; 2]);
            }
        }
    }
}
