//! The filter against the text of BITSTREAM.md, sample by sample, and its bounds.

use super::*;
use crate::simd::CpuLevel;

/// A step of 64 samples.
const QP: u16 = 256;

fn blocks(width: usize, height: usize, qp: impl Fn(usize) -> u16) -> BlockMap {
    let mut map = BlockMap::new(width, height);
    for (i, unit) in map.units.iter_mut().enumerate() {
        unit.qp = qp(i);
    }
    map
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

fn noise(width: usize, height: usize, amplitude: u32) -> Plane {
    plane(width, height, |x, y| {
        let hash = ((x * 7919 + y * 104_729) as u32).wrapping_mul(2_654_435_761) >> 12;
        let edge = if 3 * x + y > width + 20 { 300 } else { 0 };
        (edge + hash % amplitude) as u16
    })
}

fn filtered(plane: &Plane, map: &BlockMap, extra: u32, chroma: bool, strength: u8) -> Plane {
    let at = |level| {
        let mut plane = plane.clone();
        classified(Simd::new(level), &mut plane, map, extra, chroma, strength);
        plane
    };
    let scalar = at(CpuLevel::Scalar);
    assert!(CpuLevel::available().all(|level| at(level) == scalar), "the levels differ");
    scalar
}

/// The filter as BITSTREAM.md §10.7 to §10.10 has it, sample by sample.
fn by_the_book(plane: &Plane, map: &BlockMap, extra: u32, table: &[u8], strength: i64) -> Plane {
    let (w, h) = (plane.width() as i64, plane.height() as i64);
    let s = |x: i64, y: i64| i64::from(plane.get(x.clamp(0, w - 1) as usize, y.clamp(0, h - 1) as usize));
    let mut out = Plane::new(plane.width(), plane.height());
    for y in 0..h {
        for x in 0..w {
            let (x0, y0) = (x & !3, y & !3);
            let qp = usize::from(map.units[(y0 / 4) as usize * map.stride + (x0 / 4) as usize].qp);
            let mut sums = [0; 4];
            for (g, (dx, dy)) in [(0, 1), (1, 0), (1, 1), (1, -1)].into_iter().enumerate() {
                for y in y0 - 2..y0 + 6 {
                    sums[g] += (x0 - 2..x0 + 6)
                        .map(|x| {
                            let s = |x, y| s(x, y) >> extra;
                            (2 * s(x, y) - s(x + dx, y + dy) - s(x - dx, y - dy)).abs()
                        })
                        .sum::<i64>();
                }
            }
            let [v, h, d0, d1] = sums;
            let diagonal = d0.max(d1) * v.min(h) > v.max(h) * d0.min(d1);
            let (a, b) = if diagonal { (d0.max(d1), d0.min(d1)) } else { (v.max(h), v.min(h)) };
            let d = i64::from(a > 2 * b) + i64::from(2 * a > 9 * b);
            let direction = if d == 0 { 0 } else { d + 2 * i64::from(diagonal) };
            let reaches = |k: &&i64| (v + h) << 17 >= **k * power(qp) as i64;
            let activity = [10, 19, 32, 51, 77].iter().filter(reaches).count() as i64;
            let mut sum = 0;
            for (c, clip) in [4, 16].into_iter().enumerate() {
                let bound = ((clip * power(qp) as i64 + (1 << 20)) >> 21).min(1023) << extra;
                for (i, (dy, dx)) in PAIRS.into_iter().enumerate() {
                    let (dx, dy) = match (h < v, d0 < d1) {
                        (false, false) => (dx, dy),
                        (true, false) => (dy, dx),
                        (false, true) => (dx, -dy),
                        (true, true) => (-dy, dx),
                    };
                    let (dx, dy) = (i64::from(dx), i64::from(dy));
                    let tap = table[(24 * (5 * activity + direction)) as usize + 12 * c + i] as i8;
                    let near = |sample: i64| (sample - s(x, y)).clamp(-bound, bound);
                    sum += i64::from(tap) * (near(s(x + dx, y + dy)) + near(s(x - dx, y - dy)));
                }
            }
            let result = s(x, y) + ((sum * strength + 1024) >> 11);
            out.row_mut(y as usize)[x as usize] = result.clamp(0, (1024 << extra) - 1) as u16;
        }
    }
    out
}

#[test]
fn every_level_does_what_the_book_says() {
    for (width, height) in [(4, 4), (12, 20), (72, 40), (100, 36)] {
        for (amplitude, extra) in [(3, 0), (40, 0), (400, 0), (700, 0), (60, 2), (3000, 2), (100, 4), (15_000, 4)] {
            let plane = noise(width, height, amplitude);
            let map = blocks(width, height, |i| [0, 90, 200, 255, 320, 447][i % 6]);
            for (chroma, table) in [(false, LUMA), (true, CHROMA)] {
                for strength in [2, 5, 8] {
                    let out = filtered(&plane, &map, extra, chroma, strength);
                    let expected = by_the_book(&plane, &map, extra, table, strength.into());
                    assert!(out == expected, "{width} {amplitude} {extra}");
                }
            }
        }
    }
}

#[test]
fn orientations_turn_every_pair_into_another() {
    let mut table = [0; CLASSES * TAPS];
    for (i, c) in table.iter_mut().enumerate() {
        *c = (i % TAPS) as u8;
    }
    for filter in bank(&table) {
        let mut sorted = filter[..PAIRS.len()].as_flattened().to_vec();
        sorted.sort_unstable();
        assert!(sorted.into_iter().eq(0..TAPS as i16));
    }
}

#[test]
fn flat_stays_flat_and_extremes_stay_in_range() {
    for value in [0, 500, 1023] {
        let flat = plane(32, 16, |_, _| value);
        assert!(filtered(&flat, &blocks(32, 16, |_| QP), 0, false, 8) == flat);
    }
    for extra in [0, 4] {
        let max = (1024 << extra) - 1;
        let checks = plane(64, 64, |x, y| if ((x / 3) ^ (y / 2)) & 1 == 0 { 0 } else { max });
        let out = filtered(&checks, &blocks(64, 64, |_| 447), extra, true, 8);
        assert!((0..64).all(|y| out.row(y).iter().all(|&s| s <= max)));
    }
}

#[test]
fn the_finest_step_leaves_all_as_it_is() {
    let plane = noise(64, 32, 100);
    assert!(filtered(&plane, &blocks(64, 32, |_| 0), 0, false, 8) == plane);
}

#[test]
fn a_sample_reaches_six_at_most() {
    let (at, map) = (33usize, blocks(72, 72, |_| QP));
    let original = noise(72, 72, 60);
    let before = filtered(&original, &map, 0, false, 8);
    for shift in 0..4 {
        let mut changed = original.clone();
        changed.row_mut(at + shift)[at + shift] ^= 255;
        let after = filtered(&changed, &map, 0, false, 8);
        for y in 0..72usize {
            for x in 0..72usize {
                let far = x.abs_diff(at + shift).max(y.abs_diff(at + shift));
                assert!(before.get(x, y) == after.get(x, y) || far <= 6);
            }
        }
    }
}
