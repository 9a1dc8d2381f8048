//! How far a mean over pictures can be trusted: the bootstrap.

/// The seed: any number does, as long as it stays.
const SEED: u64 = 0x6b76_616e_7472_6431;
const RESAMPLES: usize = 2000;

/// The 95 % interval of the mean of `values` by the percentile bootstrap (Efron, Ann. Statist. 7,
/// 1979): the 2.5 and 97.5 percentiles of the means of 2000 draws with replacement. The same for
/// the same values. NaN for none.
pub(crate) fn mean_interval(values: &[f64]) -> (f64, f64) {
    let n = values.len();
    let mut random = SplitMix64(SEED);
    let mut means: Vec<f64> =
        (0..RESAMPLES).map(|_| (0..n).map(|_| values[random.below(n)]).sum::<f64>() / n as f64).collect();
    means.sort_by(f64::total_cmp);
    (percentile(&means, 0.025), percentile(&means, 0.975))
}

/// The value below which a `share` of `sorted` lies, linear between neighbours (NumPy's default).
fn percentile(sorted: &[f64], share: f64) -> f64 {
    let at = share * (sorted.len() - 1) as f64;
    let (low, part) = (at.floor() as usize, at.fract());
    let high = (low + 1).min(sorted.len() - 1);
    sorted[low] + part * (sorted[high] - sorted[low])
}

/// The generator SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
struct SplitMix64(u64);

impl SplitMix64 {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`, which is above zero.
    fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.next()) * n as u128) >> 64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_gives_its_published_numbers() {
        // Of the Rosetta Code task "Pseudo-random numbers/Splitmix64", seed 1234567.
        let mut random = SplitMix64(1_234_567);
        assert_eq!(
            [(); 3].map(|()| random.next()),
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
        );
    }

    #[test]
    fn percentiles_are_linear_between_neighbours() {
        // numpy.percentile([1, 2, 4, 8], [2.5, 50, 97.5])
        let values = [1.0, 2.0, 4.0, 8.0];
        for (share, expected) in [(0.025, 1.075), (0.5, 3.0), (0.975, 7.7)] {
            let value = percentile(&values, share);
            assert!((value - expected).abs() < 1e-12, "{value} is not {expected}");
        }
    }

    #[test]
    fn the_interval_of_many_values_is_that_of_the_normal_distribution() {
        // 0 to 399: the mean is 199.5, its standard error sqrt((400² - 1)/12/400) = 5.7735.
        let values: Vec<f64> = (0..400).map(f64::from).collect();
        let (lo, hi) = mean_interval(&values);
        let half = 1.959_964 * 5.7735;
        assert!((lo - (199.5 - half)).abs() < 1.0 && (hi - (199.5 + half)).abs() < 1.0, "{lo} to {hi}");
        assert_eq!(mean_interval(&values), (lo, hi));
    }

    #[test]
    fn one_value_leaves_no_doubt_and_none_leaves_nothing() {
        assert_eq!(mean_interval(&[4.25]), (4.25, 4.25));
        assert!(mean_interval(&[]).0.is_nan());
    }
}
