//! Decoding of a lossy stream stage by stage, each alone on what the stages before it gave. One
//! thread.

use super::kernels::Planes;
use crate::container::{self, Parsed, TileIndex};
use crate::encoder::kernels::forward::forward;
use crate::encoder::kernels::satd::{Pair, residual};
use crate::encoder::quantise::{Reciprocals, per_unit};
use crate::entropy::Profile;
use crate::entropy::interval::ReadInterval;
use crate::entropy::range::RangeDecoder;
use crate::error::DecodeError;
use crate::filter::Deblock;
use crate::image::plane::Rect;
use crate::image::view::ImageViewMut;
use crate::limits::Limits;
use crate::quant::matrix::Matrices;
use crate::recon::dequant::{Coded, Dequantiser};
use crate::recon::output::Output;
use crate::recon::picture::PictureSamples;
use crate::recon::{Context, Edge, Known, Reconstruction, SignReader, Signs, TileSamples};
use crate::simd::{CpuLevel, Simd};
use crate::syntax::block::{LumaBlock, Superblock, TransformBlock};
use crate::syntax::header::PictureHeader;
use crate::syntax::scan;
use crate::syntax::superblock::Walk;
use crate::syntax::tree::{Node, SUPERBLOCK};
use crate::tile::Grid;
use crate::transform::{MAX_CODED, TxShape, TxType};

/// A lossy stream, and what each stage of its decoding starts from.
#[derive(Debug)]
pub struct Stages {
    simd: Simd,
    data: Vec<u8>,
    parsed: Parsed,
    index: TileIndex,
    dequantiser: Dequantiser,
    tiles: Vec<Kept>,
    picture: PictureSamples,
}

/// What is kept of a tile.
#[derive(Debug, Default)]
struct Kept {
    /// With signs.
    superblocks: Vec<Superblock>,
    signed: Vec<Signed>,
}

/// A block as its signs are read.
#[derive(Debug)]
struct Signed {
    /// Its prediction, and what lies beyond its edges.
    samples: TileSamples,
    /// Where it is in these.
    node: Node,
    tx: TxType,
    levels: Vec<i32>,
    coefficients: Vec<i32>,
}

/// The planes of a picture before or behind the filters.
#[derive(Debug, Clone)]
pub struct Reconstructed(PictureSamples);

impl Reconstructed {
    /// The planes by themselves.
    pub fn planes(&self) -> Planes {
        Planes(self.0.planes.clone())
    }
}

impl Stages {
    /// Decodes `data` and keeps what lies between the stages.
    ///
    /// # Errors
    /// As decoding. A lossless stream has no such stages.
    pub fn new(cpu: CpuLevel, data: &[u8]) -> Result<Self, DecodeError> {
        let parsed = container::parse(data, &Limits::default())?;
        let index = parsed.index(data)?;
        let header = &parsed.header;
        if header.lossless {
            return Err(DecodeError::Unsupported { what: "lossless", value: 1 });
        }
        let mut stages = Self {
            simd: Simd::new(cpu),
            data: data.to_vec(),
            dequantiser: Dequantiser::new(header),
            picture: PictureSamples::new(header),
            tiles: Vec::new(),
            parsed,
            index,
        };
        for tile in 0..stages.parsed.grid.len() {
            stages.keep(tile)?;
        }
        Ok(stages)
    }

    /// Levels that are not zero, of which each has a sign.
    pub fn levels(&self) -> usize {
        let of_block = |block: &Signed| block.levels.iter().filter(|&&level| level != 0).count();
        self.tiles.iter().flat_map(|tile| &tile.signed).map(of_block).sum()
    }

    /// Samples of all planes.
    pub fn samples(&self) -> usize {
        self.parsed.header.samples() as usize
    }

    /// Parses all tiles but for the signs; the number of blocks.
    pub fn parse(&self) -> usize {
        let mut blocks = 0;
        for tile in 0..self.tiles.len() {
            // What was decoded once decodes again.
            let _ = self.walk(tile, |sb| blocks += sb.luma.len() + sb.chroma.len());
        }
        blocks
    }

    /// Reads all signs; whether the data ended with them.
    pub fn signs(&mut self) -> bool {
        let mut whole = true;
        for tile in 0..self.tiles.len() {
            let Ok(bytes) = self.parsed.tile(&self.data, &self.index, tile) else { return false };
            let mut signs = self.sign_reader(bytes.signs);
            let mut coded = Coded::new();
            for Signed { samples, node, tx, levels, coefficients } in &mut self.tiles[tile].signed {
                let edge = Edge { simd: self.simd, samples, plane: 0, node, tx: *tx };
                signs.code(&edge, levels, coded.of(levels), coefficients);
            }
            whole &= signs.finish().is_none();
        }
        whole
    }

    /// Predicts, dequantises and transforms all blocks, whose signs are known; the planes of each
    /// tile.
    pub fn reconstruct(&self) -> Vec<Planes> {
        let context = self.context();
        let tile = |(number, tile): (usize, &Kept)| {
            let mut recon = Reconstruction::new(&context, self.empty(number));
            tile.superblocks.iter().for_each(|sb| recon.superblock(sb, &mut Known));
            Planes(recon.samples.planes)
        };
        self.tiles.iter().enumerate().map(tile).collect()
    }

    /// The planes as they are before the filters.
    pub fn reconstructed(&self) -> Reconstructed {
        Reconstructed(self.picture.clone())
    }

    /// Deblocks as the stream says.
    pub fn deblock(&self, planes: &mut Reconstructed) {
        planes.0.filter(self.simd, &PictureHeader { classified: [0; 2], ..self.parsed.header.clone() });
    }

    /// Runs the classified filter as the stream says.
    pub fn classified(&self, planes: &mut Reconstructed) {
        planes.0.filter(self.simd, &PictureHeader { deblock: [Deblock::OFF; 2], ..self.parsed.header.clone() });
    }

    /// Writes the pixels that `planes` are to `out`, which has the picture's size and format.
    pub fn pixels(&self, planes: &Reconstructed, out: &mut ImageViewMut<'_>) {
        Output::whole(&self.parsed.header, out).colours(self.simd, &planes.0.planes);
    }

    /// What the quantiser of the encoder had before it: hands over the luma blocks, each predicted
    /// from samples as they are decoded, and what `source` then lacks, transformed, in steps of the
    /// block, in the order of the scan. Blocks without a transform are left out.
    pub fn coefficients(&self, source: &Planes, mut each: impl FnMut(&[f32])) {
        let (context, header) = (self.context(), &self.parsed.header);
        let reciprocals = Reciprocals::new(&Matrices::new(header.matrices[0]));
        let (mut rest, mut values, mut steps) = (vec![0; 64 * 64], vec![0; MAX_CODED], Vec::new());
        for (number, tile) in self.tiles.iter().enumerate() {
            let corner = self.parsed.grid.rect(number, 0);
            let mut recon = Reconstruction::new(&context, self.empty(number));
            for (block, sb) in tile.superblocks.iter().flat_map(|sb| sb.luma.iter().map(move |block| (block, sb))) {
                let (node, tx) = (&block.node, block.tb.tx);
                let predicted = LumaBlock { tb: TransformBlock::UNCODED, ..*block };
                recon.luma_block(&predicted, &sb.levels, &sb.indices, &mut Known);
                if tx != TxType::IDENTITY {
                    let (a, b) = (&source.0[0], &recon.samples.planes[0]);
                    let (a_stride, b_stride) = (a.width(), b.width());
                    let (a, b) = (a.from(corner.x + node.x, corner.y + node.y), b.from(node.x, node.y));
                    residual(self.simd, Pair { a, a_stride, b, b_stride }, node.w(), node.h(), &mut rest);
                    let shape = TxShape { w: node.w(), h: node.h(), tx, extra: header.extra_depth() };
                    forward(self.simd, &rest, shape, &mut values);
                    let scale = per_unit(header.block_qp(block.offset)) as f32;
                    let (w, h) = node.coded_area();
                    let in_steps = |i: usize| values[i] as f32 * reciprocals.of(node)[i] * scale;
                    steps.clear();
                    steps.extend(scan::of(w, h).iter().map(|p| in_steps(p.raster.into())));
                    each(&steps);
                }
                recon.luma_block(block, &sb.levels, &sb.indices, &mut Known);
            }
        }
    }

    fn context(&self) -> Context<'_> {
        Context { simd: self.simd, header: &self.parsed.header, dequantiser: &self.dequantiser }
    }

    fn empty(&self, tile: usize) -> TileSamples {
        TileSamples::new(&self.parsed.header, &self.parsed.grid, tile)
    }

    fn sign_reader<'a>(&self, data: &'a [u8]) -> SignReader<'a> {
        SignReader::new(ReadInterval::new(data), self.parsed.header.profile == Profile::Mixed)
    }

    /// Decodes a tile and keeps what lies between its stages.
    fn keep(&mut self, tile: usize) -> Result<(), DecodeError> {
        let header = &self.parsed.header;
        let context = self.context();
        let signs = self.sign_reader(self.parsed.tile(&self.data, &self.index, tile)?.signs);
        let mut recorder = Recorder { header, signs, blocks: Vec::new() };
        let mut recon = Reconstruction::new(&context, self.empty(tile));
        let mut superblocks = Vec::new();
        self.walk(tile, |sb| {
            let first = recorder.blocks.len();
            recon.superblock(sb, &mut recorder);
            superblocks.push(with_signs(sb, &recorder.blocks[first..]));
        })?;
        let (samples, signed) = (recon.samples, recorder.blocks);
        let Rect { x, y, w, h } = self.parsed.grid.rect(tile, 0);
        self.picture.place(header, samples.parts(), Rect { x: 0, y: 0, w, h }, (x, y));
        self.tiles.push(Kept { superblocks, signed });
        Ok(())
    }

    /// Parses a tile superblock by superblock.
    fn walk(&self, tile: usize, each: impl FnMut(&Superblock)) -> Result<(), DecodeError> {
        match self.parsed.header.profile {
            Profile::Mixed => self.walk_with::<false>(tile, each),
            Profile::Fast => self.walk_with::<true>(tile, each),
        }
    }

    fn walk_with<const FAST: bool>(&self, tile: usize, mut each: impl FnMut(&Superblock)) -> Result<(), DecodeError> {
        let (header, bytes) = (&self.parsed.header, self.parsed.tile(&self.data, &self.index, tile)?);
        let coder = RangeDecoder::<FAST>::new(header.start(), bytes.colour);
        let mut walk = Walk::new(coder, header, self.parsed.grid.state(header, tile));
        let (width, height) = (walk.state.luma.width(), walk.state.luma.height());
        let mut sb = Superblock::default();
        for y in (0..height).step_by(SUPERBLOCK) {
            for x in (0..width).step_by(SUPERBLOCK) {
                sb.clear();
                walk.superblock(&mut sb, x, y);
                each(&sb);
            }
        }
        match walk.coder.finish() {
            None => Ok(()),
            Some((what, value, limit)) => Err(DecodeError::Corrupt { what, value, limit }),
        }
    }
}

/// Reads signs, and keeps each block as it was.
struct Recorder<'a> {
    header: &'a PictureHeader,
    signs: SignReader<'a>,
    blocks: Vec<Signed>,
}

impl Signs for Recorder<'_> {
    fn code(&mut self, block: &Edge<'_>, levels: &[i32], coded: &[u16], coefficients: &mut [i32]) {
        let (samples, node) = surroundings(self.header, block);
        self.signs.code(block, levels, coded, coefficients);
        let (w, h) = block.node.coded_area();
        let signed = scan::of(w, h).iter().zip(levels).map(|(p, &level)| match coefficients[p.raster as usize] {
            ..0 => -level,
            _ => level,
        });
        let (levels, coefficients) = (signed.collect(), coefficients[..w * h].to_vec());
        self.blocks.push(Signed { samples, node, tx: block.tx, levels, coefficients });
    }
}

/// The samples of `block` and of what lies beyond its edges as a tile of their own, and its place
/// there.
fn surroundings(header: &PictureHeader, block: &Edge<'_>) -> (TileSamples, Node) {
    let Rect { x, y, w, h } = block.node.rect();
    let (left, above) = (x.min(4), y.min(4));
    let part = Rect { x: x - left, y: y - above, w: left + w, h: above + h };
    let header = PictureHeader { gray: true, ..header.with_size(part.w, part.h) };
    let mut samples = TileSamples::new(&header, &Grid::new(&header), 0);
    samples.planes[0].copy(&block.samples.planes[block.plane], part, (0, 0));
    if above > 0 {
        samples.mark(0, Rect { x: left, y: 0, w, h: above });
    }
    if left > 0 {
        samples.mark(0, Rect { x: 0, y: above, w: left, h });
    }
    (samples, Node { x: left, y: above, ..*block.node })
}

/// A superblock whose levels have the signs of its coded `blocks`.
fn with_signs(sb: &Superblock, blocks: &[Signed]) -> Superblock {
    let mut sb = sb.clone();
    let planes = sb.luma.iter().map(|block| block.tb).chain(sb.chroma.iter().flat_map(|block| block.tb));
    for (tb, block) in planes.filter(|tb| tb.end > 0).zip(blocks) {
        sb.levels[tb.start as usize..][..tb.end as usize].copy_from_slice(&block.levels);
    }
    sb
}
