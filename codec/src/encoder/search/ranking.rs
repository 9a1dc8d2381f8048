//! Which modes of a luma block are worth trying in full: by Hadamard-transformed difference and the
//! price of the mode.

use super::learned::least_differences;
use super::memory::Candidate;
use super::tile::TileSearch;
use crate::encoder::kernels::satd::{Pair, satd};
use crate::encoder::quantise::bits;
use crate::encoder::quantise::per_step;
use crate::predict::IntraMode;
use crate::predict::edges::LINES;
use crate::syntax::modes::{self, MostProbable};
use crate::syntax::tree::Node;

/// Candidates ranked by their costs.
#[derive(Debug)]
struct Ranking {
    probable: MostProbable,
    /// Steps in a difference of 1.
    scale: f64,
    /// In the order of trial.
    tried: Vec<Candidate>,
    /// Bit by mode.
    seen: u128,
    /// The least cost of any mode.
    least: f64,
    /// The best two angles, best first.
    angles: [Option<Candidate>; 2],
}

impl Ranking {
    /// `room` keeps what is tried.
    fn new(probable: MostProbable, scale: f64, mut room: Vec<Candidate>) -> Self {
        room.clear();
        Self { probable, scale, tried: room, seen: 0, least: f64::INFINITY, angles: [None; 2] }
    }

    /// Whether `mode` is new.
    fn enter(&mut self, mode: IntraMode) -> bool {
        let bit = 1 << mode.number();
        let new = self.seen & bit == 0;
        self.seen |= bit;
        new
    }

    /// Notes what `candidate` costs.
    fn note(&mut self, candidate: Candidate) {
        self.tried.push(candidate);
        self.least = self.least.min(candidate.cost);
        if !candidate.mode.is_angular() {
            return;
        }
        let before = |other: Option<Candidate>| other.is_none_or(|o| candidate.cost < o.cost);
        if before(self.angles[0]) {
            self.angles = [Some(candidate), self.angles[0]];
        } else if before(self.angles[1]) {
            self.angles[1] = Some(candidate);
        }
    }
}

impl TileSearch<'_> {
    /// Ranks what may be worth trying for the block in memory: the best stand in the shortlist.
    pub(super) fn rank_luma_modes(&mut self, node: &Node, qp: u16) {
        let screen = self.shared.context.header.screen;
        // Difference in steps: a step is 4096 per coefficient unit, a sample has four units.
        let probable = MostProbable::of(&self.walk.state.luma, node, screen);
        let mut ranking = Ranking::new(probable, per_step(qp), std::mem::take(&mut self.memory.ranked));
        self.memory.shortlist.begin(self.shared.plan.effort.luma_modes);
        let probable = *ranking.probable.modes();
        for mode in IntraMode::SIMPLE.into_iter().chain(probable) {
            self.rank(node, mode, &mut ranking);
        }
        self.rank_angles(node, &mut ranking);
        if screen {
            self.rank_lines(node, &mut ranking);
        } else {
            self.rank_learned(node, &mut ranking);
        }
        self.memory.ranked = ranking.tried;
    }

    /// Angles from a coarse grid, then beside the best.
    fn rank_angles(&mut self, node: &Node, ranking: &mut Ranking) {
        let effort = self.shared.plan.effort;
        let mut gap = effort.angle_step;
        for angle in (0..IntraMode::ANGLES).step_by(gap as usize) {
            self.rank(node, IntraMode::Angular(angle), ranking);
        }
        while gap > 1 {
            gap /= 2;
            let most = ranking.least * effort.angle_margin;
            let centres = ranking.angles.into_iter().flatten().take(if gap >= 2 { 2 } else { 1 });
            for centre in centres.take_while(|c| c.cost <= most) {
                let IntraMode::Angular(angle) = centre.mode else { continue };
                for neighbour in IntraMode::beside(angle, gap) {
                    self.rank(node, neighbour, ranking);
                }
            }
        }
    }

    /// The learned modes that are estimated best.
    fn rank_learned(&mut self, node: &Node, ranking: &mut Ranking) {
        let effort = self.shared.plan.effort;
        if effort.learned_modes == 0 || self.shared.plan.parameters.learned == 0.0 {
            return;
        }
        let (context, m) = (&self.shared.context, &self.memory);
        let (size, extra) = ((node.w(), node.h()), context.header.extra_depth());
        let mut estimates = least_differences(context.simd, &m.edges[0], &m.source, size, extra);
        let most = ranking.least * effort.learned_margin / ranking.scale;
        for _ in 0..effort.learned_modes {
            let mut best = 0;
            for i in 1..estimates.len() {
                best = if estimates[i].0 < estimates[best].0 { i } else { best };
            }
            let (difference, mode) = estimates[best];
            if difference > most {
                return;
            }
            estimates[best].0 = f64::INFINITY;
            self.rank(node, mode, ranking);
        }
    }

    /// Further lines for the best of the most probable directions.
    fn rank_lines(&mut self, node: &Node, ranking: &mut Ranking) {
        let count = self.shared.plan.parameters.lines as usize;
        if count == 0 || node.x == 0 || node.y == 0 {
            return;
        }
        let most = ranking.least * self.shared.plan.effort.angle_margin;
        let mut directions = ranking.tried.clone();
        directions.retain(|d| d.mode.is_angular() && d.cost <= most);
        directions.retain(|d| ranking.probable.modes().contains(&d.mode));
        directions.sort_by(|a, b| a.cost.total_cmp(&b.cost));
        directions.truncate(count);
        for line in (1..LINES.len() as u8).filter(|_| !directions.is_empty()) {
            self.recon.samples.edges(0, node.rect(), line, &mut self.memory.edges[usize::from(line)]);
            for direction in &directions {
                self.consider(node, direction.mode, line, ranking);
            }
        }
    }

    fn rank(&mut self, node: &Node, mode: IntraMode, ranking: &mut Ranking) {
        if ranking.enter(mode) {
            self.consider(node, mode, 0, ranking);
        }
    }

    /// Ranks the block with `mode` and `line`.
    fn consider(&mut self, node: &Node, mode: IntraMode, line: u8, ranking: &mut Ranking) {
        let slot = self.memory.shortlist.free();
        self.predict_luma(node, mode, line, slot);
        let (w, h) = (node.w(), node.h());
        let m = &self.memory;
        let pair = Pair { a: &m.source, a_stride: w, b: &m.predictions[0][slot], b_stride: w };
        let extra = self.shared.context.header.extra_depth();
        let difference = satd(self.shared.context.simd, pair, extra, w, h) as f64 * ranking.scale;
        let probable = &ranking.probable;
        let rate = bits(self.walk.coder.count(|c| {
            modes::luma_mode(c, node, probable, mode);
            modes::line(c, node, probable, mode, line);
        }));
        let cost = difference + self.shared.plan.parameters.rank_lambda * rate;
        self.memory.shortlist.note(cost);
        ranking.note(Candidate { cost, price: self.lambda() * rate, mode, line });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::state::UnitMap;

    #[test]
    fn the_best_angles_are_the_first_of_a_stable_order_by_cost() {
        let node = Node { x: 0, y: 0, log2_w: 2, log2_h: 2 };
        let probable = MostProbable::of(&UnitMap::new(64, 64), &node, false);
        let mut ranking = Ranking::new(probable, 1.0, Vec::new());
        for mode in IntraMode::all() {
            // Many cost the same.
            let cost = (mode.number() * 37 % 11) as f64;
            ranking.note(Candidate { cost, price: 0.0, mode, line: 0 });
        }
        let mut sorted = ranking.tried.clone();
        sorted.sort_by(|a, b| a.cost.total_cmp(&b.cost));
        assert_eq!(ranking.least, sorted[0].cost);
        let angles: Vec<_> = sorted.iter().filter(|c| c.mode.is_angular()).map(|c| c.mode).collect();
        assert_eq!(ranking.angles.map(|a| a.map(|c| c.mode)), [Some(angles[0]), Some(angles[1])]);
    }
}
