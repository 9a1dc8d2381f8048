//! Choosing the levels of trellis-coded quantisation: the cheapest path through the states of the
//! quantiser, level by level in coding order (Viterbi's algorithm). Rates depend on levels coded
//! before, so each path keeps its own.

use super::choice::{LevelChoice, Outcome, Prices, bits};
use crate::entropy::cost::Counter;
use crate::quant::family::{STATES, State};
use crate::syntax::level::{Level, NEAREST, Template, part, steps_around};
use crate::syntax::residual::{self, MAX_LEVEL};
use crate::syntax::scan::{self, Position};
use crate::transform::MAX_CODED;

/// Levels that a path remembers: more than the scan positions between a level and the farthest that
/// its slots look at.
const WINDOW: usize = 127;
/// Place in a window that is always zero.
const NOTHING: u8 = WINDOW as u8;
/// Magnitudes in steps below which a level is zero whatever the state.
const LEAST: f64 = 0.3;
/// Magnitudes in steps from which on a level is not made zero.
const MOST: f64 = 2.5;
/// In the place of the state before: the path starts here.
const START: u8 = STATES as u8;

/// A way to code the levels from the end of the block down to a position.
#[derive(Debug, Clone, Copy)]
struct Path {
    /// Distortion and price less those of coding nothing; infinite where there is no such path.
    cost: f64,
    /// Change of distortion alone.
    distortion: f64,
    /// First scan position beyond the block's end.
    end: usize,
    /// Magnitudes by scan position modulo [`WINDOW`], cut at 255, and a zero.
    window: [u8; WINDOW + 1],
}

const NONE: Path = Path { cost: f64::INFINITY, distortion: 0.0, end: 0, window: [0; WINDOW + 1] };

/// What led to a state: the level and the state before it.
#[derive(Debug, Clone, Copy, Default)]
struct Decision {
    magnitude: u32,
    from: u8,
}

/// A level that may be chosen, with the change of distortion.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    magnitude: u32,
    distortion: f64,
}

/// The best way into a state so far.
#[derive(Debug, Clone, Copy)]
struct Entry {
    cost: f64,
    distortion: f64,
    decision: Decision,
}

/// Where a level stands among those that its path remembers.
struct Neighbourhood {
    /// Its own place in the window.
    slot: usize,
    /// Those of the levels that its slots look at.
    around: [u8; 15],
}

impl Neighbourhood {
    /// Of scan position `i`; `indices` are those of the block of `w` x `h`, `end` the first that
    /// has no level.
    fn of(i: usize, p: &Position, indices: &[u16], (w, h): (usize, usize), end: usize) -> Self {
        let mut around = [NOTHING; 15];
        for (place, &(x, y)) in around.iter_mut().zip(steps_around(h > w)) {
            let (u, v) = (usize::from(p.u).wrapping_add_signed(x), usize::from(p.v).wrapping_add_signed(y));
            let index = if u < w && v < h { indices[v * w + u] as usize } else { end };
            if index < end {
                *place = (index % WINDOW) as u8;
            }
        }
        Self { slot: i % WINDOW, around }
    }

    /// What the levels around add up to, and the sum of the five nearest.
    #[inline(always)]
    fn sums(&self, window: &[u8; WINDOW + 1]) -> (u16, u32) {
        let (mut all, mut nearest) = (0, 0);
        for (i, &slot) in self.around.iter().enumerate() {
            let magnitude = window[usize::from(slot) % (WINDOW + 1)];
            all += part(i, magnitude);
            nearest += if i < NEAREST { u32::from(magnitude) } else { 0 };
        }
        (all, nearest)
    }
}

/// Working memory.
#[derive(Debug)]
pub(crate) struct Viterbi {
    /// Magnitudes in steps.
    x: Box<[f32]>,
    paths: Box<[Path; STATES]>,
    next: Box<[Path; STATES]>,
    decisions: Vec<[Decision; STATES]>,
}

impl Viterbi {
    pub(crate) fn new() -> Self {
        Self {
            x: vec![0.0; MAX_CODED].into(),
            paths: Box::new([NONE; STATES]),
            next: Box::new([NONE; STATES]),
            decisions: Vec::new(),
        }
    }

    /// Every path by a zero at `place`: each state goes to another one.
    fn zeros(&mut self, i: usize, place: &Neighbourhood, price: impl Fn(State, &Path) -> f64) {
        for state in State::all() {
            let path = &mut self.paths[state.index()];
            let to = state.next(0).index();
            self.decisions[i][to] = Decision { magnitude: 0, from: state.index() as u8 };
            if path.cost.is_finite() {
                path.cost += price(state, path);
                path.window[place.slot] = 0;
                self.next[to] = *path;
            } else {
                self.next[to].cost = f64::INFINITY;
            }
        }
        std::mem::swap(&mut self.paths, &mut self.next);
    }

    /// Goes on from the paths to those that `entries` say.
    fn enter(&mut self, i: usize, place: &Neighbourhood, entries: &[Entry; STATES]) {
        for (to, entry) in entries.iter().enumerate() {
            let path = &mut self.next[to];
            (path.cost, path.distortion) = (entry.cost, entry.distortion);
            self.decisions[i][to] = entry.decision;
            if entry.cost.is_finite() {
                let start = &Path { end: i + 1, ..NONE };
                let from = self.paths.get(entry.decision.from as usize).unwrap_or(start);
                (path.end, path.window) = (from.end, from.window);
                path.window[place.slot] = entry.decision.magnitude.min(255) as u8;
            }
        }
        std::mem::swap(&mut self.paths, &mut self.next);
    }
}

/// Prices of the ends of a block by class and first bit within it: nothing else of an end has a
/// price that differs.
struct Ends([[f64; 2]; 12]);

impl Ends {
    fn new(job: &LevelChoice<'_>, counter: &mut Counter, area: usize) -> Self {
        let mut prices = [[0.0; 2]; 12];
        for (class, prices) in prices.iter_mut().enumerate().take(area.ilog2() as usize + 1) {
            let first = if class == 0 { 1 } else { (1 << (class - 1)) + 1 };
            for (high, price) in prices.iter_mut().enumerate().take(if class < 2 { 1 } else { 2 }) {
                let end = first + if class < 2 { 0 } else { high << (class - 2) };
                *price = job.rule.lambda * bits(counter.count(|c| residual::end(c, job.place, area, end as u16)));
            }
        }
        Self(prices)
    }

    /// Of `end` positions, 1 and above.
    fn of(&self, end: usize) -> f64 {
        let before = end as u32 - 1;
        let class = u32::BITS - before.leading_zeros();
        let high = if class < 2 { 0 } else { (before >> (class - 2)) & 1 };
        self.0[class as usize][high as usize]
    }
}

impl LevelChoice<'_> {
    /// Chooses levels for the trellis, appends them to `levels` in scan order up to the last one
    /// that is not zero.
    pub(crate) fn run_trellis(
        &self,
        counter: &mut Counter,
        template: &Template,
        viterbi: &mut Viterbi,
        levels: &mut Vec<i32>,
    ) -> Outcome {
        let (w, h) = self.coefficients.node.coded_area();
        let (zero, last) = self.normalise(scan::indices(w, h), &mut viterbi.x);
        let empty = self.price(counter.price(self.place.coded(), false));
        let nothing = Outcome { end: 0, distortion: zero, cost: zero + empty, price: None };
        let Some(last) = last else { return nothing };
        let positions = &scan::of(w, h)[..=last];
        let coded = self.price(counter.price(self.place.coded(), true));
        let ends = Ends::new(self, counter, w * h);
        self.search(counter, template, &ends, positions, viterbi);
        let best = State::all().min_by(|a, b| viterbi.paths[a.index()].cost.total_cmp(&viterbi.paths[b.index()].cost));
        let Some(path) = best.map(|s| (s, &viterbi.paths[s.index()])).filter(|(_, p)| p.cost + coded < empty) else {
            return nothing;
        };
        let mut state = path.0.index();
        let mut end = 0;
        for (p, decisions) in positions.iter().zip(&viterbi.decisions) {
            let Decision { magnitude, from } = decisions[state];
            let level = magnitude as i32;
            levels.push(if self.coefficients.values[p.raster as usize] < 0 { -level } else { level });
            end += 1;
            if from == START {
                break;
            }
            state = from as usize;
        }
        Outcome { end, distortion: zero + path.1.distortion, cost: zero + coded + path.1.cost, price: None }
    }

    /// Finds the best path to each state behind the level of frequency 0.
    fn search(
        &self,
        counter: &Counter,
        template: &Template,
        ends: &Ends,
        positions: &[Position],
        viterbi: &mut Viterbi,
    ) {
        let (w, h) = self.coefficients.node.coded_area();
        let indices = scan::indices(w, h);
        let block = &self.place.levels;
        viterbi.decisions.clear();
        viterbi.decisions.resize(positions.len(), Default::default());
        viterbi.paths.fill(NONE);
        for (i, p) in positions.iter().enumerate().rev() {
            let x = f64::from(viterbi.x[p.raster as usize]);
            let place = Neighbourhood::of(i, p, indices, (w, h), positions.len());
            let prices = |state: State, path: &Path| {
                let (around, sum) = place.sums(&path.window);
                let before = path.end - i - 1;
                let level = Level { block, template, state, residual: false, p, around, before };
                Prices { slots: counter.slots(&level), sign: counter.sign(), sum }
            };
            if x < LEAST {
                viterbi.zeros(i, &place, |state, path| self.price(prices(state, path).significance(false)));
                continue;
            }
            let candidates = [0, 1].map(|quantiser| self.candidates(x, quantiser));
            let none = Entry { cost: f64::INFINITY, distortion: 0.0, decision: Decision::default() };
            let mut entries = [none; STATES];
            let mut offer = |to: State, cost: f64, distortion: f64, magnitude: u32, from: u8| {
                let entry = &mut entries[to.index()];
                if cost < entry.cost {
                    *entry = Entry { cost, distortion, decision: Decision { magnitude, from } };
                }
            };
            for state in State::all() {
                let path = &viterbi.paths[state.index()];
                if path.cost.is_infinite() {
                    continue;
                }
                let prices = prices(state, path);
                if x < MOST {
                    let cost = path.cost + self.price(prices.significance(false));
                    offer(state.next(0), cost, path.distortion, 0, state.index() as u8);
                }
                let significance = prices.significance(true);
                for c in candidates[state.quantiser()].iter().filter(|c| c.magnitude > 0) {
                    let cost = path.cost + c.distortion + self.price(significance + prices.level(c.magnitude));
                    offer(
                        state.next(c.magnitude),
                        cost,
                        path.distortion + c.distortion,
                        c.magnitude,
                        state.index() as u8,
                    );
                }
            }
            let start = prices(State::START, &Path { end: i + 1, ..NONE });
            for c in candidates[State::START.quantiser()].iter().filter(|c| c.magnitude > 0 && x >= 0.5) {
                let cost = ends.of(i + 1) + c.distortion + self.price(start.level(c.magnitude));
                offer(State::START.next(c.magnitude), cost, c.distortion, c.magnitude, START);
            }
            viterbi.enter(i, &place, &entries);
        }
    }

    /// The levels of `quantiser` on both sides of `x` steps: one of each parity.
    fn candidates(&self, x: f64, quantiser: usize) -> [Candidate; 2] {
        let low = ((x + 0.5 * quantiser as f64) as u32).min(MAX_LEVEL - 1);
        [low, low + 1].map(|magnitude| {
            if magnitude == 0 {
                return Candidate { magnitude, distortion: 0.0 };
            }
            let index = 2 * magnitude - quantiser as u32;
            let e = x - (0.5 * index as f64 - self.rule.shrink[index.min(3) as usize - 1]);
            Candidate { magnitude, distortion: e * e - x * x }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Coefficients, Reciprocals, Rule};
    use super::*;
    use crate::entropy::contexts::COUNT;
    use crate::entropy::learnt::{Learnt, Start};
    use crate::entropy::levels::LevelModels;
    use crate::entropy::model::{Model, Models};
    use crate::entropy::{Ctx, Profile};
    use crate::quant::family::Family;
    use crate::quant::matrix::{Matrices, MatrixShape};
    use crate::quant::step::step;
    use crate::random::SplitMix64;
    use crate::recon::dequant::{Coded, Dequantiser};
    use crate::simd::{CpuLevel, Simd};
    use crate::syntax::block::TransformBlock;
    use crate::syntax::ctx;
    use crate::syntax::header::PictureHeader;
    use crate::syntax::level::Template;
    use crate::syntax::residual::{TxChoice, transform_block};
    use crate::syntax::state::UnitMap;
    use crate::syntax::tree::Node;
    use crate::transform::TxType;

    const QP: u16 = 224;
    const RULE: Rule =
        Rule { optimise: true, rounding: 0.5, lambda: 0.07, shrink: [1.0 / 32.0, 0.0, -1.0 / 32.0], alone: 0 };
    const CHOICE: TxChoice = TxChoice { mode: None, identity: false, quantiser: Family::Trellis };
    const SIZES: [(u32, u32); 8] = [(2, 2), (3, 3), (2, 4), (4, 3), (5, 3), (3, 5), (4, 5), (5, 5)];

    fn node((log2_w, log2_h): (u32, u32)) -> Node {
        Node { x: 0, y: 0, log2_w, log2_h }
    }

    /// Coefficients of `n` positions whose magnitudes fall off from about `steps` steps.
    fn coefficients(random: &mut SplitMix64, n: usize, w: usize, steps: f64) -> Vec<i32> {
        (0..n)
            .map(|i| {
                let unit = (random.next() >> 33) as f64 / (1u64 << 30) as f64 - 1.0;
                let slope = 1.0 + (i % w + i / w) as f64 / 2.0;
                (unit * steps * step(QP) as f64 / 4096.0 / slope) as i32
            })
            .collect()
    }

    struct Bench {
        counter: Counter,
        reciprocals: Reciprocals,
        viterbi: Viterbi,
    }

    impl Bench {
        fn new(learnt: Learnt) -> Self {
            let reciprocals = Reciprocals::new(&Matrices::new(MatrixShape::FLAT));
            Self { counter: Counter::new(Profile::Mixed, learnt), reciprocals, viterbi: Viterbi::new() }
        }

        fn run<R>(
            &mut self,
            node: &Node,
            values: &[i32],
            with: impl FnOnce(&LevelChoice<'_>, Outcome, &mut Vec<i32>, &mut Counter) -> R,
        ) -> R {
            let place = ctx::Place::of(&UnitMap::new(64, 64), node, 0, false);
            let reciprocals = &self.reciprocals;
            let simd = Simd::new(CpuLevel::detect());
            let coefficients = Coefficients { simd, node, values, tx: TxType::DCT, reciprocals, qp: QP };
            let job = LevelChoice { coefficients, place, rule: &RULE };
            let mut levels = Vec::new();
            let out = job.run_trellis(&mut self.counter, &Template::new(), &mut self.viterbi, &mut levels);
            assert_eq!(levels.len(), out.end as usize);
            assert!(levels.last().is_none_or(|&l| l != 0));
            with(&job, out, &mut levels, &mut self.counter)
        }
    }

    #[test]
    fn window_holds_all_that_slots_look_at() {
        for (w, h) in SIZES.map(|size| node(size).coded_area()) {
            let indices = scan::indices(w, h);
            for (i, p) in scan::of(w, h).iter().enumerate() {
                for &(x, y) in steps_around(h > w) {
                    let (u, v) = (usize::from(p.u).wrapping_add_signed(x), usize::from(p.v).wrapping_add_signed(y));
                    assert!(u >= w || v >= h || (indices[v * w + u] as usize) < i + WINDOW);
                }
            }
        }
    }

    #[test]
    fn cost_is_the_distortion_and_what_the_walk_counts() {
        let (mut random, mut bench, mut coded) = (
            SplitMix64::new(1),
            Bench::new(Learnt::new(Profile::Mixed, Start { trellis: true, ..Start::default() })),
            0,
        );
        let mut header = PictureHeader::blank();
        (header.quantiser, header.shrink) = (Family::Trellis, [1, 0, -1]);
        let dequantiser = Dequantiser::new(&header);
        for (size, steps) in SIZES.into_iter().flat_map(|size| [1.5, 4.0, 30.0, 900.0].map(|s| (size, s))) {
            let node = node(size);
            let (w, h) = node.coded_area();
            let coefficients = coefficients(&mut random, w * h, w, steps);
            bench.run(&node, &coefficients, |job, out, levels, counter| {
                let mut tb = TransformBlock { end: out.end, ..TransformBlock::UNCODED };
                counter.take();
                transform_block(counter, &mut Template::new(), &node, job.place, CHOICE, &mut tb, levels);
                let counted = RULE.lambda * bits(counter.take());
                assert!((out.cost - out.distortion - counted).abs() < 1e-6, "{size:?} {steps}: {out:?}, {counted}");
                let mut decoded = vec![0; w * h];
                dequantiser.steps(0, size, QP, TxType::DCT).dequantise(
                    &node,
                    levels,
                    Coded::new().of(levels),
                    &mut decoded,
                );
                let unit = step(QP) as f64 / 4096.0;
                let squares = coefficients.iter().zip(&decoded).map(|(a, b)| ((a - b) as f64 / unit).powi(2));
                let distortion: f64 = squares.sum();
                assert!((distortion / out.distortion - 1.0).abs() < 0.02, "{size:?} {steps}: {out:?}, {distortion}");
                coded += out.end;
            });
        }
        assert!(coded > 2000);
    }

    /// Cost of the best of all levels near the coefficients from position `i` down, by trying each.
    fn exhaustive(job: &LevelChoice<'_>, counter: &mut Counter, x: &[f64], chosen: &mut Vec<i32>) -> f64 {
        let positions = scan::of(4, 4);
        if chosen.len() < x.len() {
            let at = x.len() - 1 - chosen.len();
            let low = x[at] as i32;
            return (0.max(low)..=low + 2)
                .chain([0])
                .map(|level| {
                    chosen.push(level);
                    let cost = exhaustive(job, counter, x, chosen);
                    chosen.pop();
                    cost
                })
                .fold(f64::INFINITY, f64::min);
        }
        let mut levels: Vec<i32> = chosen.iter().rev().copied().collect();
        let end = levels.iter().rposition(|&l| l != 0).map_or(0, |i| i + 1);
        levels.truncate(end);
        let mut tb = TransformBlock { end: end as u16, ..TransformBlock::UNCODED };
        counter.take();
        transform_block(counter, &mut Template::new(), job.coefficients.node, job.place, CHOICE, &mut tb, &mut levels);
        let mut cost = RULE.lambda * bits(counter.take());
        let mut state = State::START;
        let beyond = positions.iter().zip(x).skip(end);
        cost += beyond.map(|(_, x)| x * x).sum::<f64>();
        for (&level, &x) in levels.iter().zip(x).rev() {
            let index = 2 * level as u32 - if level > 0 { state.quantiser() as u32 } else { 0 };
            let shrink = if index == 0 { 0.0 } else { RULE.shrink[index.min(3) as usize - 1] };
            cost += (x - (0.5 * index as f64 - shrink)).powi(2);
            state = state.next(level as u32);
        }
        cost
    }

    /// Where prices do not depend on the levels before, the search misses nothing.
    #[test]
    fn no_choice_of_levels_costs_less_in_short_blocks() {
        let mut models = Models::new(false);
        for i in 0..COUNT {
            *models.get_mut(Ctx(i)) = Model::new(24000, 0, 5);
        }
        let (mut random, mut bench) =
            (SplitMix64::new(7), Bench::new(Learnt { models, levels: LevelModels::all(24000) }));
        let node = node((2, 2));
        for steps in [1.2, 1.8, 2.5, 3.0].repeat(6) {
            let mut coefficients = coefficients(&mut random, 16, 4, steps);
            // Six of the lowest frequencies: more take too long to try.
            scan::of(4, 4).iter().skip(6).for_each(|p| coefficients[p.raster as usize] = 0);
            let unit = step(QP) as f64 / 4096.0;
            let x: Vec<f64> =
                scan::of(4, 4)[..6].iter().map(|p| coefficients[p.raster as usize].abs() as f64 / unit).collect();
            bench.run(&node, &coefficients, |job, out, _, counter| {
                let best = exhaustive(job, counter, &x, &mut Vec::new());
                assert!(out.cost <= best + 1e-9, "{x:?}: {} found, {best} possible", out.cost);
            });
        }
    }
}
