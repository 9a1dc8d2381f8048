//! The levels of a transform block. BITSTREAM.md §6.1, §6.3.

use super::block::TransformBlock;
use super::ctx::{self, Place};
use super::header::PictureHeader;
use super::level::{Level, Template};
use super::scan;
use super::spectrum::{Spectrum, Sums};
use super::tree::{Channel, Node};
use crate::entropy::contexts as group;
use crate::entropy::{BinCoder, exp_golomb};
use crate::predict::IntraMode;
use crate::quant::family::{Family, State};
use crate::transform::{Basis, MAX_TX, TxType};

/// Largest magnitude of a level.
pub(crate) const MAX_LEVEL: u32 = 1 << 18;
/// Longest side for which the sine transform exists.
pub(crate) const MAX_SINE: usize = 16;

/// What a block may choose from instead of DCT-II, and what its levels stand for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TxChoice {
    /// The luma mode, which tells how probable sine transforms are; `None` for chroma, which has
    /// none.
    pub(crate) mode: Option<IntraMode>,
    /// No transform at all.
    pub(crate) identity: bool,
    /// The picture's family of quantiser.
    pub(crate) quantiser: Family,
}

impl TxChoice {
    /// That of a luma block with `mode` or, without, of a chroma block.
    pub(crate) fn of(header: &PictureHeader, mode: Option<IntraMode>) -> Self {
        Self { mode, identity: header.screen, quantiser: header.quantiser }
    }
}

/// Codes one plane of a block but for the signs of its levels, which follow with the samples
/// (`recon/signs.rs`). `levels` holds the superblock's levels; a reader appends their magnitudes to
/// them. Returns their spectrum.
pub(crate) fn transform_block<C: BinCoder>(
    c: &mut C,
    template: &mut Template,
    node: &Node,
    place: Place,
    choice: TxChoice,
    tb: &mut TransformBlock,
    levels: &mut Vec<i32>,
) -> Spectrum {
    c.element("coded");
    if !c.bin(place.coded(), tb.end > 0) {
        tb.end = 0;
        return Spectrum::default();
    }
    tb.tx = tx_type(c, node, choice, tb.tx);
    let (w, h) = node.coded_area();
    tb.end = end(c, place, w * h, tb.end);
    if C::DECODING {
        tb.start = levels.len() as u32;
        levels.resize(levels.len() + tb.end as usize, 0);
    }
    let levels = &mut levels[tb.start as usize..][..tb.end as usize];
    let family = choice.quantiser.of_block(tb.tx);
    let (mut state, mut sums) = (State::START, Sums::default());
    template.clear(h);
    c.element("levels");
    for (i, p) in scan::of(w, h)[..levels.len()].iter().enumerate().rev() {
        let before = levels.len() - 1 - i;
        let residual = tb.tx == TxType::IDENTITY;
        let around = template.around(p);
        let level = Level { block: &place.levels, template, state, residual, p, around, before };
        let magnitude = magnitude(c, &level, levels[i].unsigned_abs());
        if magnitude != 0 {
            c.sign_follows();
            sums.add(p, magnitude);
            template.set(p, magnitude);
            template.add(p, magnitude, h > w);
            if C::DECODING {
                levels[i] = magnitude as i32;
            }
        }
        if family == Family::Trellis {
            state = state.next(magnitude);
        }
    }
    sums.spectrum(w, h)
}

/// The choice of transforms: none, else for each direction that is short enough the sine transform.
pub(crate) fn tx_type<C: BinCoder>(c: &mut C, node: &Node, choice: TxChoice, tx: TxType) -> TxType {
    c.element("transform");
    if choice.identity && node.w().max(node.h()) <= MAX_TX {
        let channel = if choice.mode.is_some() { Channel::Luma } else { Channel::Chroma };
        if c.bin(ctx::identity(channel, node), tx == TxType::IDENTITY) {
            return TxType::IDENTITY;
        }
    }
    let Some(mode) = choice.mode else { return TxType::DCT };
    let class = ctx::mode_class(mode);
    let basis = |sine| if sine { Basis::Dst7 } else { Basis::Dct2 };
    let vertical = node.h() <= MAX_SINE
        && c.bin(group::SINE_VERTICAL.at(class * 3 + node.log2_h as usize - 2), tx.vertical == Basis::Dst7);
    let horizontal = node.w() <= MAX_SINE
        && c.bin(
            group::SINE_HORIZONTAL.at((usize::from(vertical) * 5 + class) * 3 + node.log2_w as usize - 2),
            tx.horizontal == Basis::Dst7,
        );
    TxType { vertical: basis(vertical), horizontal: basis(horizontal) }
}

/// The number of coded positions, 1 to `area`: class by its power of two in unary, then the bits
/// below.
pub(crate) fn end<C: BinCoder>(c: &mut C, place: Place, area: usize, end: u16) -> u16 {
    c.element("end");
    let classes = area.ilog2();
    let before = (end as u32).wrapping_sub(1);
    let class_of = u32::BITS - before.leading_zeros();
    let mut class = 0;
    while class < classes && c.bin(place.end_class(class as usize), class < class_of) {
        class += 1;
    }
    if class < 2 {
        return class as u16 + 1;
    }
    let high = u32::from(c.bin(place.end_bit(class as usize), (before >> (class - 2)) & 1 != 0));
    let low = c.bypass(class - 2, before & ((1 << (class - 2)) - 1));
    ((1 << (class - 1)) + (high << (class - 2)) + low + 1) as u16
}

/// One level's magnitude; the last one of a block is known not to be zero.
#[inline(always)]
fn magnitude<C: BinCoder>(c: &mut C, level: &Level<'_>, value: u32) -> u32 {
    let small = c.level(level, level.before == 0, value);
    if small < 4 {
        return small;
    }
    let rest = remainder(c, ctx::rice(level.template.sum(level.p)), (value & !1).wrapping_sub(4) >> 1);
    let magnitude = small + 2 * rest;
    if magnitude > MAX_LEVEL {
        c.corrupt("level", magnitude as u64, MAX_LEVEL as u64);
        return MAX_LEVEL;
    }
    magnitude
}

/// Bypass bits of the remainder of a magnitude above 3, where the template sums up to `sum`.
#[inline(always)]
pub(crate) fn remainder_bits(magnitude: u32, sum: u32) -> u32 {
    let k = ctx::rice(sum);
    let quotient = ((magnitude & !1) - 4) >> 1 >> k;
    k + if quotient < ESCAPE { quotient + 1 } else { ESCAPE + 2 * (quotient - ESCAPE + 1).ilog2() + 1 }
}

/// Quotients from here on are coded by Exp-Golomb.
const ESCAPE: u32 = 8;

/// Rice code with parameter `k` in bypass bits, large quotients by Exp-Golomb.
fn remainder<C: BinCoder>(c: &mut C, k: u32, value: u32) -> u32 {
    let quotient = value >> k;
    let mut q = 0;
    while q < ESCAPE && c.bypass(1, u32::from(quotient > q)) != 0 {
        q += 1;
    }
    if q == ESCAPE {
        q += exp_golomb(c, quotient.wrapping_sub(ESCAPE));
    }
    let low = c.bypass(k, value & ((1 << k) - 1));
    (q << k) + low
}
