//! Decoding tiles: parse a superblock, reconstruct it with its signs, on to the next.

use std::convert::Infallible;

use crate::container::{Parsed, TileData, TileIndex};
use crate::entropy::mixer::Mixer;
use crate::entropy::model::Models;
use crate::entropy::predictor::{Predictor, Profile};
use crate::entropy::range::{Damage, RangeDecoder, ReadInterval};
use crate::error::DecodeError;
use crate::image::plane::{Plane, Rect};
use crate::lossless::{self, Decoded, Shape};
use crate::quant::dequant::Dequantiser;
use crate::recon::{Context, Reconstruction, SignReader, TileSamples};
use crate::simd::Simd;
use crate::syntax::block::Superblock;
use crate::syntax::state::TileState;
use crate::syntax::superblock::Walk;
use crate::syntax::tree::SUPERBLOCK;
use crate::threads;

/// A lossy tile, decoded.
#[derive(Debug)]
pub(super) struct Tile {
    pub(super) samples: TileSamples,
    pub(super) state: TileState,
    pub(super) alpha: Option<Plane>,
}

/// What a tile of a picture has.
#[derive(Debug)]
pub(super) enum Content {
    Lossy(Box<Tile>),
    /// The channels of the visible pixels, the alpha last.
    Lossless(Vec<Plane>),
}

/// The upper part of a tile.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    pub(super) tile: usize,
    /// Luma samples; superblocks that begin further down are not needed.
    pub(super) rows: usize,
}

/// A damaged tile as far as it could be decoded.
#[derive(Debug)]
pub(super) struct Salvaged {
    /// `None` where nothing of the tile is any good.
    pub(super) content: Option<Content>,
    /// Luma samples from its top on that are right, where the tile is not whole.
    pub(super) rows: usize,
    /// Those that have their shades at least.
    pub(super) shades: usize,
    pub(super) fault: Option<DecodeError>,
}

/// A stream, and where its tiles are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stream<'a> {
    pub(super) simd: Simd,
    pub(super) data: &'a [u8],
    pub(super) parsed: &'a Parsed,
    pub(super) index: &'a TileIndex,
}

impl Stream<'_> {
    /// Decodes `parts` of tiles, in that order.
    pub(super) fn decode(&self, parts: &[Part], threads: usize) -> Result<Vec<Content>, DecodeError> {
        let dequantiser = Dequantiser::new(&self.parsed.header);
        let context = Context { simd: self.simd, header: &self.parsed.header, dequantiser: &dequantiser };
        threads::map(threads, parts.len(), |i| {
            let bytes = self.parsed.tile(self.data, self.index, parts[i].tile)?;
            let (content, end) = self.tile(&context, parts[i], bytes);
            end.fault.map_or(Ok(content), Err)
        })
    }

    /// Decodes what there is of `parts`.
    pub(super) fn salvage(&self, parts: &[Part], threads: usize) -> Vec<Salvaged> {
        let dequantiser = Dequantiser::new(&self.parsed.header);
        let context = Context { simd: self.simd, header: &self.parsed.header, dequantiser: &dequantiser };
        let salvaged = |i: usize| {
            let (bytes, damage) = self.parsed.salvage_tile(self.data, self.index, parts[i].tile)?;
            let (content, End { rows, shades, fault }) = self.tile(&context, parts[i], bytes);
            // Up to four bytes beyond the data are no fault to the parser.
            let rows = if damage.is_none() && fault.is_none() { parts[i].rows } else { rows };
            Ok(Salvaged { content: Some(content), rows, shades, fault: damage.or(fault) })
        };
        let lost = |fault| Salvaged { content: None, rows: 0, shades: 0, fault: Some(fault) };
        let each = |i: usize| Ok::<_, Infallible>(salvaged(i).unwrap_or_else(lost));
        threads::map(threads, parts.len(), each).unwrap_or_else(|never| match never {})
    }

    fn tile(&self, context: &Context<'_>, part: Part, bytes: TileData<'_>) -> (Content, End) {
        let header = context.header;
        let alpha = header.alpha.then(|| self.exact(part, 1, bytes.alpha));
        let (content, end) = if header.lossless {
            let (planes, end) = self.exact(part, header.planes(), bytes.colour);
            (Content::Lossless(planes), end)
        } else {
            let (samples, state, end) = decode(context, self.parsed, part, bytes, |_| {});
            (Content::Lossy(Box::new(Tile { samples, state, alpha: None })), end)
        };
        let Some((mut planes, alpha_end)) = alpha else { return (content, end) };
        let content = match content {
            Content::Lossy(tile) => Content::Lossy(Box::new(Tile { alpha: planes.pop(), ..*tile })),
            Content::Lossless(mut colours) => {
                colours.append(&mut planes);
                Content::Lossless(colours)
            }
        };
        let (rows, shades) = (end.rows.min(alpha_end.rows), end.shades.min(alpha_end.rows));
        (content, End { rows, shades, fault: alpha_end.fault.or(end.fault) })
    }

    /// Lossless planes of the visible pixels of a tile.
    fn exact(&self, part: Part, planes: usize, bytes: &[u8]) -> (Vec<Plane>, End) {
        let Rect { w, h, .. } = self.parsed.grid.visible(&self.parsed.header, part.tile);
        let shape = Shape { width: w, height: h, planes, depth: self.parsed.header.depth.into() };
        let Decoded { planes, rows, shades, damage } = lossless::decode(self.simd, bytes, &shape, part.rows);
        (planes, End { rows, shades, fault: damage.map(corrupt) })
    }
}

fn corrupt((what, value, limit): Damage) -> DecodeError {
    DecodeError::Corrupt { what, value, limit }
}

/// Where parsing a tile ended.
#[derive(Debug)]
pub(super) struct End {
    /// Luma samples from the top on that were parsed out of data that was there.
    rows: usize,
    /// Those whose shades were; no more where colours are not coded after them.
    shades: usize,
    pub(super) fault: Option<DecodeError>,
}

/// Decodes `part` of a tile out of `bytes`, and hands over each superblock, its levels without signs, before it goes on to the
/// next.
pub(super) fn decode(
    context: &Context<'_>,
    parsed: &Parsed,
    part: Part,
    bytes: TileData<'_>,
    each: impl FnMut(&Superblock),
) -> (TileSamples, TileState, End) {
    match parsed.header.profile {
        Profile::Mixed => decode_with::<Mixer>(context, parsed, part, bytes, each),
        Profile::Plain => decode_with::<Models>(context, parsed, part, bytes, each),
    }
}

fn decode_with<P: Predictor>(
    context: &Context<'_>,
    parsed: &Parsed,
    part: Part,
    bytes: TileData<'_>,
    mut each: impl FnMut(&Superblock),
) -> (TileSamples, TileState, End) {
    let mut recon = Reconstruction::new(context, TileSamples::new(&parsed.header, &parsed.grid, part.tile));
    let state = parsed.grid.state(&parsed.header, part.tile);
    let (width, height) = (state.luma.width(), state.luma.height());
    let mut walk = Walk::new(RangeDecoder::new(P::new(), bytes.colour), &parsed.header, state);
    let mut signs = SignReader::new(ReadInterval::new(bytes.signs));
    let mut sb = Superblock::default();
    let mut rows = 0;
    for y in (0..height.min(part.rows)).step_by(SUPERBLOCK) {
        for x in (0..width).step_by(SUPERBLOCK) {
            sb.clear();
            walk.superblock(&mut sb, x, y);
            if let Some(damage) = walk.coder.damage() {
                return (recon.samples, walk.state, End { rows, shades: rows, fault: Some(corrupt(damage)) });
            }
            recon.superblock(&sb, &mut signs);
            each(&sb);
        }
        if walk.coder.is_within() && signs.is_within() {
            rows = height.min(y + SUPERBLOCK);
        }
    }
    let fault = if part.rows < height { None } else { walk.coder.finish().or(signs.finish()).map(corrupt) };
    (recon.samples, walk.state, End { rows, shades: rows, fault })
}
