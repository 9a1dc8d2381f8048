//! Decoding tiles: parse a superblock, reconstruct it, on to the next.

use crate::container::{Parsed, TileIndex};
use crate::entropy::model::Models;
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
    let header = &parsed.header;
    let state = parsed.grid.state(header, index);
    let (width, height) = (state.luma.width(), state.luma.height());
    let mut walk = Walk::new(RangeDecoder::new(Models::new(), bytes), header, state);
    let mut recon = Reconstruction::new(context, TileSamples::new(header, &parsed.grid, index));
    let mut sb = Superblock::default();
    for y in (0..height).step_by(SUPERBLOCK) {
        for x in (0..width).step_by(SUPERBLOCK) {
            sb.clear();
            walk.superblock(&mut sb, x, y);
            if let Some(damage) = walk.coder.damage() {
                return Err(corrupt(damage));
            }
            for block in &sb.luma {
                recon.luma_block(block, &sb.levels, &sb.indices);
            }
            for block in &sb.chroma {
                recon.chroma_block(block, &sb.levels);
            }
        }
    }
    match walk.coder.finish() {
        Some(damage) => Err(corrupt(damage)),
        None => Ok((recon.samples, walk.state)),
    }
}
