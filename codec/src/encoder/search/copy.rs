//! The search for what a luma block may be copied from.

use super::luma::Spot;
use super::memory::Predicted;
use super::tile::TileSearch;
use crate::encoder::kernels::satd::{Pair, sse};
use crate::encoder::search::hash::WINDOW;
use crate::predict::IntraMode;
use crate::syntax::block::LumaBlock;
use crate::syntax::copy::Expected;
use crate::syntax::screen::Prediction;
use crate::syntax::tree::{Node, SUPERBLOCK};
use crate::syntax::vector::Vector;
use crate::transform::TxType;

/// Windows with the same hash that are looked at.
const LOOKED_AT: usize = 96;
/// Of those, legal ones that are compared.
const COMPARED: usize = 24;
/// Vectors tried in full.
const TRIED: usize = 2;

impl TileSearch<'_> {
    /// Tries the expected vectors and those to equal windows.
    pub(super) fn try_copies(&mut self, spot: &Spot) {
        let node = &spot.node;
        let area = node.w() * node.h();
        let flat = self.memory.source[..area].iter().all(|s| *s == self.memory.source[0]);
        if flat || self.hashes.is_none() {
            return;
        }
        let per_step = self.per_step(spot.qp);
        let mut ranked: Vec<(f64, f64, Vector)> = Vec::new();
        for vector in self.copy_candidates(node) {
            let m = &mut self.memory;
            self.recon.samples.copy(0, node.rect(), vector, &mut m.predictions[0][0]);
            let (simd, w) = (self.shared.context.simd, node.w());
            let pair = Pair { a: &m.source, a_stride: w, b: &m.predictions[0][0], b_stride: w };
            let error = sse(simd, pair, w, node.h()) as f64 * per_step * per_step;
            let prediction = Prediction::Copy(vector);
            let block = LumaBlock { prediction, ..spot.blank(IntraMode::Dc) };
            let price = self.prediction_price(&block, &mut Vec::new());
            ranked.push((error + price, price, vector));
        }
        ranked.sort_by(|a, b| a.0.total_cmp(&b.0));
        for &(_, price, vector) in ranked.iter().take(TRIED) {
            self.recon.samples.copy(0, node.rect(), vector, &mut self.memory.predictions[0][0]);
            let prediction = Prediction::Copy(vector);
            let block = LumaBlock { prediction, ..spot.blank(IntraMode::Dc) };
            self.try_transforms(spot, Predicted { block, price, slot: 0 }, &[], &[TxType::DCT]);
        }
    }

    /// Legal vectors, each once.
    fn copy_candidates(&self, node: &Node) -> Vec<Vector> {
        let (state, rect) = (&self.walk.state, node.rect());
        let is_legal = |v: &Vector| v.source(rect).is_some_and(|from| self.recon.samples.is_ready(0, from));
        let [left, above] = state.predictions.near(node.x, node.y);
        let expected = Expected::of(left, above, state.history.vectors.values());
        let mut found: Vec<Vector> = expected.vectors().iter().copied().filter(is_legal).collect();
        let Some(hashes) = &self.hashes else { return found };
        // The first window within the block that has any look-alikes.
        let (x1, y1) = (node.x + node.w().max(WINDOW) - WINDOW, node.y + node.h().max(WINDOW) - WINDOW);
        let windows = (node.y..=y1).step_by(4).flat_map(|y| (node.x..=x1).step_by(4).map(move |x| (x, y)));
        let last = (node.y & !(SUPERBLOCK - 1)) + SUPERBLOCK - 1;
        for (x, y) in windows {
            let alike = hashes.alike(x, y, last).take(LOOKED_AT);
            let vector = |(fx, fy): (usize, usize)| Vector {
                x: (fx as isize - x as isize) as i16,
                y: (fy as isize - y as isize) as i16,
            };
            let before = found.len();
            for vector in alike.map(vector).filter(is_legal).take(COMPARED) {
                if !found.contains(&vector) {
                    found.push(vector);
                }
            }
            if found.len() > before {
                break;
            }
        }
        found
    }
}
