//! Quantising trained weights: after training, and in it.
//!
//! Weights of so many bits are integers from -`most` to `most` times a scale. The programs that
//! train by least squares train through the quantiser too: their equations are then solved in
//! integers.

/// Shares of the greatest weight that are tried as the greatest that there is room for.
const SHARES: std::ops::RangeInclusive<u32> = 10..=20;
const WHOLE: f64 = 20.0;
/// Most rounds over the weights of a solution in integers.
const ROUNDS: usize = 50;

/// A quantiser of weights.
#[derive(Debug, Clone, Copy)]
pub struct Quantiser {
    /// What an integer of 1 is.
    pub scale: f64,
    /// The greatest integer.
    pub most: i32,
}

impl Quantiser {
    /// That of `bits` for `weights`, with the scale that leaves the least squared error of them.
    pub fn of(weights: impl Iterator<Item = f64> + Clone, bits: u32) -> Self {
        let most = (1 << (bits - 1)) - 1;
        let greatest = weights.clone().fold(1e-9, |a: f64, w| a.max(w.abs()));
        let with = |share: u32| Self { scale: greatest * f64::from(share) / WHOLE / f64::from(most), most };
        let error = |q: &Self| weights.clone().map(|w| (w - q.value(q.nearest(w))).powi(2)).sum::<f64>();
        let all = SHARES.map(with).map(|q| (error(&q), q));
        all.min_by(|a, b| a.0.total_cmp(&b.0)).expect("shares").1
    }

    /// The integer nearest to `weight`.
    pub fn nearest(&self, weight: f64) -> i32 {
        (weight / self.scale).round().clamp(-f64::from(self.most), f64::from(self.most)) as i32
    }

    /// The weight that `integer` is.
    pub fn value(&self, integer: i32) -> f64 {
        f64::from(integer) * self.scale
    }

    /// The integers that take the place of `weights`, the solution of equations with `products`: by
    /// turns each takes up what the rounding of the others costs.
    pub fn solved<const N: usize>(&self, products: &[[f64; N]; N], weights: &[f64; N]) -> [i32; N] {
        let mut integers = weights.map(|w| self.nearest(w));
        for _ in 0..ROUNDS {
            let before = integers;
            for i in 0..N {
                // What the errors of the others ask of this one.
                let others = (0..N).filter(|&j| j != i);
                let asked: f64 = others.map(|j| products[i][j] * (weights[j] - self.value(integers[j]))).sum();
                integers[i] = self.nearest(weights[i] + asked / products[i][i].max(1e-12));
            }
            if integers == before {
                break;
            }
        }
        integers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_solution_in_integers_is_better_than_rounding() {
        let products = [[1.0, 0.9], [0.9, 1.0]];
        let q = Quantiser { scale: 1.0, most: 7 };
        let (weights, rounded) = ([2.4, 3.4], [2, 3]);
        let solved = q.solved(&products, &weights);
        let cost = |integers: [i32; 2]| {
            let d = [weights[0] - f64::from(integers[0]), weights[1] - f64::from(integers[1])];
            d[0] * d[0] + d[1] * d[1] + 1.8 * d[0] * d[1]
        };
        assert!(cost(solved) < cost(rounded) / 2.0, "{solved:?}");
    }

    #[test]
    fn weights_of_eight_bits_are_within_half_a_step_of_what_they_were() {
        let weights = [1.0, -0.5, 0.003, 0.7];
        let q = Quantiser::of(weights.into_iter(), 8);
        assert!(weights.iter().all(|&w| (q.value(q.nearest(w)) - w).abs() <= q.scale / 2.0 + 1e-12));
        assert_eq!(q.most, 127);
    }
}
