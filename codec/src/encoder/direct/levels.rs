//! The transform and the levels of a residual on the direct way.

use super::DirectTile;
use super::quantise::round;
use crate::encoder::effort::Transforms;
use crate::encoder::kernels::forward::{SINE, SINE_COLUMNS, SINE_ROWS, forward};
use crate::encoder::kernels::satd::{Pair, residual};
use crate::encoder::quantise::{Coefficients, Estimate, LevelChoice};
use crate::encoder::shared::Shared;
use crate::image::plane::Rect;
use crate::recon::MAX_BLOCK;
use crate::syntax::block::TransformBlock;
use crate::syntax::ctx::Place;
use crate::syntax::residual::MAX_SINE;
use crate::syntax::spectrum::{Spectrum, spectrum};
use crate::syntax::state::TileState;
use crate::syntax::tree::Node;
use crate::transform::{TxShape, TxType};

/// A plane of a block.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spot {
    pub(super) node: Node,
    pub(super) plane: usize,
    /// Cr where Cb has levels.
    pub(super) after_coded: bool,
    /// Quantiser parameter of the plane.
    pub(super) qp: u16,
}

impl Spot {
    pub(super) fn luma(node: Node, qp: u16) -> Self {
        Self { node, plane: 0, after_coded: false, qp }
    }

    /// Its coefficients by `tx`: `values`.
    fn coefficients<'a>(&'a self, shared: &'a Shared<'_>, values: &'a [i32], tx: TxType) -> Coefficients<'a> {
        shared.coefficients(self.plane.min(1), &self.node, values, tx, self.qp)
    }

    fn place(&self, state: &TileState) -> Place {
        let units = if self.plane == 0 { &state.luma } else { &state.chroma };
        Place::of(units, &self.node, self.plane, self.after_coded)
    }
}

impl DirectTile<'_> {
    /// Takes what the best prediction of `plane` leaves of the source at `rect` into memory.
    pub(super) fn take_residual(&mut self, plane: usize, rect: Rect) {
        let (source, m) = (&self.source[plane], &mut self.memory);
        let prediction = &m.best[plane.saturating_sub(1) * MAX_BLOCK..];
        let a = source.from(rect.x, rect.y);
        let pair = Pair { a, a_stride: source.width(), b: prediction, b_stride: rect.w };
        residual(self.shared.context.simd, pair, rect.w, rect.h, &mut m.residual);
    }

    /// What the residual costs, about, transformed by `tx`; its coefficients are the ones at hand
    /// then.
    pub(super) fn estimate(&mut self, spot: &Spot, tx: TxType) -> Estimate {
        self.transform(spot, tx);
        let coefficients = spot.coefficients(self.shared, &self.memory.coefficients, tx);
        coefficients.estimate(self.shared.plan.rule.lambda)
    }

    /// The transform that the residual costs least with, about; its coefficients are the ones at
    /// hand then.
    fn choose_transform(&mut self, spot: &Spot) -> TxType {
        let (w, h) = (spot.node.w(), spot.node.h());
        let tried: &[TxType] = match self.direct.transforms {
            Transforms::All => &[SINE, SINE_COLUMNS, SINE_ROWS],
            Transforms::Pair => &[SINE],
            Transforms::Cosine => &[],
        };
        if tried.is_empty() || spot.plane > 0 || w.max(h) > MAX_SINE {
            self.transform(spot, TxType::DCT);
            return TxType::DCT;
        }
        let mut best = (self.estimate(spot, TxType::DCT), TxType::DCT);
        for &tx in tried {
            if !best.0.coded {
                break;
            }
            std::mem::swap(&mut self.memory.coefficients, &mut self.memory.others);
            let estimate = self.estimate(spot, tx);
            if estimate.cost < best.0.cost {
                best = (estimate, tx);
            } else {
                std::mem::swap(&mut self.memory.coefficients, &mut self.memory.others);
            }
        }
        best.1
    }

    fn transform(&mut self, spot: &Spot, tx: TxType) {
        let (context, m) = (self.shared.context, &mut self.memory);
        let shape = TxShape { w: spot.node.w(), h: spot.node.h(), tx, extra: context.header.extra_depth() };
        forward(context.simd, &m.residual, shape, &mut m.coefficients);
    }

    /// Transforms and quantises the residual in memory; its levels go behind those of the
    /// superblock.
    pub(super) fn code_residual(&mut self, spot: &Spot) -> TransformBlock {
        let tx = self.choose_transform(spot);
        let (shared, m, start) = (self.shared, &mut self.memory, self.sb.levels.len() as u32);
        let (coefficients, rule) = (spot.coefficients(shared, &m.coefficients, tx), &shared.plan.rule);
        let end = match rule.optimise {
            true => {
                let job = LevelChoice { coefficients, place: spot.place(&self.walk.state), rule };
                job.run(&mut self.walk.coder, &mut self.walk.template, &mut m.quantise, &mut self.sb.levels).end
            }
            false => round(&coefficients, rule, &mut self.sb.levels),
        };
        TransformBlock { end, start, tx: if end == 0 { TxType::DCT } else { tx } }
    }

    /// That of the levels of a block, where prices ask for it.
    pub(super) fn spectrum(&self, node: &Node, tb: &TransformBlock) -> Spectrum {
        match self.shared.plan.rule.optimise {
            true => spectrum(node, tb.levels(&self.sb.levels)),
            false => Spectrum::default(),
        }
    }
}
