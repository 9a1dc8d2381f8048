//! PSNR of the luma and of all channels.

use super::colours::{Colours, LUMA};

/// PSNR in dB of the luma, and over the three channels together, of pictures of one depth; infinite
/// for an exact copy.
pub(super) fn psnr(a: &Colours, b: &Colours) -> (f64, f64) {
    // In integers, in which the sums are exact: squares of lumas in thousandths have up to 52 bits.
    let (mut sum_y, mut sum) = (0u128, 0u128);
    for (a, b) in a.rgb.chunks_exact(3).zip(b.rgb.chunks_exact(3)) {
        let d = [0, 1, 2].map(|i| i64::from(a[i]) - i64::from(b[i]));
        let y: i64 = d.iter().zip(LUMA).map(|(d, w)| d * i64::from(w)).sum();
        sum_y += u128::from(y.unsigned_abs()).pow(2);
        sum += d.iter().map(|d| u128::from(d.unsigned_abs().pow(2))).sum::<u128>();
    }
    let peak = f64::from(a.peak);
    let decibel = |mse: f64| 10.0 * (peak * peak / mse).log10();
    let samples = a.rgb.len();
    (decibel(sum_y as f64 / 1e6 / (samples / 3) as f64), decibel(sum as f64 / samples as f64))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 16 pixels of `peak`, the first of which is off by `error` in green.
    fn pair(peak: u16, error: u16) -> [Colours; 2] {
        let flat = || Colours { rgb: vec![peak / 2; 48], peak };
        let mut other = flat();
        other.rgb[1] += error;
        [flat(), other]
    }

    #[test]
    fn the_smallest_step_of_any_depth_follows_the_formula() {
        for depth in [8, 10, 12, 16] {
            let peak = (65535u32 >> (16 - depth)) as u16;
            let [a, b] = pair(peak, 1);
            let (y, rgb) = psnr(&a, &b);
            let peak = f64::from(peak);
            assert!((y - 10.0 * (peak * peak * 16.0 / (0.587f64 * 0.587)).log10()).abs() < 1e-9, "{depth}: {y}");
            assert!((rgb - 10.0 * (peak * peak * 48.0).log10()).abs() < 1e-9, "{depth}: {rgb}");
        }
    }
}
