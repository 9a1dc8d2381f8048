//! Decoding tiles: parse a superblock, reconstruct it, on to the next.

use crate::container::{Parsed, TileIndex};
use crate::entropy::mixer::Mixer;
use crate::entropy::model::Models;
use crate::entropy::predictor::{Predictor, Profile};
use crate::entropy::range::{Damage, RangeDecoder};
use crate::error::DecodeError;
use crate::quant::dequant::Dequantiser;
use crate::recon::{Context, Reconstruction, TileSamples};
use crate::simd::Simd;
use crate::syntax::block::Superblock;
use crate::syntax::state::TileState;
use crate::syntax::superblock::Walk;
use crate::syntax::tree::SUPERBLOCK;
use crate::threads;

/// Decodes every tile, in the order of the index.
pub(super) fn decode_all(
    simd: Simd,
    data: &[u8],
    parsed: &Parsed,
    index: &TileIndex,
    threads: usize,
) -> Result<Vec<(TileSamples, TileState)>, DecodeError> {
    let dequantiser = Dequantiser::new(&parsed.header);
    let context = Context { simd, header: &parsed.header, dequantiser: &dequantiser };
    threads::map(threads, parsed.grid.len(), |i| {
        let bytes = parsed.tile(data, index, i)?;
        decode(&context, parsed, i, bytes)
    })
}

fn corrupt((what, value, limit): Damage) -> DecodeError {
    DecodeError::Corrupt { what, value, limit }
}

fn decode(
    context: &Context<'_>,
    parsed: &Parsed,
    index: usize,
    bytes: &[u8],
) -> Result<(TileSamples, TileState), DecodeError> {
    let mut recon = Reconstruction::new(context, TileSamples::new(&parsed.header, &parsed.grid, index));
    let state = parse(parsed, index, bytes, |sb| {
        for block in &sb.luma {
            recon.luma_block(block, &sb.levels, &sb.indices);
        }
        for block in &sb.chroma {
            recon.chroma_block(block, &sb.levels);
        }
    })?;
    Ok((recon.samples, state))
}

/// Parses tile `index` out of `bytes`, and hands over each superblock before it goes on to the next.
pub(super) fn parse(
    parsed: &Parsed,
    index: usize,
    bytes: &[u8],
    each: impl FnMut(&Superblock),
) -> Result<TileState, DecodeError> {
    match parsed.header.profile {
        Profile::Mixed => parse_with::<Mixer>(parsed, index, bytes, each),
        Profile::Plain => parse_with::<Models>(parsed, index, bytes, each),
    }
}

fn parse_with<P: Predictor>(
    parsed: &Parsed,
    index: usize,
    bytes: &[u8],
    mut each: impl FnMut(&Superblock),
) -> Result<TileState, DecodeError> {
    let state = parsed.grid.state(&parsed.header, index);
    let (width, height) = (state.luma.width(), state.luma.height());
    let mut walk = Walk::new(RangeDecoder::new(P::new(), bytes), &parsed.header, state);
    let mut sb = Superblock::default();
    for y in (0..height).step_by(SUPERBLOCK) {
        for x in (0..width).step_by(SUPERBLOCK) {
            sb.clear();
            walk.superblock(&mut sb, x, y);
            if let Some(damage) = walk.coder.damage() {
                return Err(corrupt(damage));
            }
            each(&sb);
        }
    }
    match walk.coder.finish() {
        Some(damage) => Err(corrupt(damage)),
        None => Ok(walk.state),
    }
}
