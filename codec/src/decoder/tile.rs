//! Decoding tiles: parse a superblock, reconstruct it with its signs, on to the next.

use std::convert::Infallible;
use std::sync::Mutex;
use std::sync::mpsc::{self, Receiver, Sender, TrySendError};

use crate::container::{Parsed, TileData, TileIndex};
use crate::entropy::Profile;
use crate::entropy::range::{Damage, RangeDecoder, ReadInterval};
use crate::error::DecodeError;
use crate::image::plane::{Plane, Rect};
use crate::lossless::{self, Decoded, Shape};
use crate::memory::AHEAD;
use crate::quant::dequant::Dequantiser;
use crate::quant::family::Family;
use crate::recon::{Context, Reconstruction, SignReader, TileSamples};
use crate::simd::Simd;
use crate::syntax::block::Superblock;
use crate::syntax::state::TileState;
use crate::syntax::superblock::Walk;
use crate::syntax::tree::SUPERBLOCK;
use crate::threads::Workers;

/// Samples of a picture from which on another thread is worth its start.
const WORTH_HELP: u64 = 1 << 17;

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
    pub(super) workers: &'a Workers,
    /// Whether there is memory for parsing ahead.
    pub(super) ahead: bool,
}

impl Stream<'_> {
    /// Decodes `parts` of tiles, in that order.
    pub(super) fn decode(&self, parts: &[Part]) -> Result<Vec<Content>, DecodeError> {
        let dequantiser = Dequantiser::new(&self.parsed.header);
        let context = Context { simd: self.simd, header: &self.parsed.header, dequantiser: &dequantiser };
        let samples = parts.len() as u64 * self.parsed.header.samples();
        let helpers = Some(self.workers).filter(|w| self.ahead && w.count() > parts.len() && samples >= WORTH_HELP);
        self.workers.map(parts.len(), |i| {
            let bytes = self.parsed.tile(self.data, self.index, parts[i].tile)?;
            let (content, end) = self.tile(&context, parts[i], bytes, helpers);
            end.fault.map_or(Ok(content), Err)
        })
    }

    /// Decodes what there is of `parts`.
    pub(super) fn salvage(&self, parts: &[Part]) -> Vec<Salvaged> {
        let dequantiser = Dequantiser::new(&self.parsed.header);
        let context = Context { simd: self.simd, header: &self.parsed.header, dequantiser: &dequantiser };
        let salvaged = |i: usize| {
            let (bytes, damage) = self.parsed.salvage_tile(self.data, self.index, parts[i].tile)?;
            let (content, End { rows, shades, fault }) = self.tile(&context, parts[i], bytes, None);
            // Up to four bytes beyond the data are no fault to the parser.
            let rows = if damage.is_none() && fault.is_none() { parts[i].rows } else { rows };
            Ok(Salvaged { content: Some(content), rows, shades, fault: damage.or(fault) })
        };
        let lost = |fault| Salvaged { content: None, rows: 0, shades: 0, fault: Some(fault) };
        let each = |i: usize| Ok::<_, Infallible>(salvaged(i).unwrap_or_else(lost));
        self.workers.map(parts.len(), each).unwrap_or_else(|never| match never {})
    }

    fn tile(
        &self,
        context: &Context<'_>,
        part: Part,
        bytes: TileData<'_>,
        helpers: Option<&Workers>,
    ) -> (Content, End) {
        let header = context.header;
        let alpha = header.alpha.then(|| self.exact(part, 1, bytes.alpha));
        let (content, end) = if header.lossless {
            let (planes, end) = self.exact(part, header.planes(), bytes.colour);
            (Content::Lossless(planes), end)
        } else {
            let (samples, state, end) = decode(context, self.parsed, part, bytes, None, helpers);
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

/// Where a tile ended.
#[derive(Debug)]
pub(super) struct End {
    /// Luma samples from the top on that were parsed out of data that was there.
    rows: usize,
    /// Those whose shades were; no more where colours are not coded after them.
    shades: usize,
    pub(super) fault: Option<DecodeError>,
}

/// Decodes `part` of a tile out of `bytes`, and hands over each superblock, its levels without signs, before it goes on to the
/// next; where there are `helpers`, parsing goes ahead on another thread, and none is handed over.
pub(super) fn decode(
    context: &Context<'_>,
    parsed: &Parsed,
    part: Part,
    bytes: TileData<'_>,
    each: Option<&mut dyn FnMut(&Superblock)>,
    helpers: Option<&Workers>,
) -> (TileSamples, TileState, End) {
    match parsed.header.profile {
        Profile::Mixed => decode_with::<false>(context, parsed, part, bytes, each, helpers),
        Profile::Fast => decode_with::<true>(context, parsed, part, bytes, each, helpers),
    }
}

fn decode_with<const FAST: bool>(
    context: &Context<'_>,
    parsed: &Parsed,
    part: Part,
    bytes: TileData<'_>,
    mut each: Option<&mut dyn FnMut(&Superblock)>,
    helpers: Option<&Workers>,
) -> (TileSamples, TileState, End) {
    let state = parsed.grid.state(&parsed.header, part.tile);
    let (width, height) = (state.luma.width(), state.luma.height());
    let corners = || corners(width, height.min(part.rows));
    let mut parsing = Parsing::<FAST>::new(parsed, bytes.colour, state);
    let samples = TileSamples::new(&parsed.header, &parsed.grid, part.tile);
    let signs = SignReader::new(ReadInterval::new(bytes.signs), !FAST);
    let mut rebuilding = Rebuilding { recon: Reconstruction::new(context, samples), signs, rows: 0 };
    if let Some(helpers) = helpers {
        side_by_side(helpers, corners(), &mut parsing, &mut rebuilding);
    } else {
        let mut sb = Superblock::default();
        for corner in corners() {
            if !parsing.superblock(&mut sb, corner) {
                break;
            }
            rebuilding.superblock(&sb, corner);
            each.iter_mut().for_each(|each| each(&sb));
        }
    }
    let (Parsing { walk, rows, damage }, Rebuilding { recon, signs, rows: signed }) = (parsing, rebuilding);
    let end = || if part.rows < height { None } else { walk.coder.finish().or(signs.finish()) };
    let (rows, fault) = (rows.min(signed).min(height), damage.or_else(end).map(corrupt));
    (recon.samples, walk.state, End { rows, shades: rows, fault })
}

/// Upper left corners of the superblocks of `width` x `height` luma samples, and whether each is the last of a row.
fn corners(width: usize, height: usize) -> impl Iterator<Item = Corner> + Send {
    let row = move |y| (0..width).step_by(SUPERBLOCK).map(move |x| Corner { x, y, last: x + SUPERBLOCK >= width });
    (0..height).step_by(SUPERBLOCK).flat_map(row)
}

#[derive(Debug, Clone, Copy)]
struct Corner {
    x: usize,
    y: usize,
    last: bool,
}

/// Parses on one thread and reconstructs on another, where there is one, at most [`AHEAD`] superblocks behind.
fn side_by_side<const FAST: bool>(
    helpers: &Workers,
    corners: impl Iterator<Item = Corner> + Send,
    parsing: &mut Parsing<'_, FAST>,
    rebuilding: &mut Rebuilding<'_>,
) {
    let (send, parsed) = mpsc::sync_channel(AHEAD);
    let (give_back, used) = mpsc::channel();
    let behind = Mutex::new(Behind { parsed, rebuilding, give_back });
    let behind = &behind;
    let parse = move || {
        for corner in corners {
            let mut sb = used.try_recv().unwrap_or_default();
            if !parsing.superblock(&mut sb, corner) {
                break;
            }
            let mut next = (sb, corner);
            while let Err(TrySendError::Full(full)) = send.try_send(next) {
                next = full;
                match behind.try_lock() {
                    // No other thread is at it, nor may there be any.
                    Ok(mut behind) => _ = behind.one(),
                    Err(_) => {
                        let _ = send.send(next);
                        break;
                    }
                }
            }
        }
    };
    helpers.both(parse, || {
        if let Ok(mut behind) = behind.lock() {
            while behind.one() {}
        }
    });
}

/// Reconstruction behind parsing.
struct Behind<'a, 'b> {
    parsed: Receiver<(Superblock, Corner)>,
    rebuilding: &'a mut Rebuilding<'b>,
    /// For their memory.
    give_back: Sender<Superblock>,
}

impl Behind<'_, '_> {
    /// Reconstructs the next superblock once it is parsed; whether there was one.
    fn one(&mut self) -> bool {
        let Ok((sb, corner)) = self.parsed.recv() else { return false };
        self.rebuilding.superblock(&sb, corner);
        // Parsing may be over.
        let _ = self.give_back.send(sb);
        true
    }
}

/// The superblocks of a tile, as they are parsed.
struct Parsing<'a, const FAST: bool> {
    walk: Walk<'a, RangeDecoder<'a, FAST>>,
    /// Luma samples from the top on that came out of data that was there.
    rows: usize,
    damage: Option<Damage>,
}

impl<'a, const FAST: bool> Parsing<'a, FAST> {
    fn new(parsed: &'a Parsed, data: &'a [u8], state: TileState) -> Self {
        let walk =
            Walk::new(RangeDecoder::new(parsed.header.quantiser == Family::Trellis, data), &parsed.header, state);
        Self { walk, rows: 0, damage: None }
    }

    /// Parses the next one; whether that could be done.
    fn superblock(&mut self, sb: &mut Superblock, Corner { x, y, last }: Corner) -> bool {
        sb.clear();
        self.walk.superblock(sb, x, y);
        self.damage = self.walk.coder.damage();
        if last && self.damage.is_none() && self.walk.coder.is_within() {
            self.rows = y + SUPERBLOCK;
        }
        self.damage.is_none()
    }
}

/// The samples of a tile, as they are reconstructed.
struct Rebuilding<'a> {
    recon: Reconstruction<'a>,
    signs: SignReader<'a>,
    /// Luma samples from the top on whose signs were there.
    rows: usize,
}

impl Rebuilding<'_> {
    fn superblock(&mut self, sb: &Superblock, Corner { y, last, .. }: Corner) {
        self.recon.superblock(sb, &mut self.signs);
        if last && self.signs.is_within() {
            self.rows = y + SUPERBLOCK;
        }
    }
}
