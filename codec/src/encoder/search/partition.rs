//! The search for the partition: one block against its splits, from the whole superblock down.

use std::cmp::Ordering;

use super::{Best, TileSearch};
use crate::encoder::effort::Partition;
use crate::encoder::layout::Costs;
use crate::encoder::quantise::bits;
use crate::syntax::spectrum::spectrum;
use crate::syntax::state::{Channel, UnitMap};
use crate::syntax::tree::{self, Choices, Node, Split};

/// Costs of what was tried with a node so far; infinite for what was not, or was given up.
struct Tried {
    best: f64,
    costs: [f64; 6],
    /// What the layout says of the node.
    planned: Option<Costs>,
}

impl Tried {
    fn new(limit: f64, planned: Option<Costs>) -> Self {
        Self { best: limit, costs: [f64::INFINITY; 6], planned }
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
                Split::None => return planned.whole < planned.quarters * guide.whole,
                // What one block costs in truth tells as much of the four squares as it is off itself.
                Split::Quad if whole.is_finite() => {
                    return planned.quarters < guide.quarters * (planned.whole * whole).sqrt();
                }
                _ => {}
            }
        }
        // Halves lie between one block and four squares: where those are far apart, the halves are not better.
        let between = whole.is_infinite() || (quad < whole * partition.patience && whole < quad * partition.reach);
        match split {
            Split::None | Split::Quad => true,
            Split::H2 | Split::V2 => halvings < partition.halvings && (halvings > 0 || between),
            Split::H4 | Split::V4 => {
                let half = self.cost(if split == Split::H4 { Split::H2 } else { Split::V2 });
                partition.quarters && halvings == 0 && between && half < self.best * partition.quarter_patience
            }
        }
    }
}

/// The cut that makes of an oblong node what the squares inside of the picture are cut into. Oblong nodes without a
/// halving before them are those that the edge of the picture made; without this they would stay as large as they are.
pub(in crate::encoder) fn towards_square(node: &Node, halvings: u32) -> Option<Split> {
    match node.log2_w.cmp(&node.log2_h) {
        _ if halvings > 0 => None,
        Ordering::Equal => None,
        Ordering::Greater => Some(Split::V2),
        Ordering::Less => Some(Split::H2),
    }
}

impl TileSearch<'_> {
    /// The best coding of `node`, or nothing where it is outside or costs `limit` or more. `halvings` counts the cuts
    /// since the last square.
    ///
    /// Afterwards the state and the samples are as after coding what is returned (undefined where nothing is).
    pub(super) fn partition(&mut self, channel: Channel, node: Node, halvings: u32, limit: f64) -> Option<Best> {
        let units = self.units(channel);
        if node.x >= units.width() || node.y >= units.height() {
            return Some(Best::empty());
        }
        let choices = node.choices(units.width(), units.height());
        if let Choices::Forced(split) = choices {
            // The edge of the picture asks for this cut: it is none of those that the effort counts.
            let children = if split == Split::Quad { 0 } else { halvings };
            return self.divided(channel, node, split, Some(children), limit);
        }
        let (effort, partition) = (&self.shared.plan.effort, self.partition);
        let cells = self.walk.state.cells.save(node.x, node.y);
        let history = self.walk.state.history;
        let planned = self.layout.as_ref().filter(|_| channel == Channel::Luma && halvings == 0);
        let mut tried = Tried::new(limit, planned.and_then(|layout| layout.costs(&node)));
        let mut found: Option<(Best, Vec<u16>)> = None;
        if node.log2_w.max(node.log2_h) <= effort.largest_log2
            && tried.suggests(&node, Split::None, halvings, &partition)
        {
            let best = self.whole(channel, node);
            tried.note(Split::None, best.cost);
            let empty = best.is_empty();
            if best.cost < limit {
                found = Some((best, self.save(channel, node)));
            }
            if empty && effort.stop_when_empty {
                return found.map(|f| f.0);
            }
        }
        for split in [Split::Quad, Split::H2, Split::V2, Split::H4, Split::V4] {
            if !choices.allow(split) || !tried.suggests(&node, split, halvings, &partition) {
                continue;
            }
            // Four squares are followed a little beyond the best, for what they say of the halves.
            let limit = if split == Split::Quad { tried.best * partition.patience } else { tried.best };
            let children = match split {
                Split::Quad | Split::None => Some(0),
                Split::H2 | Split::V2 if Some(split) == towards_square(&node, halvings) => Some(0),
                Split::H2 | Split::V2 => Some(halvings + 1).filter(|&h| h < partition.halvings),
                Split::H4 | Split::V4 => None,
            };
            self.forget(channel, node);
            self.walk.state.cells.restore(node.x, node.y, &cells);
            self.walk.state.history = history;
            let best = self.divided(channel, node, split, children, limit);
            let better = best.as_ref().is_some_and(|b| b.cost < tried.best);
            tried.note(split, best.as_ref().map_or(f64::INFINITY, |b| b.cost));
            if let Some(best) = best.filter(|_| better) {
                found = Some((best, self.save(channel, node)));
            }
        }
        let (best, samples) = found?;
        self.walk.state.cells.restore(node.x, node.y, &cells);
        self.walk.state.history = history;
        self.put_back(channel, node, &best, &samples);
        Some(best)
    }

    /// Chroma by the tree that luma has: `splits` in coding order.
    pub(super) fn follow(&mut self, node: Node, splits: &mut impl Iterator<Item = Split>) -> Best {
        let units = self.units(Channel::Chroma);
        if node.x >= units.width() || node.y >= units.height() {
            return Best::empty();
        }
        let split = splits.next().unwrap_or(Split::None);
        let mut best = if split == Split::None { self.chroma_block(node) } else { Best::empty() };
        best.splits.push(split);
        for child in node.children(split).filter(|_| split != Split::None) {
            let part = self.follow(child, splits);
            best.append(&part);
        }
        best
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
        let cost = self.walk.coder.count(|c| tree::split(c, channel, units, node, split));
        self.lambda() * bits(cost)
    }

    /// `node` as one block.
    fn whole(&mut self, channel: Channel, node: Node) -> Best {
        let cost = self.split_cost(channel, &node, Split::None);
        let mut best = match channel {
            Channel::Luma => self.luma_block(node),
            Channel::Chroma => self.chroma_block(node),
        };
        best.cost += cost;
        best.splits.push(Split::None);
        best
    }

    /// `node` split by `split`, or nothing where that costs `limit` or more. `halvings` are those of the children; without,
    /// they are not divided further.
    fn divided(
        &mut self,
        channel: Channel,
        node: Node,
        split: Split,
        halvings: Option<u32>,
        limit: f64,
    ) -> Option<Best> {
        let mut best = Best::empty();
        best.splits.push(split);
        best.cost = self.split_cost(channel, &node, split);
        for (done, child) in node.children(split).enumerate() {
            let tells = channel == Channel::Chroma && split == Split::Quad && node.log2_w <= 4 && done > 0;
            let most = if tells { limit.min(self.most_of_chroma(done, limit)) } else { limit };
            if best.cost >= most {
                return None;
            }
            let part = match halvings {
                Some(halvings) => self.partition(channel, child, halvings, limit - best.cost)?,
                None => self.whole(channel, child),
            };
            best.append(&part);
        }
        (best.cost < limit).then_some(best)
    }

    /// What `done` of four squares of chroma may cost where all of them may cost `limit`: the more are done, the more they tell of
    /// the others.
    fn most_of_chroma(&self, done: usize, limit: f64) -> f64 {
        let effort = &self.shared.plan.effort;
        let spread = 1.0 + effort.chroma_spread * 2.0 / f64::from(1u32 << done);
        limit / self.partition.patience * spread * done as f64 / 4.0
    }

    fn planes(channel: Channel) -> std::ops::Range<usize> {
        match channel {
            Channel::Luma => 0..1,
            Channel::Chroma => 1..3,
        }
    }

    /// The samples of `node` as they stand, plane by plane.
    fn save(&self, channel: Channel, node: Node) -> Vec<u16> {
        let planes = Self::planes(channel);
        let mut out = Vec::with_capacity(planes.len() * node.w() * node.h());
        planes.for_each(|p| self.recon.samples.planes[p].save(node.rect(), &mut out));
        out
    }

    /// Makes the state and the samples those after coding `best`.
    fn put_back(&mut self, channel: Channel, node: Node, best: &Best, samples: &[u16]) {
        for (p, saved) in Self::planes(channel).zip(samples.chunks_exact(node.w() * node.h())) {
            self.recon.samples.planes[p].restore(node.rect(), saved);
        }
        self.recon.samples.mark(Self::planes(channel).start, node.rect());
        for block in &best.luma {
            self.walk.note_luma(block, spectrum(&block.node, &block.tb, &best.levels));
        }
        for block in &best.chroma {
            self.walk.note_chroma(block, block.tb.map(|tb| spectrum(&block.node, &tb, &best.levels)));
        }
    }

    /// Makes the samples of `node` unavailable again.
    fn forget(&mut self, channel: Channel, node: Node) {
        self.recon.samples.unmark(Self::planes(channel).start, node.rect());
    }
}
