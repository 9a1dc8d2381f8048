//! What a picture's luma is like, block by block: gathered once, for all that asks how busy a place
//! is.
// An index runs over several arrays at once.
#![allow(clippy::needless_range_loop)]

pub(crate) mod activity;
pub(crate) mod content;

use crate::image::plane::Plane;
use crate::simd::Simd;

/// Side of a block.
pub(crate) const BLOCK: usize = 8;
/// Side of its quarters.
const QUARTER: usize = BLOCK / 2;

/// A block of samples of 10 bits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Moments {
    /// Sums of the samples and of their squares, of each quarter: upper left, upper right, lower
    /// left, lower right.
    sums: [u16; 4],
    squares: [u32; 4],
    /// Sum of the squares of the sums of 2x2 samples.
    halved: u32,
}

/// All blocks of a plane, row by row; samples beyond whole ones are left out.
#[derive(Debug, Clone, Default)]
pub(crate) struct Analysis {
    pub(crate) cols: usize,
    pub(crate) rows: usize,
    pub(crate) blocks: Vec<Moments>,
}

impl Moments {
    /// The sum of squared differences to the mean: 64 times the variance, 64 times 16 that of 8-bit
    /// samples.
    pub(crate) fn scatter(&self) -> u32 {
        let sum: u32 = self.sums.iter().map(|&s| u32::from(s)).sum();
        self.squares.iter().sum::<u32>() - (u64::from(sum) * u64::from(sum) / (BLOCK * BLOCK) as u64) as u32
    }

    /// What of that is lost where the resolution is halved.
    pub(crate) fn fine(&self) -> u32 {
        self.squares.iter().sum::<u32>() - self.halved / 4
    }

    /// The same as [`Moments::scatter`] of each quarter: 16 times its variance.
    #[cfg_attr(not(test), expect(dead_code))]
    pub(crate) fn scatters(&self) -> [u32; 4] {
        let mut out = self.squares;
        for (out, &sum) in out.iter_mut().zip(&self.sums) {
            *out -= u32::from(sum) * u32::from(sum) / (QUARTER * QUARTER) as u32;
        }
        out
    }

    #[inline(always)]
    fn of(rows: &[&[u16; BLOCK]; BLOCK]) -> Self {
        let (mut sums, mut squares, mut halved) = ([[0u16; BLOCK]; 2], [[0u32; BLOCK]; 2], [0u32; QUARTER]);
        for half in 0..2 {
            for pair in 0..2 {
                let (upper, lower) = (rows[QUARTER * half + 2 * pair], rows[QUARTER * half + 2 * pair + 1]);
                for x in 0..BLOCK {
                    let (u, l) = (upper[x], lower[x]);
                    sums[half][x] += u + l;
                    squares[half][x] += u32::from(u) * u32::from(u) + u32::from(l) * u32::from(l);
                }
                for x in 0..QUARTER {
                    let sum = u32::from((upper[2 * x] + lower[2 * x]) + (upper[2 * x + 1] + lower[2 * x + 1]));
                    halved[x] += sum * sum;
                }
            }
        }
        let mut out = Self { halved: halved.iter().sum(), ..Self::default() };
        for quarter in 0..4 {
            let (half, x) = (quarter / 2, QUARTER * (quarter % 2));
            out.sums[quarter] = sums[half][x..x + QUARTER].iter().sum();
            out.squares[quarter] = squares[half][x..x + QUARTER].iter().sum();
        }
        out
    }
}

impl Analysis {
    /// Takes in a plane of 10 bits a sample, or its next rows; all but the last come in whole
    /// blocks.
    pub(crate) fn add(&mut self, simd: Simd, plane: &Plane) {
        let (cols, rows, before) = (plane.width() / BLOCK, plane.height() / BLOCK, self.blocks.len());
        self.blocks.resize(before + cols * rows, Moments::default());
        (self.cols, self.rows) = (cols, self.rows + rows);
        if cols > 0 {
            for (y, blocks) in plane.rows().step_by(BLOCK).zip(self.blocks[before..].chunks_exact_mut(cols)) {
                simd.run(
                    #[inline(always)]
                    || row(plane, y, blocks),
                );
            }
        }
    }

    /// Scatters of blocks of as many samples at half of the resolution, times 16, row by row.
    pub(crate) fn halved(&self) -> impl Iterator<Item = u32> {
        let rows = (0..self.rows / 2).map(|y| [2 * y, 2 * y + 1].map(|y| &self.blocks[y * self.cols..][..self.cols]));
        rows.flat_map(|[upper, lower]| {
            let pairs = upper.as_chunks::<2>().0.iter().zip(lower.as_chunks::<2>().0);
            pairs.map(|(u, l)| {
                let four = [u[0], u[1], l[0], l[1]];
                let sum: u64 = four.iter().flat_map(|b| b.sums).map(u64::from).sum();
                let squares: u64 = four.iter().map(|b| u64::from(b.halved)).sum();
                (squares - sum * sum / (BLOCK * BLOCK) as u64) as u32
            })
        })
    }
}

/// The blocks at row `y` of `plane`.
#[inline(always)]
fn row(plane: &Plane, y: usize, blocks: &mut [Moments]) {
    let mut rows: [&[[u16; BLOCK]]; BLOCK] = [&[]; BLOCK];
    for (i, row) in rows.iter_mut().enumerate() {
        *row = &plane.row(y + i).as_chunks().0[..blocks.len()];
    }
    for (x, block) in blocks.iter_mut().enumerate() {
        let mut own = [&rows[0][x]; BLOCK];
        for (own, row) in own.iter_mut().zip(&rows) {
            *own = &row[x];
        }
        *block = Moments::of(&own);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::CpuLevel;

    #[test]
    fn scatters_are_those_of_the_formula_at_every_level_of_the_cpu() {
        let mut plane = Plane::new(40, 24);
        for (i, s) in plane.data_mut().iter_mut().enumerate() {
            *s = ((i * i * 7 + i / 40 * 131) % 1024) as u16;
        }
        let scatter = |x: usize, y: usize, n: usize, sample: &dyn Fn(usize, usize) -> f64| {
            let values: Vec<f64> = (0..n * n).map(|i| sample(x + i % n, y + i / n)).collect();
            let mean = values.iter().sum::<f64>() / (n * n) as f64;
            values.iter().map(|v| (v - mean).powi(2)).sum::<f64>()
        };
        let at = |x: usize, y: usize| f64::from(plane.get(x, y));
        let halved = |x: usize, y: usize| (0..4).map(|i| at(2 * x + i % 2, 2 * y + i / 2)).sum();
        for level in CpuLevel::available() {
            let mut analysis = Analysis::default();
            analysis.add(Simd::new(level), &plane);
            assert_eq!((analysis.cols, analysis.rows), (5, 3));
            for (i, block) in analysis.blocks.iter().enumerate() {
                let (x, y) = (8 * (i % 5), 8 * (i / 5));
                let pairs = (0..16).map(|j| scatter(x + j % 4 * 2, y + j / 4 * 2, 2, &at));
                assert!((f64::from(block.fine()) - pairs.sum::<f64>()).abs() <= 1.0);
                assert!((f64::from(block.scatter()) - scatter(x, y, 8, &at)).abs() <= 1.0);
                for (q, found) in block.scatters().into_iter().enumerate() {
                    let exact = scatter(x + 4 * (q % 2), y + 4 * (q / 2), 4, &at);
                    assert!((f64::from(found) - exact).abs() <= 1.0);
                }
            }
            let coarse: Vec<u32> = analysis.halved().collect();
            assert_eq!(coarse.len(), 2);
            for (i, &found) in coarse.iter().enumerate() {
                assert!((f64::from(found) - scatter(8 * i, 0, 8, &halved)).abs() <= 1.0);
            }
        }
    }

    #[test]
    fn a_plane_below_a_block_has_none() {
        let mut analysis = Analysis::default();
        analysis.add(Simd::new(CpuLevel::detect()), &Plane::new(4, 12));
        assert!(analysis.blocks.is_empty() && analysis.halved().next().is_none());
    }
}
