//! Tests of the whole way, on planes made here; those on real pictures stand in
//! `tests/tests/lossless.rs`.

use super::{Decoded, Shape, memory};
use crate::entropy::interval::Damage;
use crate::image::plane::Plane;
use crate::random::SplitMix64;
use crate::simd::{CpuLevel, Simd};

/// 31 bits.
fn random(numbers: &mut SplitMix64) -> u32 {
    (numbers.next() >> 33) as u32
}

fn plane(width: usize, height: usize, mut sample: impl FnMut(usize, usize) -> u32) -> Plane {
    let mut plane = Plane::new(width, height);
    for y in 0..height {
        for x in 0..width {
            plane.row_mut(y)[x] = sample(x, y) as u16;
        }
    }
    plane
}

fn shape(planes: &[Plane], depth: u32) -> Shape {
    Shape { width: planes[0].width(), height: planes[0].height(), planes: planes.len(), depth }
}

fn simd() -> Simd {
    Simd::new(CpuLevel::detect())
}

fn encode(simd: Simd, planes: &[Plane], depth: u32) -> Vec<u8> {
    super::encode(simd, planes, depth, usize::MAX, &|_| true).unwrap()
}

fn decode(simd: Simd, data: &[u8], shape: &Shape) -> Result<Vec<Plane>, Damage> {
    let Decoded { planes, damage, .. } = super::decode(simd, data, shape, shape.height);
    damage.map_or(Ok(planes), Err)
}

/// Codes the planes, checks that they come back, and gives the bytes.
fn round_trip(planes: &[Plane], depth: u32) -> Vec<u8> {
    let data = encode(simd(), planes, depth);
    let back = decode(simd(), &data, &shape(planes, depth));
    assert!(back.as_deref() == Ok(planes), "{:?}: {:?}", shape(planes, depth), back.err());
    data
}

#[test]
fn noise_of_every_depth_and_number_of_planes_comes_back() {
    let mut s = SplitMix64::new(1);
    for depth in 1..=16 {
        for count in 1..=3 {
            let planes: Vec<Plane> = (0..count).map(|_| plane(23, 9, |_, _| random(&mut s) >> (31 - depth))).collect();
            let bytes = round_trip(&planes, depth).len();
            let raw = (23 * 9 * count * depth as usize).div_ceil(8);
            assert!(bytes < raw * 3 / 2 + 100, "{count} planes of {depth} bits: {bytes} bytes");
        }
    }
}

#[test]
fn every_small_size_comes_back() {
    let mut s = SplitMix64::new(2);
    for (width, height) in (1..20).flat_map(|w| [(w, 1), (1, w), (w, 20 - w), (w, 3)]) {
        let gray = plane(width, height, |x, y| ((x * 7 + y * 3) as u32 + random(&mut s) % 3) & 255);
        let mask = plane(width, height, |x, y| if x * 2 > y { 255 } else { 0 });
        round_trip(std::slice::from_ref(&gray), 8);
        round_trip(&[gray.clone(), mask.clone()], 8);
        round_trip(&[gray.clone(), mask, gray], 8);
    }
}

#[test]
fn a_plane_that_follows_a_linear_rule_costs_next_to_nothing() {
    // Third differences are zero: least squares finds that.
    let bowl = plane(180, 180, |x, y| (x * x + y * y) as u32);
    let bytes = round_trip(&[bowl], 16).len();
    assert!(bytes < 180 * 180 / 16, "{bytes} bytes for 32400 samples of 16 bits");
}

#[test]
fn noise_of_any_size_costs_what_it_holds() {
    let mut s = SplitMix64::new(8);
    for depth in [8, 12, 16] {
        for bits in 1..=depth {
            let noise: [Plane; 3] = [0; 3].map(|_: u8| plane(120, 80, |_, _| random(&mut s) >> (31 - bits)));
            let bytes = round_trip(&noise, depth).len();
            let held = 120 * 80 * 3 * bits as usize / 8;
            assert!(bytes < held * 9 / 8 + 200, "{bits} bits of {depth}: {bytes} bytes, not {held}");
        }
    }
}

#[test]
fn flat_ground_costs_less_than_a_bin_a_row() {
    let (width, height) = (3000, 1000);
    let opaque = round_trip(&[plane(width, height, |_, _| 255)], 8).len();
    assert!(opaque <= 8, "{opaque} bytes");
    let dot = round_trip(&[plane(width, height, |x, y| if (x, y) == (1700, 400) { 0 } else { 255 })], 8).len();
    assert!(dot < 60, "{dot} bytes");
    let box_shape =
        plane(width, height, |x, y| if (500..2000).contains(&x) && (300..800).contains(&y) { 255 } else { 0 });
    let bytes = round_trip(&[box_shape], 8).len();
    assert!(bytes < 200, "{bytes} bytes");
}

#[test]
fn planes_that_say_the_same_cost_little_more_than_one() {
    let mut s = SplitMix64::new(3);
    let noise = plane(64, 64, |_, _| random(&mut s) & 255);
    let one = round_trip(std::slice::from_ref(&noise), 8).len();
    let three = round_trip(&[noise.clone(), noise.clone(), noise], 8).len();
    assert!(three < one + one / 20, "{one} bytes and {three}");
}

#[test]
fn few_colours_cost_their_pattern_not_their_distance() {
    let mut s = SplitMix64::new(4);
    let colours: [[u32; 3]; 4] = std::array::from_fn(|_| std::array::from_fn(|_| random(&mut s) & 255));
    let at = |x: usize, y: usize| colours[(x / 16 + y / 8 * 3) % 4];
    let planes: Vec<Plane> = (0..3).map(|k| plane(256, 256, |x, y| at(x, y)[k])).collect();
    let bytes = round_trip(&planes, 8).len();
    assert!(bytes < 500, "{bytes} bytes");
}

#[test]
fn all_cpu_levels_write_and_read_the_same() {
    let mut s = SplitMix64::new(5);
    let planes: Vec<Plane> =
        (0..3).map(|k| plane(70, 50, |x, y| (x * k + y + random(&mut s) as usize % 20) as u32)).collect();
    let [scalar, best] = [CpuLevel::Scalar, CpuLevel::detect()].map(Simd::new);
    let data = encode(scalar, &planes, 8);
    assert!(data == encode(best, &planes, 8));
    assert!(decode(scalar, &data, &shape(&planes, 8)) == Ok(planes));
}

#[test]
fn damage_never_panics_and_half_of_the_data_is_found_out() {
    let mut s = SplitMix64::new(6);
    let photo: Vec<Plane> =
        (0..3).map(|k| plane(40, 30, |x, y| (x * (k + 1) + y * 2 + random(&mut s) as usize % 9) as u32)).collect();
    let mask = vec![plane(40, 30, |x, y| if (x + 2 * y) % 50 < 25 { 255 } else { random(&mut s) % 2 })];
    let few: Vec<Plane> = (0..3).map(|k| plane(40, 30, |x, y| ((x / 5 + y / 7) % 5 * (50 - k)) as u32)).collect();
    for planes in [photo, mask, few] {
        let shape = shape(&planes, 8);
        let data = encode(simd(), &planes, 8);
        let read = |data: &[u8]| decode(simd(), data, &shape);
        assert!(read(&data[..data.len() / 2]).is_err());
        assert!(read(&[&data[..], &[0; 5]].concat()).is_err());
        for _ in 0..300 {
            let mut damaged = data.clone();
            let at = random(&mut s) as usize % data.len().min(60);
            damaged[at] ^= 1 << (random(&mut s) % 8);
            // It may pass for another picture, which checksums of the file are for; but never for
            // more samples.
            if let Ok(planes) = read(&damaged) {
                assert_eq!(planes.len(), shape.planes);
            }
        }
        let noise: Vec<u8> = (0..500).map(|_| random(&mut s) as u8).collect();
        let _ = read(&noise);
    }
}

#[test]
fn memory_counts_the_samples_at_the_least() {
    let shape = Shape { width: 6000, height: 4000, planes: 3, depth: 16 };
    assert!(memory(&shape) > 24_000_000 * 3 * (4 + 2));
}

#[test]
fn a_limit_is_kept_or_nothing_comes_of_it() {
    let mut s = SplitMix64::new(5);
    let drawn = [plane(90, 60, |x, y| ((x / 9 + y / 7) % 5 * 40) as u32)];
    let noise = [0; 3].map(|_: u8| plane(64, 64, |_, _| random(&mut s) >> 23));
    for planes in [&drawn[..], &noise[..1], &noise[..]] {
        let within = |most| super::encode(simd(), planes, 8, most, &|_| true);
        let whole = within(usize::MAX).unwrap();
        for most in [whole.len(), whole.len() + 1, usize::MAX] {
            assert!(within(most).as_ref() == Some(&whole), "{most}");
        }
        for most in [0, 1, whole.len() / 2, whole.len() - 1] {
            assert_eq!(within(most), None, "{most} of {}", whole.len());
        }
    }
}
