//! Decoding tiles: parse a superblock, reconstruct it with its signs, on to the next.

use crate::container::{Parsed, TileData, TileIndex};
use crate::entropy::mixer::Mixer;
use crate::entropy::model::Models;
use crate::entropy::predictor::{Predictor, Profile};
use crate::entropy::range::{Damage, RangeDecoder};
use crate::error::DecodeError;
use crate::image::plane::{Plane, Rect};
use crate::lossless::{self, Shape};
use crate::quant::dequant::Dequantiser;
use crate::recon::{Coded, Context, Reconstruction, TileSamples};
use crate::simd::Simd;
use crate::syntax::block::Superblock;
use crate::syntax::state::TileState;
use crate::syntax::superblock::Walk;
use crate::syntax::tree::SUPERBLOCK;
use crate::threads;

/// A tile, decoded.
#[derive(Debug)]
pub(super) struct Tile {
    pub(super) samples: TileSamples,
    pub(super) state: TileState,
    pub(super) alpha: Option<Plane>,
}

/// Decodes `tiles` of a lossy picture, in that order.
pub(super) fn decode_all(
    simd: Simd,
    data: &[u8],
    parsed: &Parsed,
    index: &TileIndex,
    tiles: &[usize],
    threads: usize,
) -> Result<Vec<Tile>, DecodeError> {
    let dequantiser = Dequantiser::new(&parsed.header);
    let context = Context { simd, header: &parsed.header, dequantiser: &dequantiser };
    threads::map(threads, tiles.len(), |i| {
        let bytes = parsed.tile(data, index, tiles[i])?;
        let mut alpha = if parsed.header.alpha { exact(simd, parsed, tiles[i], 1, bytes.alpha)? } else { Vec::new() };
        let (samples, state) = decode(&context, parsed, tiles[i], bytes.colour, |_| {})?;
        Ok(Tile { samples, state, alpha: alpha.pop() })
    })
}

/// The channels of tile `index` of a lossless picture, of its visible pixels, the alpha last.
pub(super) fn decode_lossless(
    simd: Simd,
    parsed: &Parsed,
    index: usize,
    bytes: TileData<'_>,
) -> Result<Vec<Plane>, DecodeError> {
    let mut planes = exact(simd, parsed, index, parsed.header.planes(), bytes.colour)?;
    if parsed.header.alpha {
        planes.extend(exact(simd, parsed, index, 1, bytes.alpha)?);
    }
    Ok(planes)
}

/// Lossless planes of the visible pixels of tile `index`.
fn exact(simd: Simd, parsed: &Parsed, index: usize, planes: usize, bytes: &[u8]) -> Result<Vec<Plane>, DecodeError> {
    let Rect { w, h, .. } = parsed.grid.visible(&parsed.header, index);
    lossless::decode(simd, bytes, &Shape { width: w, height: h, planes, depth: parsed.header.depth.into() })
}

fn corrupt((what, value, limit): Damage) -> DecodeError {
    DecodeError::Corrupt { what, value, limit }
}

/// Decodes tile `index` out of `bytes`, and hands over each superblock, its levels without signs, before it goes on to the
/// next.
pub(super) fn decode(
    context: &Context<'_>,
    parsed: &Parsed,
    index: usize,
    bytes: &[u8],
    each: impl FnMut(&Superblock),
) -> Result<(TileSamples, TileState), DecodeError> {
    match parsed.header.profile {
        Profile::Mixed => decode_with::<Mixer>(context, parsed, index, bytes, each),
        Profile::Plain => decode_with::<Models>(context, parsed, index, bytes, each),
    }
}

fn decode_with<P: Predictor>(
    context: &Context<'_>,
    parsed: &Parsed,
    index: usize,
    bytes: &[u8],
    mut each: impl FnMut(&Superblock),
) -> Result<(TileSamples, TileState), DecodeError> {
    let mut recon = Reconstruction::new(context, TileSamples::new(&parsed.header, &parsed.grid, index));
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
            recon.superblock(&sb, &mut Coded(&mut walk.coder));
            each(&sb);
        }
    }
    match walk.coder.finish() {
        Some(damage) => Err(corrupt(damage)),
        None => Ok((recon.samples, walk.state)),
    }
}
