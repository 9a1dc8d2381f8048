//! Whether a difference between two codecs may be chance: the signed-rank test.

use serde::Serialize;

/// Up to so many differences the test is exact.
const EXACT: usize = 50;

/// How a p-value was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Method {
    /// From the distribution of all signs that the differences could have.
    Exact,
    /// From the normal distribution, with corrections for ties and for continuity.
    Normal,
}

/// The two-sided signed-rank test (Wilcoxon, Biometrics Bulletin 1, 1945) of differences against
/// none.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Wilcoxon {
    /// How probable differences like these are, or clearer ones, where neither side is better.
    pub(crate) p: f64,
    /// The differences that count: those that are not zero.
    pub(crate) n: usize,
    pub(crate) method: Method,
}

impl Wilcoxon {
    /// Of `differences`, zeros left out; equal ones share their ranks. `None` where all are zero.
    pub(crate) fn new(differences: &[f64]) -> Option<Self> {
        let mut sorted: Vec<f64> = differences.iter().copied().filter(|d| *d != 0.0).collect();
        sorted.sort_by(|a, b| a.abs().total_cmp(&b.abs()));
        let n = sorted.len();
        let ties: Vec<&[f64]> = sorted.chunk_by(|a, b| a.abs() == b.abs()).collect();
        let (ranks, positive) = doubled_ranks(&ties);
        let (p, method) = match n {
            0 => return None,
            1..=EXACT => (exact(&ranks, positive), Method::Exact),
            _ => (normal(n as f64, positive, &ties), Method::Normal),
        };
        Some(Self { p, n, method })
    }
}

/// Twice the rank of each difference, which is whole where ranks are shared too, and the sum of
/// those of the positive ones.
fn doubled_ranks(ties: &[&[f64]]) -> (Vec<usize>, usize) {
    let (mut ranks, mut positive) = (Vec::new(), 0);
    for tie in ties {
        // The mean of the ranks that the tie takes, from 1.
        let doubled = 2 * ranks.len() + 1 + tie.len();
        positive += doubled * tie.iter().filter(|d| **d > 0.0).count();
        ranks.resize(ranks.len() + tie.len(), doubled);
    }
    (ranks, positive)
}

/// How many of all choices of signs have a sum of positive ranks as far from the middle, on that
/// side, twice.
fn exact(ranks: &[usize], positive: usize) -> f64 {
    let total: usize = ranks.iter().sum();
    // The share of choices by their sum of positive ranks.
    let mut shares = vec![0.0; total + 1];
    shares[0] = 1.0;
    for rank in ranks {
        for sum in (0..=total).rev() {
            let with = if sum >= *rank { shares[sum - rank] } else { 0.0 };
            shares[sum] = (shares[sum] + with) / 2.0;
        }
    }
    let tail: f64 = shares[..=positive.min(total - positive)].iter().sum();
    (2.0 * tail).min(1.0)
}

fn normal(n: f64, positive: usize, ties: &[&[f64]]) -> f64 {
    let tied: f64 = ties.iter().map(|t| t.len() as f64).map(|t| t * t * t - t).sum();
    let deviation = ((n * (n + 1.0) * (2.0 * n + 1.0) - tied / 2.0) / 24.0).sqrt();
    let distance = (positive as f64 / 2.0 - n * (n + 1.0) / 4.0).abs();
    let z = (distance - 0.5).max(0.0) / deviation;
    libm::erfc(z / std::f64::consts::SQRT_2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Deserialize)]
    struct Case {
        name: String,
        differences: Vec<f64>,
        p: f64,
    }

    /// `tests/data/wilcoxon.json` holds them, with the lines of Python that made them.
    #[test]
    fn p_values_are_those_of_scipy() {
        #[derive(Deserialize)]
        struct File {
            cases: Vec<Case>,
        }
        let file: File = serde_json::from_str(include_str!("../../../tests/data/wilcoxon.json")).unwrap();
        for Case { name, differences, p } in file.cases {
            let test = Wilcoxon::new(&differences).unwrap();
            assert!((test.p - p).abs() <= 1e-9 * p, "{name}: {} is not {p}", test.p);
            assert_eq!(test.method == Method::Exact, differences.len() <= 50, "{name}");
        }
    }

    #[test]
    fn zeros_do_not_count_and_neither_side_is_the_better_one() {
        let differences = [0.5, -0.25, 0.0, 3.0, 0.125];
        let test = Wilcoxon::new(&differences).unwrap();
        assert_eq!(test.n, 4);
        assert_eq!(Wilcoxon::new(&differences.map(|d| -d)), Some(test));
        assert_eq!(Wilcoxon::new(&[0.0, 0.0]), None);
        assert_eq!(Wilcoxon::new(&[]), None);
    }
}
