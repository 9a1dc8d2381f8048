//! How well each learned mode is likely to predict a block: by the means of sixteen cells of it
//! alone, all modes at once.

use crate::predict::IntraMode;
use crate::predict::edges::Edges;
use crate::predict::learned::{FEATURES, GRID, TABLE, features, mirrored};
use crate::predict::mode::MATRICES;
use crate::simd::Simd;
use crate::simd::arrays::one_by_one;

/// Cells of a block, four by four.
const CELLS: usize = 16;

/// A number for each mode: matrices, each as it is and mirrored.
type Lanes = [i16; IntraMode::LEARNED];

/// By cell, feature and mode: what the feature adds to the mean of the cell, in 2^-13.
static MEANS: [[Lanes; FEATURES]; CELLS] = means();

/// The mean of a cell of the interpolated block has an eighth of the points before it (or of the
/// references), a half of its first ones and three eighths of its second ones, in either direction.
const fn means() -> [[Lanes; FEATURES]; CELLS] {
    const SHARES: [i32; 3] = [1, 4, 3];
    let mut means = [[[0; IntraMode::LEARNED]; FEATURES]; CELLS];
    let mut n = 0;
    while n < MATRICES * FEATURES * CELLS {
        let (matrix, feature, cell) = (n / CELLS / FEATURES, n / CELLS % FEATURES, n % CELLS);
        let (j, i) = (cell / 4, cell % 4);
        let (mut sum, mut k) = (0, 0);
        while k < 9 {
            let (y, x) = (2 * j + k / 3, 2 * i + k % 3);
            let reference = if y == 0 && x == 0 {
                8
            } else if y == 0 {
                i
            } else {
                4 + j
            };
            let coefficient = if y > 0 && x > 0 {
                TABLE[(matrix * FEATURES + feature) * GRID * GRID + (y - 1) * GRID + x - 1] as i8 as i32
            } else if feature == reference {
                64
            } else {
                0
            };
            sum += SHARES[k / 3] * SHARES[k % 3] * coefficient;
            k += 1;
        }
        means[cell][feature][2 * matrix] = (2 * sum) as i16;
        means[cell][feature][2 * matrix + 1] = (2 * sum) as i16;
        n += 1;
    }
    means
}

/// For each learned mode about the least that the transformed difference (`satd`) between `source`,
/// of `w` x `h` samples, and its prediction can be: that of the means of the cells. Samples have 10
/// bits and `extra` more, which do not count.
pub(super) fn least_differences(
    simd: Simd,
    edges: &Edges,
    source: &[u16],
    (w, h): (usize, usize),
    extra: u32,
) -> [(f64, IntraMode); IntraMode::LEARNED] {
    let sums = simd.run(
        #[inline(always)]
        || {
            let (features, middle) = features(edges, w, h);
            let mirrored = mirrored(features);
            let mut lanes = [[0; IntraMode::LEARNED]; FEATURES];
            for (f, lanes) in lanes.iter_mut().enumerate() {
                *lanes = alternating(features[f] << 3 >> extra, mirrored[f] << 3 >> extra);
            }
            let cells = cells(source, w, h);
            let mut differences = [[0; IntraMode::LEARNED]; CELLS];
            for (c, out) in differences.iter_mut().enumerate() {
                let turned = c % 4 * 4 + c / 4;
                let means = alternating((cells[c] - middle) >> extra, (cells[turned] - middle) >> extra);
                *out = difference(&lanes, &MEANS[c], means);
            }
            magnitudes(differences)
        },
    );
    // An orthonormal transform of four by four has a quarter of the sum; the mean of n samples
    // counts as the root of n.
    let unit = ((w * h) as f64).sqrt() / 16.0;
    std::array::from_fn(|l| (f64::from(sums[l]) * unit, IntraMode::Learned(l as u8)))
}

/// What modes see that are as they are, and those that are mirrored.
#[inline(always)]
fn alternating(as_it_is: i32, mirrored: i32) -> Lanes {
    let pairs = [[as_it_is as i16, mirrored as i16]; MATRICES];
    *pairs.as_flattened().first_chunk().expect("two for each matrix")
}

/// The means of the cells of a block, row by row.
#[inline(always)]
fn cells(source: &[u16], w: usize, h: usize) -> [i32; CELLS] {
    let (across, down) = (w / 4, h / 4);
    let shift = (across * down).ilog2();
    let mut cells = [0; CELLS];
    for (band, cells) in source[..w * h].chunks_exact(w * down).zip(cells.chunks_exact_mut(4)) {
        let mut sums = [0i32; 64];
        for row in band.chunks_exact(w) {
            for (sum, &s) in sums.iter_mut().zip(row) {
                *sum += i32::from(s);
            }
        }
        for (cell, sums) in cells.iter_mut().zip(sums.chunks_exact(across)) {
            *cell = sums.iter().sum::<i32>() >> shift;
        }
    }
    cells
}

/// Half of what the prediction of a cell is above `mean`. Samples that jump between the extremes
/// may wrap around: the modes then come in another order, no more.
#[inline(always)]
fn difference(features: &[Lanes; FEATURES], means: &[Lanes; FEATURES], mean: Lanes) -> Lanes {
    let mut sum = [FEATURES as i16 / 2; IntraMode::LEARNED];
    for (sum, mean) in sum.iter_mut().zip(mean) {
        *sum = sum.wrapping_sub(mean);
    }
    for (f, m) in features.iter().zip(means) {
        for l in 0..IntraMode::LEARNED {
            sum[l] = sum[l].wrapping_add(((i32::from(f[l]) * i32::from(m[l])) >> 16) as i16);
        }
    }
    for sum in &mut sum {
        *sum >>= 1;
    }
    sum
}

/// The sums of the absolute Hadamard coefficients of twice `cells`.
#[inline(always)]
fn magnitudes(mut cells: [Lanes; CELLS]) -> [i32; IntraMode::LEARNED] {
    for span in [1, 2, 4, 8] {
        for i in (0..CELLS).filter(|i| i & span == 0) {
            let (a, b) = (cells[i], cells[i + span]);
            for l in 0..IntraMode::LEARNED {
                cells[i][l] = a[l].wrapping_add(b[l]);
                cells[i + span][l] = a[l].wrapping_sub(b[l]);
            }
        }
    }
    let mut sums = [0; IntraMode::LEARNED];
    for cell in &cells {
        one_by_one();
        for (sum, c) in sums.iter_mut().zip(cell) {
            *sum += 2 * i32::from(c.unsigned_abs());
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::plane::Block;
    use crate::predict::edges::MAX_SIDE;
    use crate::predict::predict;
    use crate::predict::reference::levels;
    use crate::random::SplitMix64;

    /// Edges of noise in long steps.
    fn edges(random: &mut SplitMix64) -> Edges {
        let mut edges = Edges::new();
        let mut level = || 200 + random.below(600) as u16;
        edges.corner = level();
        edges.top.chunks_mut(4).chain(edges.left.chunks_mut(4)).for_each(|part| part.fill(level()));
        edges
    }

    #[test]
    fn the_mode_that_made_a_block_is_estimated_best() {
        let mut random = SplitMix64::new(8);
        for (size, extra) in [((8, 8), 0), ((16, 16), 0), ((16, 8), 4), ((8, 32), 0)] {
            let (mut own, mut others) = (0.0, 0.0);
            for mode in (0..IntraMode::LEARNED as u8).map(IntraMode::Learned) {
                let mut edges = edges(&mut random);
                edges.corner <<= extra;
                edges.top.iter_mut().chain(&mut edges.left).for_each(|s| *s <<= extra);
                let mut source = [0; MAX_SIDE * MAX_SIDE];
                predict(levels()[0], mode, &edges, 10 + extra, &mut Block::packed(&mut source, size.0, size.1));
                let [found, scalar] = [1, 0].map(|l| least_differences(levels()[l], &edges, &source, size, extra));
                assert_eq!(found, scalar);
                for (difference, other) in found {
                    *if other == mode { &mut own } else { &mut others } += difference;
                }
            }
            assert!(4.0 * own < others / 15.0, "{size:?}: {own} {others}");
        }
    }
}
