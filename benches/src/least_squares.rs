//! Solving the normal equations of least squares, for the programs that train.

/// Adds to the diagonal of `products` a share of its mean, and `least`: what was seen little stays
/// tame.
pub fn add_ridge<const N: usize>(products: &mut [[f64; N]; N], share: f64, least: f64) {
    let mean = (0..N).map(|i| products[i][i]).sum::<f64>() / N as f64;
    (0..N).for_each(|i| products[i][i] += share * mean + least);
}

/// Solves for `values`, by row of the positive definite `m`, all columns at once.
pub fn solve<const N: usize, const C: usize>(m: &mut [[f64; N]; N], values: &mut [[f64; C]; N]) {
    for i in 0..N {
        for j in (0..N).filter(|&j| j != i) {
            let f = m[j][i] / m[i][i];
            let (row, value) = (m[i], values[i]);
            m[j].iter_mut().zip(row).for_each(|(a, b)| *a -= f * b);
            values[j].iter_mut().zip(value).for_each(|(a, b)| *a -= f * b);
        }
    }
    for (value, row) in values.iter_mut().zip(0..) {
        value.iter_mut().for_each(|v| *v /= m[row][row]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_solved_gives_the_values_back() {
        let products = [[4.0, 1.0, 0.5], [1.0, 3.0, -1.0], [0.5, -1.0, 2.0]];
        let values = [[1.0, 0.0], [-2.0, 1.0], [0.25, 5.0]];
        let mut x = values;
        solve(&mut products.clone(), &mut x);
        for (row, expected) in products.iter().zip(values) {
            for (column, expected) in expected.into_iter().enumerate() {
                let found: f64 = row.iter().zip(&x).map(|(a, x)| a * x[column]).sum();
                assert!((found - expected).abs() < 1e-12, "{found} for {expected}");
            }
        }
    }

    #[test]
    fn a_ridge_is_a_share_of_the_mean_of_the_diagonal() {
        let mut products = [[1.0, 7.0], [7.0, 3.0]];
        add_ridge(&mut products, 0.5, 0.25);
        assert_eq!(products, [[2.25, 7.0], [7.0, 4.25]]);
    }
}
