//! What all tiles of a picture share.

use super::effort::Direct;
use super::plan::Plan;
use super::quantise::{Coefficients, Reciprocals, per_unit};
use crate::encoder::adaptive::cells::Offsets;
use crate::quant::matrix::Matrices;
use crate::recon::Context;
use crate::simd::arrays::one_by_one;
use crate::simd::run;
use crate::syntax::tree::Node;
use crate::transform::TxType;

/// What the ways through tiles need of a picture.
#[derive(Debug)]
pub(crate) struct Shared<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) context: &'a Context<'a>,
    pub(crate) reciprocals: [Reciprocals; 2],
    /// Of the picture's cells, where quantisation is adaptive.
    pub(crate) offsets: Option<&'a Offsets>,
}

impl<'a> Shared<'a> {
    pub(crate) fn new(plan: &'a Plan, context: &'a Context<'a>, offsets: Option<&'a Offsets>) -> Self {
        let reciprocals = context.header.matrices.map(|shape| Reciprocals::new(&Matrices::new(shape)));
        Self { plan, context, reciprocals, offsets }
    }

    /// The direct way, where the picture takes it: screens and the trellis do not.
    pub(super) fn direct(&self) -> Option<&Direct> {
        let header = self.context.header;
        self.plan.effort.direct.as_ref().filter(|_| !header.screen && !header.is_trellis())
    }

    /// Coefficients of a block of `channel` by `tx`: `values`.
    pub(super) fn coefficients<'b>(
        &'b self,
        channel: usize,
        node: &'b Node,
        values: &'b [i32],
        tx: TxType,
        qp: u16,
    ) -> Coefficients<'b> {
        Coefficients { simd: self.context.simd, node, values, tx, reciprocals: &self.reciprocals[channel], qp }
    }

    /// Distortion by the frequencies that sides of 64 do not code, in squared steps: their energy
    /// is what the coefficients lack of the residual's.
    pub(super) fn dropped(&self, node: &Node, channel: usize, qp: u16, residual: &[i32], coefficients: &[i32]) -> f64 {
        if node.log2_w.max(node.log2_h) < 6 {
            return 0.0;
        }
        let coded = node.w().min(32) * node.h().min(32);
        let simd = self.context.simd;
        let all = run!(simd, energy(&residual[..node.w() * node.h()]));
        let kept = run!(simd, energy(&coefficients[..coded]));
        let weight = self.reciprocals[channel].last(node);
        let scale = per_unit(qp) * weight;
        let all = (16 * all) >> (2 * self.context.header.extra_depth());
        all.saturating_sub(kept) as f64 * scale * scale
    }
}

/// The sum of the squares of `values`, as many as a multiple of eight.
#[inline(always)]
fn energy(values: &[i32]) -> u64 {
    let mut sums = [0; 8];
    for values in values.as_chunks::<8>().0 {
        one_by_one();
        for i in 0..8 {
            sums[i] += (i64::from(values[i]) * i64::from(values[i])) as u64;
        }
    }
    sums.iter().sum()
}
