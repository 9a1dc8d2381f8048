//! What a stream says of its blocks, for those who want to see how a picture was coded.

use super::{Decoder, tile};
use crate::colour::Chroma;
use crate::error::DecodeError;
use crate::memory::Account;
use crate::predict::angular::DISPLACEMENT;
use crate::predict::{ChromaMode, IntraMode};
use crate::recon::Context;
use crate::recon::dequant::Dequantiser;
use crate::simd::Simd;
use crate::syntax::block::{Superblock, TransformBlock};
use crate::syntax::screen::Prediction;
use crate::syntax::tree::Node;
use crate::syntax::vector::Vector;
use crate::transform::{self, TxType};

/// One of the two partitions of a superblock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BlockTree {
    /// Of the luma, or of a gray picture.
    Luma,
    /// Of both chroma planes.
    Chroma,
}

/// How a block is predicted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BlockMode {
    /// Mean of the references.
    Dc,
    /// Linear interpolation both ways.
    Planar,
    /// The reference nearest to above + left - corner.
    Paeth,
    /// Quadratic blend from left to right.
    SmoothHorizontal,
    /// Quadratic blend from above downwards.
    SmoothVertical,
    /// Copied along a direction: towards its reference by (x, y), the larger of them 32 or -32, y
    /// downwards.
    Angular(i8, i8),
    /// By the learned mode of this number, 0 to 15.
    Learned(u8),
    /// Luma copied from (x, y) samples away.
    Copied(i16, i16),
    /// Luma by a palette of so many colours.
    Palette(u8),
    /// Chroma as the luma at its centre: by its mode, or copied from where that was.
    Derived,
    /// Chroma from luma, by a linear model fitted to the neighbours.
    Fitted,
    /// The same by a quadratic model.
    Quadratic,
    /// Chroma from luma, by slopes in the stream.
    Explicit,
}

/// The basis of a transform in one direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Basis {
    /// DCT-II.
    Cosine,
    /// DST-VII.
    Sine,
    /// None: the residual itself is coded.
    Identity,
}

/// A block: what is predicted and transformed as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Block {
    /// The tree that it is a leaf of.
    pub tree: BlockTree,
    /// Left edge, in pixels of the picture.
    pub x: u32,
    /// Upper edge, in pixels of the picture.
    pub y: u32,
    /// Width in pixels of the picture, which the block may reach over by up to 7.
    pub width: u32,
    /// Height in pixels of the picture, which the block may reach over by up to 7.
    pub height: u32,
    /// How it is predicted.
    pub mode: BlockMode,
    /// Bases of the transform, vertical and horizontal; of Cb for chroma. Cosine both where no
    /// level is coded.
    pub transform: (Basis, Basis),
    /// Quantiser parameter in 1/32 octave; for chroma before the planes' own offsets.
    pub qp: u16,
    /// Number of levels that are not zero; of both planes for chroma.
    pub levels: u32,
}

impl Decoder<'_> {
    /// Reads the blocks of the stream and hands them to `visit`: tile by tile, superblock by
    /// superblock, each with its luma blocks first. Lossless streams have none.
    ///
    /// ```
    /// # let pixels: Vec<u8> = (0..64 * 48 * 3u32).map(|i| (i * i / 97) as u8).collect();
    /// # let view = kvant::ImageView::new(&pixels, 64, 48, 64 * 3, kvant::PixelFormat::Rgb8)?;
    /// # let stream = kvant::encode(&view, &kvant::EncoderConfig::default())?;
    /// use kvant::{BlockTree, Decoder};
    ///
    /// let mut pixels = 0;
    /// Decoder::new(&stream)?.blocks(|block| {
    ///     if block.tree == BlockTree::Luma {
    ///         pixels += block.width * block.height;
    ///     }
    /// })?;
    /// assert_eq!(pixels, 64 * 48);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Decoder::decode`], after the blocks before the damage.
    pub fn blocks(&self, mut visit: impl FnMut(&Block)) -> Result<(), DecodeError> {
        let index = self.parsed.index(self.data)?;
        if self.parsed.header.lossless {
            return Ok(());
        }
        self.pace(&Account::new(&self.parsed.header, &self.parsed.grid), 0, 1)?;
        let dequantiser = Dequantiser::new(&self.parsed.header);
        let simd = Simd::new(self.options.cpu);
        let context = Context { simd, header: &self.parsed.header, dequantiser: &dequantiser };
        for i in 0..self.parsed.grid.len() {
            let bytes = self.parsed.tile(self.data, &index, i)?;
            let corner = self.parsed.grid.rect(i, 0);
            let mut visit = |sb: &Superblock| self.visit(sb, (corner.x, corner.y), &mut visit);
            tile::superblocks(&context, &self.parsed, i, bytes, &mut visit)?;
        }
        Ok(())
    }

    /// Hands over the blocks of a superblock in the tile at `corner`.
    fn visit(&self, sb: &Superblock, corner: (usize, usize), visit: &mut impl FnMut(&Block)) {
        let header = &self.parsed.header;
        let block = |tree, node: &Node, mode, offset, tbs: &[TransformBlock]| {
            let shift = u32::from(tree == BlockTree::Chroma && self.info.chroma == Chroma::Yuv420);
            let levels = tbs.iter().flat_map(|tb| tb.levels(&sb.levels)).filter(|&&level| level != 0).count();
            Block {
                tree,
                x: (corner.0 + (node.x << shift)) as u32,
                y: (corner.1 + (node.y << shift)) as u32,
                width: (node.w() << shift) as u32,
                height: (node.h() << shift) as u32,
                mode,
                transform: bases(tbs[0].tx),
                qp: header.block_qp(offset),
                levels: levels as u32,
            }
        };
        for b in &sb.luma {
            let mode = match b.prediction {
                Prediction::Intra => intra(b.mode),
                Prediction::Copy(Vector { x, y }) => BlockMode::Copied(x, y),
                Prediction::Palette(palette, _) => BlockMode::Palette(palette.colours().len() as u8),
            };
            visit(&block(BlockTree::Luma, &b.node, mode, b.offset, &[b.tb]));
        }
        for b in &sb.chroma {
            let mode = match b.mode {
                ChromaMode::Derived => BlockMode::Derived,
                ChromaMode::Own(mode) => intra(mode),
                ChromaMode::Fitted(_) => BlockMode::Fitted,
                ChromaMode::Quadratic(_) => BlockMode::Quadratic,
                ChromaMode::Explicit(_) => BlockMode::Explicit,
            };
            visit(&block(BlockTree::Chroma, &b.node, mode, b.offset, &b.tb));
        }
    }
}

fn bases(tx: TxType) -> (Basis, Basis) {
    let basis = |kernel| match kernel {
        transform::Basis::Dct2 => Basis::Cosine,
        transform::Basis::Dst7 => Basis::Sine,
        transform::Basis::Identity => Basis::Identity,
    };
    (basis(tx.vertical), basis(tx.horizontal))
}

fn intra(mode: IntraMode) -> BlockMode {
    match mode {
        IntraMode::Dc => BlockMode::Dc,
        IntraMode::Planar => BlockMode::Planar,
        IntraMode::Paeth => BlockMode::Paeth,
        IntraMode::SmoothH => BlockMode::SmoothHorizontal,
        IntraMode::SmoothV => BlockMode::SmoothVertical,
        IntraMode::Learned(index) => BlockMode::Learned(index),
        IntraMode::Angular(angle) => {
            let angle = i32::from(angle);
            let displacement = |straight: i32| {
                let d = DISPLACEMENT[(angle - straight).unsigned_abs() as usize] as i8;
                if angle < straight { -d } else { d }
            };
            if angle < 32 {
                BlockMode::Angular(-32, -displacement(16))
            } else {
                BlockMode::Angular(displacement(48), -32)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn angles_go_from_bottom_left_by_way_of_up_left_to_the_right() {
        let at = |mode: IntraMode| intra(mode);
        assert_eq!(at(IntraMode::Angular(0)), BlockMode::Angular(-32, 32));
        assert_eq!(at(IntraMode::HORIZONTAL), BlockMode::Angular(-32, 0));
        assert_eq!(at(IntraMode::Angular(32)), BlockMode::Angular(-32, -32));
        assert_eq!(at(IntraMode::VERTICAL), BlockMode::Angular(0, -32));
        assert_eq!(at(IntraMode::Angular(63)), BlockMode::Angular(29, -32));
    }
}
