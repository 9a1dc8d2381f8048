//! PSNR, and the luma that it and MS-SSIM measure.

/// Weights of red, green and blue in the luma of BT.601 in full range, in thousandths.
const LUMA: [u16; 3] = [299, 587, 114];

/// The luma plane of RGB pixels, 0 to 255, not rounded to integers.
pub(super) fn luma(rgb: &[u8]) -> Vec<f32> {
    let [r, g, b] = LUMA.map(|w| f32::from(w) / 1000.0);
    rgb.chunks_exact(3).map(|p| r * f32::from(p[0]) + g * f32::from(p[1]) + b * f32::from(p[2])).collect()
}

/// PSNR in dB of the luma, and over the three channels together; infinite for an exact copy.
pub(super) fn psnr(a: &[u8], b: &[u8]) -> (f64, f64) {
    // In integers, in which the sums are exact; (255 * 1000)² for each pixel of a very large picture is more than a `u64`.
    let (mut sum_y, mut sum) = (0u128, 0u64);
    for (a, b) in a.chunks_exact(3).zip(b.chunks_exact(3)) {
        let d = [0, 1, 2].map(|i| i32::from(a[i]) - i32::from(b[i]));
        let y = d[0] * i32::from(LUMA[0]) + d[1] * i32::from(LUMA[1]) + d[2] * i32::from(LUMA[2]);
        sum_y += u128::from(u64::from(y.unsigned_abs()).pow(2));
        sum += u64::from((d[0] * d[0] + d[1] * d[1] + d[2] * d[2]).unsigned_abs());
    }
    let decibel = |mse: f64| 10.0 * (255.0 * 255.0 / mse).log10();
    (decibel(sum_y as f64 / 1e6 / (a.len() / 3) as f64), decibel(sum as f64 / a.len() as f64))
}
