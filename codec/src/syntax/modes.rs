//! Prediction modes: most probable modes of luma, chroma modes. BITSTREAM.md §5.3, §5.4.

use super::ctx;
use super::state::{Unit, UnitMap};
use super::tree::Node;
use crate::entropy::contexts::{self as group, Group};
use crate::entropy::{BinCoder, Ctx, tree};
use crate::predict::{ChromaFamily, ChromaMode, IntraMode, ModelSides};

/// Number of most probable modes.
const MPMS: usize = 6;

/// The most probable modes of a luma block.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MostProbable {
    /// Context of the flag of learned modes. Pictures of screens have none, but further lines.
    learned: Option<Ctx>,
    modes: [IntraMode; MPMS],
    /// The neighbours have the same mode.
    alike: bool,
    /// Case of the neighbours: none angular, one, both.
    case: usize,
}

/// The direction `step` further than `angle`, wrapping around.
fn turned(angle: u8, step: u8) -> IntraMode {
    IntraMode::Angular((angle + step) % IntraMode::ANGLES)
}

impl MostProbable {
    /// For the block at `node`, in a picture of a screen or another one.
    pub(crate) fn of(units: &UnitMap, node: &Node, screen: bool) -> Self {
        // The units at the far ends of the sides: they speak for what comes next rather than for
        // the corner.
        let left = units.left(node.x, node.y + node.h() - 1).map_or(IntraMode::Planar, Unit::luma_mode);
        let above = units.above(node.x + node.w() - 1, node.y).map_or(IntraMode::Planar, Unit::luma_mode);
        let mut list = [IntraMode::Planar; MPMS];
        let mut n = 0;
        let mut push = |m: IntraMode| {
            if n < MPMS && !list[..n].contains(&m) {
                list[n] = m;
                n += 1;
            }
        };
        push(left);
        push(above);
        push(IntraMode::Planar);
        push(IntraMode::Dc);
        for step in [1, 2] {
            for m in [left, above] {
                if let IntraMode::Angular(angle) = m {
                    push(turned(angle, step));
                    push(turned(angle, IntraMode::ANGLES - step));
                }
            }
        }
        for m in [IntraMode::VERTICAL, IntraMode::HORIZONTAL, IntraMode::SmoothV, IntraMode::SmoothH, IntraMode::Paeth]
        {
            push(m);
        }
        let case = usize::from(left.is_angular()) + usize::from(above.is_angular());
        let learned = (!screen).then(|| ctx::learned(units, node));
        Self { learned, modes: list, alike: left == above, case }
    }

    /// The modes, most probable first.
    pub(crate) fn modes(&self) -> &[IntraMode; MPMS] {
        &self.modes
    }
}

/// Codes the mode of a luma block.
pub(crate) fn luma_mode<C: BinCoder>(c: &mut C, node: &Node, probable: &MostProbable, mode: IntraMode) -> IntraMode {
    c.element("luma mode");
    let learned = if let IntraMode::Learned(index) = mode { Some(index) } else { None };
    if let Some(flag) = probable.learned
        && c.bin(flag, learned.is_some())
    {
        let index = tree(c, group::LEARNED_MODE.at(0), 4, learned.unwrap_or(0).into());
        return IntraMode::Learned(index as u8);
    }
    let index = probable.modes.iter().position(|&m| m == mode);
    if c.bin(ctx::mpm(node, probable.alike), index.is_some()) {
        let index = index.unwrap_or(0);
        let mut i = 0;
        while i < MPMS - 1 && c.bin(group::MPM_INDEX.at(probable.case * 5 + i), index > i) {
            i += 1;
        }
        return probable.modes[i];
    }
    if c.bin(ctx::angular(node), mode.is_angular()) {
        let angle = if let IntraMode::Angular(angle) = mode { angle } else { 0 };
        return IntraMode::Angular(tree(c, group::ANGLE.at(0), 6, angle.into()) as u8);
    }
    let index = IntraMode::SIMPLE.iter().position(|&m| m == mode).unwrap_or(0);
    let index = tree(c, group::SIMPLE_MODE.at(0), 3, index as u32);
    IntraMode::SIMPLE.get(index as usize).copied().unwrap_or_else(|| {
        c.corrupt("luma mode", index.into(), IntraMode::SIMPLE.len() as u64 - 1);
        IntraMode::Dc
    })
}

/// Codes the line that a luma block with `mode` takes its references from, an index of
/// [`LINES`](crate::predict::edges::LINES): further ones are for directions among the most probable
/// modes, in pictures of screens.
pub(crate) fn line<C: BinCoder>(c: &mut C, node: &Node, probable: &MostProbable, mode: IntraMode, line: u8) -> u8 {
    let near_only = probable.learned.is_some() || node.x == 0 || node.y == 0;
    if near_only || !mode.is_angular() || !probable.modes.contains(&mode) {
        return 0;
    }
    c.element("line");
    if !c.bin(ctx::line(node), line > 0) {
        return 0;
    }
    1 + u8::from(c.bin(group::LINE_FURTHEST.at(0), line > 1))
}

/// The modes that chroma may have of its own.
pub(crate) const CHROMA_OWN: [IntraMode; 4] =
    [IntraMode::Planar, IntraMode::Dc, IntraMode::VERTICAL, IntraMode::HORIZONTAL];

/// Codes the mode of a chroma block.
pub(crate) fn chroma_mode<C: BinCoder>(c: &mut C, units: &UnitMap, node: &Node, mode: ChromaMode) -> ChromaMode {
    c.element("chroma mode");
    let cross = group::CHROMA_CROSS.at(ctx::chroma_neighbours(units, node, ChromaFamily::CrossComponent));
    if c.bin(cross, mode.family() == ChromaFamily::CrossComponent) {
        if c.bin(group::CHROMA_EXPLICIT.at(0), matches!(mode, ChromaMode::Explicit(_))) {
            let slopes = if let ChromaMode::Explicit(s) = mode { s } else { [0; 2] };
            let cb = slope(c, 0, 0, slopes[0]);
            let cr = slope(c, 1, 1 + (cb.signum() + 1) as usize, slopes[1]);
            return ChromaMode::Explicit([cb, cr]);
        }
        let (quadratic, sides) = match mode {
            ChromaMode::Quadratic(sides) => (true, sides),
            ChromaMode::Fitted(sides) => (false, sides),
            _ => (false, ModelSides::Both),
        };
        if c.bin(ctx::quadratic(node), quadratic) {
            return ChromaMode::Quadratic(fitted_to(c, [group::QUADRATIC_ONE_SIDE, group::QUADRATIC_LEFT], sides));
        }
        return ChromaMode::Fitted(fitted_to(c, [group::FITTED_ONE_SIDE, group::FITTED_LEFT], sides));
    }
    let derived = group::CHROMA_DERIVED.at(ctx::chroma_neighbours(units, node, ChromaFamily::Derived));
    if c.bin(derived, mode == ChromaMode::Derived) {
        return ChromaMode::Derived;
    }
    let own = if let ChromaMode::Own(m) = mode { m } else { IntraMode::Dc };
    let index = CHROMA_OWN.iter().position(|&m| m == own).unwrap_or(0);
    ChromaMode::Own(CHROMA_OWN[tree(c, group::CHROMA_MODE.at(0), 2, index as u32) as usize])
}

/// Codes which sides a model is fitted to, by the contexts of its kind.
fn fitted_to<C: BinCoder>(c: &mut C, [one_side, left]: [Group; 2], sides: ModelSides) -> ModelSides {
    if !c.bin(one_side.at(0), sides != ModelSides::Both) {
        return ModelSides::Both;
    }
    if c.bin(left.at(0), sides == ModelSides::Left) { ModelSides::Left } else { ModelSides::Above }
}

/// Codes an explicit slope of plane `plane` (0 Cb, 1 Cr), its sign by context `sign`.
fn slope<C: BinCoder>(c: &mut C, plane: usize, sign: usize, value: i8) -> i8 {
    if c.bin(group::SLOPE_ZERO.at(plane), value == 0) {
        return 0;
    }
    let negative = c.bin(group::SLOPE_SIGN.at(sign), value < 0);
    let magnitude = value.unsigned_abs().saturating_sub(1);
    let magnitude = tree(c, group::SLOPE_MAGNITUDE.at(plane * 15), 4, magnitude as u32) as i8 + 1;
    if negative { -magnitude } else { magnitude }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::learnt::Start;
    use crate::entropy::range::{RangeDecoder, RangeEncoder};
    use crate::syntax::block::LumaBlock;

    const NODE: Node = Node { x: 8, y: 8, log2_w: 3, log2_h: 3 };

    /// A plane whose only block, at the left of `NODE`, has `mode`.
    fn beside(mode: IntraMode) -> UnitMap {
        let node = Node { x: 0, ..NODE };
        let mut units = UnitMap::new(32, 32);
        units.set(node.x, node.y, LumaBlock::blank(node, 0, mode).unit());
        units
    }

    #[test]
    fn every_luma_mode_is_read_as_written_beside_every_other() {
        for (left, screen) in IntraMode::all().flat_map(|left| [(left, false), (left, true)]) {
            let units = beside(left);
            let probable = MostProbable::of(&units, &NODE, screen);
            let modes = || IntraMode::all().take(IntraMode::COUNT - if screen { IntraMode::LEARNED } else { 0 });
            let mut encoder = RangeEncoder::<false>::new(Start::default());
            for mode in modes() {
                luma_mode(&mut encoder, &NODE, &probable, mode);
            }
            let data = encoder.finish();
            let mut decoder = RangeDecoder::<false>::new(Start::default(), &data);
            for mode in modes() {
                assert_eq!(luma_mode(&mut decoder, &NODE, &probable, IntraMode::Dc), mode);
            }
            assert_eq!(decoder.finish(), None);
        }
    }

    #[test]
    fn a_learned_neighbour_is_seen_as_planar() {
        for learned in (0..IntraMode::LEARNED as u8).map(IntraMode::Learned) {
            let [learned, planar] = [learned, IntraMode::Planar].map(|m| MostProbable::of(&beside(m), &NODE, false));
            assert_eq!((learned.modes, learned.alike, learned.case), (planar.modes, planar.alike, planar.case));
            assert_ne!(learned.learned, planar.learned);
        }
    }
}
