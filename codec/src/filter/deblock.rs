//! Deblocking: a pass over a whole reconstructed plane that smooths the steps between blocks where the picture is
//! smooth on both sides. Prediction reads unfiltered samples, so nothing here feeds back.
//! BITSTREAM.md §10.1 to §10.3; the scheme is HEVC's, with VVC's long filter. Which edges and how strongly is here, the
//! filters are in `segment`.
//!
//! No edge reads or writes a sample beyond the middle of the blocks at its sides, so parallel edges never meet and
//! their order does not matter.

use crate::entropy::BinCoder;
use crate::filter::segment::{Segment, Thresholds};
use crate::image::plane::Plane;
use crate::simd::Simd;

/// QP is held to this: a step of 2^16 quarter samples.
const MAX_QP: usize = 511;

/// What the filter needs to know of the block over a 4x4 unit.
#[derive(Debug, Copy, Clone, PartialEq, Eq)]
pub(crate) struct Unit {
    /// log2 of the block's width in samples of the plane, 2 to 6.
    pub(crate) log2_w: u8,
    /// log2 of the block's height.
    pub(crate) log2_h: u8,
    /// Whether the block has coefficients in this plane.
    pub(crate) coded: bool,
    /// QP of the block in this plane, in 1/32 octave: its step is 2^(qp/32) quarter samples of 10 bits.
    pub(crate) qp: u16,
}

/// The blocks of a plane, by 4x4 units, row by row. A block lies at multiples of its own width and height.
#[derive(Debug, Clone)]
pub(crate) struct BlockMap {
    pub(crate) units: Vec<Unit>,
    /// Units in a row: the plane's width / 4.
    pub(crate) stride: usize,
    /// Rows of units: the plane's height / 4.
    pub(crate) rows: usize,
}

impl BlockMap {
    /// For a plane of `width` x `height` samples, multiples of 4; the blocks are to be filled in.
    pub(crate) fn new(width: usize, height: usize) -> Self {
        let (stride, rows) = (width / 4, height / 4);
        Self { units: vec![Unit { log2_w: 2, log2_h: 2, coded: false, qp: 0 }; stride * rows], stride, rows }
    }

    /// Row `y4` of units.
    pub(crate) fn row(&self, y4: usize) -> &[Unit] {
        &self.units[y4 * self.stride..][..self.stride]
    }

    /// Row `y4` of units, to write.
    pub(crate) fn row_mut(&mut self, y4: usize) -> &mut [Unit] {
        &mut self.units[y4 * self.stride..][..self.stride]
    }
}

/// Parameters from the header, 7 bits.
#[derive(Debug, Copy, Clone, PartialEq, Eq)]
pub(crate) struct Deblock {
    /// 0 is off; 8 has about the thresholds of HEVC; at most 15.
    pub(crate) strength: u8,
    /// 0 to 7: how much smoother than by default the surroundings of an edge must be.
    pub(crate) sharpness: u8,
}

impl Deblock {
    /// No deblocking.
    pub(crate) const OFF: Self = Self { strength: 0, sharpness: 0 };

    /// Codes the parameters; sharpness only where there is strength.
    pub(crate) fn walk<C: BinCoder>(&mut self, c: &mut C) {
        self.strength = c.bypass(4, self.strength as u32) as u8;
        self.sharpness = if self.strength > 0 { c.bypass(3, self.sharpness as u32) as u8 } else { 0 };
    }
}

/// 2^(15 + i / 32), rounded.
const POWERS: [u32; 32] = [
    32768, 33486, 34219, 34968, 35734, 36516, 37316, 38133, 38968, 39821, 40693, 41584, 42495, 43425, 44376, 45348,
    46341, 47356, 48393, 49452, 50535, 51642, 52773, 53928, 55109, 56316, 57549, 58809, 60097, 61413, 62757, 64132,
];

/// 2^(15 + n / 32).
pub(super) fn power(n: usize) -> u64 {
    u64::from(POWERS[n % 32]) << (n / 32)
}

/// The thresholds for each QP.
struct Table([Thresholds; MAX_QP + 1]);

impl Table {
    fn new(params: Deblock, depth: u32) -> Self {
        let (strength, softness) = (u64::from(params.strength), 8 - u64::from(params.sharpness));
        Self(std::array::from_fn(|qp| {
            // tc = step * strength / 64: an eighth of the step at strength 8, as in HEVC.
            let tc = (strength * power(qp) + (1 << 22)) >> 23;
            // beta = 9 * sqrt(step) at strength 8 and sharpness 0, which follows HEVC's table.
            let beta = (9 * strength * softness * power(qp / 2) + (1 << 21)) >> 22;
            Thresholds { tc: (tc << (depth - 10)) as i32, beta: (beta << (depth - 10)) as i32 }
        }))
    }

    /// Thresholds of the edge between two blocks.
    #[inline(always)]
    fn between(&self, p: Unit, q: Unit) -> Thresholds {
        let mean = (usize::from(p.qp) + usize::from(q.qp) + 1) >> 1;
        let found = self.0[mean.min(MAX_QP)];
        // Without coefficients on either side only the predictions differ.
        let tc = if p.coded || q.coded { found.tc } else { found.tc >> 1 };
        Thresholds { tc, ..found }
    }
}

/// Deblocks a plane of `depth` bits, whose sides are multiples of 4. Vertical edges first, then horizontal ones.
/// `subsampled` says that this is a chroma plane at half resolution, which has no long filter (it would reach further
/// than 16 luma samples).
pub(crate) fn deblock(simd: Simd, plane: &mut Plane, map: &BlockMap, params: Deblock, depth: u32, subsampled: bool) {
    debug_assert!(params.strength < 16 && params.sharpness < 8);
    debug_assert!(map.stride * 4 == plane.width() && map.rows * 4 == plane.height());
    if params.strength == 0 {
        return;
    }
    let table = Table::new(params, depth);
    let edges = Edges { map, table: &table, max: (1 << depth) - 1, long: !subsampled };
    simd.run(
        #[inline(always)]
        || edges.filter(plane),
    );
}

/// All that the two passes share.
struct Edges<'a> {
    map: &'a BlockMap,
    table: &'a Table,
    max: i32,
    long: bool,
}

impl Edges<'_> {
    #[inline(always)]
    fn filter(&self, plane: &mut Plane) {
        let width = plane.width();
        let data = plane.data_mut();
        for (y4, units) in self.map.units.chunks_exact(self.map.stride).enumerate().take(self.map.rows) {
            let rows = &mut data[y4 * 4 * width..(y4 * 4 + 4) * width];
            for (x4, (p, q)) in units.iter().zip(&units[1..]).enumerate().map(|(i, pair)| (i + 1, pair)) {
                if (x4 * 4) & ((1 << q.log2_w) - 1) == 0 {
                    let thresholds = self.table.between(*p, *q);
                    let segment = Segment { at: x4 * 4, across: 1, along: width, max: self.max };
                    segment.filter(rows, [p.log2_w, q.log2_w], thresholds, self.long);
                }
            }
        }
        for y4 in 1..self.map.rows {
            let above = &self.map.units[(y4 - 1) * self.map.stride..y4 * self.map.stride];
            let below = &self.map.units[y4 * self.map.stride..(y4 + 1) * self.map.stride];
            for (x4, (p, q)) in above.iter().zip(below).enumerate() {
                if (y4 * 4) & ((1 << q.log2_h) - 1) == 0 {
                    let thresholds = self.table.between(*p, *q);
                    let segment = Segment { at: y4 * 4 * width + x4 * 4, across: width, along: 1, max: self.max };
                    segment.filter(data, [p.log2_h, q.log2_h], thresholds, self.long);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::CpuLevel;

    const NORMAL: Deblock = Deblock { strength: 8, sharpness: 0 };
    /// A step of 64 samples.
    const QP: u16 = 256;

    fn blocks(width: usize, height: usize, log2: u8, coded: bool, qp: u16) -> BlockMap {
        let unit = Unit { log2_w: log2, log2_h: log2, coded, qp };
        BlockMap { units: vec![unit; width * height / 16], stride: width / 4, rows: height / 4 }
    }

    /// A plane whose sample at (x, y) is `law(x, y)`.
    fn plane(width: usize, height: usize, law: impl Fn(usize, usize) -> u16) -> Plane {
        let mut plane = Plane::new(width, height);
        for y in 0..height {
            for (x, s) in plane.row_mut(y).iter_mut().enumerate() {
                *s = law(x, y);
            }
        }
        plane
    }

    fn filtered(plane: &Plane, map: &BlockMap, params: Deblock) -> Plane {
        let [mut scalar, mut best] = [plane.clone(), plane.clone()];
        deblock(Simd::new(CpuLevel::Scalar), &mut scalar, map, params, 10, false);
        deblock(Simd::new(CpuLevel::detect()), &mut best, map, params, 10, false);
        assert!(scalar == best, "the levels differ");
        best
    }

    fn noise(width: usize, height: usize, amplitude: u32) -> Plane {
        plane(width, height, |x, y| {
            let hash = ((x * 7919 + y * 104_729) as u32).wrapping_mul(2_654_435_761) >> 12;
            let ramp = x as u32 / 2 + (y as u32 / 16) * 5;
            (400 + ramp % 500 + hash % amplitude) as u16
        })
    }

    #[test]
    fn powers_are_the_rounded_powers_of_two() {
        for (i, &p) in POWERS.iter().enumerate() {
            assert_eq!(p, (32768.0 * (i as f64 / 32.0).exp2()).round() as u32);
        }
    }

    #[test]
    fn thresholds_at_strength_8_are_an_eighth_of_the_step_and_nine_times_its_root() {
        let table = Table::new(NORMAL, 10);
        for (qp, step) in [(128, 4.0f64), (192, 16.0), (256, 64.0), (320, 256.0)] {
            assert_eq!(table.0[qp].tc, (step / 8.0 + 0.5).floor() as i32);
            assert_eq!(table.0[qp].beta, (9.0 * step.sqrt() + 0.5).floor() as i32);
        }
    }

    #[test]
    fn a_small_step_at_a_block_edge_is_reduced_in_both_directions() {
        for log2 in 2..=6u8 {
            let n = 1 << log2;
            for vertical in [false, true] {
                let plane = plane(2 * n, 2 * n, |x, y| if (if vertical { x } else { y }) < n { 500 } else { 512 });
                let out = filtered(&plane, &blocks(2 * n, 2 * n, log2, true, QP), NORMAL);
                for i in 0..2 * n {
                    let at = |k| if vertical { out.get(k, i) } else { out.get(i, k) };
                    assert!(at(n) - at(n - 1) <= 6, "{log2} {vertical}");
                    let reach = [1, 3, 3, 7, 7][usize::from(log2) - 2];
                    assert!((0..n - reach).all(|k| at(k) == 500) && (n + reach..2 * n).all(|k| at(k) == 512));
                    assert!((1..2 * n).all(|k| at(k) >= at(k - 1)), "not monotone");
                }
            }
        }
    }

    #[test]
    fn the_longest_filter_leaves_a_ramp_alone() {
        let plane = plane(128, 64, |x, _| 400 + x as u16);
        assert!(filtered(&plane, &blocks(128, 64, 6, true, QP), NORMAL) == plane);
    }

    #[test]
    fn a_real_edge_stays() {
        let plane = plane(64, 64, |x, y| if x < 32 && y < 32 { 200 } else { 800 });
        for log2 in 2..=5 {
            assert!(filtered(&plane, &blocks(64, 64, log2, true, QP), NORMAL) == plane);
        }
    }

    #[test]
    fn texture_stays() {
        let plane = plane(64, 64, |x, y| if (x ^ y) & 1 == 0 { 480 } else { 540 });
        assert!(filtered(&plane, &blocks(64, 64, 3, true, QP), NORMAL) == plane);
    }

    #[test]
    fn strength_zero_is_the_identity() {
        let plane = noise(64, 48, 9);
        assert!(filtered(&plane, &blocks(64, 48, 3, true, QP), Deblock { strength: 0, sharpness: 0 }) == plane);
    }

    #[test]
    fn blocks_without_coefficients_change_by_half_at_most() {
        let plane = plane(32, 32, |x, _| if x < 16 { 500 } else { 512 });
        let coded = filtered(&plane, &blocks(32, 32, 4, true, 224), NORMAL);
        let bare = filtered(&plane, &blocks(32, 32, 4, false, 224), NORMAL);
        assert!(coded.get(15, 5) > bare.get(15, 5) && bare.get(15, 5) > 500);
    }

    /// Blocks of mixed sizes, planes of odd unit counts, all strengths: the levels agree, values stay in range, and no
    /// sample further from an edge than its block allows changes.
    #[test]
    fn mixed_sizes_and_narrow_planes_are_filtered_alike_at_every_level() {
        for (width, height) in [(4, 4), (12, 20), (72, 40), (136, 100)] {
            let mut map = blocks(width, height, 2, true, 200);
            for (i, unit) in map.units.iter_mut().enumerate() {
                let (x, y) = (i % map.stride * 4, i / map.stride * 4);
                let log2 = [4, 3, 2, 5][(x / 32 + y / 32 * 3) % 4];
                let fits = |log2: u8| {
                    (x >> log2 << log2) + (1 << log2) <= width && (y >> log2 << log2) + (1 << log2) <= height
                };
                let log2 = (2..=log2).rev().find(|&l| fits(l)).unwrap();
                *unit = Unit { log2_w: log2, log2_h: log2, coded: x & 32 == 0, qp: 180 + (x as u16 & !31) };
            }
            for strength in 1..16 {
                let plane = noise(width, height, 6);
                let out = filtered(&plane, &map, Deblock { strength, sharpness: strength % 8 });
                assert!((0..height).all(|y| out.row(y).iter().all(|&s| s < 1024)));
            }
        }
    }

    /// The result for a region depends on no sample further than 16 away.
    #[test]
    fn the_joint_reach_is_within_sixteen_samples() {
        let original = plane(128, 128, |x, y| 500 + (x / 32) as u16 * 4 + (y / 32) as u16 * 3);
        let map = blocks(128, 128, 5, true, QP);
        let before = filtered(&original, &map, NORMAL);
        for at in [63, 64, 70, 56, 90] {
            let mut changed = original.clone();
            changed.row_mut(at)[at] += 3;
            let after = filtered(&changed, &map, NORMAL);
            for y in 0..128usize {
                for x in 0..128usize {
                    assert!(before.get(x, y) == after.get(x, y) || (x.abs_diff(at) <= 16 && y.abs_diff(at) <= 16));
                }
            }
        }
    }
}
