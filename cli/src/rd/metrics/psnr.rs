//! PSNR of the luma and of all channels.

use super::colours::{Colours, LUMA};

/// PSNR in dB of the luma, and over the three channels together; infinite for an exact copy. Pictures of different depths
/// are compared on a scale that has the values of both.
pub(super) fn psnr(a: &Colours, b: &Colours) -> (f64, f64) {
    let peak = least_common_multiple(a.peak.into(), b.peak.into());
    let [scale_a, scale_b] = [a, b].map(|c| peak / i64::from(c.peak));
    // In integers, in which the sums are exact. Peaks of 16 bits have a multiple below 2³¹: squares of lumas in thousandths
    // have up to 82 bits.
    let (mut sum_y, mut sum) = (0u128, 0u128);
    for (a, b) in a.rgb.chunks_exact(3).zip(b.rgb.chunks_exact(3)) {
        let d = [0, 1, 2].map(|i| i64::from(a[i]) * scale_a - i64::from(b[i]) * scale_b);
        let y: i64 = d.iter().zip(LUMA).map(|(d, w)| d * i64::from(w)).sum();
        sum_y += u128::from(y.unsigned_abs()).pow(2);
        sum += d.iter().map(|d| u128::from(d.unsigned_abs().pow(2))).sum::<u128>();
    }
    let decibel = |mse: f64| 10.0 * ((peak * peak) as f64 / mse).log10();
    let samples = a.rgb.len();
    (decibel(sum_y as f64 / 1e6 / (samples / 3) as f64), decibel(sum as f64 / samples as f64))
}

fn least_common_multiple(a: i64, b: i64) -> i64 {
    let (mut divisor, mut rest) = (a, b);
    while rest != 0 {
        (divisor, rest) = (rest, divisor % rest);
    }
    a / divisor * b
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

    #[test]
    fn pictures_of_two_depths_are_equal_where_their_values_are() {
        let colours = |peak: u16, value: u16| Colours { rgb: vec![value; 12], peak };
        assert_eq!(psnr(&colours(255, 100), &colours(65535, 25700)), (f64::INFINITY, f64::INFINITY));
        // 1365 of 4095 is a third, as 21845 of 65535 is.
        assert_eq!(psnr(&colours(4095, 1365), &colours(65535, 21845)), (f64::INFINITY, f64::INFINITY));
        // All that there is between black and white.
        assert!(psnr(&colours(32767, 0), &colours(65535, 65535)).1.abs() < 1e-12);
        let (_, rgb) = psnr(&colours(255, 100), &colours(65535, 25701));
        assert!((rgb - 20.0 * 65535f64.log10()).abs() < 1e-9, "{rgb}");
    }
}
