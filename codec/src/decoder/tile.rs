//! A tile of a picture: opened, its superblocks parsed, then reconstructed with their signs.

use super::filtering::Reconstructed;
use super::parsing::{Parsing, Part, Place};
use crate::container::{Parsed, TileData, TileIndex};
use crate::entropy::Profile;
use crate::entropy::interval::{Damage, ReadInterval};
use crate::error::DecodeError;
use crate::image::plane::{Plane, Rect};
use crate::lossless::{self, Decoded, Shape};
use crate::observer::Observer;
use crate::recon::{Context, Reconstruction, SignReader, TileSamples};
use crate::simd::Simd;
use crate::syntax::block::Superblock;
use crate::syntax::header::PictureHeader;
use crate::threads::Workers;

/// A stream, and where its tiles are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stream<'a> {
    pub(super) simd: Simd,
    pub(super) data: &'a [u8],
    pub(super) parsed: &'a Parsed,
    pub(super) index: &'a TileIndex,
    pub(super) workers: &'a Workers,
    pub(super) observer: Option<&'a dyn Observer>,
}

/// How far a tile, or a plane of it, could be decoded.
#[derive(Debug)]
pub(super) struct End {
    /// Luma samples from the top on that came out of data that was there.
    pub(super) rows: usize,
    /// Those whose shades did; no more where colours are not coded after them.
    pub(super) shades: usize,
    pub(super) fault: Option<DecodeError>,
}

impl End {
    /// Of a tile whose colours end so, and its alpha, which comes before them: it is whole where
    /// nothing is wrong with it, though zeros at its end were left out.
    pub(super) fn and(self, alpha: Self) -> Self {
        if alpha.fault.is_none() {
            return self;
        }
        let (rows, shades) = (self.rows.min(alpha.rows), self.shades.min(alpha.rows));
        Self { rows, shades, fault: alpha.fault }
    }
}

/// A tile before its superblocks.
#[derive(Debug)]
pub(super) enum Opened<'a, const FAST: bool> {
    Lossy {
        parsing: Box<Parsing<'a, FAST>>,
        rebuilding: Box<Rebuilding<'a>>,
        alpha: Option<End>,
    },
    /// The channels of the visible pixels, the alpha last.
    Lossless(Vec<Plane>, End),
}

impl<'a> Stream<'a> {
    /// Opens a tile whose data is `bytes`, with more to come where it is `growing`, and takes the
    /// memory of its samples; what is coded without loss is decoded at once.
    pub(super) fn open<const FAST: bool>(
        &self,
        context: &'a Context<'a>,
        part: Part,
        (bytes, growing): (TileData<'a>, bool),
        samples: impl FnOnce() -> TileSamples,
    ) -> Opened<'a, FAST> {
        let header = context.header;
        let (alpha, alpha_end) = match header.alpha {
            true => {
                let (mut planes, end) = self.exact(part, 1, bytes.alpha);
                (planes.pop(), Some(end))
            }
            false => (None, None),
        };
        if header.lossless {
            let (mut planes, end) = self.exact(part, header.planes(), bytes.colour);
            planes.extend(alpha);
            let end = match alpha_end {
                Some(alpha) => end.and(alpha),
                None => end,
            };
            return Opened::Lossless(planes, end);
        }
        let parsing = Box::new(Parsing::new(self.parsed, part, bytes, growing));
        let rebuilding = Box::new(Rebuilding { alpha, ..Rebuilding::new(context, bytes, samples()) });
        Opened::Lossy { parsing, rebuilding, alpha: alpha_end }
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

/// Decodes a lossy tile out of `bytes` for its superblocks alone: hands over each, its levels
/// without signs.
pub(super) fn superblocks(
    context: &Context<'_>,
    parsed: &Parsed,
    tile: usize,
    bytes: TileData<'_>,
    each: &mut dyn FnMut(&Superblock),
) -> Result<(), DecodeError> {
    match parsed.header.profile {
        Profile::Mixed => superblocks_with::<false>(context, parsed, tile, bytes, each),
        Profile::Fast => superblocks_with::<true>(context, parsed, tile, bytes, each),
    }
}

fn superblocks_with<const FAST: bool>(
    context: &Context<'_>,
    parsed: &Parsed,
    tile: usize,
    bytes: TileData<'_>,
    each: &mut dyn FnMut(&Superblock),
) -> Result<(), DecodeError> {
    let part = Part { tile, rows: usize::MAX };
    let samples = TileSamples::new(&parsed.header, &parsed.grid, tile);
    let mut parsing = Parsing::<FAST>::new(parsed, part, bytes, false);
    let mut rebuilding = Rebuilding::new(context, bytes, samples);
    let mut sb = Superblock::default();
    while let Some(place) = parsing.superblock(&mut sb) {
        rebuilding.superblock(&sb, place);
        each(&sb);
    }
    end(&parsing, &rebuilding).fault.map_or(Ok(()), Err)
}

/// The samples of a tile, as they are reconstructed.
#[derive(Debug)]
pub(super) struct Rebuilding<'a> {
    recon: Reconstruction<'a>,
    signs: SignReader<'a>,
    alpha: Option<Plane>,
    /// Luma samples from the top on whose signs are sound.
    rows: usize,
}

impl<'a> Rebuilding<'a> {
    /// Before the first superblock of a tile without alpha, whose data is `bytes`.
    fn new(context: &'a Context<'a>, bytes: TileData<'a>, samples: TileSamples) -> Self {
        let expects = context.header.profile != Profile::Fast;
        let signs = SignReader::new(ReadInterval::new(bytes.signs), expects);
        HaltedRebuilding { samples, signs, alpha: None, rows: 0 }.resume(context, bytes)
    }

    /// Reconstructs the next superblock.
    pub(super) fn superblock(&mut self, sb: &Superblock, place: Place) {
        self.recon.superblock(sb, &mut self.signs);
        // Signs come before the superblocks: where there are any of these, the signs are whole.
        if self.signs.is_sound() {
            self.rows = place.rows().unwrap_or(self.rows);
        }
    }

    /// Whether there is memory for the row of superblocks of one at `place`.
    pub(super) fn has_room(&self, place: Place) -> bool {
        self.recon.samples.has_room(place.y())
    }

    /// Makes room behind the first `rows` luma rows, which were taken, of samples that have nothing
    /// where they are to be `blank`.
    pub(super) fn go_on(&mut self, header: &PictureHeader, rows: usize, blank: bool) {
        self.recon.samples.make_room(header, rows, blank);
    }

    /// Rebuilding that waits, without the data.
    pub(super) fn halt(self) -> HaltedRebuilding<'static> {
        HaltedRebuilding {
            samples: self.recon.samples,
            signs: self.signs.over(&[]),
            alpha: self.alpha,
            rows: self.rows,
        }
    }

    /// Their memory, for another tile.
    pub(super) fn into_samples(self) -> TileSamples {
        self.recon.samples
    }

    /// What there is so far.
    pub(super) fn reconstructed(&self) -> Reconstructed<'_> {
        Reconstructed { samples: &self.recon.samples, alpha: self.alpha.as_ref() }
    }
}

/// The samples of a tile that waits for data.
#[derive(Debug)]
pub(super) struct HaltedRebuilding<'a> {
    samples: TileSamples,
    signs: SignReader<'a>,
    alpha: Option<Plane>,
    rows: usize,
}

impl HaltedRebuilding<'_> {
    /// Goes on with data of which more has come.
    pub(super) fn resume<'a>(self, context: &'a Context<'a>, bytes: TileData<'a>) -> Rebuilding<'a> {
        let Self { samples, signs, alpha, rows } = self;
        let signs = signs.over(bytes.signs);
        Rebuilding { recon: Reconstruction::new(context, samples), signs, alpha, rows }
    }
}

/// How a tile ended of which no more superblocks come.
pub(super) fn end<const FAST: bool>(parsing: &Parsing<'_, FAST>, rebuilding: &Rebuilding<'_>) -> End {
    let rows = parsing.rows().min(rebuilding.rows).min(parsing.height());
    End { rows, shades: rows, fault: parsing.fault(rebuilding.signs.finish()).map(corrupt) }
}
