//! Differences of blocks: residuals, squared error, and the sum of absolute Hadamard coefficients.
//!
//! Samples have 14 bits at most. 16-bit arithmetic has room for Hadamard transforms of 10: samples
//! of more are brought down to that.

use crate::simd::arrays::one_by_one;
use crate::simd::{Kernel, LANES, Lanes, Simd, run};

/// Two blocks of samples, strides in samples.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pair<'a> {
    pub(crate) a: &'a [u16],
    pub(crate) a_stride: usize,
    pub(crate) b: &'a [u16],
    pub(crate) b_stride: usize,
}

/// Sum of the absolute values of the orthonormal Hadamard transform of `a - b`, in tiles of 8x8, or
/// 4x4 where a side is 4, rounded. Sides are 4, 8, 16, 32 or 64. Samples have 10 bits and `extra`
/// more, which do not count.
pub(crate) fn satd(simd: Simd, pair: Pair<'_>, extra: u32, w: usize, h: usize) -> u32 {
    let blocks = Differences { pair, extra };
    if w == 4 || h == 4 {
        let wide = w > h;
        let sum = match w.max(h) {
            4 => simd.launch(SmallTiles::<1> { blocks, wide }),
            8 => simd.launch(SmallTiles::<2> { blocks, wide }),
            _ => simd.launch(SmallTiles::<4> { blocks, wide }),
        };
        (sum + 2) >> 2
    } else {
        let sum = match (w > 8, h > 8) {
            (true, _) => simd.launch(Tiles::<2, true> { blocks, w, h }),
            (false, true) => simd.launch(Tiles::<2, false> { blocks, w, h }),
            (false, false) => simd.launch(Tiles::<1, false> { blocks, w, h }),
        };
        (sum + 4) >> 3
    }
}

/// Sum of the squared differences of `w` x `h` samples.
pub(crate) fn sse(simd: Simd, pair: Pair<'_>, w: usize, h: usize) -> u64 {
    if w.is_multiple_of(8) { run!(simd, pair.sse::<8>(w, h)) } else { run!(simd, pair.sse::<4>(w, h)) }
}

/// `a - b` for `w` x `h` samples, row by row without gaps in `out`. The width is a multiple of 4.
pub(crate) fn residual(simd: Simd, pair: Pair<'_>, w: usize, h: usize, out: &mut [i32]) {
    let out = &mut out[..w * h];
    if w.is_multiple_of(8) { run!(simd, pair.residual::<8>(w, out)) } else { run!(simd, pair.residual::<4>(w, out)) }
}

/// Differences of two blocks, whose samples are brought down to 10 bits.
#[derive(Clone, Copy)]
struct Differences<'a> {
    pair: Pair<'a>,
    extra: u32,
}

impl Pair<'_> {
    /// `L` samples of each from (`x`, `y`) on.
    #[inline(always)]
    pub(crate) fn get<const L: usize>(self, x: usize, y: usize) -> ([u16; L], [u16; L]) {
        let (a, b) = (y * self.a_stride + x, y * self.b_stride + x);
        (self.a[a..a + L].try_into().unwrap(), self.b[b..b + L].try_into().unwrap())
    }

    #[inline(always)]
    fn sse<const L: usize>(self, w: usize, h: usize) -> u64 {
        let mut sums = [0; L];
        for y in 0..h {
            for x in (0..w).step_by(L) {
                one_by_one();
                let (a, b) = self.get::<L>(x, y);
                for l in 0..L {
                    let d = i32::from(a[l]) - i32::from(b[l]);
                    sums[l] += (d * d) as u64;
                }
            }
        }
        sums.iter().sum()
    }

    #[inline(always)]
    fn residual<const L: usize>(self, w: usize, out: &mut [i32]) {
        let rows = self.a.chunks(self.a_stride).zip(self.b.chunks(self.b_stride));
        for ((a, b), out) in rows.zip(out.chunks_exact_mut(w)) {
            let chunks = a.as_chunks::<L>().0.iter().zip(b.as_chunks::<L>().0);
            for ((a, b), out) in chunks.zip(out.as_chunks_mut::<L>().0) {
                one_by_one();
                let mut d = [0; L];
                for l in 0..L {
                    d[l] = i32::from(a[l]) - i32::from(b[l]);
                }
                *out = d;
            }
        }
    }
}

impl Differences<'_> {
    /// The differences of `a` and `b`.
    #[inline(always)]
    fn of<L: Lanes>(&self, lanes: L, a: &[u16; LANES], b: &[u16; LANES]) -> L::Words {
        let (a, b) = (lanes.samples(a), lanes.samples(b));
        if self.extra == 0 { lanes.sub(a, b) } else { lanes.sub(lanes.shr(a, self.extra), lanes.shr(b, self.extra)) }
    }
}

/// Adds what [`Lanes::quads`] gives of `rows`.
#[inline(always)]
fn count<L: Lanes>(lanes: L, rows: [L::Words; 4], sums: &mut [[u32; LANES / 4]; 4]) {
    for (sums, quads) in sums.iter_mut().zip(lanes.quads(rows)) {
        for (sum, quad) in sums.iter_mut().zip(quads) {
            *sum += quad;
        }
    }
}

/// The sum of the magnitudes of tiles of 8x8, of which [`Lanes`] hold two: `N` at a time, side by
/// side or one above the other.
struct Tiles<'a, const N: usize, const WIDE: bool> {
    blocks: Differences<'a>,
    w: usize,
    h: usize,
}

impl<const N: usize, const WIDE: bool> Kernel for Tiles<'_, N, WIDE> {
    type Output = u32;

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> u32 {
        let mut sums = [[0; LANES / 4]; 4];
        let (wide, high) = if WIDE { (8 * N, 8) } else { (8, 8 * N) };
        for y in (0..self.h).step_by(high) {
            for x in (0..self.w).step_by(wide) {
                let mut rows = [lanes.splat(0); 8];
                for (i, row) in rows.iter_mut().enumerate() {
                    *row = self.row(lanes, x, y + i);
                }
                count(lanes, magnitudes8(lanes, rows), &mut sums);
            }
        }
        2 * sums.as_flattened().iter().sum::<u32>()
    }
}

impl<const N: usize, const WIDE: bool> Tiles<'_, N, WIDE> {
    /// The differences in one row of each of the tiles; where there is one, the other has none.
    #[inline(always)]
    fn row<L: Lanes>(&self, lanes: L, x: usize, y: usize) -> L::Words {
        let pair = self.blocks.pair;
        if WIDE {
            let (a, b) = pair.get::<LANES>(x, y);
            return self.blocks.of(lanes, &a, &b);
        }
        let (mut a, mut b) = ([0; LANES], [0; LANES]);
        for k in 0..N {
            let eight = pair.get::<8>(x, y + 8 * k);
            a[8 * k..8 * k + 8].copy_from_slice(&eight.0);
            b[8 * k..8 * k + 8].copy_from_slice(&eight.1);
        }
        self.blocks.of(lanes, &a, &b)
    }
}

/// Half of the magnitudes of the Hadamard transforms of two tiles, some after others in an order
/// that does not matter.
#[inline(always)]
fn magnitudes8<L: Lanes>(lanes: L, mut rows: [L::Words; 8]) -> [L::Words; 4] {
    for span in [4, 2, 1] {
        let before = rows;
        for i in 0..8 {
            let (a, b) = (before[i & !span], before[i | span]);
            rows[i] = if i & span == 0 { lanes.add(a, b) } else { lanes.sub(a, b) };
        }
    }
    // Columns likewise: zipped rows hold columns four apart in their two registers.
    for _ in 0..2 {
        for pair in rows.as_chunks_mut::<2>().0 {
            let [low, high] = lanes.zip(pair[0], pair[1]);
            *pair = [lanes.add(low, high), lanes.sub(low, high)];
        }
    }
    // The last step: `|p + q| + |p - q| = 2 max(|p|, |q|)`. Its sums would not fit 16 bits.
    let mut most = [rows[0]; 4];
    for (most, pair) in most.iter_mut().zip(rows.as_chunks::<2>().0) {
        let [low, high] = lanes.zip(pair[0], pair[1]);
        *most = lanes.max(lanes.abs(low), lanes.abs(high));
    }
    most
}

/// The sum of the magnitudes of `N` tiles of 4x4, of which [`Lanes`] hold four: side by side, or
/// one above the other.
struct SmallTiles<'a, const N: usize> {
    blocks: Differences<'a>,
    wide: bool,
}

impl<const N: usize> Kernel for SmallTiles<'_, N> {
    type Output = u32;

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> u32 {
        // Where there are fewer than four, the others have no differences.
        let mut rows = [lanes.splat(0); 4];
        for (y, row) in rows.iter_mut().enumerate() {
            let (mut a, mut b) = ([0; LANES], [0; LANES]);
            for k in 0..N {
                let (x, y) = if self.wide { (4 * k, y) } else { (0, y + 4 * k) };
                let four = self.blocks.pair.get::<4>(x, y);
                a[4 * k..4 * k + 4].copy_from_slice(&four.0);
                b[4 * k..4 * k + 4].copy_from_slice(&four.1);
            }
            *row = self.blocks.of(lanes, &a, &b);
        }
        let mut sums = [[0; LANES / 4]; 4];
        let [first, second] = magnitudes4(lanes, rows);
        count(lanes, [first, second, lanes.splat(0), lanes.splat(0)], &mut sums);
        2 * sums.as_flattened().iter().sum::<u32>()
    }
}

/// Half of the magnitudes of the Hadamard transforms of four tiles, in an order that does not
/// matter.
#[inline(always)]
fn magnitudes4<L: Lanes>(lanes: L, [a, b, c, d]: [L::Words; 4]) -> [L::Words; 2] {
    let (a, b, c, d) = (lanes.add(a, c), lanes.add(b, d), lanes.sub(a, c), lanes.sub(b, d));
    let (a, b, c, d) = (lanes.add(a, b), lanes.sub(a, b), lanes.add(c, d), lanes.sub(c, d));
    let (upper, lower) = (lanes.zip(a, b), lanes.zip(c, d));
    let mut most = upper;
    for (k, most) in most.iter_mut().enumerate() {
        // Columns two apart, then those beside each other; of the last step see above.
        let [low, high] = lanes.zip(upper[k], lower[k]);
        let [low, high] = lanes.zip(lanes.add(low, high), lanes.sub(low, high));
        *most = lanes.max(lanes.abs(low), lanes.abs(high));
    }
    most
}

#[cfg(test)]
mod tests {
    use super::{Pair, residual, satd, sse};
    use crate::random::SplitMix64;
    use crate::simd::{CpuLevel, Simd};
    use crate::transform::tests::sizes;

    /// The definition: `sum |H D H^T|` for tiles of side `n`, entries of `H` by the parity of
    /// `i & j`.
    fn reference(d: &[i32], w: usize, h: usize) -> u32 {
        let n = if w == 4 || h == 4 { 4 } else { 8 };
        let sign = |i: usize, j: usize| if (i & j).count_ones().is_multiple_of(2) { 1 } else { -1 };
        let mut total = 0;
        for (y0, x0) in (0..h).step_by(n).flat_map(|y| (0..w).step_by(n).map(move |x| (y, x))) {
            for (v, u) in (0..n * n).map(|i| (i / n, i % n)) {
                let terms = (0..n * n).map(|i| (i / n, i % n));
                let sum: i32 = terms.map(|(y, x)| sign(v, y) * sign(u, x) * d[(y0 + y) * w + x0 + x]).sum();
                total += sum.unsigned_abs();
            }
        }
        (total + n as u32 / 2) / n as u32
    }

    #[test]
    fn satd_sse_and_residual_are_their_definitions() {
        let mut random = SplitMix64::new(5);
        for (w, h) in sizes() {
            for (kind, extra) in (0..6).flat_map(|kind| [(kind, 0), (kind, 4)]) {
                let (a_stride, b_stride) = (w + 3, w + 8);
                let max = (1024 << extra) - 1;
                let mut sample = |kind| match kind {
                    0 => max as u16,
                    1 => 0,
                    2 => max as u16 * random.range(0, 1) as u16,
                    _ => random.range(0, max) as u16,
                };
                let a: Vec<u16> = (0..a_stride * h).map(|_| sample(kind)).collect();
                let b: Vec<u16> = (0..b_stride * h).map(|_| sample([1, 0, 2, 3, 3, 3][kind])).collect();
                let pair = Pair { a: &a, a_stride, b: &b, b_stride };
                let d: Vec<i32> = (0..w * h)
                    .map(|i| i32::from(a[i / w * a_stride + i % w]) - i32::from(b[i / w * b_stride + i % w]))
                    .collect();
                let reduced: Vec<i32> = (0..w * h)
                    .map(|i| (i / w * a_stride + i % w, i / w * b_stride + i % w))
                    .map(|(i, j)| i32::from(a[i] >> extra) - i32::from(b[j] >> extra))
                    .collect();
                for simd in [Simd::new(CpuLevel::Scalar), Simd::new(CpuLevel::detect())] {
                    let found = satd(simd, pair, extra, w, h);
                    assert_eq!(found, reference(&reduced, w, h), "{w}x{h} {extra} {simd:?}");
                    let squares: u64 = d.iter().map(|d| (d * d) as u64).sum();
                    assert_eq!(sse(simd, pair, w, h), squares, "{w}x{h} {simd:?}");
                    let mut out = vec![0; w * h];
                    residual(simd, pair, w, h, &mut out);
                    assert_eq!(out, d, "{w}x{h} {simd:?}");
                }
            }
        }
    }
}
