//! The walk through the tiles of a stream, whatever its profile, with coders that wrap a decoder.

use crate::container;
use crate::entropy::LevelPlace;
use crate::entropy::Profile;
use crate::entropy::interval::Damage;
use crate::entropy::range::RangeDecoder;
use crate::entropy::{BinCoder, Ctx};
use crate::error::DecodeError;
use crate::limits::Limits;
use crate::syntax::block::Superblock;
use crate::syntax::superblock::Walk;
use crate::syntax::tree::SUPERBLOCK;

/// A decoder of either profile.
pub(super) enum AnyDecoder<'a> {
    Fast(RangeDecoder<'a, true>),
    Mixed(RangeDecoder<'a, false>),
}

impl AnyDecoder<'_> {
    fn damage(&self) -> Option<Damage> {
        match self {
            Self::Fast(d) => d.damage(),
            Self::Mixed(d) => d.damage(),
        }
    }
}

impl BinCoder for AnyDecoder<'_> {
    const DECODING: bool = true;

    fn bin(&mut self, ctx: Ctx, value: bool) -> bool {
        match self {
            Self::Fast(d) => d.bin(ctx, value),
            Self::Mixed(d) => d.bin(ctx, value),
        }
    }

    fn level(&mut self, place: &impl LevelPlace, last: bool, magnitude: u32) -> u32 {
        match self {
            Self::Fast(d) => d.level(place, last, magnitude),
            Self::Mixed(d) => d.level(place, last, magnitude),
        }
    }

    fn bypass(&mut self, bits: u32, value: u32) -> u32 {
        match self {
            Self::Fast(d) => d.bypass(bits, value),
            Self::Mixed(d) => d.bypass(bits, value),
        }
    }

    fn corrupt(&mut self, what: &'static str, value: u64, limit: u64) {
        match self {
            Self::Fast(d) => d.corrupt(what, value, limit),
            Self::Mixed(d) => d.corrupt(what, value, limit),
        }
    }
}

/// Walks through the tiles of a stream in order, each with the coder that `coder` makes of its
/// decoder, which `decoder` finds in it again; `superblock` sees each one with the state after it,
/// and `done` gets the coder at the end of the tile. Lossless streams have nothing to walk through.
pub(super) fn walk<'d, C: BinCoder>(
    data: &'d [u8],
    mut coder: impl FnMut(AnyDecoder<'d>) -> C,
    decoder: impl for<'c> Fn(&'c C) -> &'c AnyDecoder<'d>,
    mut superblock: impl FnMut(&Walk<'_, C>, &Superblock),
    mut done: impl FnMut(C),
) -> Result<(), DecodeError> {
    let parsed = container::parse(data, &Limits::default())?;
    let index = parsed.index(data)?;
    let header = &parsed.header;
    if header.lossless {
        return Ok(());
    }
    for i in 0..parsed.grid.len() {
        let bytes = parsed.tile(data, &index, i)?.colour;
        let start = header.start();
        let from = match header.profile {
            Profile::Mixed => AnyDecoder::Mixed(RangeDecoder::new(start, bytes)),
            Profile::Fast => AnyDecoder::Fast(RangeDecoder::new(start, bytes)),
        };
        let state = parsed.grid.state(header, i);
        let (width, height) = (state.luma.width(), state.luma.height());
        let mut walk = Walk::new(coder(from), header, state);
        let mut sb = Superblock::default();
        for y in (0..height).step_by(SUPERBLOCK) {
            for x in (0..width).step_by(SUPERBLOCK) {
                sb.clear();
                walk.superblock(&mut sb, x, y);
                if let Some((what, value, limit)) = decoder(&walk.coder).damage() {
                    return Err(DecodeError::Corrupt { what, value, limit });
                }
                superblock(&walk, &sb);
            }
        }
        done(walk.coder);
    }
    Ok(())
}
