//! What gives the range coder its probabilities: one context a bin (the fast profile) or the mean of several states.

use super::Ctx;
use super::inputs::Inputs;
use super::model::Models;

/// What the entropy coder's probabilities come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Profile {
    /// For bins of levels the mean of several predictions: smaller files.
    Mixed,
    /// One prediction a bin: faster decoding.
    Fast,
}

/// Predicts bins and learns from them. `code` codes a bin, of which 1 has the probability that it is given, in
/// 1/65536, and returns it.
pub(crate) trait Predictor: Sized {
    /// Whether mixed bins look at more than their context.
    const MIXED: bool;

    /// As a tile starts.
    fn new() -> Self;

    /// The models of all contexts.
    fn models(&self) -> &Models;

    /// A bin with one context.
    fn plain(&mut self, ctx: Ctx, code: impl FnOnce(u32) -> bool) -> bool;

    /// A bin with several.
    fn mixed(&mut self, ctx: Ctx, inputs: impl FnOnce() -> Inputs, code: impl FnOnce(u32) -> bool) -> bool;
}

impl Predictor for Models {
    const MIXED: bool = false;

    fn new() -> Self {
        Self::new()
    }

    fn models(&self) -> &Models {
        self
    }

    #[inline(always)]
    fn plain(&mut self, ctx: Ctx, code: impl FnOnce(u32) -> bool) -> bool {
        let model = self.get_mut(ctx);
        let bin = code(model.p());
        model.update(bin);
        bin
    }

    #[inline(always)]
    fn mixed(&mut self, ctx: Ctx, _inputs: impl FnOnce() -> Inputs, code: impl FnOnce(u32) -> bool) -> bool {
        self.plain(ctx, code)
    }
}
