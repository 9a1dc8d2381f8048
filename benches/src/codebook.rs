//! Codebooks of vectors whose components count for different weights, by the generalised Lloyd
//! algorithm with splits (Linde, Buzo and Gray, "An algorithm for vector quantizer design", 1980).

/// Components of a vector.
const N: usize = 4;
/// Rounds in which entries follow what is nearest to them, after a split and at the end.
const ROUNDS: [usize; 2] = [2, 30];

/// A vector, and what an error of each component counts for.
#[derive(Debug, Clone, Copy)]
pub struct Weighted {
    /// The components.
    pub values: [f64; N],
    /// What the square of an error of each costs.
    pub weights: [f64; N],
}

impl Weighted {
    /// Cost of standing for it by `entry`.
    fn cost(&self, entry: &[f64; N]) -> f64 {
        (0..N).map(|i| self.weights[i] * (self.values[i] - entry[i]).powi(2)).sum()
    }

    /// Number of the entry that costs least, and its cost.
    pub fn nearest(&self, codebook: &[[f64; N]]) -> (usize, f64) {
        let costs = codebook.iter().map(|entry| self.cost(entry)).enumerate();
        costs.min_by(|a, b| a.1.total_cmp(&b.1)).expect("a codebook has entries")
    }
}

/// The mean of a cell; `None` where it is empty.
fn mean<'a>(cell: impl Iterator<Item = &'a Weighted>) -> Option<[f64; N]> {
    let (mut sums, mut weights) = ([0.0; N], [0.0; N]);
    for vector in cell {
        for i in 0..N {
            sums[i] += vector.weights[i] * vector.values[i];
            weights[i] += vector.weights[i];
        }
    }
    (weights[0] > 0.0).then(|| std::array::from_fn(|i| sums[i] / weights[i]))
}

/// Moves the entries to the means of what is nearest to them, some times; what each cell costs.
fn follow(vectors: &[Weighted], codebook: &mut [[f64; N]], rounds: usize) -> Vec<f64> {
    let mut costs = Vec::new();
    for _ in 0..rounds {
        costs = vec![0.0; codebook.len()];
        let mut cells = vec![Vec::new(); codebook.len()];
        for vector in vectors {
            let (entry, cost) = vector.nearest(codebook);
            cells[entry].push(*vector);
            costs[entry] += cost;
        }
        codebook.iter_mut().zip(&cells).for_each(|(entry, cell)| *entry = mean(cell.iter()).unwrap_or(*entry));
    }
    costs
}

/// A codebook of `size` entries for `vectors`, whose weights are above 0.
pub fn codebook(vectors: &[Weighted], size: usize) -> Vec<[f64; N]> {
    let mut codebook: Vec<_> = mean(vectors.iter()).into_iter().collect();
    while codebook.len() < size {
        let costs = follow(vectors, &mut codebook, ROUNDS[0]);
        // Half of the cells, those that cost most, are split.
        let mut order: Vec<usize> = (0..codebook.len()).collect();
        order.sort_by(|&a, &b| costs[b].total_cmp(&costs[a]));
        order.truncate(codebook.len().div_ceil(2).min(size - codebook.len()));
        for entry in order {
            let there = codebook[entry];
            codebook[entry] = there.map(|v| v - 0.5);
            codebook.push(there.map(|v| v + 0.5));
        }
    }
    follow(vectors, &mut codebook, ROUNDS[1]);
    codebook
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_where_the_vectors_are() {
        let places = [[0.0; N], [10.0, 0.0, 0.0, 0.0], [0.0, 0.0, 20.0, 5.0]];
        let near = |place: [f64; N], by: f64| place.map(|v| v + by);
        let vectors: Vec<_> = (0..300)
            .map(|i| Weighted { values: near(places[i % 3], (i % 7) as f64 / 10.0 - 0.3), weights: [1.0; N] })
            .collect();
        let found = codebook(&vectors, 3);
        for place in places {
            let vector = Weighted { values: place, weights: [1.0; N] };
            assert!(vector.nearest(&found).1 < 0.1, "{place:?}: {found:?}");
        }
    }

    #[test]
    fn what_counts_more_is_met_better() {
        let vector = |value, weight| Weighted { values: [value; N], weights: [weight; N] };
        let found = codebook(&[vector(0.0, 99.0), vector(1.0, 1.0)], 1);
        assert!((found[0][0] - 0.01).abs() < 1e-9);
    }
}
