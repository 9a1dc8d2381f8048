//! What deblocking changes and what it leaves, at every level.

use super::*;
use crate::simd::CpuLevel;

const NORMAL: Deblock = Deblock { strength: 8, sharpness: 0 };
/// A step of 64 samples.
const QP: u16 = 256;

fn blocks(width: usize, height: usize, log2: u8, coded: bool, qp: u16) -> BlockMap {
    let unit = Unit { log2_w: log2, log2_h: log2, phase: [0; 2], coded, qp };
    BlockMap { units: vec![unit; width * height / 16], ..BlockMap::new(width, height) }
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

/// Divides the square of side 2^`log2` at (x, y) into a quarter, a half and a quarter: side by side,
/// or one above the other.
fn set_three(map: &mut BlockMap, (x, y): (usize, usize), log2: u8, vertical: bool, unit: Unit) {
    for (start, less) in [(0, 2), (1, 1), (3, 2)] {
        let along = start << (log2 - 2);
        if vertical {
            map.set(x + along, y, Unit { log2_w: log2 - less, log2_h: log2, ..unit });
        } else {
            map.set(x, y + along, Unit { log2_w: log2, log2_h: log2 - less, ..unit });
        }
    }
}

#[test]
fn the_middle_of_three_has_its_edges_where_it_starts_and_ends() {
    for vertical in [false, true] {
        let mut map = blocks(32, 32, 5, true, QP);
        let unit = map.units[0];
        set_three(&mut map, (0, 0), 5, vertical, unit);
        let ramp = |at: usize| 500 + at as u16 / 8 * 4;
        let original = plane(32, 32, |x, y| ramp(if vertical { x } else { y }));
        let out = filtered(&original, &map, NORMAL);
        let at = |i: usize| if vertical { out.get(i, 16) } else { out.get(16, i) };
        for edge in [8, 24] {
            assert!(at(edge - 1) > ramp(edge - 1) && at(edge) < ramp(edge), "no edge at {edge}");
        }
        assert_eq!([at(15), at(16)], [ramp(15), ramp(16)], "the middle is no edge");
    }
}

/// Blocks of mixed sizes, planes of odd unit counts, all strengths: the levels agree, values stay
/// in range, and no sample further from an edge than its block allows changes.
#[test]
fn mixed_sizes_and_narrow_planes_are_filtered_alike_at_every_level() {
    for (width, height) in [(4, 4), (12, 20), (72, 40), (136, 100)] {
        let mut map = blocks(width, height, 2, true, 200);
        for (i, unit) in map.units.iter_mut().enumerate() {
            let (x, y) = (i % map.stride * 4, i / map.stride * 4);
            let log2 = [4, 3, 2, 5][(x / 32 + y / 32 * 3) % 4];
            let fits =
                |log2: u8| (x >> log2 << log2) + (1 << log2) <= width && (y >> log2 << log2) + (1 << log2) <= height;
            let log2 = (2..=log2).rev().find(|&l| fits(l)).unwrap();
            *unit = Unit { log2_w: log2, log2_h: log2, phase: [0; 2], coded: x & 32 == 0, qp: 180 + (x as u16 & !31) };
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

/// Four segments at once are what each of them is by itself: blocks of all sizes and QPs, coded and
/// not, of noise and of ramps.
#[test]
fn four_segments_are_filtered_as_one_by_one() {
    for (width, height) in [(16, 8), (20, 36), (72, 40), (136, 100), (128, 128)] {
        for (amplitude, seed) in [(2, 0), (6, 1), (40, 2), (1, 3)] {
            let mut map = blocks(width, height, 2, true, 200);
            for (i, unit) in map.units.iter_mut().enumerate() {
                let (x, y) = (i % map.stride * 4, i / map.stride * 4);
                let log2 = [4, 3, 6, 2, 5][(x / 64 + y / 64 * 3 + (x / 32) * 2 + y / 32 + seed) % 5];
                let fits = |log2: u8| {
                    (x >> log2 << log2) + (1 << log2) <= width && (y >> log2 << log2) + (1 << log2) <= height
                };
                let log2 = (2..=log2).rev().find(|&l| fits(l)).unwrap();
                let qp = [150, 230, 280, 330, 447][(x / 32 + y / 16) % 5];
                *unit = Unit { log2_w: log2, log2_h: log2, phase: [0; 2], coded: (x + y) & 32 == 0, qp };
            }
            if width > 64 {
                let unit = Unit { qp: 230, ..map.units[0] };
                set_three(&mut map, (0, 0), 5, seed % 2 == 0, unit);
                set_three(&mut map, (48, 16), 4, seed % 2 == 1, unit);
            }
            for strength in 1..16 {
                let params = Deblock { strength, sharpness: strength % 8 };
                for subsampled in [false, true] {
                    let mut expected = noise(width, height, amplitude);
                    let plane = expected.clone();
                    let deblocking = Deblocking::new(params, 10, subsampled).unwrap();
                    deblocking.by_segments(&mut expected, &map, 0..map.rows);
                    // In bands, as a decoder has it.
                    for level in CpuLevel::available() {
                        let mut found = plane.clone();
                        for y4 in (0..map.rows).step_by(16) {
                            let rows = y4..map.rows.min(y4 + 16);
                            deblocking.filter(Simd::new(level), &mut found, &map, rows);
                        }
                        assert!(found == expected, "{width} {amplitude} {strength} {level:?}");
                    }
                }
            }
        }
    }
}
