//! The search for the partition: one block against its splits, from the whole superblock down.

use super::found::Mark;
use super::tile::TileSearch;
use crate::encoder::effort::Partition;
use crate::encoder::layout::{Costs, towards_square};
use crate::encoder::quantise::bits;
use crate::syntax::block::Superblock;
use crate::syntax::partition;
use crate::syntax::spectrum::spectrum;
use crate::syntax::state::UnitMap;
use crate::syntax::tree::{Channel, Choices, Node, Split};

/// A square is not tried as one block that costs, by the layout, more than this times four squares.
const WHOLE: f64 = 1.4;

/// How much larger a limit is that is as good as reached, for all rounding of sums.
const ROUNDING: f64 = 1e-6;

/// Costs of what was tried with a node so far; infinite for what was not, or was given up.
struct Tried {
    best: f64,
    costs: [f64; 8],
    /// What the layout says of the node.
    planned: Option<Costs>,
}

impl Tried {
    fn new(limit: f64, planned: Option<Costs>) -> Self {
        Self { best: limit, costs: [f64::INFINITY; 8], planned }
    }

    fn note(&mut self, split: Split, cost: f64) {
        self.costs[split as usize] = cost;
        self.best = self.best.min(cost);
    }

    fn cost(&self, split: Split) -> f64 {
        self.costs[split as usize]
    }

    /// Whether `split` of `node` may still be the best, by the costs of its relatives.
    fn suggests(&self, node: &Node, split: Split, halvings: u32, partition: &Partition) -> bool {
        if Some(split) == towards_square(node, halvings) {
            return true;
        }
        let (whole, quad) = (self.cost(Split::None), self.cost(Split::Quad));
        if let (Some(planned), Some(guide)) = (self.planned, partition.guide) {
            match split {
                Split::None => return planned.whole < planned.quarters * WHOLE,
                // What one block costs in truth tells as much of the four squares as it is off
                // itself.
                Split::Quad if whole.is_finite() => {
                    return planned.quarters < guide * (planned.whole * whole).sqrt();
                }
                _ => {}
            }
        }
        // Halves lie between one block and four squares: where those are far apart, the halves are
        // not better.
        let between =
            whole.is_infinite() || (quad < whole * partition.quad_margin && whole < quad * partition.halves_margin);
        match split {
            Split::None | Split::Quad => true,
            _ if node.log2_w > partition.largest_halved_log2 => false,
            Split::H2 | Split::V2 => halvings < partition.halvings && (halvings > 0 || between),
            Split::H3 | Split::V3 | Split::H4 | Split::V4 => {
                let half = self.cost(if matches!(split, Split::H3 | Split::H4) { Split::H2 } else { Split::V2 });
                let three = matches!(split, Split::H3 | Split::V3);
                let margin = if three { partition.three_margin } else { partition.quarters_margin };
                margin > 0.0 && halvings == 0 && between && half <= self.best * margin
            }
        }
    }
}

impl TileSearch<'_> {
    /// Finds the best coding of `node` and returns its cost, or nothing where that is known to be
    /// `limit` or more. `halvings` counts the cuts since the last square.
    ///
    /// Afterwards the state and the samples are as after coding what was found. Where nothing is
    /// returned they are undefined, and some of what was found may be left.
    pub(super) fn partition(&mut self, channel: Channel, node: Node, halvings: u32, limit: f64) -> Option<f64> {
        let units = self.units(channel);
        if node.x >= units.width() || node.y >= units.height() {
            return Some(0.0);
        }
        let choices = node.choices(units.width(), units.height());
        if let Choices::Forced(split) = choices {
            // The edge of the picture asks for this cut: it is none of those that the effort
            // counts.
            let children = if split == Split::Quad { 0 } else { halvings };
            return self.divided(channel, node, split, Some(children), limit);
        }
        let (effort, partition) = (&self.shared.plan.effort, self.partition);
        let cells = self.walk.state.cells.save(node.x, node.y);
        let history = self.walk.state.history;
        let planned = self.layout.as_ref().filter(|_| channel == Channel::Luma && halvings == 0);
        let mut tried = Tried::new(limit, planned.and_then(|layout| layout.costs(&node)));
        let (start, saved) = (self.found.mark(), self.memory.saved.len());
        let mut best = None;
        // Whether state and samples are as after coding it.
        let mut stands = false;
        if node.log2_w.max(node.log2_h) <= effort.largest_log2
            && tried.suggests(&node, Split::None, halvings, &partition)
        {
            let cost = self.whole(channel, node, limit);
            tried.note(Split::None, cost);
            (best, stands) = (Some(cost).filter(|&c| c < limit), cost < limit);
            if effort.stop_when_empty && self.found.is_empty_since(start) {
                return best;
            }
            if !stands {
                self.found.back_to(start);
            }
        }
        for split in [Split::Quad, Split::H2, Split::V2, Split::H3, Split::V3, Split::H4, Split::V4] {
            if !choices.allow(split) || !tried.suggests(&node, split, halvings, &partition) {
                continue;
            }
            // Four squares are followed a little beyond the best, for what they say of the halves.
            let limit = if split == Split::Quad { tried.best * partition.quad_margin } else { tried.best };
            let children = match split {
                Split::Quad | Split::None => Some(0),
                Split::H2 | Split::V2 if Some(split) == towards_square(&node, halvings) => Some(0),
                Split::H2 | Split::V2 | Split::H3 | Split::V3 => Some(halvings + 1).filter(|&h| h < partition.halvings),
                Split::H4 | Split::V4 => None,
            };
            if stands {
                self.memory.saved.truncate(saved);
                self.save(channel, node);
            }
            self.forget(channel, node);
            self.walk.state.cells.restore(node.x, node.y, &cells);
            self.walk.state.history = history;
            let end = self.found.mark();
            let cost = self.divided(channel, node, split, children, limit);
            stands = cost.is_some_and(|c| c < tried.best);
            tried.note(split, cost.unwrap_or(f64::INFINITY));
            if stands {
                self.found.remove(start, end);
                best = cost;
            } else {
                self.found.back_to(end);
            }
        }
        if best.is_some() && !stands {
            self.walk.state.cells.restore(node.x, node.y, &cells);
            self.walk.state.history = history;
            self.put_back(channel, node, start, saved);
        }
        self.memory.saved.truncate(saved);
        best
    }

    /// Chroma by the tree that luma has.
    pub(super) fn follow(&mut self, node: Node) {
        let units = self.units(Channel::Chroma);
        if node.x >= units.width() || node.y >= units.height() {
            return;
        }
        let Superblock { luma_splits, chroma_splits, .. } = &mut self.found;
        let split = luma_splits.get(chroma_splits.len()).copied().unwrap_or(Split::None);
        chroma_splits.push(split);
        if split == Split::None {
            self.chroma_block(node, f64::INFINITY);
            return;
        }
        node.children(split).for_each(|child| self.follow(child));
    }

    fn units(&self, channel: Channel) -> &UnitMap {
        match channel {
            Channel::Luma => &self.walk.state.luma,
            Channel::Chroma => &self.walk.state.chroma,
        }
    }

    fn split_cost(&mut self, channel: Channel, node: &Node, split: Split) -> f64 {
        let units = match channel {
            Channel::Luma => &self.walk.state.luma,
            Channel::Chroma => &self.walk.state.chroma,
        };
        let cost = self.walk.coder.count(|c| partition::split(c, channel, units, node, split));
        self.lambda() * bits(cost)
    }

    /// Finds `node` as one block and returns its cost. Where that is `limit` or more, the state and
    /// the samples need not follow it.
    fn whole(&mut self, channel: Channel, node: Node, limit: f64) -> f64 {
        let cost = self.split_cost(channel, &node, Split::None);
        self.found.splits_mut(channel).push(Split::None);
        let limit = (limit - cost) * (1.0 + ROUNDING);
        let block = match channel {
            Channel::Luma => self.luma_block(node, limit),
            Channel::Chroma => self.chroma_block(node, limit),
        };
        block + cost
    }

    /// Finds `node` split by `split` and returns its cost, or nothing where its parts but the last
    /// show that this is `limit` or more. `halvings` are those of the children; without, they are
    /// not divided further.
    fn divided(
        &mut self,
        channel: Channel,
        node: Node,
        split: Split,
        halvings: Option<u32>,
        limit: f64,
    ) -> Option<f64> {
        self.found.splits_mut(channel).push(split);
        let mut cost = self.split_cost(channel, &node, split);
        for (done, child) in node.children(split).enumerate() {
            let tells = channel == Channel::Chroma && split == Split::Quad && node.log2_w <= 4 && done > 0;
            let most = if tells { limit.min(self.most_of_chroma(done, limit)) } else { limit };
            if cost >= most {
                return None;
            }
            cost += match halvings {
                Some(halvings) => self.partition(channel, child, halvings, limit - cost)?,
                None => self.whole(channel, child, limit - cost),
            };
        }
        Some(cost)
    }

    /// What `done` of four squares of chroma may cost where all of them may cost `limit`: the more
    /// are done, the more they tell of the others.
    fn most_of_chroma(&self, done: usize, limit: f64) -> f64 {
        let effort = &self.shared.plan.effort;
        let spread = 1.0 + effort.chroma_spread * 2.0 / f64::from(1u32 << done);
        limit / self.partition.quad_margin * spread * done as f64 / 4.0
    }

    fn planes(channel: Channel) -> std::ops::Range<usize> {
        match channel {
            Channel::Luma => 0..1,
            Channel::Chroma => 1..3,
        }
    }

    /// Keeps the samples of `node` as they stand, plane by plane.
    fn save(&mut self, channel: Channel, node: Node) {
        let (samples, saved) = (&self.recon.samples, &mut self.memory.saved);
        Self::planes(channel).for_each(|p| samples.planes[p].save(node.rect(), saved));
    }

    /// Makes the state and the samples of `node` those after coding what was found since `start`;
    /// of the samples those that were saved from `saved` on.
    fn put_back(&mut self, channel: Channel, node: Node, start: Mark, saved: usize) {
        let samples = &mut self.recon.samples;
        for (p, saved) in Self::planes(channel).zip(self.memory.saved[saved..].chunks_exact(node.w() * node.h())) {
            samples.planes[p].restore(node.rect(), saved);
        }
        samples.mark(Self::planes(channel).start, node.rect());
        let found = &self.found;
        for block in &found.luma[start.luma..] {
            self.walk.note_luma(block, spectrum(&block.node, block.tb.levels(&found.levels)));
        }
        for block in &found.chroma[start.chroma..] {
            self.walk.note_chroma(block, block.tb.map(|tb| spectrum(&block.node, tb.levels(&found.levels))));
        }
    }

    /// Makes the samples of `node` unavailable again.
    fn forget(&mut self, channel: Channel, node: Node) {
        self.recon.samples.unmark(Self::planes(channel).start, node.rect());
    }
}
