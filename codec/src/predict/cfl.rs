//! Chroma from luma with an explicit slope over a DC prediction that stands in `out`.
pub(crate) fn explicit(luma: &[u16], slope: i8, depth: u32, n: usize, out: &mut [u16]) {
    let sum: i64 = luma[..n].iter().map(|&l| l as i64).sum();
    let mean = (sum + n as i64 / 2) / n as i64;
    let max = (1i64 << depth) - 1;
    for (o, &l) in out[..n].iter_mut().zip(luma) {
        let d = slope as i64 * (l as i64 - mean);
        let d = if d < 0 { -((4 - d) >> 3) } else { (d + 4) >> 3 };
        *o = (*o as i64 + d).clamp(0, max) as u16;
    }
}
