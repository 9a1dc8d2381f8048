//! The search for palettes: few luma colours that come close to a block's samples.

use super::luma::{CodedTrial, Spot};
use super::memory::Predicted;
use super::tile::TileSearch;
use crate::encoder::quantise::per_step;
use crate::predict::IntraMode;
use crate::syntax::block::LumaBlock;
use crate::syntax::palette::{MAX_COLOURS, Palette};
use crate::syntax::screen::Prediction;
use crate::transform::TxType;

/// Palettes of this much the best's estimated cost are not tried in full.
const MARGIN: f64 = 1.5;
/// Palettes tried in full.
const TRIED: usize = 2;

/// How often each 8-bit value occurs.
type Histogram = [u32; 256];

/// Of the values below each: number, sum and sum of squares.
struct Totals([[u32; 3]; 257]);

impl Totals {
    fn of(histogram: &Histogram) -> Self {
        let mut totals = [[0; 3]; 257];
        for (v, &count) in (0..).zip(histogram) {
            let [n, sum, squares] = totals[v as usize];
            totals[v as usize + 1] = [n + count, sum + count * v, squares + count * v * v];
        }
        Self(totals)
    }
}

/// Values from `from` to before `to`.
#[derive(Debug, Clone, Copy)]
struct Cluster {
    from: usize,
    to: usize,
}

impl Cluster {
    /// Number, sum and sum of squares.
    fn sums(self, totals: &Totals) -> [u32; 3] {
        let (from, to) = (totals.0[self.from], totals.0[self.to]);
        [to[0] - from[0], to[1] - from[1], to[2] - from[2]]
    }

    /// Squared error about the mean.
    fn error(self, totals: &Totals) -> f64 {
        let [n, sum, squares] = self.sums(totals).map(f64::from);
        if n == 0.0 { 0.0 } else { squares - sum * sum / n }
    }

    /// The two parts, neither of them empty, whose errors add up to the least.
    fn split(self, histogram: &Histogram, totals: &Totals) -> (Self, Self) {
        let parts = |at| (Self { to: at, ..self }, Self { from: at, ..self });
        let cost = |at: usize| {
            let (low, high) = parts(at);
            low.error(totals) + high.error(totals)
        };
        let filled = (self.from + 1..self.to).filter(|&at| histogram[at] > 0);
        let best = filled.map(|at| (cost(at), at)).min_by(|a, b| a.0.total_cmp(&b.0));
        parts(best.map_or(self.from + 1, |b| b.1))
    }

    /// The value that stands for all: the one that half of them have, else their mean.
    fn centre(self, histogram: &Histogram, totals: &Totals) -> u8 {
        let [n, sum, _] = self.sums(totals);
        let half = (self.from..self.to).find(|&v| 2 * histogram[v] >= n);
        half.unwrap_or(((2 * sum + n) / (2 * n.max(1))) as usize) as u8
    }
}

/// Palettes of 1 to [`MAX_COLOURS`] colours by splitting the cluster of the largest error, as long
/// as there is any.
fn palettes(histogram: &Histogram) -> Vec<Vec<u8>> {
    let from = histogram.iter().position(|&n| n > 0).unwrap_or(0);
    let to = histogram.iter().rposition(|&n| n > 0).unwrap_or(0) + 1;
    let totals = Totals::of(histogram);
    let mut clusters = vec![Cluster { from, to }];
    let mut out = Vec::new();
    loop {
        out.push(clusters.iter().map(|c| c.centre(histogram, &totals)).collect());
        let errors = clusters.iter().map(|c| c.error(&totals)).enumerate();
        let worst = errors.max_by(|a, b| a.1.total_cmp(&b.1)).filter(|w| w.1 > 0.0);
        let Some((worst, _)) = worst.filter(|_| clusters.len() < MAX_COLOURS) else { return out };
        let (low, high) = clusters[worst].split(histogram, &totals);
        clusters[worst] = low;
        clusters.push(high);
    }
}

/// `colours` as they are coded: near ones replaced by recent ones, those first and in order.
fn with_recent(colours: &[u8], recent: &[u8], tolerance: u8) -> Vec<u8> {
    let nearest = |c: u8| recent.iter().copied().filter(|r| r.abs_diff(c) <= tolerance).min_by_key(|r| r.abs_diff(c));
    let snapped: Vec<u8> = colours.iter().map(|&c| nearest(c).unwrap_or(c)).collect();
    let mut out: Vec<u8> = recent.iter().copied().filter(|r| snapped.contains(r)).collect();
    for colour in snapped {
        if !out.contains(&colour) {
            out.push(colour);
        }
    }
    out
}

/// The index of the nearest colour for every value that occurs, and the squared error of all
/// samples.
fn assign(colours: &[u8], histogram: &Histogram) -> ([u8; 256], u64) {
    let mut table = [0; 256];
    let mut error = 0;
    for (v, (entry, &n)) in table.iter_mut().zip(histogram).enumerate().filter(|(_, (_, n))| **n > 0) {
        let distances = colours.iter().map(|&c| usize::from(c).abs_diff(v)).enumerate();
        let (index, distance) = distances.min_by_key(|d| d.1).unwrap_or_default();
        *entry = index as u8;
        error += u64::from(n) * (distance * distance) as u64;
    }
    (table, error)
}

impl TileSearch<'_> {
    /// Tries palettes of several sizes, where there is `best` already.
    pub(super) fn try_palettes(&mut self, spot: &Spot, best: Option<&CodedTrial>) {
        let node = &spot.node;
        let area = node.w() * node.h();
        let mut histogram = [0; 256];
        let depth = self.shared.context.header.internal_depth();
        let colour = |s: u16| ((s + (1 << (depth - 9))) >> (depth - 8)).min(255) as u8;
        let source: Vec<u8> = self.memory.source[..area].iter().map(|&s| colour(s)).collect();
        source.iter().for_each(|&s| histogram[usize::from(s)] += 1);
        if self.shared.plan.parameters.palettes == 0.0 || histogram[usize::from(source[0])] as usize == area {
            return;
        }
        // An 8-bit sample has four of those of 10 bits.
        let per_step = 4.0 * per_step(spot.qp);
        let tolerance = (1.0 / (8.0 * per_step)) as u8;
        let mut ranked: Vec<(f64, f64, LumaBlock, Vec<u8>)> = Vec::new();
        for colours in palettes(&histogram) {
            let recent = self.walk.state.history.colours.values();
            let colours = with_recent(&colours, recent, tolerance);
            let (table, error) = assign(&colours, &histogram);
            let distortion = error as f64 * per_step * per_step;
            // What it costs besides cannot make up for that.
            if best.is_some_and(|b| distortion > MARGIN * b.cost) {
                continue;
            }
            let mut indices: Vec<u8> = source.iter().map(|&s| table[usize::from(s)]).collect();
            let prediction = Prediction::Palette(Palette::new(&colours), 0);
            let block = LumaBlock { prediction, ..spot.blank(IntraMode::Dc) };
            let price = self.prediction_price(&block, &mut indices);
            ranked.push((distortion + price, price, block, indices));
        }
        ranked.sort_by(|a, b| a.0.total_cmp(&b.0));
        for (cost, price, block, indices) in ranked.into_iter().take(TRIED) {
            if best.is_some_and(|b| cost > MARGIN * b.cost) {
                break;
            }
            if let Prediction::Palette(palette, _) = block.prediction {
                palette.paint(&indices, depth, &mut self.memory.predictions[0][0]);
            }
            self.try_transforms(spot, Predicted { block, price, slot: 0 }, &indices, &[TxType::DCT]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_values_are_all_found_and_many_are_split_where_they_part() {
        let mut histogram = [0; 256];
        for (value, count) in [(10, 40), (200, 9), (90, 15)] {
            histogram[value] = count;
        }
        let mut last = palettes(&histogram).pop().unwrap_or_default();
        last.sort_unstable();
        assert_eq!(last, [10, 90, 200]);
        histogram[92] = 10;
        assert_eq!(palettes(&histogram)[2].iter().filter(|c| (90..=92).contains(*c)).count(), 1);
    }

    #[test]
    fn recent_colours_come_first_and_take_the_place_of_near_ones() {
        assert_eq!(with_recent(&[20, 101, 50], &[99, 50, 7], 2), [99, 50, 20]);
    }
}
