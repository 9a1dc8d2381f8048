//! Vectors by codebooks that are trained for rate and distortion together (ECVQ; P. A. Chou,
//! T. Lookabaugh and R. M. Gray, Entropy-constrained vector quantization, IEEE Trans. ASSP 37,
//! 1989).

use kvant_benches::Random;

use super::curve::Point;
use super::data::{ACTIVITIES, Block, CLASSES, GROUP};

/// Rounds of training.
const ROUNDS: usize = 12;
/// What the codebook's own counts are worth to each context, in vectors.
const PRIOR: f64 = 6.0;

/// A codebook for each activity of the groups.
pub(crate) struct Codebooks {
    dimension: usize,
    lambda: f32,
    /// By activity: words one after the other.
    words: Vec<Vec<f32>>,
    /// By class and place in the group, or by activity: bits of each word.
    bits: Vec<Vec<f32>>,
}

/// Means and counts of the vectors that words were chosen for.
struct Sums {
    sums: Vec<Vec<f64>>,
    counts: Vec<Vec<f64>>,
}

impl Codebooks {
    /// With `size` words of `dimension` coefficients each; a bit is worth `lambda`. Words that
    /// hardly any vector takes become expensive, and fall out.
    pub(crate) fn train(blocks: &[Block], dimension: usize, size: usize, lambda: f32, random: &mut Random) -> Self {
        let mut vectors = vec![Vec::new(); ACTIVITIES];
        for (class, group) in blocks.iter().flat_map(Block::groups) {
            vectors[class % ACTIVITIES].extend_from_slice(group);
        }
        let words = vectors.iter().map(|vectors| {
            let mut words = vec![0.0; dimension];
            for _ in 1..size {
                let n = (vectors.len() / dimension) as u32;
                let first = if n == 0 { None } else { Some(random.below(n) as usize * dimension) };
                words.extend(first.map_or(vec![0.0; dimension], |first| vectors[first..first + dimension].to_vec()));
            }
            words
        });
        let contexts = CLASSES * GROUP / dimension;
        let mut books = Self { dimension, lambda, words: words.collect(), bits: vec![vec![6.0; size]; contexts] };
        for _ in 0..ROUNDS {
            books.turn(blocks);
        }
        books
    }

    fn context(&self, class: usize, place: usize) -> usize {
        class * (GROUP / self.dimension) + place
    }

    /// The cheapest word for `vector`, and its squared error.
    fn choose(&self, class: usize, context: usize, vector: &[f32]) -> (usize, f32) {
        let words = self.words[class % ACTIVITIES].chunks_exact(self.dimension);
        let mut best = (f32::INFINITY, 0, 0.0);
        for (i, (word, bits)) in words.zip(&self.bits[context]).enumerate() {
            let error: f32 = word.iter().zip(vector).map(|(a, b)| (a - b) * (a - b)).sum();
            let cost = error + self.lambda * bits;
            if cost < best.0 {
                best = (cost, i, error);
            }
        }
        (best.1, best.2)
    }

    /// Vectors with their class and context.
    fn vectors<'a>(&self, blocks: &'a [Block]) -> impl Iterator<Item = (usize, usize, &'a [f32])> {
        let (dimension, places) = (self.dimension, GROUP / self.dimension);
        blocks.iter().flat_map(Block::groups).flat_map(move |(class, group)| {
            group.chunks_exact(dimension).enumerate().map(move |(place, v)| (class, class * places + place, v))
        })
    }

    /// Moves each word to the mean of its vectors, and counts anew what words cost.
    fn turn(&mut self, blocks: &[Block]) {
        let mut found = Sums {
            sums: self.words.iter().map(|words| vec![0.0; words.len()]).collect(),
            counts: self.bits.iter().map(|bits| vec![0.0; bits.len()]).collect(),
        };
        for (class, context, vector) in self.vectors(blocks) {
            let (word, _) = self.choose(class, context, vector);
            found.counts[context][word] += 1.0;
            let sums = &mut found.sums[class % ACTIVITIES][word * self.dimension..];
            sums.iter_mut().zip(vector).for_each(|(sum, &v)| *sum += f64::from(v));
        }
        let size = found.counts[0].len();
        for activity in 0..ACTIVITIES {
            let classes = (activity..CLASSES).step_by(ACTIVITIES);
            let contexts: Vec<usize> = classes
                .flat_map(|class| (0..GROUP / self.dimension).map(move |place| (class, place)))
                .map(|(class, place)| self.context(class, place))
                .collect();
            let all: Vec<f64> = (0..size).map(|w| contexts.iter().map(|&c| found.counts[c][w]).sum()).collect();
            let total = all.iter().sum::<f64>() + 0.01 * size as f64;
            for &context in &contexts {
                let counts = &found.counts[context];
                let n = counts.iter().sum::<f64>() + PRIOR;
                let bits = |w: usize| -((counts[w] + PRIOR * (all[w] + 0.01) / total) / n).log2() as f32;
                self.bits[context] = (0..size).map(bits).collect();
            }
            let words = self.words[activity].chunks_exact_mut(self.dimension);
            let sums = found.sums[activity].chunks_exact(self.dimension);
            for ((word, sums), n) in words.zip(sums).zip(all).filter(|(_, n)| *n > 0.0) {
                word.iter_mut().zip(sums).for_each(|(v, sum)| *v = (sum / n) as f32);
            }
        }
    }

    /// Rate and distortion of `blocks`.
    pub(crate) fn measure(&self, blocks: &[Block]) -> Point {
        let (mut bits, mut errors, mut n) = (0.0, 0.0, 0.0);
        for (class, context, vector) in self.vectors(blocks) {
            let (word, error) = self.choose(class, context, vector);
            bits += f64::from(self.bits[context][word]);
            errors += f64::from(error);
            n += self.dimension as f64;
        }
        Point { rate: bits / n, distortion: errors / n }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Block;

    /// Two kinds of vectors far apart: two words, and a bit for each vector.
    #[test]
    fn training_finds_the_words_that_there_are() {
        let scan: Vec<f32> = (0..4096).map(|i| if i / 4 * 7 % 16 < 8 { 5.0 } else { -5.0 }).collect();
        let blocks = [Block::new(&scan)];
        let books = Codebooks::train(&blocks, 4, 8, 0.01, &mut Random::new(1));
        let point = books.measure(&blocks);
        assert!(point.distortion < 1e-6 && (point.rate - 0.25).abs() < 0.02, "{point:?}");
    }
}
