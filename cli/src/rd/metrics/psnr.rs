//! PSNR, and the luma that it and MS-SSIM measure.

/// Weights of red, green and blue in the luma of BT.601 in full range, which is not rounded here.
const LUMA: [f64; 3] = [0.299, 0.587, 0.114];

/// The luma plane of RGB pixels, 0 to 255.
pub(super) fn luma(rgb: &[u8]) -> Vec<f32> {
    let [r, g, b] = LUMA.map(|w| w as f32);
    rgb.chunks_exact(3).map(|p| r * f32::from(p[0]) + g * f32::from(p[1]) + b * f32::from(p[2])).collect()
}

/// PSNR in dB of the luma, and over the three channels together; infinite for an exact copy.
pub(super) fn psnr(a: &[u8], b: &[u8]) -> (f64, f64) {
    let (mut sum_y, mut sum) = (0.0, 0u64);
    for (a, b) in a.chunks_exact(3).zip(b.chunks_exact(3)) {
        let d = [0, 1, 2].map(|i| i32::from(a[i]) - i32::from(b[i]));
        let y: f64 = LUMA.iter().zip(d).map(|(w, d)| w * f64::from(d)).sum();
        sum_y += y * y;
        sum += d.iter().map(|d| u64::from(d.unsigned_abs().pow(2))).sum::<u64>();
    }
    let decibel = |mse: f64| 10.0 * (255.0 * 255.0 / mse).log10();
    (decibel(sum_y / (a.len() / 3) as f64), decibel(sum as f64 / a.len() as f64))
}
