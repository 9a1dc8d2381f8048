//! Target `lossless`: any bytes as the planes of a small lossless picture give an error or planes,
//! the same at each CPU level.

use kvant::CpuLevel;
use kvant::bench_api::decode_lossless;

/// Shape of the planes in the first four bytes, then their data.
pub fn lossless(data: &[u8]) {
    let Some((&[width, height, planes, depth], data)) = data.split_first_chunk() else { return };
    let size = (usize::from(width % 32) + 1, usize::from(height % 32) + 1);
    let (planes, depth) = ([1, 3, 2][usize::from(planes % 3)], u32::from(depth % 16) + 1);
    let decode = |cpu| decode_lossless(cpu, data, size, planes, depth);
    let scalar = decode(CpuLevel::Scalar);
    for cpu in CpuLevel::available().skip(1) {
        assert!(decode(cpu) == scalar, "{cpu:?} differs from scalar");
    }
}
