//! Lossless planes, for measuring and for tests.

use crate::error::DecodeError;
use crate::image::plane::Plane;
use crate::lossless::{self, Decoded, Shape};
use crate::simd::{CpuLevel, Simd};

/// Codes planes of `width` columns (1 to 3 of equal size, row by row), whose samples have `depth`
/// bits (1 to 16).
pub fn encode_lossless(cpu: CpuLevel, planes: &[Vec<u16>], width: usize, depth: u32) -> Vec<u8> {
    let plane = |samples: &Vec<u16>| {
        let mut plane = Plane::new(width, samples.len() / width);
        plane.data_mut().copy_from_slice(samples);
        plane
    };
    lossless::encode(Simd::new(cpu), &planes.iter().map(plane).collect::<Vec<_>>(), depth, usize::MAX, &|_| true)
        .unwrap_or_default()
}

/// Decodes what [`encode_lossless`] made of `planes` planes of `width` x `height` samples of
/// `depth` bits.
///
/// # Errors
/// As decoding.
pub fn decode_lossless(
    cpu: CpuLevel,
    data: &[u8],
    (width, height): (usize, usize),
    planes: usize,
    depth: u32,
) -> Result<Vec<Vec<u16>>, DecodeError> {
    let shape = Shape { width, height, planes, depth };
    let Decoded { planes, damage, .. } = lossless::decode(Simd::new(cpu), data, &shape, height);
    if let Some((what, value, limit)) = damage {
        return Err(DecodeError::Corrupt { what, value, limit });
    }
    Ok(planes.iter().map(|plane| plane.from(0, 0).to_vec()).collect())
}
