//! Vectors by codebooks that are trained for rate and distortion together (ECVQ; P. A. Chou,
//! T. Lookabaugh and R. M. Gray, Entropy-constrained vector quantization, IEEE Trans. ASSP 37,
//! 1989). A vector that no word is near may be coded number by number instead.

use kvant_benches::Random;

use super::curve::Point;
use super::data::{ACTIVITIES, Block, CLASSES, GROUP};
use super::quantise::Learned;

/// Rounds of training.
const ROUNDS: usize = 12;
/// What the codebook's own counts are worth to each context, in vectors.
const PRIOR: f64 = 6.0;

/// A codebook for each activity of the groups.
pub(crate) struct Codebooks {
    dimension: usize,
    /// Words of a codebook. This number itself stands for levels in their place.
    size: usize,
    levels: Learned,
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
    /// With `size` words of `dimension` coefficients each; a bit is worth `lambda` squared steps.
    /// Words that hardly any vector takes become expensive, and fall out.
    pub(crate) fn train(
        blocks: &[Block],
        (dimension, size): (usize, usize),
        (lambda, step): (f32, f32),
        random: &mut Random,
    ) -> Self {
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
        let levels = Learned::of(blocks, step, lambda);
        let (words, bits) = (words.collect(), vec![vec![6.0; size + 1]; contexts]);
        let mut books = Self { dimension, size, levels, lambda: lambda * step * step, words, bits };
        for _ in 0..ROUNDS {
            books.turn(blocks);
        }
        books
    }

    fn context(&self, class: usize, place: usize) -> usize {
        class * (GROUP / self.dimension) + place
    }

    /// The cheapest word for `vector`, its squared error, and all bits.
    fn choose(&self, class: usize, context: usize, vector: &[f32]) -> (usize, f32, f32) {
        let words = self.words[class % ACTIVITIES].chunks_exact(self.dimension);
        let first = context % (GROUP / self.dimension) * self.dimension;
        let (error, bits) = self.levels.vector(class, first, vector);
        let bits = bits + self.bits[context][self.size];
        let mut best = (error + self.lambda * bits, self.size, error, bits);
        for (i, (word, bits)) in words.zip(&self.bits[context]).enumerate() {
            let error: f32 = word.iter().zip(vector).map(|(a, b)| (a - b) * (a - b)).sum();
            let cost = error + self.lambda * bits;
            if cost < best.0 {
                best = (cost, i, error, *bits);
            }
        }
        (best.1, best.2, best.3)
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
            let (word, ..) = self.choose(class, context, vector);
            found.counts[context][word] += 1.0;
            if word == self.size {
                continue;
            }
            let sums = &mut found.sums[class % ACTIVITIES][word * self.dimension..];
            sums.iter_mut().zip(vector).for_each(|(sum, &v)| *sum += f64::from(v));
        }
        let symbols = self.size + 1;
        for activity in 0..ACTIVITIES {
            let classes = (activity..CLASSES).step_by(ACTIVITIES);
            let contexts: Vec<usize> = classes
                .flat_map(|class| (0..GROUP / self.dimension).map(move |place| (class, place)))
                .map(|(class, place)| self.context(class, place))
                .collect();
            let all: Vec<f64> = (0..symbols).map(|w| contexts.iter().map(|&c| found.counts[c][w]).sum()).collect();
            let total = all.iter().sum::<f64>() + 0.01 * symbols as f64;
            for &context in &contexts {
                let counts = &found.counts[context];
                let n = counts.iter().sum::<f64>() + PRIOR;
                let bits = |w: usize| -((counts[w] + PRIOR * (all[w] + 0.01) / total) / n).log2() as f32;
                self.bits[context] = (0..symbols).map(bits).collect();
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
            let (_, error, taken) = self.choose(class, context, vector);
            bits += f64::from(taken);
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
        let books = Codebooks::train(&blocks, (4, 8), (0.1, 0.3), &mut Random::new(1));
        let point = books.measure(&blocks);
        assert!(point.distortion < 1e-6 && (point.rate - 0.25).abs() < 0.02, "{point:?}");
    }
}
