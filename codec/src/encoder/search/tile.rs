//! The search through a tile: what it looks at, and the state that it leaves behind.

use super::memory::Memory;
use crate::encoder::adaptive::cells::Offsets;
use crate::encoder::effort::{Depth, Partition};
use crate::encoder::layout::Layout;
use crate::encoder::quantise::{Coefficients, LevelChoice, Outcome, per_step};
use crate::encoder::search::hash::BlockHashes;
use crate::encoder::shared::Shared;
use crate::entropy::cost::Counter;
use crate::entropy::learnt::Learnt;
use crate::image::plane::{Plane, Rect};
use crate::quant::family::Family;
use crate::recon::{Reconstruction, TileSamples};
use crate::syntax::block::Superblock;
use crate::syntax::ctx::Place;
use crate::syntax::state::TileState;
use crate::syntax::superblock::Walk;
use crate::syntax::tree::Node;

/// The search through one tile.
#[derive(Debug)]
pub(crate) struct TileSearch<'a> {
    pub(super) shared: &'a Shared<'a>,
    pub(super) source: Vec<Plane>,
    pub(super) offsets: Option<Offsets>,
    /// Of the source's luma, where copies are tried.
    pub(super) hashes: Option<BlockHashes>,
    pub(super) recon: Reconstruction<'a>,
    pub(super) walk: Walk<'a, Counter>,
    /// Of the superblock that is searched.
    pub(super) found: Superblock,
    pub(super) memory: Memory,
    pub(super) partition: Partition,
    /// What guides the partition of luma.
    pub(super) layout: Option<Layout<'a>>,
}

impl<'a> TileSearch<'a> {
    /// `source` has room for planes of the tile, `offsets` what is wanted for its cells, `samples`
    /// none yet.
    pub(crate) fn new(
        shared: &'a Shared<'a>,
        source: Vec<Plane>,
        offsets: Option<Offsets>,
        samples: TileSamples,
        state: TileState,
    ) -> Self {
        let header = shared.context.header;
        let counter = Counter::new(header.profile, Learnt::new(header.profile, header.start()));
        let effort = &shared.plan.effort;
        let partition = if header.screen { effort.screens } else { effort.partition };
        let (width, height) = (state.luma.width(), state.luma.height());
        Self {
            shared,
            partition,
            layout: partition.guide.map(|_| Layout::new(shared, Depth::FULL, width, height)),
            hashes: (header.screen && shared.plan.parameters.copies > 0.0).then(|| BlockHashes::of(&source[0])),
            source,
            offsets,
            recon: Reconstruction::new(shared.context, samples),
            walk: Walk::new(counter, header, state),
            found: Superblock::default(),
            memory: Memory::new(effort),
        }
    }

    /// How many steps of `qp` a difference of 1 between samples is.
    pub(super) fn per_step(&self, qp: u16) -> f64 {
        per_step(qp) / f64::from(1 << self.shared.context.header.extra_depth())
    }

    pub(super) fn lambda(&self) -> f64 {
        self.shared.plan.parameters.lambda
    }

    /// The quantiser of trials: the scalar one may say which trial is the best of a picture whose
    /// levels a trellis finds.
    pub(super) fn trial_quantiser(&self) -> Family {
        if self.shared.plan.effort.trellis_trials { self.shared.context.header.quantiser } else { Family::Scalar }
    }

    /// Chooses levels for `coefficients`, of a block at `place`.
    pub(super) fn choose_levels(
        &mut self,
        coefficients: Coefficients<'_>,
        place: Place,
        quantiser: Family,
        levels: &mut Vec<i32>,
    ) -> Outcome {
        let (plan, m, walk) = (self.shared.plan, &mut self.memory, &mut self.walk);
        let trellis = plan.trellis.as_ref().filter(|_| quantiser.of_block(coefficients.tx) == Family::Trellis);
        let job = LevelChoice { coefficients, place, rule: trellis.unwrap_or(&plan.rule) };
        levels.clear();
        if trellis.is_some() {
            job.run_trellis(&mut walk.coder, &walk.template, &mut m.viterbi, levels)
        } else {
            job.run(&mut walk.coder, &mut walk.template, &mut m.quantise, levels)
        }
    }

    /// [`Shared::dropped`] of the residual in memory.
    pub(super) fn dropped(&self, node: &Node, channel: usize, qp: u16, coefficients: &[i32]) -> f64 {
        self.shared.dropped(node, channel, qp, &self.memory.residual, coefficients)
    }
}

/// Copies a block out of a plane.
pub(super) fn copy_block(plane: &Plane, rect: Rect, out: &mut [u16]) {
    for (y, row) in out[..rect.w * rect.h].chunks_exact_mut(rect.w).enumerate() {
        row.copy_from_slice(&plane.row(rect.y + y)[rect.x..rect.x + rect.w]);
    }
}
