//! The coefficients of a block, and the steps that they are divided by.

use super::bands::Bands;
use crate::quant::matrix::{Matrices, WEIGHT_BITS};
use crate::quant::step::{STEP_BITS, step};
use crate::simd::Simd;
use crate::syntax::tree::Node;
use crate::transform::{MAX_CODED, TxType};

/// Steps of `qp` in a coefficient unit, at a weight of 1.
pub(crate) fn per_unit(qp: u16) -> f64 {
    f64::from(1u32 << STEP_BITS) / f64::from(step(qp))
}

/// How many steps of `qp` a difference of 1 between samples of 10 bits is: four coefficient units.
pub(crate) fn per_step(qp: u16) -> f64 {
    4.0 * per_unit(qp)
}

/// Reciprocals of the weights of a channel for all sizes, and the distortion weights that go with
/// them. Times [`per_unit`] they are the reciprocals of [`crate::recon::dequant::Steps::at`].
#[derive(Debug)]
pub(crate) struct Reciprocals {
    by_size: Vec<Vec<f32>>,
    bands: Vec<Bands>,
}

/// The reciprocals of a block without a transform.
static FLAT: [f32; MAX_CODED] = [1.0; MAX_CODED];

impl Reciprocals {
    pub(crate) fn new(matrices: &Matrices) -> Self {
        let reciprocal = |&weight: &u16| (1u32 << WEIGHT_BITS) as f32 / f32::from(weight);
        let sizes = || (0..25).map(|i| (i % 5 + 2, i / 5 + 2));
        let exists = |w: u32, h: u32| w.abs_diff(h) <= 2;
        let weights = |(w, h)| if exists(w, h) { matrices.of(w, h) } else { &[] };
        let side = |log2: u32| 1 << log2.min(5);
        let bands = |(w, h)| if exists(w, h) { Bands::new(side(w), side(h)) } else { Bands::default() };
        Self {
            by_size: sizes().map(|size| weights(size).iter().map(reciprocal).collect()).collect(),
            bands: sizes().map(bands).collect(),
        }
    }

    fn index(node: &Node) -> usize {
        ((node.log2_h - 2) * 5 + node.log2_w - 2) as usize
    }

    pub(crate) fn of(&self, node: &Node) -> &[f32] {
        &self.by_size[Self::index(node)]
    }

    pub(super) fn bands(&self, node: &Node) -> &Bands {
        &self.bands[Self::index(node)]
    }

    /// That of the highest frequency coded.
    pub(crate) fn last(&self, node: &Node) -> f64 {
        self.of(node).last().copied().unwrap_or(1.0).into()
    }
}

/// One plane of a block, transformed, and what it is divided by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Coefficients<'a> {
    pub(crate) simd: Simd,
    pub(crate) node: &'a Node,
    /// Row by row.
    pub(crate) values: &'a [i32],
    pub(crate) tx: TxType,
    pub(crate) reciprocals: &'a Reciprocals,
    /// Quantiser parameter of the plane.
    pub(crate) qp: u16,
}

impl Coefficients<'_> {
    /// The reciprocals of the weights.
    pub(crate) fn reciprocals(&self) -> &[f32] {
        if self.tx == TxType::IDENTITY { &FLAT } else { self.reciprocals.of(self.node) }
    }
}
