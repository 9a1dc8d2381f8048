//! Trellis-coded quantisation with the eight states of the format (docs/BITSTREAM.md §8.4), each
//! block by the cheapest path (Viterbi's algorithm).

use kvant::bench_api::NEXT_STATES;

use super::data::{Block, GROUP};
use super::quantise::{Coded, Quantise, letter};
use super::rates::{Rates, coefficient};

const STATES: usize = NEXT_STATES.len();

/// The state after `level`.
fn next_state(state: usize, level: u32) -> usize {
    NEXT_STATES[state][level as usize % 2].into()
}

/// The magnitude that `level` stands for: whole steps where the state is even, odd halves else.
pub(crate) fn point(state: usize, level: u32) -> f32 {
    if level == 0 { 0.0 } else { level as f32 - 0.5 * (state % 2) as f32 }
}

/// The way into a state.
#[derive(Debug, Clone, Copy, Default)]
struct Step {
    from: usize,
    level: u32,
}

/// The cheapest levels of `x`, where `cost` tells what a level costs at a place in a state besides
/// its squared error.
pub(crate) fn search(x: &[f32], cost: impl Fn(usize, usize, u32) -> f32) -> Vec<(usize, u32)> {
    let mut costs = [f32::INFINITY; STATES];
    costs[0] = 0.0;
    let mut steps = vec![[Step::default(); STATES]; x.len()];
    for (i, (x, steps)) in x.iter().zip(&mut steps).enumerate() {
        let mut next = [f32::INFINITY; STATES];
        for from in (0..STATES).filter(|&from| costs[from].is_finite()) {
            let low = (x.abs() + 0.5 * (from % 2) as f32) as u32;
            let zero = if (1..=2).contains(&low) { Some(0) } else { None };
            for level in [low, low + 1].into_iter().chain(zero) {
                let all = costs[from] + (x.abs() - point(from, level)).powi(2) + cost(i, from, level);
                let to = next_state(from, level);
                if all < next[to] {
                    (next[to], steps[to]) = (all, Step { from, level });
                }
            }
        }
        costs = next;
    }
    let mut state = (0..STATES).min_by(|&a, &b| costs[a].total_cmp(&costs[b])).unwrap_or(0);
    let mut levels = vec![(0, 0); x.len()];
    for (out, steps) in levels.iter_mut().zip(&steps).rev() {
        let Step { from, level } = steps[state];
        *out = (from, level);
        state = from;
    }
    levels
}

/// See the module.
pub(crate) struct Trellis {
    lambda: f32,
}

impl Trellis {
    pub(crate) fn new(lambda: f32) -> Self {
        Self { lambda }
    }
}

impl Quantise for Trellis {
    fn by_rates(&self) -> bool {
        true
    }

    fn block(&self, block: &Block, scale: f32, rates: &Rates, out: &mut Coded) {
        let x: Vec<f32> = block.x.iter().map(|x| x * scale).collect();
        let context = |i: usize| coefficient(block.classes[i / GROUP], i % GROUP);
        let levels = search(&x, |i, state, level| self.lambda * rates.bits(letter(context(i), state, level)));
        for (i, &(state, level)) in levels.iter().enumerate() {
            out.letters.push(letter(context(i), state, level));
            out.points.push(point(state, level).copysign(x[i]));
        }
    }
}

#[cfg(test)]
mod tests {
    use kvant_benches::Random;

    use super::*;

    #[test]
    fn no_other_path_is_cheaper() {
        let mut random = Random::new(2);
        let price = |i: usize, state: usize, level: u32| 0.05 * (1 + level + (state + i) as u32 % 3) as f32;
        for _ in 0..20 {
            let x: Vec<f32> = (0..6).map(|_| random.laplacian(1.0) as f32).collect();
            let cost_of = |levels: &[u32]| {
                let (mut state, mut sum) = (0, 0.0);
                for (i, &level) in levels.iter().enumerate() {
                    sum += (x[i].abs() - point(state, level)).powi(2) + price(i, state, level);
                    state = next_state(state, level);
                }
                sum
            };
            let found = search(&x, price);
            let levels: Vec<u32> = found.iter().map(|&(_, level)| level).collect();
            let candidates = |number: usize, i: usize| (number / 5usize.pow(i as u32) % 5) as u32;
            let all = (0..5usize.pow(6)).map(|number| {
                let top = |i: usize| (x[i].abs() as u32).saturating_sub(2);
                (0..6).map(|i| top(i) + candidates(number, i)).collect::<Vec<_>>()
            });
            let least = all.map(|levels| cost_of(&levels)).min_by(f32::total_cmp).expect("paths");
            assert!(cost_of(&levels) <= least + 1e-5, "{x:?}: {levels:?} costs {}, not {least}", cost_of(&levels));
        }
    }
}
